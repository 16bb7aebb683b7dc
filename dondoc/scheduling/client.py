"""The connection to a Prefect server's API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.settings import PREFECT_API_AUTH_STRING

from dondoc.errors import DondocError


class PrefectError(DondocError):
    """Prefect cannot be reached or refuses us; the text says where and what to do."""


@asynccontextmanager
async def open_client(api_url: str) -> AsyncIterator[PrefectClient]:
    """A client of the server at `api_url`, with the shared login of PREFECT_API_AUTH_STRING when that is set.

    Raises PrefectError when the server does not answer or refuses the login.
    """
    try:
        async with PrefectClient(api_url, auth_string=PREFECT_API_AUTH_STRING.value()) as client:
            yield client
    except httpx.TransportError as error:
        raise PrefectError(
            f"Không kết nối được máy chủ Prefect tại {api_url}. Chạy `dondoc up`, hoặc đặt PREFECT_API_URL."
        ) from error
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in (401, 403):
            raise
        raise PrefectError(
            f"Máy chủ Prefect tại {api_url} từ chối đăng nhập. Đặt PREFECT_API_AUTH_STRING=<người dùng:mật khẩu>."
        ) from error
