"""Roles and databases inside the running server: `dondoc` and `prefect`, each with an owner that is no superuser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from dondoc.embedded import passwords

CONNECT_SECONDS = 10


def connect(socket: Path, passfile: Path, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A connection of the administrator role, in autocommit (CREATE DATABASE cannot run in a transaction)."""
    return psycopg.connect(
        host=str(socket),
        user=passwords.ADMIN,
        dbname=database,
        passfile=str(passfile),
        connect_timeout=CONNECT_SECONDS,
        autocommit=True,
    )


def answers(socket: Path, passfile: Path) -> bool:
    """Whether a server takes our password and answers."""
    try:
        with connect(socket, passfile) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def ensure(socket: Path, passfile: Path, known: Mapping[str, str]) -> None:
    """Create what is missing and set the passwords of the file; safe to repeat after a start killed at any point."""
    with connect(socket, passfile) as connection:
        for name in passwords.DATABASES:
            _ensure_role(connection, name, known[name])
            _ensure_database(connection, name)


def _ensure_role(connection: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    # The verifier is computed here: the password itself never reaches the server or its log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
