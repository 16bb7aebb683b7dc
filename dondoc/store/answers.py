"""What agencies answered and what reviewers decided; a form that is sent twice is stored once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.domain.answers import Answer, AnswerKind, Outcome, Review
from dondoc.store.arrays import is_one_of
from dondoc.store.models import AnswerRow


@dataclass(frozen=True, slots=True)
class Submitted:
    """An answer as it comes in. `submission` names the form it came with; `answer.id` is not looked at."""

    obligation_id: str
    submission: str
    by: str
    answer: Answer


def add(session: Session, submitted: Iterable[Submitted]) -> dict[tuple[str, str], int]:
    """Store answers, reviews included, and return the new answer ids by (obligation id, submission).

    What is stored already under such a pair is left as it is and not returned: the form was sent twice.
    """
    rows = sorted((_row(one) for one in submitted), key=lambda row: (row["obligation_id"], row["submission"]))
    if not rows:
        return {}
    statement = insert(AnswerRow).on_conflict_do_nothing(index_elements=["obligation_id", "submission"])
    stored = session.execute(statement.returning(AnswerRow.obligation_id, AnswerRow.submission, AnswerRow.id), rows)
    return {(obligation_id, submission): answer_id for obligation_id, submission, answer_id in stored}


def _row(submitted: Submitted) -> dict[str, Any]:
    answer = submitted.answer
    return {
        "obligation_id": submitted.obligation_id,
        "submission": submitted.submission,
        "by": submitted.by,
        "kind": answer.kind,
        "at": answer.at,
        "until": answer.until,
        "document_number": answer.document_number,
        "document_date": answer.document_date,
        "note": answer.note,
    } | _reviewed(answer.review)


def _reviewed(review: Review | None) -> dict[str, Any]:
    return {
        "outcome": review and review.outcome,
        "reviewed_at": review and review.at,
        "reviewed_by": review and review.by,
        "reason": review and review.reason,
        "correct_by": review and review.correct_by,
        "granted_until": review and review.until,
        "document_date_counts": review is not None and review.document_date_counts,
    }


def review(session: Session, answer_id: int, decision: Review) -> bool:
    """Record a reviewer's decision; False when there is no such answer, or one stands already (it is not replaced)."""
    decided = session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.outcome.is_(None))
        .values(**_reviewed(decision))
        .returning(AnswerRow.id)
        .execution_options(synchronize_session="fetch")
    )
    return decided.one_or_none() is not None


def to_answer(row: AnswerRow) -> Answer:
    """The value of a row; its id in decimal digits."""
    return Answer(
        str(row.id), cast(AnswerKind, row.kind), row.at, row.until, row.document_number, row.document_date, row.note,
        _review(row),
    )  # fmt: skip


def _review(row: AnswerRow) -> Review | None:
    if row.outcome is None or row.reviewed_at is None:
        return None
    return Review(
        cast(Outcome, row.outcome), row.reviewed_at, row.reviewed_by or "", row.reason, row.correct_by,
        row.granted_until, row.document_date_counts,
    )  # fmt: skip


def by_obligation(session: Session, obligation_ids: Collection[str]) -> dict[str, tuple[Answer, ...]]:
    """The answers of each obligation in the order they came; obligations without any are absent. One query."""
    statement = (
        select(AnswerRow).where(is_one_of(AnswerRow.obligation_id, obligation_ids)).order_by(AnswerRow.at, AnswerRow.id)
    )
    found: dict[str, tuple[Answer, ...]] = {}
    for row in session.scalars(statement, execution_options={"populate_existing": True}):
        found[row.obligation_id] = (*found.get(row.obligation_id, ()), to_answer(row))
    return found
