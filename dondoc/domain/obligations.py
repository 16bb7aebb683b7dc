"""Obligations: one agency owing one occurrence (DEADLINES §4), and the plan's expansion into them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.clauses import Within
from dondoc.domain.directory import Agency, Directory
from dondoc.domain.occurrences import schedule
from dondoc.domain.plan import DUTIES_SECTION, Lead, Part, Plan, Task
from dondoc.domain.policy import ObligationKind
from dondoc.domain.regime import Regime

PERIODIC_TASK = DUTIES_SECTION
"""The task id under which the periodic report of a plan is owed."""

UNSELECTED = "?"
"""Stands for the agency of a conditional lead until the supervisor has selected who it is."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One agency owing one occurrence. `id` holds no date, so that a re-dated one keeps its history.

    `due_on` is the nominal day (what the plan says), `late_after` the rolled one: lateness starts the day after it.
    Both are None for ongoing and awaiting work. `reviewer` is an agency id, never `agency`.
    """

    id: str
    plan_id: str
    task_id: str
    part: str
    period: str
    agency: str
    kind: ObligationKind
    name: str
    opens_on: date
    due_on: date | None
    late_after: date | None
    reviewer: str
    ladder: str
    checkpoints: tuple[date, ...] = ()
    question: str | None = None
    condition: str | None = None
    is_window: bool = False


Selections = Mapping[tuple[str, str], frozenset[str]]
"""(task id, lead name) → agencies that the supervisor chose for a conditional lead."""


Reassignments = Mapping[str, str]
"""Obligation id → the agency that owes it instead, by the supervisor's decision."""


@dataclass(frozen=True)
class Scope:
    """All that the expansion of a plan needs."""

    plan: Plan
    directory: Directory
    calendar: WorkCalendar
    regime: Regime
    ladder_id: str
    selections: Selections
    reassignments: Reassignments = field(default_factory=dict)

    def late_after(self, due_on: date) -> date:
        """The rolled due day; a day outside the loaded calendar stays a plain date (DEADLINES §3)."""
        if not self.regime.due_rolls:
            return due_on
        return self.calendar.try_roll(due_on) or due_on

    def earliest(self, today: date) -> date:
        """The first day to which a due day may be moved: some working days from today (DEADLINES §4 "Frozen").

        Where the calendar ends working days cannot be counted: twice as many civil days and one hold them.
        """
        notice = self.regime.redate_notice_days
        return self.calendar.try_add(today, notice) or today + timedelta(days=2 * notice + 1)

    def reviewer(self, agency: str) -> str:
        """Never the owing agency: the supervisor's own tasks go to the regime's `own_tasks_reviewer`."""
        return self.regime.own_tasks_reviewer if agency == self.plan.supervisor else self.plan.supervisor


def expand(scope: Scope) -> tuple[Obligation, ...]:
    """Every obligation of the plan's year, in the plan's order, periodic reports last. Ids are unique."""
    tasks = [o for task in scope.plan.tasks for part in task.parts for o in _part(scope, task, part)]
    found = {obligation.id: obligation for obligation in reversed(tasks)}
    ordered = [found.pop(o.id) for o in tasks if o.id in found]
    periodic = tuple(_periodic(scope, ordered))
    return (*_with_reassigned(scope, ordered), *_with_reassigned(scope, periodic))


def _with_reassigned(scope: Scope, ordered: Sequence[Obligation]) -> Iterator[Obligation]:
    """After each obligation that is another's now, the same for that agency; the first one's history stays with it."""
    waiting, seen = deque(ordered), {o.id for o in ordered}
    while waiting:
        obligation = waiting.popleft()
        yield obligation
        agency = scope.reassignments.get(obligation.id)
        if agency is None:
            continue
        moved = replace(
            obligation,
            id=f"{obligation.id.rpartition('/')[0]}/{agency}",
            agency=agency,
            reviewer=scope.reviewer(agency),
        )
        if moved.id not in seen:
            seen.add(moved.id)
            waiting.appendleft(moved)


def redated(obligation: Obligation, due_on: date, today: date, scope: Scope) -> Obligation:
    """The obligation with a new nominal due day, never moved backwards into lateness (DEADLINES §4 "Frozen").

    A day earlier than today plus `redate_notice_days` working days becomes that day, unless it is the old one.
    """
    new = due_on if obligation.due_on == due_on else max(due_on, scope.earliest(today))
    marks = tuple(mark for mark in obligation.checkpoints if mark < new)
    return replace(obligation, due_on=new, late_after=scope.late_after(new), checkpoints=marks)


def owing_agencies(scope: Scope, lead: Lead, task_id: str, on: date) -> tuple[Agency, ...]:
    """Who a lead is on that day; empty for a conditional lead that nobody has been selected for."""
    if not lead.is_group:
        return (scope.directory.by_id[lead.ref],)
    members = scope.directory.members(scope.directory.groups_by_id[lead.ref], on)
    if lead.condition is None:
        return members
    chosen = scope.selections.get((task_id, lead.name), frozenset())
    return tuple(agency for agency in members if agency.id in chosen)


@dataclass(frozen=True, slots=True)
class _Row:
    """What every owing agency of a part gets one obligation for."""

    key: str
    name: str
    kind: ObligationKind
    opens_on: date
    due_on: date | None = None
    checkpoints: tuple[date, ...] = ()
    question: str | None = None
    is_window: bool = False


def _rows(scope: Scope, task: Task, part: Part) -> Iterator[_Row]:
    found = schedule(scope.plan, task, part, scope.regime)
    for o in found.occurrences:
        yield _Row(o.key, o.name, "task", o.opens_on, o.due_on, o.checkpoints, is_window=isinstance(o.clause, Within))
    for waiting in found.waiting:
        yield _Row(waiting.key, "Chờ sự kiện", "awaiting", scope.plan.starts_on, question=waiting.question)
    if found.is_ongoing:
        yield _Row("ca-nam", "Thường xuyên", "ongoing", scope.plan.starts_on)


def _part(scope: Scope, task: Task, part: Part) -> Iterator[Obligation]:
    for row in _rows(scope, task, part):
        for lead in part.leads:
            for agency, kind in _owing(scope, task, lead, row):
                identity = (scope.plan.id, task.id, part.key or "-", row.key, agency)
                yield Obligation(
                    "/".join(identity), *identity, kind, row.name, row.opens_on, row.due_on,
                    scope.late_after(row.due_on) if row.due_on else None, scope.reviewer(agency), scope.ladder_id,
                    row.checkpoints, row.question, lead.condition, row.is_window,
                )  # fmt: skip


def _owing(scope: Scope, task: Task, lead: Lead, row: _Row) -> Iterable[tuple[str, ObligationKind]]:
    # Membership is judged inside the plan's year: what opens in the December before is owed by this year's agencies.
    members = owing_agencies(scope, lead, task.id, max(row.opens_on, scope.plan.starts_on))
    if lead.condition is not None and not members:
        return [(UNSELECTED + lead.ref, "unassigned")]
    return [(agency.id, row.kind) for agency in members]


def _periodic(scope: Scope, tasks: Iterable[Obligation]) -> Iterator[Obligation]:
    """ONE obligation per (plan, agency, period), for every agency that leads anything, itself or for its communes, and
    for those whom a periodic reporting duty of the plan names."""
    leading = dict.fromkeys(o.agency for o in tasks if o.kind != "unassigned")
    reporting = dict.fromkeys((*leading, *_reporters(scope)))
    agencies = dict.fromkeys(scope.directory.reporting_body(agency) for agency in reporting)
    for period in scope.regime.periodic:
        due_on = period.due_on(scope.plan.year)
        for agency in agencies:
            identity = (scope.plan.id, PERIODIC_TASK, "-", f"{scope.plan.year}-{period.key}", agency)
            yield Obligation(
                "/".join(identity), *identity, "periodic_report", _report_name(period.name, scope.plan.year),
                max(period.cut_off(scope.plan.year)[0], scope.plan.starts_on), due_on, scope.late_after(due_on),
                scope.reviewer(agency), scope.ladder_id,
            )  # fmt: skip


def _reporters(scope: Scope) -> Iterator[str]:
    for task in scope.plan.tasks:
        for lead in (lead for part in task.parts for lead in part.leads if task.periodic):
            yield from (agency.id for agency in owing_agencies(scope, lead, task.id, scope.plan.starts_on))


def _report_name(period: str, year: int) -> str:
    """ "Báo cáo quý I năm 2024", "Báo cáo năm 2024"."""
    return f"Báo cáo {period} {year}" if period.endswith("năm") else f"Báo cáo {period} năm {year}"
