"""Signing in and out: a password for a session, wrong ones counted, sessions that end by themselves.

The store keeps only the SHA-256 of a session's token. Words and cost are the same whether an account exists or not.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy.orm import Session

from dondoc.errors import Refused
from dondoc.services import passwords
from dondoc.services.accounts import Role, SignedIn, agency_name, own_words, subject, written
from dondoc.services.app import App
from dondoc.store import accounts, journal
from dondoc.store.models import AccountRow, AccountSessionRow

_log = logging.getLogger(__name__)
LIFE, IDLE = timedelta(hours=12), timedelta(hours=2)
"""A session's longest life, and how long it may lie unused."""
TOUCH = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""
MOST_WRONG = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=15), timedelta(hours=4)
LONGEST_TOKEN = 128
UNKNOWN = "khách không rõ"


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody has signed in: the cookie's secret value (its only copy) and the aware moment it ends at the latest."""

    cookie: str = field(repr=False)
    expires_at: datetime
    must_change: bool


def sign_in(app: App, login: str, password: str, now: datetime, old_cookie: str = "") -> Entered | None:
    """A new session for the right password; None for anything else, whatever it is. The old cookie's session ends.

    A try is counted before the password is looked at, under the account's row lock: of many at once no more than
    MOST_WRONG are looked at. A right one puts the count back. Journaled for accounts that exist, never the words typed.
    Raises passwords.TooBusy.
    """
    tried = _count_try(app, login, now)
    if tried is None:
        passwords.waste(password)
        return None
    with _taken_back_when_busy(app, tried):
        if not passwords.is_right(tried.password, password):
            _tell_wrong(app, tried, now)
            return None
        better = passwords.hashed(password) if passwords.is_outdated(tried.password) else None
    return _enter(app, tried, better, old_cookie, now)


def signed_in(session: Session, cookie: str, now: datetime) -> tuple[SignedIn, bool] | None:
    """Whose session the cookie is, and whether it is time to `touch` it; None when it has ended. Changes nothing."""
    if not _plausible(cookie):
        return None
    found = accounts.find_session(session, hashed_token(cookie), now, now - IDLE)
    if found is None:
        return None
    kept, row = found
    seat = SignedIn(row.id, row.login, row.name, row.agency, cast(Role, row.role), kept.csrf, row.must_change)
    return seat, now - kept.seen_at >= TOUCH


def touch(app: App, cookie: str, now: datetime) -> None:
    """The session is in use."""
    with app.sessions.begin() as session:
        accounts.touch(session, hashed_token(cookie), now)


def sign_out(app: App, seat: SignedIn, cookie: str, now: datetime, *, everywhere: bool = False) -> None:
    """End this session, or all sessions of the account. Journaled."""
    with app.sessions.begin() as session:
        if everywhere:
            accounts.end_sessions(session, seat.account_id)
        accounts.end_session(session, hashed_token(cookie))
        why = "Đăng xuất trên mọi thiết bị." if everywhere else "Đăng xuất."
        journal.write(session, now, seat.by, "signed-out", subject(seat.login), None, None, why)


class WrongPassword(Refused):
    """The present password was not the one typed, or may not be tried for a while."""


def change_password(app: App, seat: SignedIn, old: str, new: str, now: datetime) -> Entered:
    """One's own new password: every session of the account ends, and a new one begins. Journaled.

    A wrong `old` counts as at the sign-in, so that a session left open is no place to guess. Raises WrongPassword,
    Refused for a new password that is not good, passwords.TooBusy.
    """
    with app.sessions() as session:
        agency = agency_name(app, session, seat.agency)
    passwords.require_good(new, own_words(seat.login, seat.name, seat.agency, agency))
    if passwords.normal(new) == passwords.normal(old):
        raise Refused("Mật khẩu mới phải khác mật khẩu hiện tại.")
    tried = _count_try(app, seat.login, now)
    if tried is None:
        raise WrongPassword("Đã sai quá nhiều lần: tài khoản đang tạm khóa, hãy thử lại sau.")
    with _taken_back_when_busy(app, tried):
        if not passwords.is_right(tried.password, old):
            _tell_wrong(app, tried, now)
            raise WrongPassword("Mật khẩu hiện tại không đúng.")
        kept = passwords.hashed(new)
    return _exchange(app, seat, tried, kept, now)


def _exchange(app: App, seat: SignedIn, tried: _Tried, kept: str, now: datetime) -> Entered:
    with app.sessions.begin() as session:
        row = accounts.locked_by_id(session, tried.id)
        if row is None or row.disabled_at is not None or row.password != tried.password:
            raise WrongPassword("Tài khoản vừa được người khác thay đổi. Hãy đăng nhập lại.")
        row.password, row.password_at, row.must_change = kept, now, False
        row.failures, row.locked_until = 0, None
        ended = accounts.end_sessions(session, row.id)
        why = f"Tự đổi mật khẩu. {ended} phiên cũ kết thúc."
        journal.write(session, now, seat.by, "account-password-changed", subject(row.login), None, None, why)
        return _open(session, row, now)


def lock_time(failures: int) -> timedelta | None:
    """How long the account is locked after so many wrong passwords in a row; None when it is not yet."""
    if failures == 0 or failures % MOST_WRONG:
        return None
    doublings = min(failures // MOST_WRONG - 1, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def hashed_token(token: str) -> str:
    """What the store keeps of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Tried:
    id: int
    login: str
    password: str = field(repr=False)
    failures: int


def _count_try(app: App, login: str, now: datetime) -> _Tried | None:
    """The account that may be tried now, the try already counted as wrong; None when there is none or it is locked."""
    wanted = written(login)
    with app.sessions.begin() as session:
        row = accounts.locked(session, wanted) if wanted is not None else None
        if row is None or row.disabled_at is not None or (row.locked_until is not None and row.locked_until > now):
            return None
        row.failures += 1
        locked = lock_time(row.failures)
        row.locked_until = None if locked is None else now + locked
        return _Tried(row.id, row.login, row.password, row.failures)


@contextmanager
def _taken_back_when_busy(app: App, tried: _Tried) -> Iterator[None]:
    """A try that could not be looked at does not count."""
    try:
        yield
    except passwords.TooBusy:
        with app.sessions.begin() as session:
            row = accounts.locked_by_id(session, tried.id)
            if row is not None and row.failures:
                row.failures, row.locked_until = row.failures - 1, None
        raise


def _tell_wrong(app: App, tried: _Tried, now: datetime) -> None:
    _log.warning("wrong password", extra={"action": "sign-in-failed", "login": tried.login, "count": tried.failures})
    locked = lock_time(tried.failures)
    with app.sessions.begin() as session:
        why = f"Sai mật khẩu lần {tried.failures}."
        if locked is not None:
            why += f" Khóa đăng nhập {int(locked.total_seconds()) // 60} phút."
        action = "sign-in-failed" if locked is None else "account-locked"
        journal.write(session, now, UNKNOWN, action, subject(tried.login), None, str(tried.failures), why)


def _enter(app: App, tried: _Tried, better: str | None, old_cookie: str, now: datetime) -> Entered | None:
    with app.sessions.begin() as session:
        row = accounts.locked_by_id(session, tried.id)
        if row is None or row.disabled_at is not None or row.password != tried.password:
            return None
        row.failures, row.locked_until = 0, None
        row.password = better or row.password
        if _plausible(old_cookie):
            accounts.end_session(session, hashed_token(old_cookie))
        entered = _open(session, row, now)
        journal.write(
            session, now, f"{row.agency}/{row.login}", "signed-in", subject(row.login), None, None, "Đăng nhập."
        )
        return entered


def _open(session: Session, row: AccountRow, now: datetime) -> Entered:
    cookie, expires_at = secrets.token_urlsafe(32), now + LIFE
    accounts.open_session(
        session,
        AccountSessionRow(
            token_hash=hashed_token(cookie),
            account_id=row.id,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        ),
        now,
    )
    return Entered(cookie, expires_at, row.must_change)


def _plausible(token: str) -> bool:
    return token.isascii() and 0 < len(token) <= LONGEST_TOKEN
