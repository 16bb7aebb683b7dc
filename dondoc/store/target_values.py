"""What periodic reports say of targets, as it stood at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.store.models import AnswerRow, ObligationRow, ReportLineRow


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One line of kind target: `value` as typed, `happened` the box "đạt / chưa đạt". `period` is the obligation's
    ("2023-Q1"); `accepted` whether the report was accepted by then."""

    line: str
    agency: str
    period: str
    answer_id: int
    at: datetime
    value: str | None
    happened: bool | None
    accepted: bool


def target_lines(session: Session, plan_id: str, now: datetime) -> tuple[TargetLine, ...]:
    """The target lines of the last report of each agency and period that was sent by `now` and not returned.

    Decisions count from their own moment, so that a past day's table can be rebuilt. One query.
    """
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
        select(ReportLineRow, AnswerRow, ObligationRow, decided.label("is_decided"))
        .join(AnswerRow, AnswerRow.id == ReportLineRow.answer_id)
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(ReportLineRow.kind == "target", AnswerRow.id.in_(latest))
        .order_by(ReportLineRow.id)
    )
    return tuple(
        TargetLine(
            line.line, owed.agency, owed.period, answer.id, answer.at, line.value, line.happened,
            bool(is_decided) and answer.outcome == "accepted",
        )
        for line, answer, owed, is_decided in session.execute(statement)
    )  # fmt: skip
