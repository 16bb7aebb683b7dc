"""Applying a plan: atomic, repeatable, re-dated by the rules, undoable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from town import Town, only, shipped

from dondoc.domain.clauses import By, Within
from dondoc.domain.plan import Plan
from dondoc.errors import Refused
from dondoc.services import applying
from dondoc.services.applying import apply_workspace
from dondoc.store.models import ApplicationRow, JournalRow, NoticeRow, ObligationRow

JANUARY = "II.2.39"  # Muộn nhất là ngày 31/01/2024, Văn phòng UBND tỉnh
QUARTER = "I.2.5"  # Quý I/2024, Sở Tư pháp


def with_due(plan: Plan, task_id: str, day: date) -> Plan:
    """The plan with one task's deadline moved."""

    def moved(task):  # type: ignore[no-untyped-def]
        if task.id != task_id:
            return task
        clauses = (By(day),)
        return replace(task, clauses=clauses, parts=tuple(replace(p, clauses=clauses) for p in task.parts))

    return replace(plan, tasks=tuple(moved(task) for task in plan.tasks))


def rows(town: Town) -> dict[str, ObligationRow]:
    with town.app.sessions() as session:
        return {row.id: row for row in session.scalars(select(ObligationRow))}


def count(town: Town, table: type) -> int:
    with town.app.sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_whole_plan_becomes_obligations_once_and_a_second_apply_writes_nothing(town: Town) -> None:
    first = town.apply(shipped())
    before = {table: count(town, table) for table in (ObligationRow, NoticeRow, JournalRow, ApplicationRow)}
    second = town.apply(shipped())
    assert first.written
    assert not second.written
    assert second.diff.is_empty
    assert {table: count(town, table) for table in before} == before
    dated = [row for row in rows(town).values() if row.kind in ("task", "periodic_report")]
    assert len(dated) == 347


def test_the_years_list_waits_for_release(town: Town) -> None:
    town.apply(only(shipped(), QUARTER))
    with town.app.sessions() as session:
        found = session.scalars(select(NoticeRow)).all()
    assert [(row.kind, row.held, row.recipient) for row in found] == [("assignment", True, "so-tu-phap/focal")]


def test_a_moved_deadline_is_a_journaled_move_and_keeps_the_obligation(town: Town) -> None:
    workspace = only(shipped(), JANUARY, QUARTER)
    town.apply(workspace)
    town.set(date(2024, 1, 15))
    later = replace(workspace, plan=with_due(workspace.plan, JANUARY, date(2024, 2, 20)))
    applied = town.apply(later)
    row = rows(town)["hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh"]
    assert [change.new.id for change in applied.diff.changed] == [row.id]
    assert (row.planned_on, row.due_on) == (date(2024, 2, 20), date(2024, 2, 20))
    with town.app.sessions() as session:
        moves = session.scalars(select(JournalRow).where(JournalRow.action == "redated")).all()
    assert [(m.subject, m.old, m.new) for m in moves] == [(row.id, "2024-01-31", "2024-02-20")]


def test_a_deadline_moved_into_the_past_never_makes_anybody_late_at_once(town: Town) -> None:
    workspace = only(shipped(), QUARTER)
    town.apply(workspace)
    town.set(date(2024, 2, 26))
    town.apply(replace(workspace, plan=with_due(workspace.plan, QUARTER, date(2024, 2, 1))), force=True)
    row = rows(town)["hung-yen-2024/I.2.5/-/1/so-tu-phap"]
    assert row.due_on == date(2024, 2, 29)  # three working days from the apply
    assert row.planned_on == date(2024, 2, 29)


def test_what_the_plan_no_longer_has_is_withdrawn_with_its_history_and_comes_back_the_same(town: Town) -> None:
    both = only(shipped(), JANUARY, QUARTER)
    town.apply(both)
    town.apply(only(shipped(), QUARTER), force=True)
    gone = rows(town)["hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh"]
    assert gone.withdrawn_at is not None
    assert gone.next_on is None
    town.apply(both, force=True)
    back = rows(town)[gone.id]
    assert back.withdrawn_at is None
    assert back.created_at == gone.created_at


def test_an_apply_that_changes_more_than_thirty_percent_asks_first(town: Town) -> None:
    town.apply(only(shipped(), JANUARY, QUARTER))
    with pytest.raises(Refused, match="--force"):
        town.apply(only(shipped(), QUARTER))
    assert all(row.withdrawn_at is None for row in rows(town).values())


def test_undo_brings_back_the_plan_as_it_was(town: Town) -> None:
    workspace = only(shipped(), JANUARY, QUARTER)
    town.apply(workspace)
    town.apply(replace(workspace, plan=with_due(workspace.plan, JANUARY, date(2024, 3, 20))))
    applying.undo(town.app, "hung-yen-2024", town.moment, "kiểm thử")
    assert rows(town)["hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh"].planned_on == date(2024, 1, 31)


def test_the_first_apply_cannot_be_undone(town: Town) -> None:
    town.apply(only(shipped(), QUARTER))
    with pytest.raises(Refused):
        applying.undo(town.app, "hung-yen-2024", town.moment, "kiểm thử")


def test_a_plan_whose_year_is_over_is_an_archive_without_notices(town: Town) -> None:
    town.set(date(2026, 3, 2))
    applied = town.apply(only(shipped(), JANUARY, QUARTER))
    assert applied.archived
    assert count(town, NoticeRow) == 0
    assert {row.next_on for row in rows(town).values()} == {None}
    assert town.morning(date(2026, 3, 3)).composed == 0


def test_live_from_starts_the_notices_of_a_past_plan_on_that_day(town: Town) -> None:
    town.set(date(2026, 3, 2))
    applied = town.apply(only(shipped(), QUARTER), live_from=date(2026, 3, 10))
    assert not applied.archived
    dated = [row for row in rows(town).values() if row.due_on]
    assert {row.next_on for row in dated} == {date(2026, 3, 10)}


def test_a_failing_apply_leaves_nothing_behind(town: Town) -> None:
    workspace = only(shipped(), QUARTER)
    broken = replace(workspace, regime=replace(workspace.regime, own_tasks_reviewer="so-noi-vu"))
    own = only(shipped(), "III.2.57")
    with pytest.raises(Exception, match="reviewer_is_another"):
        apply_workspace(town.app, replace(broken, plan=own.plan), town.moment, "kiểm thử")
    assert rows(town) == {}
    assert count(town, ApplicationRow) == 0


def test_windows_stay_windows_after_a_round_through_the_store(town: Town) -> None:
    workspace = only(shipped(), QUARTER)
    assert any(isinstance(c, Within) for task in workspace.plan.tasks for c in task.clauses)
    town.apply(workspace)
    assert rows(town)["hung-yen-2024/I.2.5/-/1/so-tu-phap"].is_window


@pytest.mark.parametrize("name", ["../config/x", "/etc/passwd", "Hung-Yen", "a/b", "", "a.yaml", "a\x00b"])
def test_a_name_from_a_form_never_leaves_the_plans_folder(town: Town, name: str) -> None:
    with pytest.raises(Refused):
        applying.apply_named(town.app, name, town.moment, "Prefect")
