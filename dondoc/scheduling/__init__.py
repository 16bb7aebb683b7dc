"""Everything that knows Prefect: its server, its worker, the deployments. Prefect wakes us; the store remembers."""

import os

# Prefect reports its use to its makers as soon as it is imported on a terminal. Not from here.
os.environ.setdefault("DO_NOT_TRACK", "1")
