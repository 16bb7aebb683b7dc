"""What a decision will do, told before it is made: the decision is made in a transaction that is rolled back, and what
the core says before and after it is put in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.domain.moments import ZONE
from dondoc.services import extending, reassigning, reviewing, undoing, waiving
from dondoc.services.app import App
from dondoc.services.foretold import (
    View,
    due_words,
    hearing_words,
    ladder_words,
    passed_on_words,
    queue_words,
    state_words,
)


@dataclass(frozen=True, slots=True)
class Accept:
    """`reviewing.accept`, to come."""

    obligation_id: str
    by: str
    answer_id: int | None = None
    document_date_counts: bool = False

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return reviewing.accept_in(
            app, session, self.obligation_id, self.by, now, self.answer_id, self.document_date_counts
        )


@dataclass(frozen=True, slots=True)
class Return:
    """`reviewing.return_`, to come."""

    obligation_id: str
    by: str
    answer_id: int | None = None
    correct_by: date | None = None
    reason: str = "…"

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return reviewing.return_in(
            app, session, self.obligation_id, self.by, now, self.reason, self.answer_id, self.correct_by
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """`extending.grant`, to come."""

    obligation_id: str
    by: str
    until: date | None = None
    answer_id: int | None = None
    why: str = "…"

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return extending.grant_in(app, session, self.obligation_id, self.by, now, self.until, self.answer_id, self.why)


@dataclass(frozen=True, slots=True)
class Refuse:
    """`extending.refuse`, to come."""

    obligation_id: str
    by: str
    answer_id: int | None = None
    reason: str = "…"

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return extending.refuse_in(app, session, self.obligation_id, self.by, now, self.reason, self.answer_id)


@dataclass(frozen=True, slots=True)
class Waive:
    """`waiving.waive`, to come."""

    obligation_id: str
    by: str
    why: str = "…"

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return waiving.waive_in(app, session, self.obligation_id, self.by, now, self.why)


@dataclass(frozen=True, slots=True)
class Lift:
    """`waiving.lift`, to come."""

    obligation_id: str
    by: str
    why: str = "…"

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return waiving.lift_in(app, session, self.obligation_id, self.by, now, self.why)


@dataclass(frozen=True, slots=True)
class Reassign:
    """`reassigning.reassign`, to come."""

    obligation_id: str
    by: str
    to: str
    answer_id: int | None = None
    why: str = "…"

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return reassigning.reassign_in(
            app, session, self.obligation_id, self.to, self.by, now, self.why, self.answer_id
        )


@dataclass(frozen=True, slots=True)
class Undo:
    """`undoing.undo`, to come."""

    obligation_id: str
    by: str
    why: str = "…"

    def decide(self, app: App, session: Session, now: datetime) -> object:
        """Make the decision inside the caller's transaction."""
        return undoing.undo_in(app, session, self.obligation_id, self.by, now, self.why)


Planned = Accept | Return | Grant | Refuse | Waive | Lift | Reassign | Undo


def foretell(app: App, planned: Planned, now: datetime) -> tuple[str, ...]:
    """What the decision will do to notices, days and counts, in sentences. Nothing is kept of it.

    Raises Refused, with its reason, when the decision could not be made.
    """
    with app.sessions() as session:
        try:
            before = View.of(app, session, planned.obligation_id, now)
            outcome = planned.decide(app, session, now)
            assert before is not None  # else the decision was refused
            after = View.of(app, session, planned.obligation_id, now)
            assert after is not None  # a decision withdraws the other agency's obligation at most
            return tuple(_told(outcome, before, after))
        finally:
            session.rollback()


def _told(outcome: object, before: View, after: View) -> Iterator[str]:
    if isinstance(outcome, undoing.TakenBack):
        taken = outcome.decision
        when = taken.at.astimezone(ZONE)
        name = undoing.DECISION_NAMES[taken.kind]
        yield f"Lấy lại quyết định {name} của {taken.by} lúc {when:%H:%M ngày %d/%m/%Y}."
    yield from state_words(before, after)
    yield from due_words(before, after)
    if isinstance(outcome, reassigning.Reassigned):
        yield from passed_on_words(after, outcome.to, outcome.due_on)
    if isinstance(outcome, reviewing.Reviewed) and outcome.reassigned_to is not None:
        yield from passed_on_words(after, outcome.reassigned_to, None)
    yield from queue_words(before, after)
    yield from ladder_words(after)
    yield from hearing_words(before, after)
