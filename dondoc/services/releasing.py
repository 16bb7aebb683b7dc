"""What the supervisor decides about messages that wait for a person: let them go, or not; every move is journaled."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, get_args

from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.store import journal, messages
from dondoc.store.messages import MessageStatus

STATUSES: tuple[MessageStatus, ...] = get_args(MessageStatus)


def listed(app: App, status: str) -> list[dict[str, Any]]:
    """Messages in that state, newest day first. Raises Refused for a state that does not exist."""
    wanted: MessageStatus | None = next((known for known in STATUSES if known == status), None)
    if wanted is None:
        raise Refused(f"Không có tình trạng “{status}” (có: {', '.join(STATUSES)}).")
    with app.sessions() as session:
        return [
            {
                "id": row.id,
                "day": row.day.isoformat(),
                "recipient": row.recipient,
                "class": row.klass,
                "subject": row.subject,
                "reason": row.reason,
            }
            for row in messages.find(session, status=wanted)
        ]


def release(app: App, ids: Collection[int], by: str, now: datetime) -> list[int]:
    """Let held messages go; those that were not held are left as they are. Returns the ids released."""
    with app.sessions.begin() as session:
        found = messages.release(session, ids, by, now, now)
        for message_id in found:
            journal.write(session, now, by, "released", f"message/{message_id}", "held", "ready", "Cho gửi.")
    return found


def drop(app: App, ids: Collection[int], by: str, reason: str, now: datetime) -> list[int]:
    """Do not send what has not left yet, with a reason. Raises Refused without one."""
    if not reason.strip():
        raise Refused("Cần ghi lý do không gửi.")
    with app.sessions.begin() as session:
        found = messages.drop(session, ids, reason)
        for message_id in found:
            journal.write(session, now, by, "dropped", f"message/{message_id}", None, "dropped", reason)
    return found
