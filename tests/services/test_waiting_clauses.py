"""What waits for an event: until it came for all, until the plan's own date, or until a person says the date of a
product that was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from office import Office, open_office
from town import only, shipped

from dondoc.domain.events import Event
from dondoc.domain.plan import DateFrom
from dondoc.services import events, reviewing, waiving
from dondoc.services.books import books
from dondoc.services.event_choices import Choice
from dondoc.services.proposing import proposed_among
from dondoc.services.waiting_clauses import Clause, DateWanted, clauses, dates_wanted

PLAN = "hung-yen-2024"
REVIEW, GUIDED, CAPPED, LEADING, COUNTED = "II.2.43", "III.2.51", "II.2.12", "II.2.39", "II.2.21"
"""Theo Kế hoạch truyền thông; khi có văn bản hướng dẫn; by January or another plan's day; a plan by 31/01; cases."""
PRODUCT = f"{PLAN}/{LEADING}/-/1/van-phong-ubnd-tinh"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    workspace = only(shipped(), REVIEW, GUIDED, CAPPED, LEADING, COUNTED)
    changed = {REVIEW: {"date_from": DateFrom(LEADING)}, COUNTED: {"cases": "counted"}}
    tasks = tuple(replace(task, **changed.get(task.id, {})) for task in workspace.plan.tasks)
    workspace = replace(workspace, plan=replace(workspace.plan, tasks=tasks))
    with open_office(database_url, tmp_path, workspace, date(2024, 1, 2)) as found:
        found.set(date(2024, 1, 22))
        yield found


def found(office: Office) -> dict[str, Clause]:
    with office.app.sessions() as session:
        return {one.task.id: one for one in clauses(session, books(office.app, session, live=True))}


def undated(office: Office) -> tuple[DateWanted, ...]:
    with office.app.sessions() as session:
        return dates_wanted(session, clauses(session, books(office.app, session, live=True)))


def record(office: Office, *choices: Choice) -> str:
    event = Event("guidance", date(2024, 1, 19), "Hướng dẫn rà soát tổ chức bộ máy", "1/BNV-TCBC", "Bộ Nội vụ")
    return events.record(office.app, event, choices, by="admin", now=office.moment).event_id


def test_a_clause_waits_until_its_event_came_for_everybody(office: Office) -> None:
    before = found(office)
    assert {task for task, one in before.items() if one.is_waiting} == {REVIEW, GUIDED, CAPPED}
    assert before[CAPPED].waits == () and before[COUNTED].waits != ()
    id = record(office, Choice(GUIDED, agencies=("so-y-te",)), Choice(CAPPED, due_on=date(2024, 3, 1)))
    after = found(office)
    assert {one.agency for one in before[GUIDED].waits} - {one.agency for one in after[GUIDED].waits} == {"so-y-te"}
    assert {task for task, one in after.items() if one.is_waiting} == {REVIEW, GUIDED}
    waiving.waive(office.app, after[GUIDED].waits[0].obligation_id, by="admin", now=office.moment, why="Không có.")
    assert len(found(office)[GUIDED].waits) == len(after[GUIDED].waits) - 1
    events.retract(office.app, id, by="admin", now=office.moment, why="Nhầm.")
    assert found(office)[CAPPED].is_waiting


def test_the_date_of_an_accepted_product_is_asked_for_until_it_is_recorded(office: Office) -> None:
    assert undated(office) == ()
    office.submit(PRODUCT, kind="done", document_number="15/KH-UBND", document_date=date(2024, 1, 20))
    assert undated(office) == ()
    reviewing.accept(office.app, PRODUCT, by="so-noi-vu", now=office.moment)
    (one,) = undated(office)
    assert (one.clause.task.id, one.before.id, one.agency, one.number, one.on, one.accepted_on) == (
        REVIEW, LEADING, "van-phong-ubnd-tinh", "15/KH-UBND", date(2024, 1, 20), date(2024, 1, 22),
    )  # fmt: skip
    record(office, one.clause.choice(due_on=date(2024, 12, 20)))
    assert undated(office) == ()


def test_proposals_come_from_the_words_alone(office: Office) -> None:
    own = list(found(office).values())
    event = Event("guidance", date(2024, 1, 19), "Hướng dẫn rà soát chức năng, nhiệm vụ", None, "Bộ Nội vụ")
    assert [one.clause.task.id for one in proposed_among(event, own)][0] == GUIDED
    assert proposed_among(Event("other", date(2024, 1, 19), "Lịch trực Tết"), own) == ()
