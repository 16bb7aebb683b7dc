"""The rows of a database, kept and put into a fresh one: a plan is applied once for all tests that start from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from dondoc.domain.workspace import Workspace
from dondoc.services.app import App
from dondoc.services.applying import Applied, apply_workspace
from dondoc.store.models import Base

BY = "kiểm thử"
BY_TRIGGER = "standings"
"""Its rows come of themselves when others are entered."""


@dataclass(frozen=True)
class Rows:
    """What stood in each table, in an order in which it may be entered, and where each counter stood."""

    tables: tuple[tuple[str, bytes], ...]
    counters: tuple[tuple[str, int], ...]


_applied: deque[tuple[tuple[object, ...], Applied, Rows]] = deque(maxlen=8)


def apply_once(app: App, workspace: Workspace, now: datetime, **more: Any) -> Applied:
    """Apply the plan; when this process applied the same at the same moment to an empty database before, put there what
    came of it."""
    if not _is_empty(app.engine):
        return apply_workspace(app, workspace, now, BY, **more)
    asked = (workspace, now, app.calendar, more)
    for known, applied, rows in _applied:
        if known == asked:
            put(app.engine, rows)
            return applied
    applied = apply_workspace(app, workspace, now, BY, **more)
    _applied.append((asked, applied, rows_of(app.engine)))
    return applied


def _is_empty(engine: Engine) -> bool:
    with _connected(engine) as db:
        found = db.execute("SELECT EXISTS (SELECT FROM journal) OR EXISTS (SELECT FROM plans)").fetchone()
    return found == (False,)


def rows_of(engine: Engine) -> Rows:
    """Everything in the database."""
    with _connected(engine) as db:
        tables = tuple((table.name, _out(db, table.name)) for table in Base.metadata.sorted_tables)
        counters = db.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        ).fetchall()
    empty = min(len(rows) for _, rows in tables)
    return Rows(tuple((name, rows) for name, rows in tables if len(rows) > empty), tuple(counters))


def put(engine: Engine, rows: Rows) -> None:
    """All that again, into a database that holds none of it."""
    with _connected(engine) as db:
        for name, content in rows.tables:
            if name == BY_TRIGGER:
                db.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            with db.cursor().copy(_copy(name, "FROM STDIN")) as copying:
                copying.write(content)
        for name, value in rows.counters:
            db.execute("SELECT setval(%s, %s)", [name, value])


@contextmanager
def _connected(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        yield driver


def _out(db: psycopg.Connection[Any], table: str) -> bytes:
    with db.cursor().copy(_copy(table, "TO STDOUT")) as copying:
        return b"".join(bytes(piece) for piece in copying)


def _copy(table: str, way: str) -> sql.Composed:
    return sql.SQL("COPY {} {} (FORMAT binary)").format(sql.Identifier(table), sql.SQL(way))
