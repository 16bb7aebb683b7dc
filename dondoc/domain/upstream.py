"""A task whose product is late holds up the tasks after it: their leads hear of it before their own day slips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dondoc.domain.cases import Case, Rules, standing
from dondoc.domain.dependencies import downstream, links
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation
from dondoc.domain.plan import Plan, Task
from dondoc.domain.policy import UPSTREAM
from dondoc.domain.products import accepted, is_delivered

ByTask = Mapping[str, Sequence[Case]]


@dataclass(frozen=True, slots=True)
class HeldUp:
    """An open obligation with its day ahead, and a task before it whose day, `due_on`, is past without a product."""

    obligation: Obligation
    before: Task
    due_on: date

    @property
    def rule(self) -> str:
        """Under which the line about it stands in the ledger."""
        return UPSTREAM + self.before.id

    @property
    def firing(self) -> str:
        """Once for each due day of the task before."""
        return f"{self.due_on}"


@dataclass(frozen=True)
class Lookout:
    """What is needed to judge cases at `now`. `ends`: the last day of each agency that has one."""

    rules: Rules
    now: datetime
    ends: Mapping[str, date] = field(default_factory=dict)

    def has_ended(self, agency: str) -> bool:
        """Whether that agency is there no more: then a person must first say who carries on."""
        today = local_day(self.now)
        return today > self.ends.get(agency, today)


def linked(plan: Plan) -> frozenset[str]:
    """The tasks that come before another one, and those that come after one."""
    after = downstream(plan)
    return frozenset((*after, *(task.id for tasks in after.values() for task in tasks)))


def held_up(plan: Plan, cases: Iterable[Case], lookout: Lookout) -> Iterator[HeldUp]:
    """What is held up now, in the plan's order; `cases` are those of the `linked` tasks, none withdrawn.

    Who is late with the task before is left out: it hears of its own lateness.
    """
    by_task: dict[str, list[Case]] = {}
    for case in cases:
        by_task.setdefault(case.obligation.task_id, []).append(case)
    late = {id: late_cases(found, lookout) for id, found in by_task.items()}
    for task in plan.tasks:
        for id in _needed(task, by_task):
            day, own = overdue_since(late.get(id, ())), {case.obligation.agency for case in late.get(id, ())}
            for case in by_task.get(task.id, ()):
                if day is not None and case.obligation.agency not in own and _is_ahead(case, lookout):
                    yield HeldUp(case.obligation, plan.by_id[id], day)


def _needed(task: Task, by_task: ByTask) -> tuple[str, ...]:
    """The tasks before; where the first product is enough, and there, those are needed no more."""
    before = task.after.tasks
    if task.after.mode == "any" and any(accepted(case) for id in before for case in by_task.get(id, ())):
        return tuple(id for id in links(task) if id not in before)
    return links(task)


def late_cases(cases: Sequence[Case], lookout: Lookout) -> list[Case]:
    """Those of a task's cases whose day is past without a product of that agency; none where the task is delivered.

    A day that hangs on a calendar which no decision has confirmed makes nobody late, nor does a slow review.
    """
    if is_delivered(cases):
        return []
    there = {case.obligation.agency for case in cases if accepted(case)}
    return [case for case in cases if case.obligation.agency not in there and _is_late(case, lookout)]


def overdue_since(late: Iterable[Case]) -> date | None:
    """The first due day among late cases; None where none is late."""
    return min((case.obligation.due_on for case in late if case.obligation.due_on is not None), default=None)


def _is_late(case: Case, lookout: Lookout) -> bool:
    where, day = standing(case, lookout.now, lookout.rules), case.obligation.late_after
    if day is None or where.work not in ("open", "returned") or where.time != "overdue":
        return False
    doubtful = lookout.rules.calendar.is_doubtful(day, local_day(lookout.now))
    return not doubtful and not lookout.has_ended(case.obligation.agency)


def _is_ahead(case: Case, lookout: Lookout) -> bool:
    where = standing(case, lookout.now, lookout.rules)
    is_dated = case.obligation.kind == "task" and case.obligation.due_on is not None
    is_open = where.work in ("open", "returned") and where.time != "overdue"
    return is_dated and is_open and not lookout.has_ended(case.obligation.agency)
