"""A plan as it was applied: frozen plan, directory, regime and ladder, with the calendar in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain import codec
from dondoc.domain.cases import Case, Rules
from dondoc.domain.decide import Snapshot
from dondoc.domain.directory import ContactChange, Directory, corrected
from dondoc.domain.obligations import Scope
from dondoc.domain.plan import Plan
from dondoc.domain.policy import Ladder
from dondoc.domain.regime import Regime
from dondoc.domain.simulate import World
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.store import contact_changes, decisions, events, journal, obligations
from dondoc.store.models import PlanRow


@dataclass(frozen=True)
class Frozen:
    """What an apply stores of the files it read."""

    plan: Plan
    directory: Directory
    regime: Regime
    ladder: Ladder

    def to_json(self) -> dict[str, Any]:
        """For the `workspace` column; `frozen` reads it back. Where the file lay and on which line a task stood is left
        out: a comment more in the file is no change of the plan."""
        tasks = tuple(replace(task, line=None) for task in self.plan.tasks)
        return {
            "plan": codec.plan_to_json(replace(self.plan, file=None, tasks=tasks)),
            "directory": codec.directory_to_json(self.directory),
            "regime": codec.regime_to_json(self.regime),
            "ladder": codec.ladder_to_json(self.ladder),
        }


def frozen(workspace: dict[str, Any]) -> Frozen:
    """The values that `Frozen.to_json` wrote."""
    return Frozen(
        codec.plan_from_json(workspace["plan"]),
        codec.directory_from_json(workspace["directory"]),
        codec.regime_from_json(workspace["regime"]),
        codec.ladder_from_json(workspace["ladder"]),
    )


@dataclass(frozen=True)
class Book:
    """One applied plan and everything needed to judge its obligations."""

    frozen: Frozen
    scope: Scope
    archived: bool
    live_from: date | None

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.frozen.plan

    @property
    def directory(self) -> Directory:
        """The directory it was applied with."""
        return self.frozen.directory

    @property
    def rules(self) -> Rules:
        """The calendar in force and the plan's regime."""
        return Rules(self.scope.calendar, self.frozen.regime)

    @property
    def world(self) -> World:
        """For a rehearsal of this plan."""
        return World(self.scope, self.frozen.ladder)

    def snapshot(self, ladders: dict[str, Ladder]) -> Snapshot:
        """What `decide` looks at, without cases; `ladders` are the ones frozen into the obligations."""
        return Snapshot((), self.rules, ladders, self.plan.supervisor, self.ends)

    @property
    def ends(self) -> dict[str, date]:
        """The last day of each agency that has one."""
        return {agency.id: agency.valid_to for agency in self.directory.agencies if agency.valid_to is not None}


def book_of(app: App, session: Session, row: PlanRow) -> Book:
    """The book of a stored plan."""
    return _books(app, session, [row])[row.id]


def scopes(app: App, session: Session, files: Mapping[str, Frozen]) -> dict[str, Scope]:
    """The expansion's input for frozen files, by plan id, with what people decided and recorded since: a constant
    number of queries."""
    chosen, moved = decisions.selections(session, files), decisions.reassignments(session, files)
    openings, followed = events.openings(session, files), _followed(session, files)
    return {
        id: Scope(
            found.plan, found.directory, app.calendar, found.regime, found.ladder.id, chosen.get(id, {}),
            moved.get(id, {}), openings.get(id, {}), followed.get(id, {}),
        )
        for id, found in files.items()
    }  # fmt: skip


def _followed(session: Session, files: Mapping[str, Frozen]) -> dict[str, dict[str, date]]:
    """The days that tasks of other plans give, by plan and task; what is not applied or has no day gives none."""
    wanted = {
        (id, task.id): (task.date_from.plan, task.date_from.task)
        for id, found in files.items()
        for task in found.plan.tasks
        if task.date_from is not None and task.date_from.plan is not None
    }
    days = events.due_days(session, wanted.values()) if wanted else {}
    result: dict[str, dict[str, date]] = {}
    for (id, task), source in wanted.items():
        if source in days:
            result.setdefault(id, {})[task] = days[source]
    return result


def books(app: App, session: Session, *, live: bool = False) -> dict[str, Book]:
    """All applied plans by id (with `live` only those that are followed, by year), in a constant number of queries."""
    statement = select(PlanRow)
    if live:
        statement = statement.where(PlanRow.archived.is_(False)).order_by(PlanRow.year)
    return _books(app, session, session.scalars(statement.order_by(PlanRow.id)).all())


def book(app: App, session: Session, plan_id: str) -> Book:
    """The book of one plan. Raises Refused when no such plan was applied."""
    row = session.get(PlanRow, plan_id)
    if row is None:
        known = ", ".join(session.scalars(select(PlanRow.id).order_by(PlanRow.id))) or "chưa có kế hoạch nào"
        raise Refused(f"Không có kế hoạch “{plan_id}” đang theo dõi (đang có: {known}).")
    return book_of(app, session, row)


def _books(app: App, session: Session, rows: Sequence[PlanRow]) -> dict[str, Book]:
    changes = contact_changes.confirmed(session)
    files = {row.id: _corrected(_frozen(row), changes) for row in rows}
    found = scopes(app, session, files)
    return {row.id: Book(files[row.id], found[row.id], row.archived, row.live_from) for row in rows}


def _corrected(files: Frozen, changes: Sequence[ContactChange]) -> Frozen:
    return replace(files, directory=corrected(files.directory, changes))


def applied_files(row: PlanRow) -> Frozen:
    """The files a plan was applied with, as they were: without what agencies corrected in the directory since."""
    return _frozen(row)


_read: dict[str, Frozen] = {}
MOST_READ = 64


def _frozen(row: PlanRow) -> Frozen:
    """The row's files; reading them costs, and under one digest they never change."""
    found = _read.get(row.digest)
    if found is None:
        if len(_read) >= MOST_READ:
            _read.clear()
        found = _read[row.digest] = frozen(row.workspace)
    return found


def cases_at(session: Session, found: Book, now: datetime, task_id: str | None = None) -> list[Case]:
    """The plan's cases as they were at `now`, a past day included: due days moved since are put back, what was
    withdrawn since is there, what was handed over since is not yet its new owner's. Later answers are for `standing`
    to leave out."""
    cases = obligations.load_cases(session, plan_id=found.plan.id, task_id=task_id, as_of=now)
    later = decisions.handed_over_after(session, found.plan.id, now)
    cases = [case for case in cases if case.obligation.id not in later]
    moved = journal.due_days_at(session, now)
    return [
        _with_due(case, moved[case.obligation.id], found) if case.obligation.id in moved else case for case in cases
    ]


def _with_due(case: Case, due_on: date | None, found: Book) -> Case:
    late_after = found.scope.late_after(due_on) if due_on else None
    return replace(case, obligation=replace(case.obligation, due_on=due_on, late_after=late_after))
