"""The outbox: messages once per (recipient, day, class), and every move a person or a rule makes with them.

How one is claimed and tried stands in `store.attempts`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.domain.moments import at
from dondoc.store.arrays import is_one_of, is_one_of_ids
from dondoc.store.models import AttemptRow, JournalRow, MessageRow, NoticeRow

DIGEST = "digest"
"""The class of the day's one message; the others are held lists, events and what a person presses."""
RECEIPT = "receipt:"
"""How the class of a receipt begins: an answer's, to who gave it. It has no notices, so nothing of it is judged again,
carried on or counted as a day's work of the machine."""

MessageStatus = Literal[
    "held", "ready", "sending", "sent", "retry", "refused", "unknown", "dropped", "administrator",
]  # fmt: skip
WAITING: tuple[MessageStatus, ...] = ("ready", "retry", "administrator")
"""They leave by themselves, now, later or when a fault of ours is mended."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A worded message. `header_id` is its RFC 5322 Message-ID, fixed before the first attempt.

    With status `ready` it may leave from `next_try_at` on (aware); with `held` a person must release it first; with
    `refused` no channel of the contact is open, and a person must see to it. `names_late`: it names an agency late to
    somebody else, so the database lets it go only after a release.
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
    status: Literal["held", "ready", "refused"]
    reason: str
    next_try_at: datetime | None
    names_late: bool = False


def create(session: Session, message: NewMessage, now: datetime) -> int | None:
    """Put a message into the outbox and return its id; None when (recipient, day, class) has one already."""
    statement = insert(MessageRow).values(**asdict(message), created_at=now)
    return session.scalar(
        statement.on_conflict_do_nothing(index_elements=["recipient", "day", "klass"]).returning(MessageRow.id)
    )


def drop(session: Session, message_ids: Collection[int], why: str) -> list[int]:
    """A person decides that these are not sent; returns the ids that had not left yet. Their notices are dropped too.

    The reason is recorded with the message and joins that of each notice.
    """
    unsent: tuple[MessageStatus, ...] = ("held", *WAITING, "refused")
    dropped = _move(session, message_ids, unsent, {"status": "dropped", "next_try_at": None, "reason": why})
    session.execute(
        update(NoticeRow)
        .where(is_one_of_ids(NoticeRow.message_id, dropped), NoticeRow.status == "composed")
        .values(status="dropped", reason=NoticeRow.reason + f" Không gửi: {why}")
        .execution_options(synchronize_session="fetch")
    )
    return dropped


def hold_all(session: Session, why: str) -> list[int]:
    """Nothing that waits may leave until a person releases it; returns what was held. Does not stop new messages."""
    waiting = session.scalars(select(MessageRow.id).where(MessageRow.status.in_(WAITING))).all()
    values = {"status": "held", "next_try_at": None, "reason": why, "released_at": None, "released_by": None}
    return _move(session, waiting, WAITING, values)


def expire(session: Session, today: date) -> list[MessageRow]:
    """Take digests of days before `today` that have not left out of the way: an old digest is not sent late.

    One that a person released today stays. The notices are for the caller to carry on.
    """
    past = select(MessageRow.id).where(
        MessageRow.klass == DIGEST, MessageRow.day < today, MessageRow.status.in_(WAITING),
        or_(MessageRow.released_at.is_(None), MessageRow.released_at < at(today, time.min)),
    )  # fmt: skip
    return _overtaken(session, past, "đã qua ngày mà chưa gửi được; nội dung còn đúng chuyển sang thư sau.")


def recall(session: Session, recipients: Collection[str]) -> list[MessageRow]:
    """Take what waits for these recipients out of the way: they get nothing for a while, and later nothing old.

    The notices are for the caller to carry on.
    """
    theirs = select(MessageRow.id).where(is_one_of(MessageRow.recipient, recipients), MessageRow.status.in_(WAITING))
    return _overtaken(session, theirs, "người nhận đang được ngừng gửi; nội dung còn đúng chuyển sang thư sau.")


def _overtaken(session: Session, which: Select[tuple[int]], why: str) -> list[MessageRow]:
    ids = session.scalars(which.with_for_update(skip_locked=True)).all()
    moved = _move(session, ids, WAITING, {"status": "dropped", "next_try_at": None, "reason": why})
    return [row for row in (get(session, message_id) for message_id in moved) if row is not None]


def doubtful(session: Session, today: date, limit: int) -> Sequence[MessageRow]:
    """Messages of days before `today`, not tried today, whose fate nobody knows, newest first; locked until this
    transaction ends, those that another one holds (it may be settling them) left out."""
    tried = exists().where(AttemptRow.message_id == MessageRow.id, AttemptRow.started_at >= at(today, time.min))
    statement = select(MessageRow).where(MessageRow.status == "unknown", MessageRow.day < today, ~tried)
    return session.scalars(
        statement.order_by(MessageRow.day.desc(), MessageRow.id).limit(limit).with_for_update(skip_locked=True),
        execution_options={"populate_existing": True},
    ).all()


def give_up(session: Session, message_id: int, before: MessageStatus, why: str) -> bool:
    """It surely did not arrive, and is not tried again: its notices go on in later messages. False unless `before`."""
    return bool(_move(session, [message_id], (before,), {"status": "dropped", "next_try_at": None, "reason": why}))


def again(session: Session, message_id: int, before: MessageStatus, now: datetime) -> bool:
    """A message that surely did not arrive may be tried again from `now` on. False when it is no longer `before`."""
    values = {"status": "retry", "next_try_at": now, "sent_at": None, "reason": "chưa đến nơi nhận, gửi lại."}
    return bool(_move(session, [message_id], (before,), values))


def arrived(session: Session, message_id: int, now: datetime) -> bool:
    """The other side has it: an unknown one counts as sent, a sent one is confirmed. False for any other."""
    values = {"status": "sent", "confirmed_at": now, "sent_at": func.coalesce(MessageRow.sent_at, now), "reason": ""}
    return bool(_move(session, [message_id], ("unknown", "sent"), values))


def doubt(session: Session, message_id: int, before: MessageStatus, why: str) -> bool:
    """Its fate is for a person to find out. False when it is no longer `before`, or unknown already."""
    values = {"status": "unknown", "reason": why}
    return before != "unknown" and bool(_move(session, [message_id], (before,), values))


def unconfirmed(session: Session, channel: str, since: datetime, until: datetime, limit: int) -> Sequence[MessageRow]:
    """What was sent by that channel between these moments and nobody has confirmed yet, oldest first."""
    statement = select(MessageRow).where(
        MessageRow.status == "sent", MessageRow.confirmed_at.is_(None), MessageRow.channel == channel,
        MessageRow.sent_at >= since, MessageRow.sent_at <= until,
    )  # fmt: skip
    return session.scalars(statement.order_by(MessageRow.sent_at, MessageRow.id).limit(limit)).all()


def give_reason(session: Session, message_id: int, why: str) -> None:
    """Why it stands where it stands, for the person who looks at it."""
    session.get_one(MessageRow, message_id, populate_existing=True).reason = why
    session.flush()


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


def readdress(session: Session, message_id: int, channel: str, address: str, now: datetime) -> bool:
    """One that waits for a person goes where its contact is reached now; by another channel its attempts begin anew."""
    values = {"channel": channel, "address": address, "status": "ready", "next_try_at": now}
    return bool(_move(session, [message_id], ("held", "administrator", "refused"), values))


def hold(session: Session, message_id: int, why: str) -> bool:
    """One that was about to leave waits for a person. False when it has left or ended."""
    values = {"status": "held", "next_try_at": None, "reason": why, "released_at": None, "released_by": None}
    return bool(_move(session, [message_id], WAITING, values))


def overtaken(session: Session) -> Sequence[MessageRow]:
    """Messages that may leave and on whose obligations the journal has a newer entry than their composition or release.

    Locked until this transaction ends; what a worker has in hand is left out.
    """
    judged_at = func.greatest(MessageRow.created_at, MessageRow.released_at)
    newer = (
        exists()
        .where(NoticeRow.message_id == MessageRow.id, NoticeRow.status == "composed")
        .where(JournalRow.subject == NoticeRow.obligation_id, JournalRow.at > judged_at)
    )
    statement = select(MessageRow).where(MessageRow.status.in_(WAITING), newer).order_by(MessageRow.id)
    return session.scalars(
        statement.with_for_update(skip_locked=True, of=MessageRow), execution_options={"populate_existing": True}
    ).all()


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


def get(session: Session, message_id: int, *, for_update: bool = False) -> MessageRow | None:
    """The message as it is now; `for_update` makes others who want to move it wait until this transaction ends."""
    return session.get(MessageRow, message_id, populate_existing=True, with_for_update=True if for_update else None)


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


def undrop(session: Session, message_ids: Collection[int], why: str) -> list[int]:
    """A person takes back a drop: these are held again, wait for a new release, and the lines that went with them are
    composed again. Returns the ids it found dropped.

    A line that had been taken out of its message before the drop stays out: its reason ends with another one.
    """
    chosen = select(MessageRow).where(is_one_of_ids(MessageRow.id, message_ids), MessageRow.status == "dropped")
    for row in session.scalars(chosen.order_by(MessageRow.id).with_for_update()).all():
        ending = f" Không gửi: {row.reason}"
        session.execute(
            update(NoticeRow)
            .where(NoticeRow.message_id == row.id, NoticeRow.status == "dropped")
            .where(func.right(NoticeRow.reason, len(ending)) == ending)
            .values(status="composed", reason=func.left(NoticeRow.reason, -len(ending)))
            .execution_options(synchronize_session="fetch")
        )
    values = {"status": "held", "next_try_at": None, "reason": why, "released_at": None, "released_by": None}
    return _move(session, message_ids, ("dropped",), values)


def redirect(session: Session, recipient: str, channel: str, address: str, address_name: str) -> list[int]:
    """What waits to leave for a recipient goes where its contact is reached now; the ids of the messages moved.

    What a worker has in hand goes where it was going; what waits for a person is addressed when it is released.
    """
    theirs = MessageRow.recipient == recipient, MessageRow.status.in_(WAITING), MessageRow.address != address
    ids = session.scalars(select(MessageRow.id).where(*theirs).order_by(MessageRow.id)).all()
    return _move(session, ids, WAITING, {"channel": channel, "address": address, "address_name": address_name})
