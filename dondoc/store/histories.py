"""What happened around obligations: journal lines, messages with their fate, what waits outside any message."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, bindparam, func, select
from sqlalchemy.orm import Session

from dondoc.store.arrays import is_one_of
from dondoc.store.journal import Entry
from dondoc.store.models import (
    AnswerRow,
    AttemptRow,
    FileRow,
    JournalRow,
    LinkRow,
    MessageRow,
    NoticeRow,
    ObligationRow,
    SessionRow,
)

OUTSIDE = ("queued", "no_contact", "dropped")


@dataclass(frozen=True, slots=True)
class Fate:
    """One message and what became of it. `kinds` are those of its lines about what was asked for; `said` is what the
    other side said last."""

    id: int
    day: date
    recipient: str
    channel: str
    klass: str
    subject: str
    status: str
    reason: str
    sent_at: datetime | None
    confirmed_at: datetime | None
    attempts: int
    said: str | None
    kinds: tuple[str, ...] = ()


def journal_of(session: Session, subjects: Collection[str], limit: int) -> list[Entry]:
    """What was written about these subjects, newest first."""
    statement = select(JournalRow).where(is_one_of(JournalRow.subject, subjects)).order_by(JournalRow.id.desc())
    return [
        Entry(row.at, row.who, row.action, row.subject, row.old, row.new, row.why)
        for row in session.scalars(statement.limit(limit))
    ]


def messages_about(session: Session, obligation_ids: Collection[str], limit: int) -> list[Fate]:
    """Messages that speak of these obligations, newest first."""
    kinds = func.array_agg(NoticeRow.kind.distinct(), type_=ARRAY(Text))
    spoken = (
        select(NoticeRow.message_id, kinds.label("kinds"))
        .where(is_one_of(NoticeRow.obligation_id, obligation_ids), NoticeRow.message_id.is_not(None))
        .group_by(NoticeRow.message_id)
        .subquery()
    )
    statement = _fates(spoken.c.kinds).join(spoken, spoken.c.message_id == MessageRow.id)
    return [_fate(row) for row in session.execute(_newest(statement, limit))]


def messages_to(session: Session, recipients: Collection[str], limit: int) -> list[Fate]:
    """Messages to these recipients, newest first."""
    statement = _fates(bindparam(None, [], ARRAY(Text))).where(is_one_of(MessageRow.recipient, recipients))
    return [_fate(row) for row in session.execute(_newest(statement, limit))]


def messages_in(session: Session, statuses: Collection[str], limit: int) -> list[Fate]:
    """Messages in these states, newest first."""
    statement = _fates(bindparam(None, [], ARRAY(Text))).where(MessageRow.status.in_(list(statuses)))
    return [_fate(row) for row in session.execute(_newest(statement, limit))]


def _fates(kinds: ColumnElement[Any]) -> Select[Any]:
    own = AttemptRow.message_id == MessageRow.id
    tries = select(func.count()).where(own).scalar_subquery()
    said = select(AttemptRow.text).where(own).order_by(AttemptRow.id.desc()).limit(1).scalar_subquery()
    row = MessageRow
    return select(
        row.id, row.day, row.recipient, row.channel, row.klass, row.subject, row.status, row.reason, row.sent_at,
        row.confirmed_at, tries, said,
    ).add_columns(kinds)  # fmt: skip


def _newest(statement: Select[Any], limit: int) -> Select[Any]:
    return statement.order_by(MessageRow.day.desc(), MessageRow.id.desc()).limit(limit)


def _fate(row: Row[Any]) -> Fate:
    *plain, kinds = row
    return Fate(*plain, tuple(kinds or ()))  # type: ignore[call-arg]


def notices_outside(session: Session, obligation_ids: Collection[str], limit: int) -> Sequence[NoticeRow]:
    """Notices of these obligations that are in no message, newest first: waiting, without a contact, dropped."""
    statement = select(NoticeRow).where(
        is_one_of(NoticeRow.obligation_id, obligation_ids),
        NoticeRow.message_id.is_(None),
        NoticeRow.status.in_(OUTSIDE),
    )
    return session.scalars(statement.order_by(NoticeRow.id.desc()).limit(limit)).all()


def files_of(session: Session, answer_ids: Collection[int]) -> dict[str, tuple[FileRow, ...]]:
    """Attached files by the answer's id as the core writes it."""
    statement = select(FileRow).where(FileRow.answer_id.in_(list(answer_ids))).order_by(FileRow.id)
    found: dict[str, tuple[FileRow, ...]] = {}
    for row in session.scalars(statement):
        found[str(row.answer_id)] = (*found.get(str(row.answer_id), ()), row)
    return found


def answers_of(session: Session, agency: str, limit: int) -> Sequence[tuple[AnswerRow, ObligationRow]]:
    """The latest answers of an agency with what they speak of, newest first."""
    statement = (
        select(AnswerRow, ObligationRow)
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(ObligationRow.agency == agency)
        .order_by(AnswerRow.at.desc(), AnswerRow.id.desc())
    )
    return list(session.execute(statement.limit(limit)).tuples())


@dataclass(frozen=True, slots=True)
class LinkUse:
    """A recipient's personal links: the newest one, how many open the page now, and when one was opened last."""

    recipient: str
    newest: datetime
    open: int
    opened_at: datetime | None


def link_uses(session: Session, recipients: Collection[str], now: datetime) -> list[LinkUse]:
    """The use of these recipients' links; nothing for those who never got one."""
    opened = select(func.max(SessionRow.created_at)).where(SessionRow.link_id == LinkRow.id).scalar_subquery()
    is_open = LinkRow.revoked_at.is_(None) & (LinkRow.expires_at > now)
    statement = (
        select(LinkRow.recipient, func.max(LinkRow.created_at), func.count().filter(is_open), func.max(opened))
        .where(is_one_of(LinkRow.recipient, recipients))
        .group_by(LinkRow.recipient)
        .order_by(LinkRow.recipient)
    )
    return [LinkUse(*row) for row in session.execute(statement)]
