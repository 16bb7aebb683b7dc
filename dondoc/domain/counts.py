"""The four-way count every supervisor knows, and what is counted apart from it (DEADLINES §4). Unit: the obligation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dondoc.domain.cases import Case, Rules, Standing, standing
from dondoc.domain.obligations import PERIODIC_TASK
from dondoc.domain.plan import Plan

COUNTS = ("done_on_time", "done_late", "in_term", "overdue", "ongoing", "awaiting", "unassigned", "waived")
REPORTS_SECTION = PERIODIC_TASK
REPORTS_TITLE = "Chế độ báo cáo"
"""Periodic reports, and the duties that the plan itself names."""


@dataclass(frozen=True)
class Tally:
    """Counts in total, by agency id and by section number; each maps every name of COUNTS to a number."""

    total: dict[str, int]
    agencies: dict[str, dict[str, int]]
    sections: dict[str, dict[str, int]]


def column(where: Standing) -> str:
    """In which count a standing falls.

    A report that waits for its review is judged by its submission: in term when it came in time, so that a slow
    review makes nobody overdue; overdue when it came late, until it is accepted as done late.
    """
    if where.work in ("ongoing", "awaiting", "unassigned", "waived"):
        return where.work
    if where.work == "done":
        return "done_late" if where.late else "done_on_time"
    if where.work == "reported":
        return "overdue" if where.late else "in_term"
    return "overdue" if where.time == "overdue" else "in_term"


def tally(plan: Plan, cases: Iterable[Case], now: datetime, rules: Rules) -> Tally:
    """Count every case of `plan` as it stood at `now`."""
    total, agencies, sections = _zero(), dict[str, dict[str, int]](), dict[str, dict[str, int]]()
    for case in cases:
        obligation = case.obligation
        name = column(standing(case, now, rules))
        section = section_of(plan, obligation.task_id)
        for counter in (
            total,
            agencies.setdefault(obligation.agency, _zero()),
            sections.setdefault(section, _zero()),
        ):
            counter[name] += 1
    return Tally(total, agencies, sections)


def section_of(plan: Plan, task_id: str) -> str:
    """The section of a task; one that the plan no longer has is told by its id, `<section>.<code>`."""
    task = plan.by_id.get(task_id)
    if task is not None:
        return task.section
    return next((s.no for s in plan.sections if task_id.startswith(f"{s.no}.")), REPORTS_SECTION)


def _zero() -> dict[str, int]:
    return dict.fromkeys(COUNTS, 0)
