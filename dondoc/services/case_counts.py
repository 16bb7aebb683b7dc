"""Work by cases: what agencies counted in their periodic reports, added up by task and plan, no case twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.case_counts import NO_CASES, CaseCount, PeriodCount, by_agency, total, year_so_far
from dondoc.domain.plan import Task
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.store.arrays import is_one_of
from dondoc.store.case_lines import CaseLine, case_lines
from dondoc.store.models import ObligationRow


@dataclass(frozen=True, slots=True)
class AgencyCounts:
    """What one agency reported of a task, by period; `total` counts no case twice: see `year_so_far`."""

    agency: str
    name: str
    reported: tuple[PeriodCount, ...]

    @property
    def total(self) -> CaseCount:
        """All that adds up."""
        return total(year_so_far(self.reported))


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """One task: who reported what, and who owes numbers and gave none yet (`silent`, names)."""

    task: Task
    agencies: tuple[AgencyCounts, ...]
    silent: tuple[str, ...]

    @property
    def total(self) -> CaseCount:
        """Of all agencies."""
        return sum((one.total for one in self.agencies), NO_CASES)

    @property
    def periods(self) -> tuple[tuple[str, CaseCount, int], ...]:
        """For each period its name, what all agencies reported for it, and how many agencies these are."""
        found: dict[str, list[PeriodCount]] = {}
        for one in sorted((r for a in self.agencies for r in a.reported), key=lambda r: (r.end, r.start)):
            found.setdefault(one.period_name, []).append(one)
        return tuple((name, total(reports), len(reports)) for name, reports in found.items())


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """The plan's tasks by cases, in its order, as they stood at a moment."""

    plan_id: str
    at: datetime
    tasks: tuple[TaskCounts, ...]

    @property
    def total(self) -> CaseCount:
        """Of all tasks."""
        return sum((one.total for one in self.tasks), NO_CASES)


def table(app: App, plan_id: str, now: datetime, task_id: str | None = None) -> PlanCounts:
    """The counts of a plan, or of one of its tasks, at `now`. Raises Refused for a plan that is not followed, and for a
    task that it does not have or that is no work by cases."""
    with app.sessions() as session:
        found = book(app, session, plan_id)
        task = found.plan.by_id.get(task_id or "")
        if task_id is not None and (task is None or task.cases != "counted"):
            why = "không theo vụ việc" if task else f"không có trong kế hoạch “{plan_id}”"
            known = ", ".join(one.id for one in found.plan.tasks if one.cases == "counted") or "chưa có nhiệm vụ nào"
            raise Refused(f"Nhiệm vụ “{task_id}” {why} (nhiệm vụ theo vụ việc: {known}).")
        return counts_of(session, found, now, task_id)


def counts_of(session: Session, found: Book, now: datetime, task_id: str | None = None) -> PlanCounts:
    """As `table`, for a plan at hand; without such tasks there are none. Two queries."""
    tasks = [task for task in found.plan.tasks if task.cases == "counted" and task_id in (None, task.id)]
    if not tasks:
        return PlanCounts(found.plan.id, now, ())
    lines = case_lines(session, found.plan.id, now, task_id)
    owing = _owing(session, found, [task.id for task in tasks])
    return PlanCounts(found.plan.id, now, tuple(_task(found, task, lines, owing) for task in tasks))


def to_json(found: PlanCounts) -> dict[str, Any]:
    """For machines. `adds_up` tells of each period whether it stands in the totals or lies within a longer one."""
    tasks = [
        {
            "task": one.task.id, "title": one.task.activity, "total": _numbers(one.total), "silent": list(one.silent),
            "agencies": [_agency_json(agency) for agency in one.agencies],
        }
        for one in found.tasks
    ]  # fmt: skip
    return {"plan": found.plan_id, "at": found.at.isoformat(), "total": _numbers(found.total), "tasks": tasks}


def _agency_json(one: AgencyCounts) -> dict[str, Any]:
    counted = year_so_far(one.reported)
    periods = [
        {"period": r.period, "name": r.period_name, **_numbers(r.count), "adds_up": r in counted} for r in one.reported
    ]
    return {"agency": one.agency, "name": one.name, "total": _numbers(one.total), "periods": periods}


def _numbers(count: CaseCount) -> dict[str, int]:
    return {**asdict(count), "pending": count.pending}


def _owing(session: Session, found: Book, task_ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Who owes numbers of each task."""
    row = ObligationRow
    statement = select(row.task_id, row.agency).where(
        row.plan_id == found.plan.id, is_one_of(row.task_id, task_ids), row.kind == "awaiting",
        row.withdrawn_at.is_(None),
    )  # fmt: skip
    owing: dict[str, tuple[str, ...]] = {}
    for task_id, agency in session.execute(statement.order_by(row.position, row.id)).tuples():
        owing[task_id] = (*owing.get(task_id, ()), agency)
    return owing


def _task(found: Book, task: Task, lines: Iterable[CaseLine], owing: Mapping[str, tuple[str, ...]]) -> TaskCounts:
    reported = by_agency(count for line in lines if line.task_id == task.id for count in _placed(found, line))
    agencies = tuple(AgencyCounts(id, _name(found, id), counts) for id, counts in reported.items())
    silent = tuple(_name(found, id) for id in dict.fromkeys(owing.get(task.id, ())) if id not in reported)
    return TaskCounts(task, agencies, silent)


def _placed(found: Book, line: CaseLine) -> Iterable[PeriodCount]:
    """The line with the days of its period; a period that the regime no longer has lies nowhere."""
    year, key = found.plan.year, line.period.partition("-")[2]
    for period in found.rules.regime.periodic:
        if period.key == key:
            start, end = period.cut_off(year)
            yield PeriodCount(line.agency, line.period, period.name, start, end, line.count)


def _name(found: Book, agency: str) -> str:
    known = found.directory.by_id.get(agency)
    return known.name if known is not None else agency
