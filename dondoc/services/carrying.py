"""What did not reach anybody yesterday goes into today's message, as far as it still holds (DESIGN §2.4–2.6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.store import journal, messages, notices


def carry_on(session: Session, today: date, now: datetime) -> int:
    """Queue anew the lines of digests that could not leave on their day, and, once, of messages of unknown fate.

    A line whose fate is unknown a second time stays where it is: then a person must find out. Each message is
    journaled. Returns how many lines were queued; does not commit.
    """
    moved = 0
    for row in messages.expire(session, today):
        moved += notices.carry_on(session, row.id, f"Chưa gửi được trong thư ngày {row.day:%d/%m/%Y}.", doubtful=False)
        journal.write(session, now, "dondoc", "expired", f"message/{row.id}", None, "dropped", row.reason)
    for row in messages.find(session, status="unknown", limit=500):
        if row.day >= today:
            continue
        why = f"Không rõ thư ngày {row.day:%d/%m/%Y} đã đến hay chưa."
        carried = notices.carry_on(session, row.id, why, doubtful=True)
        if carried:
            journal.write(session, now, "dondoc", "carried-on", f"message/{row.id}", None, str(carried), why)
        moved += carried
    return moved
