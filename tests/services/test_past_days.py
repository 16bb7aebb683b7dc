"""Any past day can be rebuilt, and nobody becomes late by somebody else's decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from town import Town, only, shipped

from dondoc.domain.clauses import By
from dondoc.domain.workspace import Workspace
from dondoc.services import delivering, selecting, status, sweeping
from dondoc.store.models import NoticeRow, ObligationRow

JANUARY, QUARTER, CONDITIONAL = "II.2.39", "I.2.5", "III.2.72"  # by 31/01; quý I; tháng 01, UBND cấp huyện có liên quan


def due(workspace: Workspace, task_id: str, day: date) -> Workspace:
    clauses = (By(day),)
    tasks = tuple(
        replace(t, clauses=clauses, parts=tuple(replace(p, clauses=clauses) for p in t.parts)) if t.id == task_id else t
        for t in workspace.plan.tasks
    )
    return replace(workspace, plan=replace(workspace.plan, tasks=tasks))


def overdue(town: Town, day: date) -> int:
    data = status.to_json(town.moment, status.counts(town.app, town.set(day)))
    return sum(row["overdue"] for row in data["sections"] if row["section"] != "bao-cao")


def test_a_past_days_count_uses_the_due_days_of_that_day(town: Town) -> None:
    workspace = only(shipped(), JANUARY, QUARTER)
    town.apply(workspace, assign=False)
    assert overdue(town, date(2024, 2, 5)) == 1
    town.set(date(2024, 2, 6))
    town.apply(due(workspace, JANUARY, date(2024, 3, 29)))
    assert overdue(town, date(2024, 2, 7)) == 0
    assert overdue(town, date(2024, 2, 5)) == 1  # as it was


def test_what_was_withdrawn_later_still_counts_on_the_days_before(town: Town) -> None:
    town.apply(only(shipped(), JANUARY, QUARTER), assign=False)
    town.set(date(2024, 2, 6))
    town.apply(only(shipped(), QUARTER), force=True)
    assert overdue(town, date(2024, 2, 7)) == 0
    assert overdue(town, date(2024, 2, 5)) == 1


def test_a_lead_selected_after_the_due_day_is_not_late_at_once(town: Town) -> None:
    town.apply(only(shipped(), CONDITIONAL), assign=False)
    town.set(date(2024, 3, 4))
    selecting.select_lead(
        town.app, "hung-yen-2024", CONDITIONAL, None, ["ubnd-huyen-van-lam"], "so-noi-vu", town.moment
    )
    with town.app.sessions() as session:
        rows = session.scalars(select(ObligationRow).where(ObligationRow.task_id == CONDITIONAL)).all()
    live = [row for row in rows if row.withdrawn_at is None]
    assert [(row.agency, row.planned_on, row.due_on) for row in live] == [
        ("ubnd-huyen-van-lam", date(2024, 1, 31), date(2024, 3, 7))
    ]
    again = town.apply(only(shipped(), CONDITIONAL), assign=False)
    assert not again.written


def test_a_notice_overtaken_by_a_new_due_day_before_it_was_composed_is_not_sent(town: Town) -> None:
    workspace = only(shipped(), JANUARY)
    town.apply(workspace, assign=False)
    sweeping.sweep(town.app, town.set(date(2024, 2, 1)))
    town.apply(due(workspace, JANUARY, date(2024, 6, 28)))
    delivering.deliver(town.app, town.moment)
    with town.app.sessions() as session:
        found = session.scalars(select(NoticeRow).where(NoticeRow.rule.in_(("overdue", "remind_1", "remind_7")))).all()
    assert {row.status for row in found} <= {"dropped", "superseded"}
    assert town.mails() == []
