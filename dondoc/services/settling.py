"""What became of messages whose fate nobody knows: asked where the other side can answer, else never sent again.

Three questions (DESIGN §2.6): a worker died between claim and outcome; a connection died after the data had left; and,
where the other side can be asked cheaply, whether what it accepted is really there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from dondoc.channels.outcomes import Sought
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.services import carrying
from dondoc.services.app import App
from dondoc.services.envelopes import envelope_of, route, sought
from dondoc.services.sending import CHANNELS
from dondoc.store import attempts, journal, messages
from dondoc.store.attempts import Finished
from dondoc.store.models import AttemptRow, MessageRow

log = logging.getLogger(__name__)

ASK_AFTER = timedelta(minutes=10)
"""What left so recently may still be on its way to the other side's shelf (RFC 5321 §4.5.3.2.6 gives a server ten
minutes after the dot): "not there" would prove nothing."""
CONFIRM_WITHIN = timedelta(days=3)
BATCH = 500
LOST = "Tiến trình dừng giữa lúc gửi: không biết thư đã đi hay chưa."
Outcome = Literal["sent", "unknown"]
MOST_TRIES: dict[Outcome, int] = {"unknown": 5, "sent": 2}
"""So many tries that ended so, and absent each time, then a person looks: something eats the messages."""
OVERTAKEN = "chưa đến nơi nhận; nội dung còn đúng chuyển sang thư sau."
DOUBTED = "Máy chủ đã nhận mà nơi nhận không có thư: cần người xem."


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
    for name in CHANNELS:
        channel = app.channels.get(route(app, name))
        if channel is None or not channel.can_be_asked:
            continue
        with app.sessions() as session:
            rows = messages.unconfirmed(session, name, now - CONFIRM_WITHIN, now - ASK_AFTER, BATCH)
            tries = attempts.latest(session, [row.id for row in rows])
        found = _ask(app, [(row, tries[row.id]) for row in rows if row.id in tries], "sent", now)
        total = Settled(total.arrived + found.arrived, total.absent + found.absent, total.unsaid + found.unsaid)
    return total


def _ask(app: App, asked: Sequence[tuple[MessageRow, AttemptRow]], before: Outcome, now: datetime) -> Settled:
    answers = _answers(app, asked, now)
    arrived = absent = 0
    for row, attempt in asked:
        answer = answers.get(row.header_id)
        if answer is None:
            continue
        with app.sessions.begin() as session:
            is_news = _write(session, row, attempt, answer, before, now)
        arrived, absent = arrived + (is_news and answer), absent + (is_news and not answer)
    return Settled(arrived, absent, len(asked) - arrived - absent)


def _answers(app: App, asked: Iterable[tuple[MessageRow, AttemptRow]], now: datetime) -> dict[str, bool]:
    by_channel: dict[str, list[tuple[MessageRow, AttemptRow]]] = {}
    for row, attempt in asked:
        if attempt.started_at <= now - ASK_AFTER:
            by_channel.setdefault(route(app, row.channel), []).append((row, attempt))
    answers: dict[str, bool] = {}
    for name, rows in by_channel.items():
        channel = app.channels.get(name)
        if channel is not None and channel.can_be_asked:
            answers |= channel.arrived([_sought(app, row, attempt) for row, attempt in rows], now)
    return answers


def _sought(app: App, row: MessageRow, attempt: AttemptRow) -> Sought:
    """What any try brought there has arrived; after a clock was set back the newest try may be the earliest moment."""
    return sought(row, envelope_of(app, row), min(row.created_at, attempt.started_at))


def _write(session: Session, row: MessageRow, attempt: AttemptRow, there: bool, before: Outcome, now: datetime) -> bool:
    """Write one answer; False when it changes nothing: somebody else settled it, or it was tried again since."""
    standing = messages.get(session, row.id, for_update=True)
    newest = attempts.latest(session, [row.id]).get(row.id)
    if standing is None or standing.status != before or newest is None or newest.id != attempt.id:
        return False
    if there:
        changed, how = messages.arrived(session, row.id, now), "đã đến"
    elif _tries_left(session, newest):
        changed, how = _send_again(session, standing, before, now)
    else:
        changed, how = messages.doubt(session, row.id, before, DOUBTED), "chưa đến; chờ người xem"
    if not changed:
        return False
    how = f"nơi nhận trả lời: {how}"
    if before == "unknown" or not there:  # a confirmation of what was sent is no news
        attempts.settle(session, attempt.id, how)
        journal.write(session, now, "dondoc", "settled", f"message/{row.id}", before, how, attempt.text or "")
        log.info("message settled", extra={"action": "message_settled", "message": row.id, "arrived": there})
    return True


def _tries_left(session: Session, attempt: AttemptRow) -> int:
    """By how the last try ended, not by where the message stands: what was accepted in vain is unknown by now."""
    outcome: Outcome = "sent" if attempt.outcome == "sent" else "unknown"
    return max(0, MOST_TRIES[outcome] - attempts.ended(session, attempt.message_id, attempt.channel, outcome))


def _send_again(session: Session, row: MessageRow, before: Outcome, now: datetime) -> tuple[bool, str]:
    """The same message once more, or what is left of it in a later one; how, in words."""
    if carrying.is_whole(session, row, local_day(now)):
        return messages.again(session, row.id, before, now), "chưa đến, gửi lại"
    return carrying.give_up(session, row, before, OVERTAKEN, now), "chưa đến, nội dung vào thư sau"


def settle_by_hand(app: App, message_id: int, arrived: bool, by: str, reason: str, now: datetime) -> None:
    """A person found out what became of an unknown message: it arrived, or it goes again.

    Raises Refused without a reason, or when the message is not unknown.
    """
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    with app.sessions.begin() as session:
        tries = attempts.latest(session, [message_id])
        row = messages.get(session, message_id, for_update=True)
        if row is None or row.status != "unknown":
            raise Refused(f"Thư {message_id} không ở tình trạng “chưa rõ”.")
        if arrived:
            messages.arrived(session, message_id, now)
            found = "đã đến"
        else:
            _, found = _send_again(session, row, "unknown", now)
        how = f"{by}: {found}"
        if message_id in tries:
            attempts.settle(session, tries[message_id].id, how)
        journal.write(session, now, by, "settled", f"message/{message_id}", "unknown", how, reason.strip())
