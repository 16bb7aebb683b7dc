"""A real Prefect server for tests: one for each pytest process, on a migrated copy in the test cluster."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import prefect
import psycopg
from psycopg import sql

from dondoc.embedded import Cluster
from dondoc.scheduling import server

TEMPLATE = f"prefect_template_{prefect.__version__.replace('.', '_')}"
TEMPLATE_LOCK = 20240102
READY_SECONDS = 120.0

READS = ("/filter", "/count", "/paginate")
"""Prefect's queries are POSTs too."""

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass
class Traffic:
    """Requests of the asynchronous client, as "METHOD path"."""

    requests: list[str] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """Those that change something on the server."""
        return [one for one in self.requests if not one.startswith("GET") and not one.endswith(READS)]


@contextmanager
def running_prefect(cluster: Cluster, home: Path) -> Iterator[server.Endpoint]:
    """A server on a free port with a database of its own; `home`/prefect.log has what it said."""
    name = f"test_{os.getpid()}_prefect"
    with _admin(cluster) as admin:
        _ensure_template(cluster, admin, home)
        _create(admin, name, TEMPLATE)
    endpoint = server.Endpoint("127.0.0.1", _free_port())
    environment = server.environment(os.environ, home, cluster.url(name, "postgresql+asyncpg"), endpoint)
    environment["PREFECT_SERVER_UI_ENABLED"] = "false"  # nobody looks; unpacking its files takes seconds
    with (home / "prefect.log").open("wb") as log:
        process = subprocess.Popen(server.command(), env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        assert server.wait_ready(endpoint, READY_SECONDS, lambda: process.poll() is None), _said(home)
        yield endpoint
    finally:
        process.terminate()
        process.wait()
        with _admin(cluster) as admin:
            _drop(admin, name)


def _ensure_template(cluster: Cluster, admin: Connection, home: Path) -> None:
    """Prefect's migrations take longer than its start: run them once for each version of it."""
    admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
        return
    draft = "prefect_template_draft"
    _drop(admin, draft)
    _create(admin, draft, "template1")
    endpoint = server.Endpoint("127.0.0.1", 1)
    environment = server.environment(os.environ, home, cluster.url(draft, "postgresql+asyncpg"), endpoint)
    upgrade = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"]
    subprocess.run(upgrade, env=environment, check=True, capture_output=True)
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(TEMPLATE)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _said(home: Path) -> str:
    return (home / "prefect.log").read_text(errors="replace")[-2000:]


def _admin(cluster: Cluster) -> Connection:
    return psycopg.connect(cluster.admin_url().replace("+psycopg", ""), autocommit=True)


def _create(admin: Connection, name: str, template: str) -> None:
    command = sql.SQL("CREATE DATABASE {} OWNER dondoc TEMPLATE {}")
    admin.execute(command.format(sql.Identifier(name), sql.Identifier(template)))


def _drop(admin: Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
