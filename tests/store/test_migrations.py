"""The schema: migrated as modelled, once, by whoever comes first; evidence cannot be changed in it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text

from dondoc import store
from dondoc.errors import SettingsError
from dondoc.store import migrations
from dondoc.store.models import Base

TABLES = {table.name for table in Base.metadata.sorted_tables}


@pytest.fixture
def connect(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def described(connection: Connection, schema: str) -> dict[str, set[tuple[Any, ...]]]:
    """Columns, constraints and indexes of a schema in PostgreSQL's own words, partial predicates included."""
    queries = {
        "columns": "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,"
        " pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind = 'r' AND a.attnum > 0"
        " AND NOT a.attisdropped",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = CAST(:schema AS regnamespace)",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = :schema",
    }
    return {
        kind: {
            tuple(value.replace(f"{schema}.", "") if isinstance(value, str) else value for value in row)
            for row in connection.execute(text(query), {"schema": schema})
        }
        for kind, query in queries.items()
    }


def without_version_table(found: dict[str, set[tuple[Any, ...]]]) -> dict[str, set[tuple[Any, ...]]]:
    return {kind: {row for row in rows if row[0] != migrations.VERSION_TABLE} for kind, rows in found.items()}


def test_migrating_gives_the_schema_of_the_models_to_the_last_predicate(connect: Engine) -> None:
    with connect.connect() as connection:
        connection.execute(text("CREATE SCHEMA modelled"))
        modelled = connection.execution_options(schema_translate_map={None: "modelled"})
        Base.metadata.create_all(modelled)
        migrated = without_version_table(described(connection, "public"))
        assert migrated == described(connection, "modelled")
        assert {row[0] for row in migrated["columns"]} == TABLES


def test_alembic_sees_no_difference_to_the_models(connect: Engine) -> None:
    with connect.connect() as connection:
        options = {"version_table": migrations.VERSION_TABLE, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []


def test_the_queues_stand_under_partial_indexes(connect: Engine) -> None:
    with connect.connect() as connection:
        found = {name: definition for _, name, definition in described(connection, "public")["indexes"]}
    assert found["ix_obligations_due"].endswith("(next_on) WHERE (next_on IS NOT NULL)")
    assert found["ix_notices_queued"].endswith("(recipient) WHERE (status = 'queued'::text)")
    assert found["ix_messages_open"].endswith(
        "(next_try_at, id) WHERE (status = ANY (ARRAY['ready'::text, 'retry'::text]))"
    )


def test_an_empty_database_is_not_current_until_migrated_and_migrating_again_changes_nothing(
    empty_database_url: str,
) -> None:
    assert not store.schema_is_current(empty_database_url)
    store.migrate(empty_database_url)
    assert store.schema_is_current(empty_database_url)
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        before = described(connection, "public")
    store.migrate(empty_database_url)
    with engine.connect() as connection:
        assert described(connection, "public") == before
    engine.dispose()


def test_processes_that_start_at_once_take_turns(empty_database_url: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(store.migrate, [empty_database_url] * 2))
    assert store.schema_is_current(empty_database_url)


def test_a_database_of_a_newer_dondoc_is_left_alone(database_url: str, connect: Engine) -> None:
    with connect.begin() as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'"))
    assert not store.schema_is_current(database_url)
    with pytest.raises(SettingsError, match="phiên bản 9999, mới hơn bản dondoc đang chạy"):
        store.migrate(database_url)


def test_no_migration_offers_a_way_back() -> None:
    versions = sorted(path.stem for path in Path(migrations.__file__).with_name("versions").glob("v*.py"))
    assert versions
    for name in versions:
        assert not hasattr(import_module(f"dondoc.store.migrations.versions.{name}"), "downgrade")


INSERTS = {
    "journal": "INSERT INTO journal (at, who, action, subject, why) VALUES (now(), 'a', 'b', 'c', 'd')",
    "ladders": "INSERT INTO ladders (key, body, frozen_at) VALUES ('k', '{}', now())",
}
CHANGES: dict[str, Callable[[str], str]] = {
    "UPDATE": lambda table: f"UPDATE {table} SET {'why' if table == 'journal' else 'key'} = 'x'",
    "DELETE": lambda table: f"DELETE FROM {table}",
    "TRUNCATE": lambda table: f"TRUNCATE {table} CASCADE",
}


@pytest.mark.parametrize("table", INSERTS)
@pytest.mark.parametrize("change", CHANGES)
def test_evidence_is_append_only(connect: Engine, table: str, change: str) -> None:
    with connect.begin() as connection:
        connection.execute(text(INSERTS[table]))
    with pytest.raises(Exception, match=f"bảng {table} chỉ được ghi thêm, không được {change}"), connect.begin() as c:
        c.execute(text(CHANGES[change](table)))
    with connect.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


def test_what_the_version_before_held_is_carried_over(empty_database_url: str) -> None:
    """A store of the outbox's version with a waiver and an answer: both are there, and every standing is asked anew."""
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in OLD_STORE:
            connection.execute(text(statement))
    store.migrate(empty_database_url)
    with engine.connect() as connection:
        waived = connection.execute(text("SELECT obligation_id, at, lifted_at FROM waivers")).all()
        assert [(row.obligation_id, row.at.date(), row.lifted_at) for row in waived] == [
            ("p/1", date(2024, 3, 1), None)
        ]
        stale = connection.execute(text("SELECT obligation_id FROM standings WHERE stale ORDER BY 1")).scalars().all()
        assert stale == ["p/1", "p/2"]
        assert connection.execute(text("SELECT kind, whose FROM answers")).all() == [("done", None)]
    engine.dispose()


_OWED = (
    "INSERT INTO obligations (id, plan_id, task_id, part, period, agency, kind, name, opens_on, reviewer, ladder,"
    " checkpoints, is_window, position, created_at, waived_at) VALUES ('{id}', 'p', '1', '-', '1', 'a', 'task', 'x',"
    " '2024-01-01', 'b', 'l', '[]', false, 0, '2024-01-01', {waived})"
)
OLD_STORE = (
    "INSERT INTO plans (id, year, title, digest, workspace, applied_at) VALUES ('p', 2024, 't', 'd', '{}', now())",
    "INSERT INTO ladders (key, body, frozen_at) VALUES ('l', '{}', now())",
    _OWED.format(id="p/1", waived="'2024-03-01 08:00+07'"),
    _OWED.format(id="p/2", waived="NULL"),
    "INSERT INTO answers (obligation_id, submission, kind, at, by) VALUES ('p/2', 's', 'done', now(), 'a/focal')",
)
