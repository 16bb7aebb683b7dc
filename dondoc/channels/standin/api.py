"""The HTTP side of Zalo's hosts (openapi.zalo.me, oauth.zaloapp.com) under one address, faults included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dondoc.channels.standin.account import Account
from dondoc.channels.standin.calls import Asked, Call, OaCall, OauthCall, Reply, Works
from dondoc.channels.standin.cutting import Cut, Silence
from dondoc.channels.standin.faults import Fault, Faults, Path

Endpoint = Callable[[Request], Awaitable[Response]]
_GARBAGE = "<html><body>Bad gateway"


def api_routes(account: Account, faults: Faults, now: Callable[[], datetime]) -> list[Route]:
    """The calls of Zalo that are stood in for; `now` tells the moment a call is answered."""
    works = Works(account)
    calls: list[tuple[str, str, Path, Call]] = [
        ("POST", "/v4/oa/access_token", "oauth", OauthCall(account)),
        ("POST", "/v3.0/oa/message/cs", "cs", OaCall(account, works.send, works.pretend_to_send)),
        ("POST", "/v3.0/oa/quota/message", "quota", OaCall(account, works.quota)),
        ("GET", "/v3.0/oa/user/detail", "detail", OaCall(account, works.detail)),
        ("GET", "/v2.0/oa/getoa", "getoa", OaCall(account, works.account)),
        ("GET", "/v2.0/oa/conversation", "conversation", OaCall(account, works.conversation)),
    ]
    return [
        Route(address, _endpoint(call, path, faults, now), methods=[method]) for method, address, path, call in calls
    ]


def _endpoint(call: Call, path: Path, faults: Faults, now: Callable[[], datetime]) -> Endpoint:
    async def answer(request: Request) -> Response:
        fault = faults.meet(path)
        if fault is not None and fault.do == "down":
            return Cut()
        body = await request.body()
        if fault is not None and fault.do == "slow":
            await asyncio.sleep(fault.seconds)
            fault = None
        asked = Asked(request.headers, request.query_params, body, now())
        return _response(call.do(asked)) if fault is None else _faulty(fault, call, asked)

    return answer


def _faulty(fault: Fault, call: Call, asked: Asked) -> Response:
    if fault.do in ("cut_after", "lie_error", "silent") or (fault.do in ("http", "garbage") and fault.works):
        call.do(asked)
    if fault.do in ("error", "lie_error"):
        return _response(call.fail(asked, fault.code))
    if fault.do == "lie_ok":
        return _response(call.pretend(asked))
    if fault.do == "http":
        return PlainTextResponse("fault on demand", fault.status)
    if fault.do == "garbage":
        return HTMLResponse(_GARBAGE)
    return Silence() if fault.do == "silent" else Cut()


def _response(reply: Reply) -> Response:
    return JSONResponse(reply.body, headers=reply.headers)
