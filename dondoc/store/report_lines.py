"""The lines of periodic reports, each with the answer it was sent in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Literal, cast

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from dondoc.domain.case_counts import CaseCount
from dondoc.store.models import AnswerRow, ObligationRow, ReportLineRow

LineKind = Literal["ongoing", "progress", "question", "cases", "target"]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What a report says of one obligation or target (`line` is its id).

    `text`: how ongoing or dated work goes. `happened`: whether what a question asks for has happened, or whether a
    target is met; the document belongs to the event, `value` to the target. Of work by cases: how many were `received`
    within the report's data, and how many of these were settled `on_time` and `late`; `text` is a remark then.
    """

    line: str
    kind: LineKind
    text: str | None = None
    happened: bool | None = None
    document_number: str | None = None
    document_date: date | None = None
    value: str | None = None
    received: int | None = None
    on_time: int | None = None
    late: int | None = None

    @property
    def count(self) -> CaseCount | None:
        """The three numbers; None where one is missing."""
        if self.received is None or self.on_time is None or self.late is None:
            return None
        return CaseCount(self.received, self.on_time, self.late)


@dataclass(frozen=True, slots=True)
class SentReport:
    """A report that was sent, with its lines: `name` is the obligation's ("Báo cáo quý I năm 2024")."""

    answer_id: int
    obligation_id: str
    name: str
    at: datetime
    lines: tuple[ReportLine, ...]


def add(session: Session, answer_id: int, lines: Iterable[ReportLine]) -> None:
    """Store the lines of an answer, in order."""
    rows = [asdict(line) | {"answer_id": answer_id} for line in lines]
    if rows:
        session.execute(insert(ReportLineRow), rows)


def of_answer(session: Session, answer_id: int) -> tuple[ReportLine, ...]:
    """The lines that came with an answer, in the order they were sent; none for an ordinary one."""
    statement = select(ReportLineRow).where(ReportLineRow.answer_id == answer_id).order_by(ReportLineRow.id)
    return tuple(_line(row) for row in session.scalars(statement))


def latest(session: Session, plan_id: str, agency: str, *, before: int | None = None) -> SentReport | None:
    """The last report with lines that the agency sent for the plan, whatever was decided on it; with `before` the last
    one before the answer with that id. Two queries."""
    with_lines = exists().where(ReportLineRow.answer_id == AnswerRow.id)
    statement = (
        select(AnswerRow.id, AnswerRow.at, ObligationRow.id, ObligationRow.name)
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(ObligationRow.plan_id == plan_id, ObligationRow.agency == agency, AnswerRow.kind == "done", with_lines)
        .where(ObligationRow.kind == "periodic_report")
        .order_by(AnswerRow.id.desc())
        .limit(1)
    )
    if before is not None:
        statement = statement.where(AnswerRow.id < before)
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    answer_id, at, obligation_id, name = found
    return SentReport(answer_id, obligation_id, name, at, of_answer(session, answer_id))


_NAMES = tuple(field.name for field in fields(ReportLine) if field.name != "kind")


def _line(row: ReportLineRow) -> ReportLine:
    return ReportLine(kind=cast(LineKind, row.kind), **{name: getattr(row, name) for name in _NAMES})
