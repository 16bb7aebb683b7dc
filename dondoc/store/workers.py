"""Living workers: an advisory lock each, so that a dead one is known by its lock and not by the clock."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from dondoc.store.kept import KeptConnection

SENDING_LIMIT = timedelta(minutes=10)
"""An attempt without an outcome for so long, whose worker is gone, is lost: no channel waits nearly that long."""


class Worker:
    """A worker's number, held as an advisory lock while it lives: who finds the lock free knows that it is dead."""

    def __init__(self, engine: Engine) -> None:
        self.number = secrets.randbits(62)
        self._kept = KeptConnection(engine, autocommit=True)
        self._holder: Connection | None = None
        self._one_at_a_time = threading.Lock()

    def hold(self) -> int:
        """Hold the lock, again where the database lost it in a restart, and return the number.

        For every claim: a lock that was lost unnoticed would have a sending worker declared dead.
        """
        with self._one_at_a_time:
            connection = self._kept.get()
            if connection is not self._holder:
                # Not waited for: a connection that died unseen may hold it a while, which tells the same.
                is_held = connection.scalar(select(func.pg_try_advisory_lock(self.number)))
                self._holder = connection if is_held else None
        return self.number

    def let_go(self) -> None:
        """End of the work; never raises: when the database is away, so is the lock."""
        if self._holder is not None:
            with suppress(DBAPIError):
                self._holder.execute(select(func.pg_advisory_unlock(self.number)))
        self._kept.close()


@contextmanager
def living_worker(engine: Engine) -> Iterator[Worker]:
    """A worker that is known to live until the block ends or the process dies."""
    worker = Worker(engine)
    worker.hold()
    try:
        yield worker
    finally:
        worker.let_go()
