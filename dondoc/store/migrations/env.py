"""Run by Alembic, inside the transaction (and under the lock) that the caller opened; see this package's docstring."""

from alembic import context

from dondoc.store.migrations import VERSION_TABLE
from dondoc.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
