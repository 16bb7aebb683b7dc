"""Accounts of the supervisor's area: who they are, what they may do, and how an administrator looks after them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast, get_args

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dondoc.domain.directory import Agency
from dondoc.errors import Refused
from dondoc.intake.texts import clean_line
from dondoc.services import passwords
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.owed import live_books
from dondoc.store import accounts, journal
from dondoc.store.models import AccountRow

Role = Literal["supervisor", "reviewer", "read"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLE_NAMES: dict[Role, str] = {"supervisor": "theo dõi", "reviewer": "người duyệt", "read": "chỉ xem"}
LONGEST_NAME = 120
_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in; `csrf` is what their forms carry. A `must_change` one may only choose a new password."""

    account_id: int
    login: str
    name: str
    agency: str
    role: Role
    csrf: str = field(repr=False)
    must_change: bool = False

    @property
    def by(self) -> str:
        """Who it is, for the journal and for services: `<agency>/<login>`."""
        return f"{self.agency}/{self.login}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as an administrator sees it. `failures`: wrong passwords since the last right one."""

    login: str
    name: str
    agency: str
    role: Role
    created_at: datetime
    created_by: str
    password_at: datetime
    must_change: bool
    disabled_at: datetime | None
    locked_until: datetime | None
    failures: int


def written(login: str) -> str | None:
    """The login as it is stored, in lower case; None when it cannot be one (other characters, too long)."""
    folded = login.strip().lower()
    return folded if _LOGIN.fullmatch(folded) else None


def subject(login: str) -> str:
    """The account in the journal."""
    return f"account/{login}"


def every(app: App) -> tuple[Account, ...]:
    """All accounts, disabled ones too, by login."""
    with app.sessions() as session:
        return tuple(_account(row) for row in accounts.every(session))


def agency_name(app: App, session: Session, agency_id: str) -> str:
    """The agency's name in the followed plans; its id when none of them knows it any more."""
    found = _agency(live_books(app, session).values(), agency_id)
    return found.name if found else agency_id


def create(
    app: App, *, login: str, name: str, agency: str, role: Role, password: str, by: str, now: datetime,
    must_change: bool = True,
) -> Account:  # fmt: skip
    """A new account; `agency` is an id or a name. Journaled, without the password.

    Raises Refused: a login that is taken or impossible, an empty name, an agency unknown to the followed plans or
    without that role in them, a bad password. passwords.TooBusy when too many are signing in.
    """
    wanted, called = _login(login), _name(name)
    with app.sessions() as session:
        found = _fitting(live_books(app, session).values(), agency, role)
    passwords.require_good(password, own_words(wanted, called, found.id, found.name, found.short))
    row = AccountRow(
        login=wanted, name=called, agency=found.id, role=role, password=passwords.hashed(password), password_at=now,
        must_change=must_change, created_at=now, created_by=by, failures=0,
    )  # fmt: skip
    try:
        with app.sessions.begin() as session:
            accounts.add(session, row)
            why = f"{called}, {found.name}, vai trò {ROLE_NAMES[role]}."
            journal.write(session, now, by, "account-created", subject(wanted), None, role, why)
            return _account(row)
    except IntegrityError as error:
        raise Refused(f"Đã có tài khoản “{wanted}”.") from error


def set_password(app: App, login: str, password: str, *, by: str, now: datetime, must_change: bool = True) -> None:
    """A password that an administrator gives: its owner must change it first; all sessions end, a lock too.

    Journaled, without the password. Raises Refused as `create`, or when there is no such account; passwords.TooBusy.
    """
    with app.sessions() as session:
        row = _existing(accounts.get(session, _login(login)), login)
        words = own_words(row.login, row.name, row.agency, agency_name(app, session, row.agency))
    passwords.require_good(password, words)
    kept = passwords.hashed(password)
    with app.sessions.begin() as session:
        row = _existing(accounts.locked(session, _login(login)), login)
        row.password, row.password_at, row.must_change = kept, now, must_change
        row.failures, row.locked_until = 0, None
        ended = accounts.end_sessions(session, row.id)
        why = f"Đặt lại mật khẩu{', phải đổi khi đăng nhập' if must_change else ''}. {ended} phiên kết thúc."
        journal.write(session, now, by, "account-password", subject(row.login), None, None, why)


def disable(app: App, login: str, *, by: str, now: datetime) -> int:
    """Close an account: it cannot sign in, its sessions end; how many did. Journaled; closing it again says Refused."""
    with app.sessions.begin() as session:
        row = _existing(accounts.locked(session, _login(login)), login)
        if row.disabled_at is not None:
            raise Refused(f"Tài khoản “{row.login}” đã ngừng dùng từ {row.disabled_at:%d/%m/%Y}.")
        row.disabled_at = now
        ended = accounts.end_sessions(session, row.id)
        why = f"Ngừng dùng tài khoản. {ended} phiên kết thúc."
        journal.write(session, now, by, "account-disabled", subject(row.login), "enabled", "disabled", why)
        return ended


def enable(app: App, login: str, *, by: str, now: datetime) -> None:
    """Open a closed account again. Journaled. Raises Refused when it is open or unknown."""
    with app.sessions.begin() as session:
        row = _existing(accounts.locked(session, _login(login)), login)
        if row.disabled_at is None:
            raise Refused(f"Tài khoản “{row.login}” đang dùng được.")
        row.disabled_at = None
        why = "Cho dùng lại tài khoản."
        journal.write(session, now, by, "account-enabled", subject(row.login), "disabled", "enabled", why)


def unlock(app: App, login: str, *, by: str, now: datetime) -> int:
    """Forget an account's wrong passwords and the lock they led to; how many there were. Journaled.

    Raises Refused when there is no such account.
    """
    with app.sessions.begin() as session:
        row = _existing(accounts.locked(session, _login(login)), login)
        failures, row.failures, row.locked_until = row.failures, 0, None
        why = f"Mở khóa đăng nhập sau {failures} lần sai mật khẩu."
        journal.write(session, now, by, "account-unlocked", subject(row.login), str(failures), "0", why)
        return failures


def own_words(*words: str) -> tuple[str, ...]:
    """The words that a password may not be made of: those given, and the parts of an id."""
    return tuple(dict.fromkeys(part for word in words for part in (word, *re.split(r"[._-]", word))))


def _account(row: AccountRow) -> Account:
    return Account(
        row.login, row.name, row.agency, cast(Role, row.role), row.created_at, row.created_by, row.password_at,
        row.must_change, row.disabled_at, row.locked_until, row.failures,
    )  # fmt: skip


def _login(login: str) -> str:
    found = written(login)
    if found is None:
        raise Refused(
            "Tên đăng nhập gồm 1 đến 40 ký tự: chữ thường không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới; "
            "bắt đầu và kết thúc bằng chữ hoặc số."
        )
    return found


def _name(name: str) -> str:
    cleaned = clean_line(name)
    if not 0 < len(cleaned) <= LONGEST_NAME:
        raise Refused(f"Ghi họ tên, tối đa {LONGEST_NAME} ký tự.")
    return cleaned


def _existing(row: AccountRow | None, login: str) -> AccountRow:
    if row is None:
        raise Refused(f"Không có tài khoản “{clean_line(login)}”.")
    return row


def _fitting(books: Iterable[Book], name: str, role: Role) -> Agency:
    """The agency, in a followed plan in which it may have that role. Raises Refused."""
    followed = tuple(books)
    found = _agency(followed, name)
    if found is None:
        raise Refused(f"Không có cơ quan “{clean_line(name)}” trong danh bạ của kế hoạch đang theo dõi.")
    supervisors = {book.plan.supervisor for book in followed}
    reviewers = supervisors | {book.frozen.regime.own_tasks_reviewer for book in followed}
    if role == "supervisor" and found.id not in supervisors:
        raise Refused(f"{found.name} không phải cơ quan theo dõi của kế hoạch nào ({_listed(supervisors)}).")
    if role == "reviewer" and found.id not in reviewers:
        raise Refused(f"{found.name} không duyệt báo cáo của kế hoạch nào ({_listed(reviewers)} mới duyệt).")
    return found


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids))


def _agency(books: Iterable[Book], name: str) -> Agency | None:
    for book in books:
        found = book.directory.by_id.get(name) or book.directory.lookup(name)
        if isinstance(found, Agency):
            return found
    return None
