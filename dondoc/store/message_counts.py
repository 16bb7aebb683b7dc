"""How many messages there are of a kind, a day, a state: asked by guards, the audit and the pages."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from dondoc.domain.compose import PRESSED
from dondoc.domain.policy import OPENED, PASSED_ON
from dondoc.store.messages import RECEIPT, MessageStatus
from dondoc.store.models import MessageRow, NoticeRow

_IS_RECEIPT = func.starts_with(MessageRow.klass, RECEIPT)
_IS_URGENT = or_(func.starts_with(MessageRow.klass, "event:"), func.starts_with(MessageRow.klass, "urgent:"))


def count(session: Session, day: date) -> int:
    """How many messages that day has, whatever became of them: for the guard against a flood."""
    return session.scalars(select(func.count()).where(MessageRow.day == day)).one()


def count_leaving(session: Session, day: date) -> int:
    """How many messages of that day, with something new of that day in them that no person's act made, have left or
    may leave by themselves."""
    leaving = MessageRow.status.not_in(("held", "dropped"))
    by_nobody = NoticeRow.rule.not_in((PRESSED, PASSED_ON, OPENED)) & (NoticeRow.kind != "decided")
    is_new = exists().where(NoticeRow.message_id == MessageRow.id, NoticeRow.on == day, by_nobody)
    return session.scalars(select(func.count()).where(MessageRow.day == day, leaving, is_new)).one()


def taken(session: Session, day: date) -> set[tuple[str, str]]:
    """The recipients and classes that have their message of that day."""
    return set(session.execute(select(MessageRow.recipient, MessageRow.klass).where(MessageRow.day == day)).tuples())


def last_day_before(session: Session, day: date) -> date | None:
    """The last day before `day` on which the day's messages were composed: receipts and what is urgent are written on
    other days too."""
    return session.scalar(select(func.max(MessageRow.day)).where(MessageRow.day < day, ~_IS_RECEIPT, ~_IS_URGENT))


def is_receipt(row: MessageRow) -> bool:
    """Whether the message is a receipt."""
    return row.klass.startswith(RECEIPT)


def count_receipts(session: Session, recipient: str, day: date) -> int:
    """How many receipts that recipient has of that day."""
    which = (MessageRow.recipient == recipient) & (MessageRow.day == day) & _IS_RECEIPT
    return session.scalars(select(func.count()).select_from(MessageRow).where(which)).one()


def count_waiting(session: Session, now: datetime) -> int:
    """How many messages may leave at `now`."""
    waiting = MessageRow.status.in_(("ready", "retry")) & (MessageRow.next_try_at <= now)
    return session.scalars(select(func.count()).where(waiting)).one()


def count_status(session: Session, status: MessageStatus) -> int:
    """How many messages are in that state now."""
    return session.scalars(select(func.count()).where(MessageRow.status == status)).one()
