"""How dondoc talks to PostgreSQL: one engine per process, short transactions, Vietnamese civil time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

APPLICATION = "dondoc"

# Every statement of dondoc takes milliseconds: what lasts longer is a fault, and must not hold locks for ever.
# In a session set to Viet Nam's zone the driver hands back local instants, so that no page or template can print the
# UTC day by mistake, and `at::date` in an operator's query is the civil day.
_OPTIONS = {
    "statement_timeout": "30s",
    "lock_timeout": "15s",
    "idle_in_transaction_session_timeout": "5min",
    "TimeZone": "Asia/Ho_Chi_Minh",
}

_WAITING = ("statement_timeout", "lock_timeout")


def engine(url: str) -> Engine:
    """The engine for a `postgresql+psycopg://` address; nothing is connected yet.

    At most 15 connections, since PostgreSQL's default of 100 is shared with Prefect. A connection that died while it
    lay idle is replaced without an error. Error texts leave out the values sent: some are secrets.
    """
    return create_engine(
        url,
        pool_size=5,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "application_name": APPLICATION,
            "connect_timeout": 10,
            "options": " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items()),
        },
    )


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions on `engine`. Rows stay readable after the commit: messages are sent outside any transaction."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def patience(session: Session) -> Iterator[None]:
    """Within it a statement of this transaction may wait two minutes for the locks of others, who do the same work."""
    session.execute(select(*(func.set_config(name, "2min", True) for name in _WAITING)))
    yield
    session.execute(select(*(func.set_config(name, _OPTIONS[name], True) for name in _WAITING)))
