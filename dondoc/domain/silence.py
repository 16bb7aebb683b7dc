"""Waiting is a question in the periodic report; who leaves it unanswered again and again is silent (DEADLINES §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dondoc.domain.cases import Case
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation, Scope
from dondoc.domain.policy import WAITING_SILENT

SILENT_REPORTS = 3
"""So many periodic reports in a row without an answer, and the supervisor hears of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A periodic report of the year as an occasion to answer: `closes_on` is the last day of its data, `late_after` the
    last day on which it is in time. `key` holds the year ("2024-Q1")."""

    key: str
    name: str
    closes_on: date
    late_after: date


@dataclass(frozen=True, slots=True)
class SilentTask:
    """A task whose question nobody of `cases` (in the plan's order) has answered in the last reports in a row.

    `first` is the report since which all of them are silent, `last` the latest one, `reports` how many these are.
    `is_alike`: none of them is silent for longer.
    """

    task_id: str
    cases: tuple[Case, ...]
    first: Asked
    last: Asked
    reports: int
    is_alike: bool

    @property
    def obligation(self) -> Obligation:
        """The one on which the line hangs."""
        return self.cases[0].obligation

    @property
    def questions(self) -> tuple[str, ...]:
        """What they were asked."""
        return tuple(dict.fromkeys(case.obligation.question or "" for case in self.cases))

    @property
    def agencies(self) -> tuple[str, ...]:
        """Who is silent (ids)."""
        return tuple(dict.fromkeys(case.obligation.agency for case in self.cases))


def passed_reports(scope: Scope, today: date) -> tuple[Asked, ...]:
    """The regime's periodic reports whose last day lies before `today`, oldest first."""
    year = scope.plan.year
    found = (
        Asked(f"{year}-{p.key}", p.name, p.cut_off(year)[1], scope.late_after(p.due_on(year)))
        for p in scope.regime.periodic
    )
    return tuple(sorted((one for one in found if one.late_after < today), key=lambda one: one.late_after))


def silent_reports(case: Case, passed: Sequence[Asked], since: date) -> tuple[Asked, ...]:
    """The last of `passed` (oldest first), without a gap, that brought no answer of a case waiting from `since` on.

    A report asks what waited when its data closed. Its time to answer lasts from the day after the report before was
    due; what is answered later than the last one counts too: a late report is an answer.
    """
    if case.obligation.kind != "awaiting" or case.is_waived:
        return ()
    last_answer = max((local_day(answer.at) for answer in case.answers), default=date.min)
    silent: list[Asked] = []
    for number in range(len(passed) - 1, -1, -1):
        before = passed[number - 1].late_after if number else date.min
        if last_answer > before or since > passed[number].closes_on:
            break
        silent.append(passed[number])
    return tuple(reversed(silent))


def silent_tasks(cases: Iterable[Case], passed: Sequence[Asked], since: Mapping[str, date]) -> tuple[SilentTask, ...]:
    """The tasks with cases silent for SILENT_REPORTS reports or more, in the order of `cases`, the plan's.

    `since`: from which day on each (by obligation id) waits, where that is not from its opening on.
    """
    found: dict[str, list[tuple[Case, tuple[Asked, ...]]]] = {}
    for case in cases:
        own = silent_reports(case, passed, since.get(case.obligation.id, case.obligation.opens_on))
        if len(own) >= SILENT_REPORTS:
            found.setdefault(case.obligation.task_id, []).append((case, own))
    return tuple(_task(task_id, silent) for task_id, silent in found.items())


def _task(task_id: str, silent: Sequence[tuple[Case, tuple[Asked, ...]]]) -> SilentTask:
    shortest = min((reports for _, reports in silent), key=len)
    alike = all(len(reports) == len(shortest) for _, reports in silent)
    cases = tuple(case for case, _ in silent)
    return SilentTask(task_id, cases, shortest[0], shortest[-1], len(shortest), alike)


def is_still_silent(case: Case, firing: str) -> bool:
    """Whether the case on which a line of that firing hangs still waits, unanswered since the line came about."""
    said = [fired.on for fired in case.fired if fired.rule == WAITING_SILENT and fired.firing == firing]
    answered = any(local_day(answer.at) >= min(said, default=date.max) for answer in case.answers)
    return case.obligation.kind == "awaiting" and not case.is_waived and not answered
