"""One real Prefect server for the tests of this folder, and a count of what is written to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, PREFECT_LOGGING_LEVEL, temporary_settings
from prefect_server import Traffic, running_prefect

from dondoc.embedded import Cluster
from dondoc.scheduling.server import Endpoint


@pytest.fixture(scope="session")
def prefect_server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """The running server."""
    with running_prefect(cluster, tmp_path_factory.mktemp("prefect")) as endpoint:
        yield endpoint


@pytest.fixture
def api_url(prefect_server: Endpoint, tmp_path: Path) -> Iterator[str]:
    """The server's address, which Prefect's own functions use too while the test runs."""
    settings: dict[Any, Any] = {
        PREFECT_API_URL: prefect_server.api_url,
        PREFECT_HOME: tmp_path,
        PREFECT_LOGGING_LEVEL: "ERROR",
    }
    with temporary_settings(settings):
        yield prefect_server.api_url


@pytest.fixture
def prefect(api_url: str) -> Iterator[SyncPrefectClient]:
    """A client to look and to arrange with."""
    with SyncPrefectClient(api_url) as client:
        yield client


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """What was sent since the test began."""
    seen = Traffic()
    send = httpx.AsyncClient.send

    async def sent(self: httpx.AsyncClient, request: httpx.Request, **more: Any) -> httpx.Response:
        seen.requests.append(f"{request.method} {request.url.path}")
        return await send(self, request, **more)

    monkeypatch.setattr(httpx.AsyncClient, "send", sent)
    return seen
