"""Two plans on the pages: each keeps its own counts, and a line says of which plan it is where there are several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from desk_help import told
from office import JUSTICE, PLAN_ID, Office, open_office, small
from page_help import Visit
from seat_help import Seat
from town import only, shipped

from dondoc.services.applying import apply_workspace

SECOND, TITLE = "chuyen-doi-so-2024", "Kế hoạch chuyển đổi số năm 2024"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        second = only(shipped(), "I.2.5", "II.2.39", id=SECOND, title=TITLE)
        apply_workspace(opened.app, second, opened.moment, "kiểm thử")
        old = replace(small(), plan=replace(small().plan, id="ke-hoach-cu", title="Kế hoạch năm 2023", year=2023))
        apply_workspace(opened.app, old, opened.moment, "kiểm thử")
        opened.set(date(2024, 4, 10))
        yield opened


def test_the_overview_offers_every_plan_and_counts_the_chosen_one_alone(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    first, second = (told(client.get(f"/theo-doi?ke-hoach={id}").text) for id in (PLAN_ID, SECOND))
    for words in (first, second):
        assert TITLE in words and small().plan.title in words and "Kế hoạch năm 2023 (lưu trữ)" in words
    assert "Sở Thông tin và Truyền thông" not in second
    assert f"/theo-doi/ke-hoach/{SECOND}?trang-thai=qua-han" in client.get(f"/theo-doi?ke-hoach={SECOND}").text
    rows = told(client.get("/theo-doi/ke-hoach").text)
    assert TITLE in rows and "Kế hoạch năm 2023" in rows


def test_an_agency_page_adds_up_its_plans_and_names_each(office: Office, seat: Seat) -> None:
    words = told(seat("supervisor").get("/theo-doi/co-quan/so-tu-phap").text)
    assert f"{TITLE} (5 việc)" in words  # its task and four periodic reports
    assert "Kế hoạch năm 2023" not in words.replace("Kế hoạch năm 2023 (lưu trữ)", "")


def test_the_agency_reads_of_which_plan_each_line_is(office: Office, visit: Visit) -> None:
    words = told(visit(JUSTICE).get("/viec").text)
    assert f"Kế hoạch {TITLE}" in words
    assert f"Kế hoạch {small().plan.title}" in words
