"""A connection that is kept over many short transactions, and noticed to be dead before it is used, not by failing."""

from __future__ import annotations

import time
from select import POLLIN, poll
from types import TracebackType

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

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


def _has_word(connection: Connection) -> bool:
    """Whether something lies unread on a connection that waits for nothing: most likely the server's farewell."""
    driver = connection.connection.driver_connection
    if driver is None or driver.closed:
        return True
    waiting = poll()
    waiting.register(driver.fileno(), POLLIN)
    return bool(waiting.poll(0))
