"""One obligation as whoever decides on it sees it: how it stands, its answers with their files, what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.answers import Answer
from dondoc.domain.moments import local_day
from dondoc.services import extending, undoing
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.listing import owed_of
from dondoc.services.owed import HIGHEST_ID, Owed
from dondoc.services.undoing import Decided
from dondoc.store import journal
from dondoc.store.journal import Entry
from dondoc.store.models import AnswerRow, FileRow

DECISIONS = (
    "accepted", "returned", "extension-granted", "extension-refused", "waived", "lifted", "reassigned", "undone",
)  # fmt: skip
"""Journal actions that are a person's decision on an obligation."""


@dataclass(frozen=True)
class MatterView:
    """`latest` is the decision an undo would take back; `decisions` everything that was ever decided, oldest first.

    `extension`: earliest and latest day to which it may be extended today, None where it has no due day; `granted`
    counts the extensions that stand. `files` by the answer's id.
    """

    owed: Owed
    files: Mapping[int, tuple[FileRow, ...]]
    latest: Decided | None
    decisions: tuple[Entry, ...]
    last_move: Entry | None
    extension: tuple[date, date] | None
    granted: int

    @property
    def id(self) -> str:
        """The obligation's id."""
        return self.owed.case.obligation.id

    @property
    def waiting(self) -> tuple[Answer, ...]:
        """Answers that nobody decided on and that ask for a decision, oldest first."""
        return tuple(a for a in self.owed.case.answers if a.review is None and a.kind in _DECIDED)

    def answer(self, answer_id: int) -> Answer | None:
        """The answer of that id."""
        return next((a for a in self.owed.case.answers if a.id == str(answer_id)), None)


_DECIDED = ("done", "extension", "not_applicable", "not_mine")


def matter(
    app: App, session: Session, known: Mapping[str, Book], obligation_id: str, now: datetime
) -> MatterView | None:
    """The obligation of that id; None when there is none, or it was withdrawn."""
    if not obligation_id.isprintable():
        return None
    owed = next(owed_of(session, known, [obligation_id], now), None)
    if owed is None:
        return None
    history = journal.history(session, obligation_id)
    decided = tuple(entry for entry in history if entry.action in DECISIONS)
    moves = [entry for entry in history if entry.action in (*DECISIONS, "answered")]
    return MatterView(
        owed, _files(session, [int(a.id) for a in owed.case.answers]), undoing.latest_decision(session, obligation_id),
        decided, moves[-1] if moves else None, _extension(owed, now), extending.times_granted(session, obligation_id),
    )  # fmt: skip


def obligation_of(session: Session, answer_id: int) -> str | None:
    """Whose answer that is: the obligation's id, None when there is no such answer."""
    if not 0 < answer_id <= HIGHEST_ID:
        return None
    return session.scalar(select(AnswerRow.obligation_id).where(AnswerRow.id == answer_id))


def _files(session: Session, answer_ids: Sequence[int]) -> dict[int, tuple[FileRow, ...]]:
    found: dict[int, tuple[FileRow, ...]] = {}
    rows = session.scalars(select(FileRow).where(FileRow.answer_id.in_(answer_ids)).order_by(FileRow.id))
    for row in rows if answer_ids else ():
        found[row.answer_id] = (*found.get(row.answer_id, ()), row)
    return found


def _extension(owed: Owed, now: datetime) -> tuple[date, date] | None:
    due_on = owed.case.obligation.due_on
    if due_on is None or owed.case.obligation.kind != "task":
        return None
    furthest = due_on + timedelta(days=owed.book.rules.regime.extension_days)
    return owed.book.scope.earliest(local_day(now)), furthest
