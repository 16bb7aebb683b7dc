"""What did not reach anybody yesterday goes into today's message, as far as it still holds (DESIGN §2.4–2.6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.store import journal, message_counts, messages, notices, suppressions
from dondoc.store.messages import MessageStatus
from dondoc.store.models import MessageRow

MOST_DOUBTFUL = 500


def carry_on(session: Session, today: date, now: datetime) -> int:
    """Queue anew the lines of digests that could not leave on their day, of what waits for somebody who gets nothing
    for now, and, once, of messages of unknown fate.

    A line whose fate is unknown a second time stays where it is: then a person must find out. Each message is
    journaled. Returns how many lines were queued; does not commit.
    """
    moved = 0
    recalled = messages.recall(session, suppressions.of_recipients(session, today))
    for row in (*messages.expire(session, today), *recalled):
        moved += notices.carry_on(session, row.id, _unsent(row), doubtful=False)
        journal.write(session, now, "dondoc", "expired", f"message/{row.id}", None, "dropped", row.reason)
    for row in messages.doubtful(session, today, MOST_DOUBTFUL):
        why = f"Không rõ thư ngày {row.day:%d/%m/%Y} đã đến hay chưa."
        carried = notices.carry_on(session, row.id, why, doubtful=True)
        if carried:
            journal.write(session, now, "dondoc", "carried-on", f"message/{row.id}", None, str(carried), why)
        moved += carried
    return moved


def is_whole(session: Session, row: MessageRow, today: date) -> bool:
    """Whether none of its lines has gone on in a later message: only then may the same words be sent again."""
    if row.day >= today or message_counts.is_receipt(row):
        return True
    lines = [line for line in notices.of_message(session, row.id) if line.status == "composed"]
    return bool(lines) and all(line.carried == 0 for line in lines)


def give_up(session: Session, row: MessageRow, before: MessageStatus, why: str, now: datetime) -> bool:
    """A message that surely did not arrive is not sent again; what has not gone on yet goes on. Journaled.

    False when it is no longer `before`.
    """
    if not messages.give_up(session, row.id, before, why):
        return False
    notices.carry_on(session, row.id, _unsent(row), doubtful=False)
    journal.write(session, now, "dondoc", "expired", f"message/{row.id}", before, "dropped", why)
    return True


def _unsent(row: MessageRow) -> str:
    return f"Chưa gửi được trong thư ngày {row.day:%d/%m/%Y}."
