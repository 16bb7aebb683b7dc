"""What the supervisor decides about messages that wait for a person: let them go, or not; every move is journaled."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, get_args

from sqlalchemy.orm import Session

from dondoc.domain.cases import Case
from dondoc.domain.compose import compose
from dondoc.errors import Refused
from dondoc.rendering.notices import NoticeRenderer
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.composing import OVERTAKEN, lines_of, still_open, worded
from dondoc.store import journal, messages, notices, obligations, switches
from dondoc.store.messages import MessageStatus
from dondoc.store.models import MessageRow, NoticeRow

MANY = 100_000
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
    """Let held messages go, each judged again first; those that were not held are left as they are.

    What was reported, waived, promised or re-dated since a message was composed is taken out of it: nobody is named
    late who no longer is. A message with nothing left is dropped, with that reason. Returns the ids released.
    """
    with app.sessions.begin() as session:
        held = [row for row in messages.find(session, status="held", limit=MANY) if row.id in set(ids)]
        ready = [row.id for row in held if _still_true(app, session, row, now)]
        found = messages.release(session, ready, by, now, now)
        for message_id in found:
            journal.write(session, now, by, "released", f"message/{message_id}", "held", "ready", "Cho gửi.")
    return found


def _still_true(app: App, session: Session, row: MessageRow, now: datetime) -> bool:
    """Bring a held message up to date; False when nothing of it is true any more."""
    rows = notices.of_message(session, row.id)
    found = books(app, session)
    loaded = obligations.load_cases(session, ids={notice.obligation_id for notice in rows})
    cases = {case.obligation.id: case for case in loaded}
    withdrawn = [notice for notice in rows if notice.obligation_id not in cases]
    keep, overtaken = still_open((n for n in rows if n.obligation_id in cases), cases, found, now)
    gone = [notice.id for notice in (*overtaken, *withdrawn)]
    if not gone:
        return True
    if not keep:
        messages.drop(session, [row.id], OVERTAKEN)
        journal.write(session, now, "dondoc", "dropped", f"message/{row.id}", "held", "dropped", OVERTAKEN)
        return False
    notices.withdraw(session, gone, OVERTAKEN)
    _word_anew(app, session, row, keep, cases, found, now)
    journal.write(session, now, "dondoc", "reworded", f"message/{row.id}", None, None, OVERTAKEN)
    return True


def _word_anew(
    app: App, session: Session, row: MessageRow, keep: list[NoticeRow], cases: dict[str, Case],
    found: dict[str, Book], now: datetime,
) -> None:  # fmt: skip
    (draft,) = compose(lines_of(keep, cases, found), row.day)
    message = worded(app, draft, NoticeRenderer(app.templates), found, cases, now)
    row.subject, row.body_text = message.subject, message.body_text
    row.body_html, row.body_zalo = message.body_html, message.body_zalo
    row.names_late = message.names_late
    session.flush()


def drop(app: App, ids: Collection[int], by: str, reason: str, now: datetime) -> list[int]:
    """Do not send what has not left yet, with a reason. Raises Refused without one."""
    why = _required(reason)
    with app.sessions.begin() as session:
        found = messages.drop(session, ids, why)
        for message_id in found:
            journal.write(session, now, by, "dropped", f"message/{message_id}", None, "dropped", why)
    return found


def hold_all(app: App, by: str, reason: str, now: datetime) -> list[int]:
    """Hold everything that waits to be sent; each must be released by hand. Raises Refused without a reason."""
    why = _required(reason)
    with app.sessions.begin() as session:
        found = messages.hold_all(session, why)
        for message_id in found:
            journal.write(session, now, by, "held", f"message/{message_id}", None, "held", why)
    return found


def stop_all(app: App, on: bool, by: str, reason: str, now: datetime) -> None:
    """Turn the stop-all switch: while it is on nothing leaves, everything else goes on.

    Raises Refused without a reason.
    """
    why, value = _required(reason), switches.ON if on else switches.OFF
    with app.sessions.begin() as session:
        before = switches.get(session, switches.STOP_ALL)
        switches.put(session, switches.STOP_ALL, value, now, by, why)
        old = before.value if before else None
        journal.write(session, now, by, "switched", f"switch/{switches.STOP_ALL}", old, value, why)


def _required(reason: str) -> str:
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    return reason.strip()
