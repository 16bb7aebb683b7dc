"""What agencies answered and what reviewers decided; a form that is sent twice is stored once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.domain.answers import Answer, AnswerKind, Outcome, Review, Undone
from dondoc.store.arrays import is_one_of, is_one_of_ids
from dondoc.store.models import AnswerRow, UndoneReviewRow


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
        "whose": answer.whose,
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


def withdraw(session: Session, obligation_ids: Collection[str], kinds: Collection[str], decision: Review) -> list[str]:
    """Requests of these kinds on which nobody has decided are taken back by who made them; whose obligations (ids)."""
    which = is_one_of(AnswerRow.obligation_id, obligation_ids) & is_one_of(AnswerRow.kind, kinds)
    withdrawn = session.scalars(
        update(AnswerRow)
        .where(which, AnswerRow.outcome.is_(None))
        .values(**_reviewed(decision))
        .returning(AnswerRow.obligation_id)
        .execution_options(synchronize_session="fetch")
    )
    return sorted(set(withdrawn))


def take_back(session: Session, answer_ids: Collection[int], at: datetime, by: str, why: str) -> list[int]:
    """Take back the decisions that stand on these answers, kept as undone; the ids of those that had one."""
    rows = session.scalars(
        select(AnswerRow)
        .where(AnswerRow.id.in_(answer_ids), AnswerRow.outcome.is_not(None))
        .order_by(AnswerRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        decided = {name: getattr(row, name) for name in _DECISION}
        session.add(UndoneReviewRow(answer_id=row.id, **decided, undone_at=at, undone_by=by, undone_why=why))
        for name, value in _reviewed(None).items():
            setattr(row, name, value)
    session.flush()
    return [row.id for row in rows]


_DECISION = (
    "outcome", "reviewed_at", "reviewed_by", "reason", "correct_by", "granted_until", "document_date_counts",
)  # fmt: skip


def to_answer(row: AnswerRow, undone: tuple[Undone, ...] = ()) -> Answer:
    """The value of a row; its id in decimal digits."""
    return Answer(
        str(row.id), cast(AnswerKind, row.kind), row.at, row.until, row.document_number, row.document_date, row.note,
        _review(row), row.whose, undone,
    )  # fmt: skip


def _review(row: AnswerRow | UndoneReviewRow) -> Review | None:
    if row.outcome is None or row.reviewed_at is None:
        return None
    return Review(
        cast(Outcome, row.outcome), row.reviewed_at, row.reviewed_by or "", row.reason, row.correct_by,
        row.granted_until, row.document_date_counts,
    )  # fmt: skip


def by_obligation(session: Session, obligation_ids: Collection[str]) -> dict[str, tuple[Answer, ...]]:
    """The answers of each obligation in the order they came; obligations without any are absent. Two queries."""
    statement = (
        select(AnswerRow).where(is_one_of(AnswerRow.obligation_id, obligation_ids)).order_by(AnswerRow.at, AnswerRow.id)
    )
    rows = session.scalars(statement, execution_options={"populate_existing": True}).all()
    undone = undone_of(session, [row.id for row in rows])
    found: dict[str, tuple[Answer, ...]] = {}
    for row in rows:
        found[row.obligation_id] = (*found.get(row.obligation_id, ()), to_answer(row, undone.get(row.id, ())))
    return found


def undone_of(session: Session, answer_ids: list[int]) -> dict[int, tuple[Undone, ...]]:
    """Decisions taken back, by answer, oldest first."""
    statement = select(UndoneReviewRow).where(is_one_of_ids(UndoneReviewRow.answer_id, answer_ids))
    found: dict[int, tuple[Undone, ...]] = {}
    for row in session.scalars(statement.order_by(UndoneReviewRow.id)):
        review = _review(row)
        assert review is not None  # outcome and reviewed_at are never null here
        found[row.answer_id] = (*found.get(row.answer_id, ()), Undone(review, row.undone_at))
    return found
