"""The graph of a plan on its page: the drawing and the table say the same, and both say what the store holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from desk_help import told
from office import PLAN_ID, QUARTER, YEAR, Office, open_office, small
from seat_help import Seat

from dondoc.domain.cases import standing
from dondoc.domain.plan import After
from dondoc.domain.task_states import TaskState, state_of, summary
from dondoc.domain.workspace import Workspace
from dondoc.services import graphing, reviewing, standings
from dondoc.services.books import book
from dondoc.store import obligations

PAGE = f"/theo-doi/ke-hoach/{PLAN_ID}/so-do"
DAYS = (date(2024, 1, 5), date(2024, 3, 25), date(2024, 4, 2), date(2024, 7, 1), date(2024, 12, 30))


def linked() -> Workspace:
    """The small plan in which some tasks come after others."""
    after = {"I.2.8": After(("I.2.5",)), "II.2.39": After(("I.2.8",), proposed=("I.2.5",))}
    plan = small().plan
    tasks = tuple(replace(task, after=after.get(task.id, task.after)) for task in plan.tasks)
    return replace(small(), plan=replace(plan, tasks=tasks))


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", linked(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 4, 2))
        yield opened


def rows(page: str) -> dict[str, str]:
    """What the table says of each task, by its id."""
    found = re.findall(r'<tr role="row"><th role="rowheader".*?</tr>', page, re.S)
    return {re.search(r"[IV]+\.[\d.]+", one)[0]: told(one) for one in map(unescape, found)}  # type: ignore[index]


def test_the_table_says_what_waits_for_what_and_where_it_stands(seat: Seat) -> None:
    page = seat("read").get(PAGE).text
    found = rows(page)
    assert "Quá hạn chưa hoàn thành" in found["I.2.5"]
    assert "Chờ: không chờ gì" in found["I.2.5"]
    assert "Mở ra: I.2.8 (việc trước quá hạn) II.2.39 (mới đề xuất, chưa tính vào đâu)" in found["I.2.5"]
    assert "Chờ: I.2.5 (việc trước quá hạn)" in found["I.2.8"]
    assert "Chờ sự kiện" in found["II.2.21"] and "Chờ: khi nhận được hồ sơ" in found["II.2.21"]
    assert "I.2.2" not in found
    assert "4 nhiệm vụ, 3 mối nối, 1 chỗ việc trước quá hạn" in told(page)
    assert " style=" not in page and "<style" not in page and "<script" not in page


def test_the_drawing_leads_to_each_task_and_says_the_same(seat: Seat) -> None:
    page = seat("read").get(f"{PAGE}?tat-ca=1").text
    drawing = ET.fromstring(re.search(r"<svg xmlns.*?</svg>", page, re.S)[0])  # type: ignore[index]
    boxes = {link.get("href"): link.get("aria-label") for link in drawing.iter("{http://www.w3.org/2000/svg}a")}
    assert set(boxes) == {f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/{id}" for id in rows(page)}
    assert len(boxes) == len(linked().plan.tasks)
    assert "I.2.5, Quá hạn chưa hoàn thành: " in boxes[f"/theo-doi/ke-hoach/{PLAN_ID}/nhiem-vu/I.2.5"]  # type: ignore[operator]
    assert seat("read").get(f"/theo-doi/ke-hoach/{PLAN_ID}").text.count(f'href="{PAGE}"') == 1


def test_files_are_downloads_in_a_sandbox(seat: Seat) -> None:
    for ending, kind, begins in (("svg", "image/svg+xml", "<?xml"), ("mmd", "text/plain", "flowchart LR")):
        found = seat("read").get(f"{PAGE}.{ending}")
        assert found.headers["content-type"].startswith(kind) and found.text.startswith(begins)
        assert f'filename="{PLAN_ID}-so-do-20240402-0900.{ending}"' in found.headers["content-disposition"]
        assert found.headers["content-security-policy"].startswith("sandbox")


def test_a_plan_without_links_says_so(office: Office, seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dondoc.domain.dag.MOST_LINKS", 2)
    refused = seat("read").get(PAGE)
    assert refused.status_code == 200 and "Sơ đồ có 3 mối nối, quá 2 mối nối" in told(refused.text)
    assert seat("read").get(f"{PAGE}.svg").status_code == 404
    monkeypatch.setattr("dondoc.domain.dag._chosen", lambda *_: frozenset())
    assert "không có nhiệm vụ nào nối với nhau hay chờ sự kiện" in told(seat("read").get(PAGE).text)


def test_the_states_are_the_cores_on_any_day(office: Office) -> None:
    office.set(date(2024, 1, 4))
    office.submit(QUARTER, kind="done", note="xong", by="so-tu-phap/focal")
    reviewing.accept(office.app, QUARTER, by="kiểm thử", now=office.moment)
    office.submit(YEAR, kind="done", note="xong", by="so-tu-phap/focal")
    seen: set[str] = set()
    for on in DAYS:
        now = office.set(on)
        with office.app.sessions.begin() as session:
            standings.refresh(office.app, session, now)
            found = graphing.task_states(session, PLAN_ID, now)
            rules = book(office.app, session, PLAN_ID).rules
            numbers: dict[str, Counter[TaskState]] = {}
            for case in obligations.load_cases(session, plan_id=PLAN_ID):
                own = numbers.setdefault(case.obligation.task_id, Counter())
                own[state_of(standing(case, now, rules))] += 1
        assert found == {id: summary(own) for id, own in numbers.items()}, on
        seen |= {state for own in numbers.values() for state in own}
    assert {"overdue", "due_soon", "in_term", "not_open", "awaiting", "ongoing", "done_on_time"} <= seen
