"""The schema's history (Alembic), carried inside the package; no alembic.ini is needed.

Downgrades are not offered: the journal, the ladders and the sent-ledger are evidence, and a step back could only throw
columns of it away. Going back means restoring the backup taken before the update.

Alembic is imported where it is used: every process opens the store, hardly one changes its schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.pool import NullPool

from dondoc.errors import SettingsError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

# Not Alembic's default name: Prefect uses that one, and somebody may put both into one database.
VERSION_TABLE = "dondoc_version"

_LOCK = 0x646F6E646F63
"""Key of the advisory lock under which the schema is changed: "dondoc" in ASCII."""


def migrate(url: str) -> None:
    """Bring the database to the newest schema; does nothing when it is there already.

    Two processes that start at once take turns: the second waits, then finds nothing to do. All or nothing: a failing
    migration leaves the schema as it was. Raises SettingsError when the database was made by a newer dondoc.
    """
    from alembic import command

    with _engine(url).begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        config = _config()
        _refuse_newer(connection, _scripts(config))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def schema_is_current(url: str) -> bool:
    """Whether the database has exactly the schema of this version of dondoc; changes nothing."""
    with _engine(url).connect() as connection:
        return _versions(connection) == set(_scripts(_config()).get_heads())


def _engine(url: str) -> Engine:
    # Its own connection without statement_timeout: waiting for the other process is right here.
    return create_engine(url, poolclass=NullPool, connect_args={"application_name": "dondoc migrate"})


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts(config: Config) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config)


def _versions(connection: Connection) -> set[str]:
    from alembic.runtime.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return set(context.get_current_heads())


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    newer = _versions(connection) - known
    if newer:
        raise SettingsError(
            f"Cơ sở dữ liệu ở phiên bản {', '.join(sorted(newer))}, mới hơn bản dondoc đang chạy: "
            "hãy dùng bản dondoc mới hơn, hoặc khôi phục bản sao lưu trước khi nâng cấp"
        )
