"""The outbox: messages once per (recipient, day, class), claimed by one worker, with a row for every attempt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.store import switches
from dondoc.store.arrays import is_one_of_ids
from dondoc.store.models import AttemptRow, MessageRow, NoticeRow

MessageStatus = Literal[
    "held", "ready", "sending", "sent", "retry", "refused", "unknown", "dropped", "administrator",
]  # fmt: skip
AttemptOutcome = Literal["sent", "retry", "refused", "unknown", "administrator"]

SENDING_LIMIT = timedelta(minutes=10)
"""An attempt without an outcome for so long has lost its worker: no channel waits nearly that long."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A worded message. `header_id` is its RFC 5322 Message-ID, fixed before the first attempt.

    With status `ready` it may leave from `next_try_at` on (aware); with `held` a person must release it first.
    """

    recipient: str
    day: date
    klass: str
    plan_id: str | None
    agency: str
    channel: str
    address: str
    address_name: str
    header_id: str
    subject: str
    body_text: str
    body_html: str
    body_zalo: str
    status: Literal["held", "ready"]
    reason: str
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may now send, as attempt `n` (from 1) on its channel."""

    message: MessageRow
    n: int


def create(session: Session, message: NewMessage, now: datetime) -> int | None:
    """Put a message into the outbox and return its id; None when (recipient, day, class) has one already."""
    statement = insert(MessageRow).values(**asdict(message), created_at=now)
    return session.scalar(
        statement.on_conflict_do_nothing(index_elements=["recipient", "day", "klass"]).returning(MessageRow.id)
    )


def claim_next(session: Session, now: datetime) -> Claimed | None:
    """Take the message that has waited longest, or None when nothing may leave at `now` or stop-all is on.

    COMMITS, and must: the attempt is on record before a byte leaves, so that after a crash the message is found as
    `sending` and is never sent again unasked. Call it with a session that holds no other work.
    """
    row = session.scalars(
        update(MessageRow)
        .where(MessageRow.id == _next_id(now))
        .values(status="sending")
        .returning(MessageRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    n = _start_attempt(session, row, now) if row is not None else 0
    session.commit()
    return Claimed(row, n) if row is not None else None


def _next_id(now: datetime) -> Any:
    """A row that another worker is claiming is passed over, not waited for."""
    return (
        select(MessageRow.id)
        .where(MessageRow.status.in_(("ready", "retry")), MessageRow.next_try_at <= now, ~switches.stopped())
        .order_by(MessageRow.next_try_at, MessageRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )


def _start_attempt(session: Session, row: MessageRow, now: datetime) -> int:
    so_far = select(func.count()).where(AttemptRow.message_id == row.id, AttemptRow.channel == row.channel)
    values = {"message_id": row.id, "channel": row.channel, "started_at": now, "n": so_far.scalar_subquery() + 1}
    return session.scalars(insert(AttemptRow).values(values).returning(AttemptRow.n)).one()


def record(
    session: Session,
    message_id: int,
    n: int,
    outcome: AttemptOutcome,
    code: int | None,
    text: str,
    next_try_at: datetime | None,
    now: datetime,
) -> bool:
    """Write how attempt `n` ended; the message takes the outcome as its status.

    A `retry` without `next_try_at` was the last one: the message is dropped with that reason, as by `drop`.
    An outcome stands once written, with one exception: what was unknown may turn out to be sent or refused. False
    when it changed nothing for that reason, or when `n` is not the latest attempt on the message's channel.
    """
    if next_try_at is not None and outcome != "retry":
        raise ValueError(f"{outcome} is an end: it has no next try")
    message = session.get_one(MessageRow, message_id, with_for_update=True, populate_existing=True)
    attempt = _latest_attempt(session, message)
    if attempt is None or attempt.n != n or not _is_news(attempt.outcome, outcome):
        return False
    attempt.outcome, attempt.code, attempt.text, attempt.finished_at = outcome, code, text, now
    if outcome == "retry" and next_try_at is None:
        session.flush()
        _drop(session, [message_id], ("sending",), f"không gửi được sau {n} lần thử ({text}).")
        return True
    message.status, message.next_try_at = outcome, next_try_at
    message.sent_at = now if outcome == "sent" else None
    session.flush()
    return True


def _latest_attempt(session: Session, message: MessageRow) -> AttemptRow | None:
    statement = select(AttemptRow).where(AttemptRow.message_id == message.id, AttemptRow.channel == message.channel)
    return session.scalars(
        statement.order_by(AttemptRow.n.desc()).limit(1), execution_options={"populate_existing": True}
    ).first()


def _is_news(before: str | None, outcome: AttemptOutcome) -> bool:
    return before is None or (before == "unknown" and outcome in ("sent", "refused"))


def unfinished(session: Session, now: datetime, older_than: timedelta = SENDING_LIMIT) -> list[Claimed]:
    """Messages whose worker died between claim and outcome: to be recorded as `unknown`, not sent again."""
    statement = (
        select(MessageRow, AttemptRow.n)
        .join(AttemptRow, (AttemptRow.message_id == MessageRow.id) & (AttemptRow.channel == MessageRow.channel))
        .where(MessageRow.status == "sending", AttemptRow.outcome.is_(None), AttemptRow.started_at <= now - older_than)
        .order_by(MessageRow.id)
    )
    return [Claimed(message, n) for message, n in session.execute(statement)]


def release(session: Session, message_ids: Collection[int], by: str, next_try_at: datetime, now: datetime) -> list[int]:
    """A person lets held messages go, and those that waited for an administrator; returns the ids it found so."""
    values = {"status": "ready", "next_try_at": next_try_at, "released_at": now, "released_by": by}
    return _move(session, message_ids, ("held", "administrator"), values)


def drop(session: Session, message_ids: Collection[int], why: str) -> list[int]:
    """A person decides that these are not sent; returns the ids that had not left yet. Their notices are dropped too.

    The reason is recorded with the message and joins that of each notice.
    """
    return _drop(session, message_ids, ("held", "ready", "retry", "administrator"), why)


def _drop(session: Session, message_ids: Collection[int], before: tuple[str, ...], why: str) -> list[int]:
    dropped = _move(session, message_ids, before, {"status": "dropped", "next_try_at": None, "reason": why})
    session.execute(
        update(NoticeRow)
        .where(is_one_of_ids(NoticeRow.message_id, dropped), NoticeRow.status == "composed")
        .values(status="dropped", reason=NoticeRow.reason + f" Không gửi: {why}")
        .execution_options(synchronize_session="fetch")
    )
    return dropped


def hold_all(session: Session, why: str) -> list[int]:
    """Nothing that waits may leave until a person releases it; returns what was held. Does not stop new messages."""
    waiting = session.scalars(select(MessageRow.id).where(MessageRow.status.in_(("ready", "retry")))).all()
    return _move(session, waiting, ("ready", "retry"), {"status": "held", "next_try_at": None, "reason": why})


def resume(session: Session, now: datetime) -> list[int]:
    """Messages that waited for an administrator are tried again: the fault they met may be mended by now."""
    waiting = session.scalars(select(MessageRow.id).where(MessageRow.status == "administrator")).all()
    return _move(session, waiting, ("administrator",), {"status": "retry", "next_try_at": now})


def switch_channel(
    session: Session, message_id: int, channel: str, address: str, address_name: str, next_try_at: datetime
) -> bool:
    """After a refusal: the same message by another channel, whose attempts count from 1. False unless refused."""
    values = {"channel": channel, "address": address, "address_name": address_name}
    ready = {"status": "ready", "next_try_at": next_try_at}
    return bool(_move(session, [message_id], ("refused",), values | ready))


def _move(session: Session, message_ids: Collection[int], before: tuple[str, ...], values: dict[str, Any]) -> list[int]:
    """Conditional on the status before: what a worker has claimed or sent meanwhile stays as it is."""
    moved = session.scalars(
        update(MessageRow)
        .where(is_one_of_ids(MessageRow.id, message_ids), MessageRow.status.in_(before))
        .values(**values)
        .returning(MessageRow.id)
        .execution_options(synchronize_session="fetch")
    )
    return sorted(moved)


def get(session: Session, message_id: int) -> MessageRow | None:
    """The message as it is now."""
    return session.get(MessageRow, message_id, populate_existing=True)


def find(
    session: Session,
    *,
    status: MessageStatus | None = None,
    day: date | None = None,
    recipient: str | None = None,
    limit: int = 500,
) -> Sequence[MessageRow]:
    """Messages that match everything given, newest day first."""
    wanted = {"status": status, "day": day, "recipient": recipient}
    statement = select(MessageRow).filter_by(**{name: value for name, value in wanted.items() if value is not None})
    return session.scalars(
        statement.order_by(MessageRow.day.desc(), MessageRow.id).limit(limit),
        execution_options={"populate_existing": True},
    ).all()


def count(session: Session, day: date) -> int:
    """How many messages that day has, whatever became of them: for the guard against a flood."""
    return session.scalars(select(func.count()).where(MessageRow.day == day)).one()


def attempts(session: Session, message_id: int) -> Sequence[AttemptRow]:
    """Every try to send it, oldest first."""
    statement = select(AttemptRow).where(AttemptRow.message_id == message_id).order_by(AttemptRow.id)
    return session.scalars(statement).all()


def count_status(session: Session, status: MessageStatus) -> int:
    """How many messages are in that state now."""
    return session.scalars(select(func.count()).where(MessageRow.status == status)).one()
