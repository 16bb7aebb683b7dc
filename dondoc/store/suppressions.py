"""Suppressions: who or what gets nothing for a while, with the reason and the last day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from dondoc.domain.moments import local_day
from dondoc.store.models import SuppressionRow


def suppress_recipient(
    session: Session, recipient: str, until: date | None, why: str, by: str, now: datetime
) -> SuppressionRow:
    """Nothing goes to that recipient up to `until` (included; None: until it is lifted), by a person's decision."""
    return _add(session, SuppressionRow(recipient=recipient, why=why, at=now, by=by, until=until))


def close_address(
    session: Session, channel: str, address: str, until: date | None, why: str, by: str, now: datetime
) -> SuppressionRow:
    """One address of one channel is not used up to `until`: the other side refused it."""
    return _add(session, SuppressionRow(channel=channel, address=address, why=why, at=now, by=by, until=until))


def _add(session: Session, row: SuppressionRow) -> SuppressionRow:
    session.add(row)
    session.flush()
    return row


def lift(session: Session, suppression_id: int, by: str, now: datetime) -> SuppressionRow | None:
    """End one before its day; None when there is no such one in force."""
    row = session.get(SuppressionRow, suppression_id, with_for_update=True, populate_existing=True)
    if row is None or row.lifted_at is not None or (row.until is not None and row.until < local_day(now)):
        return None
    row.lifted_at, row.lifted_by = now, by
    session.flush()
    return row


def lift_recipient(session: Session, recipient: str, by: str, now: datetime) -> Sequence[SuppressionRow]:
    """End all that are in force for a recipient, oldest first.

    Who does the same for it waits until this transaction ends, and so sees what it puts in their place.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"suppress:{recipient}", 0))))
    theirs = select(SuppressionRow).where(SuppressionRow.recipient == recipient, *_holds(local_day(now)))
    rows = session.scalars(theirs.order_by(SuppressionRow.id).with_for_update()).all()
    for row in rows:
        row.lifted_at, row.lifted_by = now, by
    session.flush()
    return rows


def in_force(session: Session, today: date) -> Sequence[SuppressionRow]:
    """All that hold on that day, oldest first."""
    return session.scalars(select(SuppressionRow).where(*_holds(today)).order_by(SuppressionRow.id)).all()


def of_recipients(session: Session, today: date) -> dict[str, SuppressionRow]:
    """The recipients that get nothing today."""
    rows = session.scalars(select(SuppressionRow).where(SuppressionRow.recipient.is_not(None), *_holds(today)))
    return {row.recipient: row for row in rows if row.recipient is not None}


def closed_addresses(session: Session, today: date, addresses: Collection[str]) -> dict[tuple[str, str], str]:
    """Why each (channel, address) of these is not used today."""
    rows = session.scalars(
        select(SuppressionRow).where(SuppressionRow.address.in_(list(addresses)), *_holds(today))
    ).all()
    return {(row.channel, row.address): row.why for row in rows if row.channel and row.address}


def _holds(today: date) -> tuple[ColumnElement[bool], ...]:
    return SuppressionRow.lifted_at.is_(None), or_(SuppressionRow.until.is_(None), SuppressionRow.until >= today)
