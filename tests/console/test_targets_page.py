"""The targets of a plan on their page: what was reported short says so in a word and a sign, period after period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from desk_help import told
from office import Office, open_office
from page_help import Visit
from seat_help import Seat
from target_help import OFFICE, PLAN_2023, report_2023, year_2023

from dondoc.domain.moments import at
from dondoc.domain.workspace import Workspace
from dondoc.services.applying import apply_workspace
from dondoc.store.report_lines import ReportLine

PAGE = f"/theo-doi/ke-hoach/{PLAN_2023}/chi-tieu"


def linked() -> Workspace:
    """The plan of 2023 in which somebody decided one link, and who reports the overall target."""
    plan = year_2023().plan
    tasks = tuple(
        replace(task, targets=("II.2.a",), targets_proposed=("II.2.d",)) if task.id == plan.tasks[0].id else task
        for task in plan.tasks
    )
    owners = (*plan.target_owners, ("II", (OFFICE,)))
    return replace(year_2023(), plan=replace(plan, tasks=tasks, target_owners=owners))


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", linked(), date(2023, 1, 3)) as opened:
        report_2023(opened.app, "Q1", at(date(2023, 3, 15), time(9)),
                    ReportLine("target:II.2.a", "target", value="95 %; 71,5 %", happened=True))  # fmt: skip
        report_2023(opened.app, "H1", at(date(2023, 6, 15), time(9)),
                    ReportLine("target:II.2.a", "target", value="96,2; 70"))  # fmt: skip
        opened.set(date(2023, 6, 30))
        yield opened


def card(words: str, code: str) -> str:
    """What the page says of one target."""
    return words[words.index(f" {code} ") :][:1200]


def test_a_target_reported_short_says_so_with_each_period_beside_it(office: Office, seat: Seat) -> None:
    words = told(seat("read").get(PAGE).text)
    assert "Đạt 0 Chưa đạt 1 Chưa có số liệu 25 Không đo được 0" in words
    said = card(words, "II.2.a")
    assert "Chưa đạt" in said and "Cần đạt" in said and "trên 95 %" in said
    assert "6 tháng đầu năm, Văn phòng UBND tỉnh: 96,2 %; 70 %" in said
    assert "Từng kỳ (2)" in said and "Quý I, Văn phòng UBND tỉnh: 95 %; 71,5 %" in said
    assert "ô “đạt” đánh dấu trái với con số; con số quyết định" in said


def test_the_tasks_that_serve_it_are_linked_and_proposals_are_called_so(office: Office, seat: Seat) -> None:
    client, task = seat("read"), linked().plan.tasks[0]
    page = client.get(PAGE).text
    assert f'href="/theo-doi/ke-hoach/{PLAN_2023}/nhiem-vu/{task.id}"' in page
    assert "(mới đề xuất)" in card(told(page), "II.2.d")
    own = told(client.get(f"/theo-doi/ke-hoach/{PLAN_2023}/nhiem-vu/{task.id}").text)
    assert "Phục vụ chỉ tiêu II.2.a Trên 95% số hồ sơ TTHC" in own
    assert "Chỉ tiêu (26)" in told(client.get(f"/theo-doi/ke-hoach/{PLAN_2023}").text)


def test_the_overall_target_is_asked_in_the_periodic_report_of_whom_the_plan_names(
    office: Office, visit: Visit
) -> None:
    report = f"/viec/bao-cao/{PLAN_2023}/bao-cao/-/2023-H1"
    assert "Kết quả Chỉ số CCHC (PAR INDEX)" in told(visit(f"{OFFICE}/focal").get(f"{report}/{OFFICE}").text)
    assert "Kết quả Chỉ số CCHC" not in told(visit("so-tu-phap/focal").get(f"{report}/so-tu-phap").text)


def test_an_archived_plan_keeps_its_targets_and_an_unknown_one_is_none(office: Office, seat: Seat) -> None:
    client = seat("read")
    apply_workspace(office.app, linked(), at(date(2026, 11, 26)), "kiểm thử")
    assert "(lưu trữ)" in told(client.get(PAGE).text)
    assert client.get("/theo-doi/ke-hoach/khong-co/chi-tieu").status_code == 404
