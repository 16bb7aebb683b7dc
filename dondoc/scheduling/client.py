"""The connection to a Prefect server's API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.settings import PREFECT_API_AUTH_STRING

from dondoc.scheduling.errors import unauthorised, unreachable


@asynccontextmanager
async def open_client(api_url: str) -> AsyncIterator[PrefectClient]:
    """A client of the server at `api_url`, with the shared login of PREFECT_API_AUTH_STRING when that is set.

    Raises PrefectError when the server does not answer or refuses the login.
    """
    try:
        async with PrefectClient(api_url, auth_string=PREFECT_API_AUTH_STRING.value()) as client:
            yield client
    except httpx.TransportError as error:
        raise unreachable(api_url) from error
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in (401, 403):
            raise
        raise unauthorised(api_url) from error
