"""Rows of Zalo token pairs, one for each application; what a row means is decided by services.zalo_tokens.

Changes after a swap name the refresh token that was swapped (as it lies encrypted in the row): whoever comes late,
because his connection died or another pair was entered meanwhile, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from psycopg.errors import LockNotAvailable
from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from dondoc.store.models import ZaloGrantRow


class Busy(Exception):
    """Somebody else holds the pair, and for longer than we wait."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A pair as it is kept; `access_expires_at` is aware."""

    access_token: bytes
    refresh_token: bytes
    access_expires_at: datetime


@contextmanager
def alone(engine: Engine, app_id: str) -> Iterator[None]:
    """Hold this application's pair alone, over all processes, on a connection that serves nothing else.

    The lock is the session's, so it outlives the transactions inside the block and ends with the process. Raises Busy
    when it is not had within the engine's `lock_timeout`.
    """
    key = func.hashtextextended(f"dondoc/zalo/{app_id}", 0)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.execute(select(func.pg_advisory_lock(key)))
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise Busy from None
            raise
        try:
            yield
        finally:
            # With a dead connection the lock has ended already, and the block's own end must not be hidden.
            with suppress(DBAPIError):
                if not connection.closed and not connection.invalidated:
                    connection.execute(select(func.pg_advisory_unlock(key)))


def get(session: Session, app_id: str) -> ZaloGrantRow | None:
    """The row as it is now, or None when no pair was ever entered."""
    return session.get(ZaloGrantRow, app_id, populate_existing=True)


def enter(session: Session, app_id: str, pair: Encrypted, now: datetime) -> None:
    """Put a pair that a person consented to in the place of whatever was there; no mark remains. Does not commit."""
    values = _values(pair, now) | {"consented_at": now}
    statement = insert(ZaloGrantRow).values(id=app_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def mark_pending(session: Session, app_id: str, swapped: bytes, now: datetime) -> bool:
    """Write that `swapped` is about to be swapped; the caller commits before it asks. False: it is not there."""
    return _change(session, app_id, swapped, pending_since=now)


def clear_pending(session: Session, app_id: str, swapped: bytes) -> bool:
    """Write that `swapped` was not swapped after all. Does not commit. False: it is not there any more."""
    return _change(session, app_id, swapped, pending_since=None)


def replace(session: Session, app_id: str, swapped: bytes, pair: Encrypted, now: datetime) -> bool:
    """Put the pair in that `swapped` was swapped for, and end every mark. Does not commit. False: as above."""
    return _change(session, app_id, swapped, **_values(pair, now))


def need_consent(session: Session, app_id: str, swapped: bytes, why: str) -> bool:
    """Write that only a new consent helps. Does not commit. False: `swapped` is not there any more."""
    return _change(session, app_id, swapped, pending_since=None, consent_needed=why)


def _values(pair: Encrypted, now: datetime) -> dict[str, object]:
    return {
        "access_token": pair.access_token, "refresh_token": pair.refresh_token,
        "access_expires_at": pair.access_expires_at, "refreshed_at": now, "pending_since": None, "consent_needed": None,
    }  # fmt: skip


def _change(session: Session, app_id: str, swapped: bytes, **values: object) -> bool:
    statement = (
        update(ZaloGrantRow)
        .where(ZaloGrantRow.id == app_id, ZaloGrantRow.refresh_token == swapped)
        .values(**values)
        .returning(ZaloGrantRow.id)
    )
    return session.scalar(statement) is not None
