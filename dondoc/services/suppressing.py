"""Who gets nothing for a while, by a person's decision, and which addresses the other side closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.store import journal, suppressions


def suppress(app: App, recipient: str, until: date | None, by: str, reason: str, now: datetime) -> int:
    """Nothing goes to `recipient` (`<agency>/<role>`) up to `until`; what comes up meanwhile is judged anew after it.

    One that holds for it already is lifted: the newest decision counts alone. Journaled. Raises Refused without a
    reason, for a day that is over, and for a recipient no directory knows.
    """
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    if until is not None and until < local_day(now):
        raise Refused(f"Ngày {until:%d/%m/%Y} đã qua.")
    agency_id, _, role = recipient.partition("/")
    with app.sessions.begin() as session:
        agencies = [book.directory.by_id.get(agency_id) for book in books(app, session).values()]
        if not any(agency and any(c.role == role for c in agency.contacts) for agency in agencies):
            raise Refused(f"Danh bạ không có người nhận “{recipient}”. Viết: mã cơ quan/focal hoặc mã cơ quan/head.")
        for former in suppressions.lift_recipient(session, recipient, by, now):
            old, why = _day(former.until), f"Thay bằng lệnh mới: {reason.strip()}"
            journal.write(session, now, by, "suppression-lifted", recipient, old, None, why)
        row = suppressions.suppress_recipient(session, recipient, until, reason.strip(), by, now)
        journal.write(session, now, by, "suppressed", recipient, None, _day(until), row.why)
        return row.id


def _day(until: date | None) -> str | None:
    return until.isoformat() if until else None


def how_long(until: date | None) -> str:
    """For whom it concerns, after "đang được ngừng gửi"."""
    return f"đến hết {until:%d/%m/%Y}" if until else "đến khi có lệnh gửi lại"


def lift(app: App, suppression_id: int, by: str, reason: str, now: datetime) -> None:
    """End a suppression before its day. Journaled. Raises Refused without a reason or when it is not in force."""
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    with app.sessions.begin() as session:
        row = suppressions.lift(session, suppression_id, by, now)
        if row is None:
            raise Refused(f"Không có lệnh ngừng gửi số {suppression_id} còn hiệu lực; xem: dondoc notice suppressed")
        subject = row.recipient or f"{row.channel}:{row.address}"
        journal.write(session, now, by, "suppression-lifted", subject, None, None, reason.strip())


def in_force(app: App, now: datetime) -> list[dict[str, Any]]:
    """All that hold today, oldest first."""
    with app.sessions() as session:
        return [
            {
                "id": row.id, "recipient": row.recipient, "channel": row.channel, "address": row.address,
                "until": _day(row.until), "reason": row.why, "by": row.by,
            }
            for row in suppressions.in_force(session, local_day(now))
        ]  # fmt: skip
