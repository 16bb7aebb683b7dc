"""What periodic reports say of work by cases, as it stood at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from dondoc.domain.case_counts import CaseCount
from dondoc.store.models import AnswerRow, ObligationRow, ReportLineRow


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line: what `agency` counted of a task for the report's `period` ("2024-Q1")."""

    task_id: str
    agency: str
    period: str
    count: CaseCount


def case_lines(session: Session, plan_id: str, now: datetime, task_id: str | None = None) -> tuple[CaseLine, ...]:
    """The lines of the last report of each agency and period that was sent by `now` and not returned, in the plan's
    order. Decisions count from their own moment, so that a past day's numbers can be rebuilt. One query."""
    report, counted = aliased(ObligationRow), aliased(ObligationRow)
    decided = AnswerRow.reviewed_at <= now
    standing = func.coalesce(decided & AnswerRow.outcome.in_(("returned", "withdrawn")), False).is_(False)
    latest = (
        select(func.max(AnswerRow.id))
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(ObligationRow.plan_id == plan_id, ObligationRow.kind == "periodic_report")
        .where(AnswerRow.kind == "done", AnswerRow.at <= now, standing)
        .group_by(AnswerRow.obligation_id)
    )
    statement = (
        select(ReportLineRow, counted.task_id, counted.agency, report.period)
        .join(AnswerRow, AnswerRow.id == ReportLineRow.answer_id)
        .join(report, report.id == AnswerRow.obligation_id)
        .join(counted, counted.id == ReportLineRow.line)
        .where(ReportLineRow.kind == "cases", AnswerRow.id.in_(latest))
        .order_by(counted.position, counted.id, report.position, ReportLineRow.id)
    )
    if task_id is not None:
        statement = statement.where(counted.task_id == task_id)
    return tuple(
        CaseLine(task, agency, period, CaseCount(line.received or 0, line.on_time or 0, line.late or 0))
        for line, task, agency, period in session.execute(statement).tuples()
    )
