"""The guard against a flood: a day with far more messages than the rehearsal foresaw waits for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.domain import guards
from dondoc.domain.compose import Draft
from dondoc.domain.moments import local_day
from dondoc.domain.simulate import simulate
from dondoc.services.books import Book
from dondoc.store import journal, message_counts


def reason(session: Session, drafts: Sequence[Draft], found: Mapping[str, Book], now: datetime) -> str:
    """Why today's messages must be held, or "" when they may leave; `drafts` are those with something new in them.

    Journaled; the alarm is the caller's. The year is rehearsed only when there are enough messages to speak of a flood.
    """
    today = local_day(now)
    count = sum(not draft.is_held for draft in drafts)
    sent = message_counts.count_leaving(session, today)
    if count == 0 or count + sent <= guards.FEWEST_MESSAGES:
        return ""
    expected = _foreseen(found, message_counts.last_day_before(session, today), today)
    if not guards.too_many_messages(count + sent, expected):
        return ""
    why = f"Hôm nay có {count + sent} thư mới, diễn tập cả năm chỉ thấy {expected}: giữ lại, chờ người xem rồi cho gửi."
    journal.write(session, now, "dondoc", "flood-held", f"day/{today}", str(expected), str(count + sent), why)
    return why


def _foreseen(found: Mapping[str, Book], after: date | None, today: date) -> int:
    live = [book for book in found.values() if not book.archived]
    return sum(guards.foreseen(simulate(book.world, until=today).drafts, after, today) for book in live)
