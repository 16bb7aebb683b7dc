"""Operators' alarms, once per key and local day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.store.models import AlarmRow


def enter(session: Session, key: str, day: date, words: str, now: datetime) -> bool:
    """Put an alarm on record; False when that key has one today."""
    statement = insert(AlarmRow).values(key=key, day=day, at=now, words=words)
    return session.scalar(statement.on_conflict_do_nothing().returning(AlarmRow.key)) is not None


def heard(session: Session, key: str, day: date) -> None:
    """Somebody outside was told."""
    session.get_one(AlarmRow, (key, day)).heard = True


def of_day(session: Session, day: date) -> Sequence[AlarmRow]:
    """The alarms of that day, oldest first."""
    return session.scalars(select(AlarmRow).where(AlarmRow.day == day).order_by(AlarmRow.at, AlarmRow.key)).all()
