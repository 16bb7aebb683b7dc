"""Accepted reports as evidence: the agencies' own words, document numbers and files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dondoc.store.arrays import is_one_of
from dondoc.store.models import AnswerRow, FileRow, ObligationRow, ReportLineRow


@dataclass(frozen=True, slots=True)
class Evidence:
    """One accepted report on a task's obligation. `text`: what the agency wrote; `files`: names of attachments.

    `report`: the obligation whose answer this is, a periodic report's where the task is ongoing.
    """

    task_id: str
    agency: str
    obligation_id: str
    report: str
    name: str
    at: datetime
    document_number: str | None
    document_date: date | None
    text: str | None
    files: tuple[str, ...]


def accepted(session: Session, plan_id: str, task_ids: Collection[str], now: datetime) -> tuple[Evidence, ...]:
    """The reports on those tasks that were accepted by `now`, oldest first: done reports of their own, and their lines
    in accepted periodic reports. Three queries."""
    own = select(AnswerRow, ObligationRow).join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
    done = session.execute(own.where(*_wanted(plan_id, task_ids, now), AnswerRow.kind == "done")).all()
    through = (
        select(AnswerRow, ObligationRow, ReportLineRow)
        .join(ReportLineRow, ReportLineRow.answer_id == AnswerRow.id)
        .join(ObligationRow, ObligationRow.id == ReportLineRow.line)
        .where(*_wanted(plan_id, task_ids, now))
    )
    lines = session.execute(through).all()
    files = _files(session, [answer.id for answer, _ in done])
    found = [_of(answer, owed, answer.note, files) for answer, owed in done]
    found += [_of(answer, owed, line.text, {}, line) for answer, owed, line in lines if line.text or line.happened]
    return tuple(sorted(found, key=lambda one: (one.at, one.obligation_id)))


def _wanted(plan_id: str, task_ids: Collection[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ObligationRow.plan_id == plan_id, is_one_of(ObligationRow.task_id, task_ids),
        AnswerRow.outcome == "accepted", AnswerRow.reviewed_at <= now,
    )  # fmt: skip


def _files(session: Session, answer_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    statement = select(FileRow.answer_id, func.array_agg(FileRow.name)).where(FileRow.answer_id.in_(answer_ids))
    return {
        answer_id: tuple(sorted(names)) for answer_id, names in session.execute(statement.group_by(FileRow.answer_id))
    }


def _of(
    answer: AnswerRow, owed: ObligationRow, text: str | None, files: Mapping[int, tuple[str, ...]],
    line: ReportLineRow | None = None,
) -> Evidence:  # fmt: skip
    number = line.document_number if line is not None else answer.document_number
    day = line.document_date if line is not None else answer.document_date
    return Evidence(
        owed.task_id, owed.agency, owed.id, answer.obligation_id, owed.name, answer.at, number, day, text,
        files.get(answer.id, ()),
    )  # fmt: skip
