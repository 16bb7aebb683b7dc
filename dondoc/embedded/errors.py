"""What can stop the embedded database from serving; the texts are Vietnamese and say what to do."""

from __future__ import annotations

from dondoc.errors import DondocError


class EmbeddedError(DondocError):
    """The embedded PostgreSQL cannot be created, started or stopped."""


class AlreadyRunning(DondocError):
    """Another `dondoc up` works on the same DONDOC_HOME."""
