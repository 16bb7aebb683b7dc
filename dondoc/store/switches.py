"""Operating switches: who set them, when and why stays beside the value."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.store.models import SwitchRow

STOP_ALL = "stop-all"
ON, OFF = "on", "off"


def get(session: Session, name: str) -> SwitchRow | None:
    """The switch, or None when nobody ever set it."""
    return session.get(SwitchRow, name, populate_existing=True)


def put(session: Session, name: str, value: str, at: datetime, by: str, why: str) -> None:
    """Set a switch, whatever it was before; the caller journals the move."""
    values = {"value": value, "at": at, "by": by, "why": why}
    statement = insert(SwitchRow).values(name=name, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def is_stopped(session: Session) -> bool:
    """Whether a person pressed stop-all: nothing is claimed for sending until it is off again."""
    return bool(session.scalar(select(stopped())))


def stopped() -> ColumnElement[bool]:
    """`is_stopped` as a condition, for the one statement that claims."""
    return exists().where(SwitchRow.name == STOP_ALL, SwitchRow.value == ON)
