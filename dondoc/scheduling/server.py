"""How a Prefect server is started beside dondoc, and how others reach it. Starting the process is the caller's work.

Nothing here imports Prefect (about a second), so that `dondoc up` can launch the server before anything else.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

LOOPBACK = "127.0.0.1"
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
}
RETENTION_SECONDS = 90 * 24 * 3600
LATE_SECONDS = 300
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a Prefect server answers. `auth` is its one shared "user:password", None when it asks for none."""

    host: str
    port: int
    auth: str | None = field(default=None, repr=False)

    @property
    def api_url(self) -> str:
        """The address for PREFECT_API_URL."""
        return f"http://{self.host}:{self.port}/api"

    @property
    def ui_url(self) -> str:
        """The address that a person opens."""
        return f"http://{self.host}:{self.port}"


def command() -> list[str]:
    """The command line of the server; everything else, secrets above all, goes through `environment`."""
    return [sys.executable, "-m", "prefect", "server", "start"]


def environment(base: Mapping[str, str], home: Path, database_url: str, endpoint: Endpoint) -> dict[str, str]:
    """The environment of the server process: `base` with Prefect's own settings in it.

    `database_url` is a `postgresql+asyncpg://` address; `home` (DONDOC_HOME) takes everything Prefect writes, the
    page files it unpacks included. Logs hold warnings and errors only. Finished flow runs and their logs are kept for
    90 days: what counts is in our own store. A run is called Late after five minutes, not after 15 seconds: on a day
    when many tasks are due at 07:30, waiting one's turn is no fault.
    """
    folder = home / "prefect"
    own = {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_DATABASE_CONNECTION_URL": database_url,
        "PREFECT_SERVER_API_HOST": endpoint.host,
        "PREFECT_SERVER_API_PORT": str(endpoint.port),
        "PREFECT_SERVER_UI_ENABLED": "true",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "ui"),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": str(LATE_SECONDS),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RETENTION_SECONDS),
    }
    if endpoint.auth:
        own["PREFECT_SERVER_API_AUTH_STRING"] = endpoint.auth
    return {**_without_prefect(base), **QUIET, **own}


def client_environment(base: Mapping[str, str], home: Path, endpoint: Endpoint) -> dict[str, str]:
    """The environment of a process that talks to that server: a worker, or a `prefect` command."""
    own = {"PREFECT_HOME": str(home / "prefect"), "PREFECT_API_URL": endpoint.api_url}
    if endpoint.auth:
        own["PREFECT_API_AUTH_STRING"] = endpoint.auth
    return {**_without_prefect(base), **QUIET, **own}


def wait_ready(endpoint: Endpoint, timeout: float, is_alive: Callable[[], bool] = lambda: True) -> bool:
    """Whether the server answers within `timeout` seconds; False at once when `is_alive` says that it died.

    It answers only after its migrations: 4 s after a start, 8 s at the first one (measured on two idle cores).
    """
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + timeout
    while is_alive() and time.monotonic() < end:
        try:
            with opener.open(f"{endpoint.api_url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(POLL_SECONDS)
    return False


def _without_prefect(base: Mapping[str, str]) -> dict[str, str]:
    """A profile or a setting of the person at the keyboard must not reach our server, nor another server's address."""
    return {name: value for name, value in base.items() if not name.startswith("PREFECT_")}
