"""Accounts and who is signed in: rows, without deciding anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from dondoc.store.models import AccountRow, AccountSessionRow


def get(session: Session, login: str) -> AccountRow | None:
    """The account of that login, written as it is stored."""
    return session.scalar(select(AccountRow).where(AccountRow.login == login))


def locked(session: Session, login: str) -> AccountRow | None:
    """As `get`, with its row held until the transaction ends: who counts wrong passwords counts alone."""
    return session.scalar(select(AccountRow).where(AccountRow.login == login).with_for_update())


def locked_by_id(session: Session, account_id: int) -> AccountRow | None:
    """As `locked`, by its number."""
    return session.get(AccountRow, account_id, with_for_update=True, populate_existing=True)


def every(session: Session) -> Sequence[AccountRow]:
    """All accounts, disabled ones too, by login."""
    return session.scalars(select(AccountRow).order_by(AccountRow.login)).all()


def add(session: Session, row: AccountRow) -> None:
    """Add an account. Raises IntegrityError when its login is taken."""
    session.add(row)
    session.flush()


def open_session(session: Session, row: AccountSessionRow, now: datetime) -> None:
    """Add somebody's session; those that have run out go."""
    session.execute(delete(AccountSessionRow).where(AccountSessionRow.expires_at <= now))
    session.add(row)


def find_session(
    session: Session, token_hash: str, now: datetime, seen_after: datetime
) -> Row[tuple[AccountSessionRow, AccountRow]] | None:
    """The session with that cookie and its account: neither run out, nor idle since `seen_after`, nor disabled."""
    return session.execute(
        select(AccountSessionRow, AccountRow)
        .join(AccountRow, AccountRow.id == AccountSessionRow.account_id)
        .where(
            AccountSessionRow.token_hash == token_hash,
            AccountSessionRow.expires_at > now,
            AccountSessionRow.seen_at > seen_after,
            AccountRow.disabled_at.is_(None),
        )
    ).one_or_none()


def touch(session: Session, token_hash: str, now: datetime) -> None:
    """The session was used now; a clock that went back never makes it look older."""
    used = update(AccountSessionRow).where(AccountSessionRow.token_hash == token_hash, AccountSessionRow.seen_at < now)
    session.execute(used.values(seen_at=now))


def end_session(session: Session, token_hash: str) -> None:
    """End one session, if it is there."""
    session.execute(delete(AccountSessionRow).where(AccountSessionRow.token_hash == token_hash))


def end_sessions(session: Session, account_id: int, but: str | None = None) -> int:
    """End all sessions of an account, except the one with the token hash `but`; how many."""
    statement = delete(AccountSessionRow).where(AccountSessionRow.account_id == account_id)
    if but is not None:
        statement = statement.where(AccountSessionRow.token_hash != but)
    return len(session.execute(statement.returning(AccountSessionRow.token_hash)).all())
