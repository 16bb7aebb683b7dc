"""What became of messages whose fate nobody knows: asked where the other side can answer, else never sent again.

Three questions (DESIGN §2.6): a worker died between claim and outcome; a connection died after the data had left; and,
where the other side can be asked cheaply, whether what it accepted is really there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.sending import envelope_of, route, sought
from dondoc.store import attempts, journal, messages
from dondoc.store.attempts import Finished
from dondoc.store.messages import MessageStatus
from dondoc.store.models import AttemptRow, MessageRow

log = logging.getLogger(__name__)

ASK_AFTER = timedelta(minutes=10)
"""What left so recently may still be on its way to the other side's shelf (RFC 5321 §4.5.3.2.6 gives a server ten
minutes after the dot): "not there" would prove nothing."""
CONFIRM_WITHIN = timedelta(days=3)
BATCH = 500
LOST = "Tiến trình dừng giữa lúc gửi: không biết thư đã đi hay chưa."
MOST_UNKNOWN = 5
"""So many tries of unknown fate, and absent each time, then a person looks: something eats the messages."""


@dataclass(frozen=True)
class Settled:
    """How many were found to have arrived, how many surely not (they go again), of how many nothing can be said."""

    arrived: int = 0
    absent: int = 0
    unsaid: int = 0


def settle(app: App, now: datetime) -> Settled:
    """Ask about everything whose fate is unknown; what nobody can tell stays unknown and is never sent again by itself.

    Network calls are made outside transactions; the answers are written one message at a time.
    """
    with app.sessions.begin() as session:
        for claimed in attempts.lost(session, now):
            done = Finished(claimed.message.id, claimed.message.channel, claimed.n, "unknown", None, LOST)
            attempts.record(session, done, None, now)
    with app.sessions() as session:
        unknown = messages.find(session, status="unknown", limit=BATCH)
        tries = attempts.latest(session, [row.id for row in unknown])
    return _ask(app, [(row, tries[row.id]) for row in unknown if row.id in tries], "unknown", now)


def confirm(app: App, now: datetime) -> Settled:
    """Ask whether what was accepted is there, once for each message; what is not goes again, once."""
    total = Settled()
    for name, channel in app.channels.items():
        if not channel.can_be_asked:
            continue
        with app.sessions() as session:
            rows = messages.unconfirmed(session, name, now - CONFIRM_WITHIN, now - ASK_AFTER, BATCH)
            tries = attempts.latest(session, [row.id for row in rows])
        found = _ask(app, [(row, tries[row.id]) for row in rows if row.id in tries], "sent", now)
        total = Settled(total.arrived + found.arrived, total.absent + found.absent, total.unsaid + found.unsaid)
    return total


def _ask(app: App, asked: Sequence[tuple[MessageRow, AttemptRow]], before: MessageStatus, now: datetime) -> Settled:
    answers = _answers(app, asked, now)
    arrived = absent = 0
    for row, attempt in asked:
        answer = answers.get(row.header_id)
        if answer is None:
            continue
        with app.sessions.begin() as session:
            _write(session, row, attempt, answer, before, now)
        arrived, absent = arrived + answer, absent + (not answer)
    return Settled(arrived, absent, len(asked) - arrived - absent)


def _answers(app: App, asked: Iterable[tuple[MessageRow, AttemptRow]], now: datetime) -> dict[str, bool]:
    by_channel: dict[str, list[tuple[MessageRow, AttemptRow]]] = {}
    for row, attempt in asked:
        if attempt.started_at <= now - ASK_AFTER:
            by_channel.setdefault(route(app, row), []).append((row, attempt))
    answers: dict[str, bool] = {}
    for name, rows in by_channel.items():
        channel = app.channels.get(name)
        if channel is not None and channel.can_be_asked:
            # The oldest try counts: what any of them brought there has arrived.
            answers |= channel.arrived([sought(row, envelope_of(app, row), row.created_at) for row, _ in rows], now)
    return answers


def _write(
    session: Session, row: MessageRow, attempt: AttemptRow, there: bool, before: MessageStatus, now: datetime
) -> None:
    if there:
        changed = messages.arrived(session, row.id, now)
        how = "nơi nhận trả lời: đã đến"
    elif attempt.n <= MOST_UNKNOWN:
        changed = messages.again(session, row.id, before, now)
        how = "nơi nhận trả lời: chưa đến, gửi lại"
    else:
        changed, how = messages.doubt(session, row.id, before), "nơi nhận trả lời: chưa đến; chờ người xem"
    if not changed:
        return
    if before == "unknown" or not there:  # a confirmation of what was sent is no news
        attempts.settle(session, attempt.id, how)
        journal.write(session, now, "dondoc", "settled", f"message/{row.id}", before, how, attempt.text or "")
        log.info("message settled", extra={"action": "message_settled", "message": row.id, "arrived": there})


def settle_by_hand(app: App, message_id: int, arrived: bool, by: str, reason: str, now: datetime) -> None:
    """A person found out what became of an unknown message: it arrived, or it goes again.

    Raises Refused without a reason, or when the message is not unknown.
    """
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    with app.sessions.begin() as session:
        tries = attempts.latest(session, [message_id])
        row = messages.get(session, message_id)
        if row is None or row.status != "unknown":
            raise Refused(f"Thư {message_id} không ở tình trạng “chưa rõ”.")
        if arrived:
            messages.arrived(session, message_id, now)
        else:
            messages.again(session, message_id, "unknown", now)
        how = f"{by}: {'đã đến' if arrived else 'chưa đến, gửi lại'}"
        if message_id in tries:
            attempts.settle(session, tries[message_id].id, how)
        journal.write(session, now, by, "settled", f"message/{message_id}", "unknown", how, reason.strip())
