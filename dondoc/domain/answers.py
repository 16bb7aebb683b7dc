"""What agencies answer and what reviewers decide (DEADLINES §4 "Answers")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args

AnswerKind = Literal["ack", "progress", "done", "extension", "not_applicable", "not_mine", "not_happened"]
Outcome = Literal["accepted", "returned", "withdrawn"]

ANSWER_KINDS: tuple[AnswerKind, ...] = get_args(AnswerKind)


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's decision. `at` is aware; a return carries a reason and the day by which to correct.

    `withdrawn` is the agency's own: it answered otherwise before anybody decided, and its request stands no more.

    `until` is the new nominal due day of a granted extension. `document_date_counts` says that the reviewer confirmed
    the date of the document as the moment of submission.
    """

    outcome: Outcome
    at: datetime
    by: str
    reason: str | None = None
    correct_by: date | None = None
    until: date | None = None
    document_date_counts: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """A decision that was taken back at the aware moment `at`; until then it was in force."""

    review: Review
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the owing agency to one obligation. `at` is the aware moment it was submitted.

    `until` is the promised day of an `ack` or the day wanted by an `extension`; `whose` the agency (id) that a
    `not_mine` names, where it names one. `undone` are earlier decisions that were taken back, oldest first.
    """

    id: str
    kind: AnswerKind
    at: datetime
    until: date | None = None
    document_number: str | None = None
    document_date: date | None = None
    note: str | None = None
    review: Review | None = None
    whose: str | None = None
    undone: tuple[Undone, ...] = ()

    def known(self, now: datetime) -> Answer:
        """The answer with the decision that was in force at `now`, one that was taken back later included."""
        reviews = [self.review] if self.review is not None and self.review.at <= now else []
        reviews += [u.review for u in self.undone if u.review.at <= now < u.at]
        past = tuple(u for u in self.undone if u.at <= now)
        return replace(self, review=next(iter(reviews), None), undone=past)
