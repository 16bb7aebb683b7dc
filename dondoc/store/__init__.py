"""The store: tables, migrations, and plain functions that map rows to the values of the core and back.

Every function takes the caller's Session and leaves committing to it. Nothing here decides or journals: services do,
in the same transaction.
"""

from dondoc.store.database import engine, session_factory
from dondoc.store.migrations import migrate, schema_is_current

__all__ = ["engine", "migrate", "schema_is_current", "session_factory"]
