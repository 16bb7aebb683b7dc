"""The page on which people read what the stand-in received: who wrote what to whom, and whose window is open.

Every text came from outside: templates escape it, only http and https addresses become links, no script may run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dondoc import clock
from dondoc.channels.standin.account import Account
from dondoc.channels.standin.control import message_json
from dondoc.channels.standin.faults import Fault, Faults
from dondoc.channels.standin.links import pieces
from dondoc.channels.standin.people import FREE, OPEN, Message, Person, Window, window

SHOWN = 100
_FOLDER = Path(__file__).with_name("pages")
_SINK_CSS = _FOLDER.parents[1] / "pages" / "sink.css"
_ZONE = ZoneInfo(clock.ZONE)
_ANSWER = "Tôi đã nhận được tin."
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    # Not no-referrer: browsers would then send "Origin: null" with the form, as a forged one does.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {**_COMMON, "Content-Security-Policy": _POLICY}

_CALLS = {
    "cs": "gửi tin",
    "oauth": "đổi khóa truy cập",
    "quota": "hỏi hạn mức",
    "conversation": "hỏi hội thoại",
    "getoa": "hỏi thông tin OA",
    "detail": "hỏi thông tin người dùng",
    "*": "mọi lời gọi",
}
_DOES: dict[str, Callable[[Fault], str]] = {
    "error": lambda fault: f"trả lỗi {fault.code}, không làm gì",
    "http": lambda fault: f"trả HTTP {fault.status}",
    "slow": lambda fault: f"chậm {fault.seconds:g} giây",
    "cut_before": lambda _: "ngắt kết nối trước khi làm",
    "cut_after": lambda _: "làm xong rồi ngắt kết nối, không trả lời",
    "lie_error": lambda fault: f"làm xong nhưng trả lỗi {fault.code}",
    "lie_ok": lambda _: "trả lời thành công nhưng không làm gì",
    "garbage": lambda _: "trả lời vô nghĩa, không phải JSON",
    "silent": lambda _: "làm xong và không bao giờ trả lời",
    "down": lambda _: "ngắt ngay mọi kết nối",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of people. `last` is the newest message in either direction, None before any."""

    person: Person
    last: Message | None
    window: Window


def page_routes(account: Account, faults: Faults, now: Callable[[], datetime]) -> list[Route]:
    """The page, its style sheets, and the messages as JSON."""
    pages = Pages(account, faults, now)
    return [
        Route("/", pages.index),
        Route("/api/messages", pages.api_messages),
        Route("/people/{user_id:path}", pages.person),
        Route("/people/{user_id:path}", pages.answer, methods=["POST"]),
        Route("/sink.css", pages.sink_css),
        Route("/standin.css", pages.css),
    ]


class Pages:
    """The endpoints; each reads the account anew."""

    def __init__(self, account: Account, faults: Faults, now: Callable[[], datetime]) -> None:
        self._account = account
        self._faults = faults
        self._now = now
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        filters: dict[str, Callable[..., Any]] = {"urlquote": _quoted, "moment": moment, "pieces": pieces}
        self._templates.filters.update(filters)

    def index(self, request: Request) -> Response:
        """Everybody met so far, the newest message first."""
        return self._page(request, "index.html", rows=self._rows(), total=len(self._account.messages()))

    def person(self, request: Request) -> Response:
        """One conversation; the newest 100 messages unless `?all=1`."""
        person, now = self._found(request), self._now()
        messages = self._account.messages_with(person.user_id)
        shown = messages if request.query_params.get("all") == "1" else messages[-SHOWN:]
        last = person.last_interaction
        return self._page(
            request,
            "person.html",
            person=person,
            messages=shown,
            older=len(messages) - len(shown),
            window=window(person, now),
            free_until=last + FREE if last else None,
            open_until=last + OPEN if last else None,
        )

    def answer(self, request: Request) -> Response:
        """The button: the person writes back, which opens the windows anew. A form on another site cannot press it."""
        origin = request.headers.get("origin")
        if origin is not None and origin.split("://")[-1] != request.headers.get("host"):
            raise HTTPException(403)
        person = self._found(request)
        self._account.interact(person.user_id, _ANSWER, self._now())
        root = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/people/{_quoted(person.user_id)}", 303, _HEADERS)

    def api_messages(self, request: Request) -> Response:
        """What the Official Account delivered, newest first, as JSON."""
        messages = [message_json(message) for message in reversed(self._account.messages())]
        return JSONResponse(messages, headers=_HEADERS)

    def sink_css(self, request: Request) -> Response:
        """The look shared with the demo's mailbox."""
        return Response(_SINK_CSS.read_text("utf-8"), media_type="text/css", headers=_COMMON)

    def css(self, request: Request) -> Response:
        """What only conversations need."""
        return Response((_FOLDER / "standin.css").read_text("utf-8"), media_type="text/css", headers=_COMMON)

    def missing(self, request: Request, error: Exception) -> Response:
        """The page for an address that leads nowhere."""
        return self._page(request, "missing.html", status=404)

    def _found(self, request: Request) -> Person:
        user_id = request.path_params["user_id"]
        person = next((each for each in self._account.people() if each.user_id == user_id), None)
        if person is None:
            raise HTTPException(404)
        return person

    def _rows(self) -> list[Row]:
        now, rows = self._now(), []
        for person in self._account.people():
            messages = self._account.messages_with(person.user_id)
            rows.append(Row(person, messages[-1] if messages else None, window(person, now)))
        written = [row for row in rows if row.last]
        return sorted(written, key=_written_at, reverse=True) + [row for row in rows if not row.last]

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        html = self._templates.get_template(name).render(
            root=request.scope.get("root_path", ""),
            faults=[fault_words(fault) for fault in self._faults.active()],
            pinned=self._account.pinned,
            account=self._account.identity.name,
            **values,
        )
        return HTMLResponse(html, status_code=status, headers=_HEADERS)


def moment(value: datetime) -> str:
    """`value` as people write it, in Asia/Ho_Chi_Minh."""
    return f"{value.astimezone(_ZONE):%d/%m/%Y %H:%M}"


def fault_words(fault: Fault) -> str:
    """One line in Vietnamese on what a fault does, to which calls, how often."""
    often = "đến khi xóa" if fault.times is None else f"còn {fault.times} lần"
    works = " sau khi đã làm xong" if fault.works else ""
    return f"{_CALLS[fault.path]}: {_DOES[fault.do](fault)}{works} ({often})"


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _written_at(row: Row) -> datetime:
    assert row.last is not None
    return row.last.sent_at
