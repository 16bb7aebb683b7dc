"""Waivers: nothing is owed any more, by a person's decision, until it is lifted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from dondoc.domain.cases import Waiver
from dondoc.store.arrays import is_one_of
from dondoc.store.models import WaiverRow


def add(session: Session, obligation_id: str, at: datetime, by: str, why: str) -> None:
    """Waive an obligation. Raises IntegrityError when a waiver of it stands already."""
    session.execute(insert(WaiverRow).values(obligation_id=obligation_id, at=at, by=by, why=why))


def lift(session: Session, obligation_id: str, at: datetime, by: str, why: str) -> datetime | None:
    """Take the standing waiver back; the moment it was given, or None when none stands."""
    statement = update(WaiverRow).where(WaiverRow.obligation_id == obligation_id, WaiverRow.lifted_at.is_(None))
    values = {"lifted_at": at, "lifted_by": by, "lifted_why": why}
    return session.scalar(statement.values(**values).returning(WaiverRow.at))


def by_obligation(session: Session, obligation_ids: Collection[str]) -> dict[str, tuple[Waiver, ...]]:
    """The waivers of each obligation in the order they were given; obligations without any are absent. One query."""
    statement = select(WaiverRow).where(is_one_of(WaiverRow.obligation_id, obligation_ids)).order_by(WaiverRow.id)
    found: dict[str, tuple[Waiver, ...]] = {}
    for row in session.scalars(statement):
        found[row.obligation_id] = (
            *found.get(row.obligation_id, ()),
            Waiver(row.at, row.lifted_at, row.why, row.lifted_why or ""),
        )
    return found
