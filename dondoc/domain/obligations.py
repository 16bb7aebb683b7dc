"""Obligations: one agency owing one occurrence (DEADLINES §4), and the plan's expansion into them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.clauses import Within
from dondoc.domain.directory import Agency, Directory
from dondoc.domain.events import Opening
from dondoc.domain.occurrences import conditions, is_capped, schedule
from dondoc.domain.openings import Opened, dated_anew, earliest, heir, opened
from dondoc.domain.plan import DUTIES_SECTION, Lead, Part, Plan, Task
from dondoc.domain.policy import ObligationKind
from dondoc.domain.regime import Regime

PERIODIC_TASK = DUTIES_SECTION
"""The task id under which the periodic report of a plan is owed."""

FOLLOWED = "theo-van-ban"
"""The period of what has its day from a task of another plan."""
FOLLOWED_NAME = "Theo kế hoạch khác"

UNSELECTED = "?"
"""Stands for the agency of a conditional lead until the supervisor has selected who it is."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One agency owing one occurrence. `id` holds no date, so that a re-dated one keeps its history.

    `due_on` is the nominal day (what the plan says), `late_after` the rolled one: lateness starts the day after it.
    Both are None for ongoing and awaiting work, and for what an event opened without a day: that has only a
    `target_on` towards which it is reminded, and is never late. `opening` is the number of the opening that brought it
    about (its `period` is the event), None for what the plan itself dates. `reviewer` is an agency id, never `agency`.
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
    target_on: date | None = None
    opening: int | None = None

    @property
    def aim(self) -> date | None:
        """The day it is reminded of: the due day, else the target day."""
        return self.due_on or self.target_on


Selections = Mapping[tuple[str, str], frozenset[str]]
"""(task id, lead name) → agencies that the supervisor chose for a conditional lead."""


Reassignments = Mapping[str, str]
"""Obligation id → the agency that owes it instead, by the supervisor's decision."""


Openings = Mapping[str, tuple[Opening, ...]]
"""Task id → what events opened in it."""


@dataclass(frozen=True)
class Scope:
    """All that the expansion of a plan needs. `followed`: the days that tasks of other plans give, by task id."""

    plan: Plan
    directory: Directory
    calendar: WorkCalendar
    regime: Regime
    ladder_id: str
    selections: Selections
    reassignments: Reassignments = field(default_factory=dict)
    openings: Openings = field(default_factory=dict)
    followed: Mapping[str, date] = field(default_factory=dict)

    def late_after(self, due_on: date) -> date:
        """The rolled due day; a day outside the loaded calendar stays a plain date (DEADLINES §3)."""
        if not self.regime.due_rolls:
            return due_on
        return self.calendar.try_roll(due_on) or due_on

    def earliest(self, today: date) -> date:
        """The first day to which a due day may be moved: some working days from today (DEADLINES §4 "Frozen").

        Where the calendar ends working days cannot be counted: twice as many civil days and one hold them.
        """
        return earliest(self.calendar, self.regime, today)

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

    A day earlier than today plus `redate_notice_days` working days becomes that day, unless it is the old one; a day
    earlier than the old one never becomes later than that, however often it is asked for.
    """
    old, new = obligation.due_on, due_on
    if due_on != old:
        new = max(due_on, scope.earliest(today))
        new = min(new, old) if old is not None and due_on < old else new
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
    target_on: date | None = None
    opening: Opening | None = None


def _rows(scope: Scope, task: Task, part: Part) -> Iterator[_Row]:
    found = schedule(scope.plan, task, part, scope.regime)
    for o in found.occurrences:
        yield _Row(o.key, o.name, "task", o.opens_on, o.due_on, o.checkpoints, is_window=isinstance(o.clause, Within))
    for waiting in found.waiting:
        yield _Row(waiting.key, "Chờ sự kiện", "awaiting", scope.plan.starts_on, question=waiting.question)
    if found.is_ongoing:
        yield _Row("ca-nam", "Thường xuyên", "ongoing", scope.plan.starts_on)


def _part(scope: Scope, task: Task, part: Part) -> Iterator[Obligation]:
    events = opened(task, part, openings_of(scope, task, part), scope.calendar, scope.regime)
    capped = is_capped(part.clauses)
    for row in _rows(scope, task, part):
        for lead in part.leads:
            for agency, kind in _owing(scope, task, lead, row):
                own = [one for one in events if _reaches(scope, one.opening, lead, agency, row.opens_on)]
                if row.kind == "awaiting" and own:
                    continue  # what it waits for has come: the obligations below
                dated = _beside(task, part, row, own) if capped else row
                yield _obligation(scope, task, part, lead, dated, agency, kind)
    for one in () if capped else events:
        yield from _opened(scope, task, part, one)


def _reaches(scope: Scope, opening: Opening, lead: Lead, agency: str, on: date) -> bool:
    """Whether it opens something for that agency; for whom nobody was selected, where it names one of the group."""
    if not agency.startswith(UNSELECTED) or opening.agencies is None:
        return opening.holds(agency) or agency.startswith(UNSELECTED)
    group = scope.directory.members(scope.directory.groups_by_id[lead.ref], max(on, scope.plan.starts_on))
    return any(member.id in opening.agencies for member in group)


def openings_of(scope: Scope, task: Task, part: Part) -> tuple[Opening, ...]:
    """What was opened of that part; a part without a condition, and work that is only counted, opens nothing."""
    if task.cases == "counted" or not any(conditions(part.clauses)):
        return ()
    day, start = scope.followed.get(task.id), scope.plan.starts_on
    # A followed day is no news of a certain day: whom it would make late is decided when the day moves (`redated`).
    by_plan = () if day is None else (Opening(FOLLOWED, FOLLOWED_NAME, start, task.id, part.key, date.min, due_on=day),)
    return (*by_plan, *(o for o in scope.openings.get(task.id, ()) if o.part == part.key))


def _beside(task: Task, part: Part, row: _Row, own: Sequence[Opened]) -> _Row:
    """The one dated row of a capped part, with the day that counts once an event or a document gave one."""
    if row.due_on is None or not own:
        return row
    due_on = dated_anew(task, part, row.due_on, own)
    return replace(row, due_on=due_on, name=row.name if due_on == row.due_on else f"{due_on:%d/%m/%Y}")


def _opened(scope: Scope, task: Task, part: Part, one: Opened) -> Iterator[Obligation]:
    opening = one.opening
    row = _Row(
        opening.event, opening.name, "task", one.opens_on, one.due_on, target_on=one.target_on,
        opening=opening if opening.event != FOLLOWED else None,
    )  # fmt: skip
    for lead in part.leads:
        for agency, kind in _owing(scope, task, lead, row):
            if kind == "unassigned":
                yield _obligation(scope, task, part, lead, row, agency, kind)
            elif opening.holds(agency):
                owing = heir(scope.plan.id, task, part, agency, scope.reassignments)
                yield _obligation(scope, task, part, lead, row, owing, kind)


def _obligation(
    scope: Scope, task: Task, part: Part, lead: Lead, row: _Row, agency: str, kind: ObligationKind
) -> Obligation:
    identity = (scope.plan.id, task.id, part.key or "-", row.key, agency)
    return Obligation(
        "/".join(identity), *identity, kind, row.name, row.opens_on, row.due_on,
        scope.late_after(row.due_on) if row.due_on else None, scope.reviewer(agency), scope.ladder_id,
        row.checkpoints, row.question, lead.condition, row.is_window, row.target_on,
        row.opening.number if row.opening is not None else None,
    )  # fmt: skip


def _owing(scope: Scope, task: Task, lead: Lead, row: _Row) -> Iterable[tuple[str, ObligationKind]]:
    # Membership is judged inside the plan's year: what opens in the December before is owed by this year's agencies.
    on = max(row.opens_on, scope.plan.starts_on)
    named = row.opening.agencies if row.opening is not None else None
    if lead.condition is not None and lead.is_group and named is not None:
        # Who records an event and names the agencies has said who the condition is.
        group = scope.directory.members(scope.directory.groups_by_id[lead.ref], on)
        return [(agency.id, row.kind) for agency in group if agency.id in named]
    members = owing_agencies(scope, lead, task.id, on)
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
