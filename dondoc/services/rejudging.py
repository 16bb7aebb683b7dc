"""A message that waits is judged again when something happened to what it says: nobody is named late who no longer is.

Between its composition (or its release) and its departure an agency may report, be waived, get another day. Every such
move is a journal row on the obligation, so what must be looked at again is found by the journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from dondoc.domain.cases import Case
from dondoc.domain.compose import compose
from dondoc.rendering.notices import NoticeRenderer
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.composing import OVERTAKEN, lines_of, still_open, worded
from dondoc.services.mornings import Mornings
from dondoc.store import journal, message_counts, messages, notices, obligations
from dondoc.store.models import MessageRow, NoticeRow

DONDOC = "dondoc"
"""Who the journal says did it when no person did."""
GONE_ON = "nội dung đã chuyển sang thư sau."
NO_CONTACT = "danh bạ không còn đầu mối này nên không soạn lại được; sửa danh bạ, hoặc bỏ thư này."


def rejudge(app: App, now: datetime) -> int:
    """Judge again every message that may leave and about which something happened since it was written or released.

    What no longer holds is taken out; a message with nothing left is dropped, one that cannot be worded anew is held.
    Journaled. Returns how many were looked at; cost follows what happened, not what waits.
    """
    with app.sessions.begin() as session:
        touched = messages.overtaken(session)
        desk = Desk(app, session, now)
        for row in touched:
            before = row.status
            if desk.brought_up_to_date(row) == NO_CONTACT:
                messages.hold(session, row.id, NO_CONTACT)
                desk.write(row, DONDOC, "held", before, "held", NO_CONTACT)
        return len(touched)


@dataclass(frozen=True)
class Desk:
    """Judges messages one by one inside one transaction; the plans are read once for all of them."""

    app: App
    session: Session
    now: datetime

    @cached_property
    def books(self) -> Mapping[str, Book]:
        """All applied plans."""
        return books(self.app, self.session)

    def brought_up_to_date(self, row: MessageRow) -> str:
        """Take out of a message what no longer holds; "", or why it must not go: dropped already, or NO_CONTACT.

        A receipt says what was recorded, which stays so.
        """
        if message_counts.is_receipt(row):
            return ""
        lines = [line for line in notices.of_message(self.session, row.id) if line.status == "composed"]
        cases, keep = self.judged(lines)
        if not keep:
            why, before = OVERTAKEN if lines else GONE_ON, row.status
            messages.drop(self.session, [row.id], why)
            self.write(row, DONDOC, "dropped", before, "dropped", why)
            return f"{why.removesuffix('.')}; đã bỏ."
        if len(keep) == len(lines):
            return ""
        if not self._worded_anew(row, keep, cases):
            return NO_CONTACT
        kept = {line.id for line in keep}
        notices.withdraw(self.session, [line.id for line in lines if line.id not in kept], OVERTAKEN)
        self.write(row, DONDOC, "reworded", None, None, OVERTAKEN)
        return ""

    def judged(self, lines: Sequence[NoticeRow]) -> tuple[Mapping[str, Case], list[NoticeRow]]:
        """The cases of these lines, and the lines that still hold: of a withdrawn obligation none does."""
        loaded = obligations.load_cases(self.session, ids={line.obligation_id for line in lines})
        cases = {case.obligation.id: case for case in loaded}
        there = [line for line in lines if line.obligation_id in cases]
        keep, _ = still_open(self.session, there, cases, self.books, self.now)
        return cases, keep

    def write(self, row: MessageRow, who: str, action: str, old: str | None, new: str | None, why: str) -> None:
        """Journal a move of a message."""
        journal.write(self.session, self.now, who, action, f"message/{row.id}", old, new, why)

    def _worded_anew(self, row: MessageRow, keep: list[NoticeRow], cases: Mapping[str, Case]) -> bool:
        """False when the directory has changed so that these lines are no longer one message to that recipient."""
        drafts = compose(lines_of(keep, cases, self.books), row.day)
        if [draft.recipient.id for draft in drafts] != [row.recipient]:
            return False
        message = worded(
            self.app, drafts[0], NoticeRenderer(self.app.templates), self.books, cases, self.now,
            Mornings(self.session, self.books, self.now),
        )  # fmt: skip
        row.subject, row.body_text = message.subject, message.body_text
        row.body_html, row.body_zalo = message.body_html, message.body_zalo
        row.names_late = message.names_late
        self.session.flush()
        return True
