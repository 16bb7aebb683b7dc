"""Ends of a call other than an answer: the connection is closed, or nothing is said for as long as the caller waits.

ASGI has no word for either, so `CuttableProtocol` lends every request the means to close its own connection.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_KEY = "close_connection"


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with the closing of the connection in every request's state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in H11Protocol
        super().connection_made(transport)
        self.app_state: dict[str, Any] = {**self.app_state, _KEY: transport.close}


class Cut(Response):
    """Not an answer: the connection ends without one byte. Needs `CuttableProtocol`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close, and return when the server has noticed (it would answer 500 before)."""
        if not _can_cut(scope):
            raise RuntimeError("the connection can only be cut under CuttableProtocol")
        scope["state"][_KEY]()
        await _until_gone(receive)


class Silence(Response):
    """Not an answer: nothing, until the caller goes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return when the caller has gone."""
        await _until_gone(receive)


class CutWhenStopped:
    """Around the whole application: a call still waiting when the server stops is cut, and does no more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not _can_cut(scope):
                raise
            await Cut()(scope, receive, send)


def _can_cut(scope: Scope) -> bool:
    return _KEY in scope.get("state", {})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
