"""Numbers of cases on the pages: typed by an agency, checked, and added up on the supervisor's page of the task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from office import AWAITING, PLAN_ID, Office, open_office, small
from periodic_help import H1, Q1, at, report, text_of, typed_in
from seat_help import Seat
from starlette.testclient import TestClient
from test_answer_form import plain

from dondoc.services.periodic_lines import key_of

KEY = key_of(AWAITING)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The office on Wednesday 20/3/2024, its waiting task as work by cases."""
    tasks = tuple(replace(one, cases="counted") if one.id == "II.2.21" else one for one in small().plan.tasks)
    workspace = replace(small(), plan=replace(small().plan, tasks=tasks))
    with open_office(database_url, tmp_path / "home", workspace, date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 20))
        yield opened


def form(client: TestClient, key: str, received: str, on_time: str, late: str, **more: object) -> dict[str, object]:
    """A report with these numbers as typed."""
    typed = {f"r-{KEY}": received, f"d-{KEY}": on_time, f"q-{KEY}": late, text_of(AWAITING): "", **more}
    filled = report(client, key, **typed)
    return {name: value for name, value in filled.items() if name[:2] not in ("c-", "s-", "n-")}


def test_numbers_are_checked_where_they_are_typed_and_what_is_left_is_shown(justice: TestClient) -> None:
    page = justice.get(at(Q1)).text
    assert "Việc theo vụ việc (1)" in plain(page) and "Đã xảy ra chưa?" not in page
    wrong = justice.post(at(Q1), data=form(justice, Q1, "năm", "", "-1"))
    assert wrong.status_code == 422
    words = plain(wrong.text)
    assert "“năm” không phải số vụ việc: ghi số nguyên không âm, ví dụ 12." in words
    assert "“-1” không phải số vụ việc" in words and "Ghi số; không có vụ việc nào thì ghi 0." in words
    assert (typed_in(wrong.text, f"r-{KEY}"), typed_in(wrong.text, f"q-{KEY}")) == ("năm", "-1")
    saved = justice.post(at(Q1), data=form(justice, Q1, "1.250", "1.200", "3", luu="theo-vu-viec"))
    assert "Còn đang giải quyết: 47." in plain(justice.get(saved.headers["location"]).text)


def test_the_next_period_is_counted_anew_and_the_supervisor_sees_the_sum(justice: TestClient, seat: Seat) -> None:
    sent = justice.post(at(Q1), data=form(justice, Q1, "5", "3", "1"))
    receipt = plain(justice.get(sent.headers["location"]).text)
    assert "Nhận 5 vụ việc: giải quyết đúng hạn 3, quá hạn 1, đang giải quyết 1." in receipt
    again, following = justice.get(at(Q1)).text, justice.get(at(H1)).text
    assert typed_in(again, f"r-{KEY}") == "5"  # the same report once more
    assert typed_in(following, f"r-{KEY}") == ""
    assert "Báo cáo trước ghi: “Nhận 5 vụ việc" in plain(following)
    assert justice.post(at(H1), data=form(justice, H1, "9", "9", "0")).status_code == 303
    page = plain(seat("supervisor").get(f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/II.2.21").text)
    assert "Số vụ việc đã báo cáo Nhận 9 vụ việc: giải quyết đúng hạn 9, quá hạn 0, đang giải quyết 0." in page
    assert "Báo cáo quý I 1 5 3 1 1" in page and "Báo cáo 6 tháng đầu năm 1 9 9 0 0" in page
