"""The real database for tests: one embedded cluster for all workers and runs, a fresh database for each test."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dondoc import store
from dondoc.embedded import Cluster

ROOT = Path(__file__).resolve().parents[1]
# Kept between runs, so that only the first one creates it. Nothing in it outlives a test, so it need not survive a
# power cut.
HOME = ROOT / ".build" / "test-home"
UNSAFE_BUT_QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
KEPT_TEMPLATES = 4
TEMPLATE_LOCK = 20240101  # an advisory lock: one worker builds the template, the others wait

LONG = (
    "faults/test_faults_kill", "faults/test_faults_outside", "console/test_accessibility", "journeys/test_up_demo",
    "faults/test_many_workers", "console/test_periodic_browser", "console/test_browser_desk",
    "property/test_decision_laws", "embedded/test_cluster", "services/test_delivering", "scheduling/",
    "console/test_browser_answers", "services/test_standings", "cli/test_commands", "services/test_auditing",
    "embedded/test_accounts", "journeys/test_journey_successors", "loading/test_hostile_files",
    "services/test_rehearsal_documents",
)  # fmt: skip
"""The files that take long, longest first: a long one begun last would leave the other workers idle at the end."""

Connection = psycopg.Connection[tuple[object, ...]]
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the LONG files."""
    items.sort(key=lambda item: _place(item.path.relative_to(ROOT / "tests").as_posix()))


def _place(file: str) -> int:
    return next((place for place, start in enumerate(LONG) if file.startswith(start)), len(LONG))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The running server; xdist workers and other test runs on this tree share it, the last one out stops it."""
    with Cluster(HOME, UNSAFE_BUT_QUICK) as running:
        with _admin(running) as admin:
            _drop_leftovers(admin)
        yield running


@pytest.fixture(scope="session")
def template_database(cluster: Cluster) -> str:
    """The name of a migrated database to copy from, built once for each state of dondoc/store."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "dondoc" / "store").rglob("*.py")):
        digest.update(path.read_bytes())
    name = f"template_{digest.hexdigest()[:16]}"
    with _admin(cluster) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if not _exists(admin, name):
            _build_template(cluster, admin, name)
    return name


@pytest.fixture
def database_url(cluster: Cluster, template_database: str) -> Iterator[str]:
    """The SQLAlchemy address of a fresh, migrated, empty database; dropped after the test."""
    with _fresh_database(cluster, template_database) as url:
        yield url


@pytest.fixture(scope="session")
def new_database(cluster: Cluster, template_database: str) -> Callable[[], AbstractContextManager[str]]:
    """Like `database_url`, as often and for as long as a fixture of a whole file needs one."""
    return lambda: _fresh_database(cluster, template_database)


@pytest.fixture
def empty_database_url(cluster: Cluster) -> Iterator[str]:
    """Like `database_url`, with no table in it: for tests of the migrations themselves."""
    with _fresh_database(cluster, "template1") as url:
        yield url


@contextlib.contextmanager
def _fresh_database(cluster: Cluster, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with _admin(cluster) as admin:
        _create(admin, name, template)
    try:
        yield cluster.url(name)
    finally:
        with _admin(cluster) as admin:
            _drop(admin, name)


def _build_template(cluster: Cluster, admin: Connection, name: str) -> None:
    """Under a draft's name until it is complete: a killed run leaves no half-migrated template."""
    draft = "template_draft"
    _drop(admin, draft)
    _create(admin, draft, "template1")
    store.migrate(cluster.url(draft))
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name)))
    newest_first = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\__%' ORDER BY oid DESC")
    templates = [str(row[0]) for row in newest_first if len(str(row[0])) == len(name)]
    for old in templates[KEPT_TEMPLATES:]:
        _drop(admin, old)


def _drop_leftovers(admin: Connection) -> None:
    """The databases of test runs that were killed."""
    for (name,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'").fetchall():
        pid = str(name).split("_")[1]
        if not Path("/proc", pid).exists():
            _drop(admin, str(name))


def _admin(cluster: Cluster) -> Connection:
    url = cluster.admin_url().replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True)


def _exists(admin: Connection, name: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _create(admin: Connection, name: str, template: str) -> None:
    # Copying the files costs a third of writing each page to the log as well.
    command = sql.SQL("CREATE DATABASE {} OWNER dondoc TEMPLATE {} STRATEGY FILE_COPY")
    admin.execute(command.format(sql.Identifier(name), sql.Identifier(template)))


def _drop(admin: Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
