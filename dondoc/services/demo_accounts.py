"""The demo's accounts: one that supervises, one that reviews, with a password made up for this installation."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from dondoc.services import accounts, key_files, passwords
from dondoc.services.accounts import Role
from dondoc.services.app import App
from dondoc.services.owed import live_books
from dondoc.store import accounts as stored

WHO = "bản chạy thử"
LOGINS: dict[Role, str] = {"supervisor": "theodoi", "reviewer": "nguoiduyet"}
NAMES: dict[Role, str] = {"supervisor": "Cán bộ theo dõi (mẫu)", "reviewer": "Cán bộ duyệt (mẫu)"}


def password(home: Path) -> str:
    """The demo's password: `secret/demo.password` under DONDOC_HOME, 0600, made on first use."""
    made = key_files.read_or_make(home / "secret" / "demo.password", lambda: passwords.made_up().encode("ascii"))
    return made.decode("ascii").strip()


def ensure(app: App, now: datetime) -> None:
    """Both accounts are there and take the demo's password; nothing happens where no demo plan is followed."""
    with app.sessions() as session:
        agencies = _agencies(app, session)
    for role, agency in agencies.items():
        _ensure(app, role, agency, now)


def _agencies(app: App, session: Session) -> dict[Role, str]:
    for book in live_books(app, session).values():
        if book.plan.demo:
            return {"supervisor": book.plan.supervisor, "reviewer": book.frozen.regime.own_tasks_reviewer}
    return {}


def _ensure(app: App, role: Role, agency: str, now: datetime) -> None:
    login, wanted = LOGINS[role], password(app.settings.home)
    with app.sessions() as session:
        row = stored.get(session, login)
    if row is None:
        accounts.create(
            app, login=login, name=NAMES[role], agency=agency, role=role, password=wanted, by=WHO, now=now,
            must_change=False,
        )  # fmt: skip
    elif not passwords.is_right(row.password, wanted):
        accounts.set_password(app, login, wanted, by=WHO, now=now, must_change=False)
