"""Sessions on a fresh, migrated database that holds the plan of the cast."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker
from store_cast import NOW, PLAN

from dondoc import store
from dondoc.store import plans


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = store.engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    factory = store.session_factory(engine)
    with factory.begin() as session:
        plans.save_plan(session, PLAN, {}, "quản trị", NOW)
    return factory


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def statements(sessions: sessionmaker[Session], engine: Engine) -> list[str]:
    """Every statement sent from now on."""
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    return sent
