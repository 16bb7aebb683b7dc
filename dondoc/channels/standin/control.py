"""The stand-in's own calls under /control: tokens for the administrator, people, the clock, faults, what arrived.

They answer only to this machine, under its own name, and take only JSON: no page elsewhere can make a browser
send that without asking first.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dondoc import clock
from dondoc.channels.standin.account import Account, clean, is_user_id
from dondoc.channels.standin.calls import pair_json
from dondoc.channels.standin.faults import Faults, fault_json, is_amount, is_count, read_fault
from dondoc.channels.standin.limits import Limits
from dondoc.channels.standin.people import Message, Person

Body = dict[str, Any]
_ZONE = ZoneInfo(clock.ZONE)
_MOST_HOURS = 366 * 24
_CLIENTS = ("127.0.0.1", "::1")
_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_BOOLEANS = ("follows", "blocked", "active")
_PERSON = ("user_id", "display_name", "last_interaction", *_BOOLEANS)


def control_routes(account: Account, faults: Faults, now: Callable[[], datetime]) -> list[Route]:
    """The routes under /control."""
    control = _Control(account, faults, now)
    calls: list[tuple[str, str, Callable[[Body], Any]]] = [
        ("POST", "consent", control.consent),
        ("POST", "clock", control.clock),
        ("POST", "people", control.person),
        ("GET", "people", control.people),
        ("POST", "settings", control.settings),
        ("POST", "faults", control.add_fault),
        ("GET", "faults", control.faults),
        ("DELETE", "faults", control.clear_faults),
        ("GET", "messages", control.messages),
        ("POST", "reset", control.reset),
    ]
    return [Route(f"/control/{name}", _guarded(work), methods=[method]) for method, name, work in calls]


class _Control:
    """Each method takes the JSON object that was sent and answers what is sent back; ValueError is the caller's."""

    def __init__(self, account: Account, faults: Faults, now: Callable[[], datetime]) -> None:
        self._account = account
        self._faults = faults
        self._now = now

    def consent(self, body: Body) -> Body:
        now = self._now()
        return pair_json(self._account.consent(now), now)

    def clock(self, body: Body) -> Body:
        _only(body, "now")
        self._account.pin(_moment(body, "now"))
        return {"now": _iso(self._now()), "pinned": self._account.pinned is not None}

    def person(self, body: Body) -> Body:
        _only(body, *_PERSON)
        _require(is_user_id(body.get("user_id")), "user_id must be a string of 1 to 64 signs without spaces")
        changes = {name: value for name, value in body.items() if name != "user_id"}
        for name in _BOOLEANS:
            _require(type(changes.get(name, True)) is bool, f"{name} must be true or false")
        if "display_name" in changes:
            _require(isinstance(changes["display_name"], str), "display_name must be a string")
            changes["display_name"] = clean(changes["display_name"])
        if "last_interaction" in changes:
            changes["last_interaction"] = _moment(body, "last_interaction")
        return _person_json(self._account.register(body["user_id"], changes, self._now()))

    def people(self, body: Body) -> list[Body]:
        return [_person_json(person) for person in self._account.people()]

    def settings(self, body: Body) -> Body:
        defaults = asdict(Limits())
        _only(body, *defaults)
        for name in ("per_minute", "daily_quota"):
            value = body.get(name)
            _require(value is None or is_count(value), f"{name} must be a whole number from 0, or null")
        hours = body.get("token_hours")
        _require(hours is None or (is_amount(hours) and hours <= _MOST_HOURS), "token_hours must be 0 to 8784, or null")
        return asdict(
            self._account.set_limits({name: defaults[name] if body[name] is None else body[name] for name in body})
        )

    def add_fault(self, body: Body) -> list[Body]:
        self._faults.add(read_fault(body))
        return self.faults({})

    def faults(self, body: Body) -> list[Body]:
        return [fault_json(fault) for fault in self._faults.active()]

    def clear_faults(self, body: Body) -> list[Body]:
        self._faults.clear()
        return []

    def messages(self, body: Body) -> list[Body]:
        return [message_json(message) for message in self._account.messages()]

    def reset(self, body: Body) -> Body:
        self._account.reset()
        self._faults.clear()
        return {}


def message_json(message: Message) -> Body:
    """A delivered message for tests and tools; `time` is ISO 8601 in Asia/Ho_Chi_Minh."""
    return {
        "message_id": message.message_id,
        "user_id": message.user_id,
        "text": message.text,
        "time": _iso(message.sent_at),
        "charged": message.charged,
        "tracking": message.tracking,
    }


def _guarded(work: Callable[[Body], Any]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if not _is_from_here(request):
            return JSONResponse({"error": "only for this machine, as 127.0.0.1 or localhost"}, 403)
        if request.method == "POST" and _media_type(request) != "application/json":
            return JSONResponse({"error": "content-type must be application/json"}, 415)
        try:
            return JSONResponse(work(_object(await request.body())))
        except ValueError as error:
            return JSONResponse({"error": clean(str(error))}, 400)

    return answer


def _is_from_here(request: Request) -> bool:
    host = request.headers.get("host", "").lower()
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.split(":")[0]
    return name in _HOSTS and request.client is not None and request.client.host in _CLIENTS


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def _object(content: bytes) -> Body:
    try:
        value = json.loads(content or b"{}")
    except RecursionError:
        value = None
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value


def _moment(body: Body, name: str) -> datetime | None:
    value = body.get(name)
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{name} must be ISO 8601 with an offset, or null")
    return moment


def _person_json(person: Person) -> Body:
    last = person.last_interaction
    return asdict(person) | {"last_interaction": _iso(last) if last else None}


def _iso(moment: datetime) -> str:
    return moment.astimezone(_ZONE).isoformat()


def _only(body: Body, *names: str) -> None:
    unknown = sorted(set(body) - set(names))
    _require(not unknown, f"unknown: {', '.join(unknown)}")


def _require(fact: bool, message: str) -> None:
    if not fact:
        raise ValueError(message)
