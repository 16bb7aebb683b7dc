"""Ended bodies on the worklist: what splits or has no successor asks the supervisor, who sees first what passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from desk_help import told
from office import Office, open_office
from page_help import hidden
from seat_help import Seat
from sqlalchemy import select
from town import CONFIG, only, shipped

from dondoc.domain.workspace import Workspace
from dondoc.loading import load_directory, shift
from dondoc.services import sweeping
from dondoc.store.models import JournalRow

DISTRICT, HEIR = "ubnd-huyen-van-lam", "so-noi-vu"
FORM = f"/theo-doi/can-lam/ke-thua/hung-yen-2025/{DISTRICT}"


@cache
def year_2025() -> Workspace:
    shifted = shift(shipped(), 2025)
    directory = load_directory(CONFIG / "agencies" / "hung-yen-2025.yaml").require()
    plan = replace(shifted.plan, directory=directory.id, demo=False)
    return only(replace(shifted, plan=plan, directory=directory), "I.2.1", "VI.2.110")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The second of July 2025, after the sweep: districts are gone, departments have passed on what they had."""
    with open_office(database_url, tmp_path / "home", year_2025(), date(2025, 1, 2)) as opened:
        opened.set(date(2025, 7, 2))
        sweeping.sweep(opened.app, opened.moment)
        yield opened


def test_the_worklist_says_why_it_asks_and_what_comes_next(office: Office, seat: Seat) -> None:
    words = told(seat("supervisor").get("/theo-doi/can-lam").text)
    assert "Cơ quan đã kết thúc, chưa biết việc chuyển cho ai (10)" in words
    assert "UBND huyện Văn Lâm: " in words
    assert "Kết thúc Thứ Hai, 30/6/2025" in words
    assert "Chọn cơ quan nhận việc. Chưa chọn thì việc vẫn đứng tên cơ quan cũ." in words
    # What one body carries on has passed by itself and is no question.
    assert "Sở Thông tin và Truyền thông: " not in words
    read_only = seat("read").get("/theo-doi/can-lam").text
    assert FORM not in read_only and "Cơ quan theo dõi chọn." in told(read_only)


def test_naming_who_carries_on_is_shown_first_then_done_once(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    page = client.get("/theo-doi/can-lam").text
    form = {"csrf": hidden(page, "csrf"), "co_quan": HEIR}
    first = client.post(FORM, data=form)
    assert first.status_code == 200
    words = told(first.text)
    assert "Chuyển việc của UBND huyện Văn Lâm cho Sở Nội vụ" in words
    assert "không ai chậm vì quyết định này" in words and "Báo cáo định kỳ, kỳ 2025-Q3" in words
    assert not passed(office)
    done = client.post(FORM, data={**form, "buoc": "xac-nhan"})
    assert done.status_code == 200 and "nay của Sở Nội vụ" in told(done.text)
    assert all("supervisor" in row.who for row in passed(office)) and passed(office)
    assert "UBND huyện Văn Lâm: " not in told(client.get("/theo-doi/can-lam").text)
    assert client.post(FORM, data={**form, "buoc": "xac-nhan"}).status_code == 409


def test_nobody_else_is_named_than_who_exists(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    csrf = hidden(client.get("/theo-doi/can-lam").text, "csrf")
    for heir in ("", "khong-co", "ubnd-huyen-van-giang", "so-thong-tin-va-truyen-thong"):
        reply = client.post(FORM, data={"csrf": csrf, "co_quan": heir, "buoc": "xac-nhan"})
        assert (reply.status_code, "Chọn một cơ quan đang hoạt động" in reply.text) == (422, True), heir
    assert not passed(office)


def passed(office: Office) -> list[JournalRow]:
    with office.app.sessions() as session:
        rows = session.scalars(select(JournalRow).where(JournalRow.action.in_(("reassigned", "waived"))))
        return [row for row in rows if row.old == DISTRICT]
