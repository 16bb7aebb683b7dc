"""A connection that is kept over many short transactions, and noticed to be dead before it is used, not by failing.

A `turn` on it is a transaction in two round trips, whatever stands in it: `run` sends a statement without waiting for
its answer, `row` waits once for all answers so far. Outside a turn both are plain `Session.execute`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from select import POLLIN, poll
from types import TracebackType
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, TextClause, TextualSelect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

ASK_AGAIN_SECONDS = 1.0
"""For so long a connection that answered counts as alive, unless the server says farewell on it."""


class KeptConnection:
    """For one thread at a time. Between two transactions the pool would ask the server each time if it is there."""

    def __init__(self, engine: Engine, *, autocommit: bool = False) -> None:
        self._engine = engine
        self._options = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
        self._connection: Connection | None = None
        self._asked_at = 0.0

    def __enter__(self) -> KeptConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self) -> Connection:
        """The living connection, outside any transaction: the same as before, or another where that one has died."""
        now = time.monotonic()
        if self._connection is not None and not self._is_alive(self._connection, now):
            self.close()
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(**self._options)
            self._asked_at = now
        return self._connection

    @contextmanager
    def turn(self, sessions: sessionmaker[Session]) -> Iterator[Session]:
        """A transaction that is committed at the end of the block, rolled back by what is raised in it.

        Only `run` and `row` may be used with this session: SQLAlchemy itself wants each answer at once.
        """
        connection = self.get()
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with sessions(bind=connection, info={_DRIVER: driver}) as session:
            try:
                with _transaction(driver):
                    yield session
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                raise OperationalError(None, None, error) from error

    def close(self) -> None:
        """Give it back; harmless when there is none."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _is_alive(self, connection: Connection, now: float) -> bool:
        """A server that leaves says so on the connection; only where it may have gone silently is it asked."""
        if connection.closed or connection.invalidated:
            return False
        if now - self._asked_at < ASK_AGAIN_SECONDS and not _has_word(connection):
            return True
        self._asked_at = now
        try:
            connection.exec_driver_sql("SELECT 1")
            connection.rollback()  # what comes next begins and ends its own transaction
        except DBAPIError:
            return False
        return True


@contextmanager
def _transaction(driver: psycopg.Connection[Any]) -> Iterator[None]:
    driver.autocommit = True  # else BEGIN and COMMIT would each be waited for
    try:
        with driver.pipeline():
            driver.execute("BEGIN")
            yield
            driver.execute("COMMIT")
    except BaseException:
        with suppress(psycopg.Error):
            driver.rollback()
        raise
    finally:
        if not driver.closed:
            driver.autocommit = False


def run(session: Session, statement: TextClause, values: Mapping[str, Any]) -> None:
    """Execute a statement whose answer nobody needs; in a turn its error comes later, at the latest with the commit."""
    driver = session.info.get(_DRIVER)
    if driver is None:
        session.execute(statement, values)
    else:
        driver.execute(_driver_text(statement), values)


def row(session: Session, statement: TextClause | TextualSelect, values: Mapping[str, Any]) -> Sequence[Any] | None:
    """The one row that a statement gives, or None."""
    driver = session.info.get(_DRIVER)
    if driver is None:
        return session.execute(statement, values).one_or_none()
    found: Sequence[Any] | None = driver.execute(_driver_text(statement), values).fetchone()
    return found


def is_turn(session: Session) -> bool:
    """Whether answers come late in this session."""
    return _DRIVER in session.info


_DRIVER = "driver of the turn"


@lru_cache(maxsize=64)
def _driver_text(statement: TextClause | TextualSelect) -> str:
    return str(statement.compile(dialect=PGDialect_psycopg()))  # type: ignore[no-untyped-call]


def _has_word(connection: Connection) -> bool:
    """Whether something lies unread on a connection that waits for nothing: most likely the server's farewell."""
    driver = connection.connection.driver_connection
    if driver is None or driver.closed:
        return True
    waiting = poll()
    waiting.register(driver.fileno(), POLLIN)
    return bool(waiting.poll(0))
