"""Zalo at the wire: envelopes and tokens for tests, and a server that answers exactly the bytes it is told to."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standin_desk import HANG, NOW, Desk

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import DeliveryError, Outcome
from dondoc.channels.standin import DEMO_APP_ID, DEMO_APP_SECRET
from dondoc.channels.zalo import ZaloChannel, ZaloSettings

QUOTA, CS, CONVERSATION = "/v3.0/oa/quota/message", "/v3.0/oa/message/cs", "/v2.0/oa/conversation"
FRESH = {"data": {"last_interaction": int(NOW.timestamp() * 1000)}, "error": 0, "message": "Success"}
TAKEN = {"data": {"message_id": "m-1", "user_id": HANG}, "error": 0, "message": "Success"}


def envelope(short: str = "Kính gửi Sở Tư pháp", to: str = HANG) -> Envelope:
    """A message for a person on Zalo."""
    return Envelope(to, "Hằng", "", "", None, "<k1@dondoc.example>", short=short)


@dataclass
class HeldTokens:
    """One token in hand; another one for whoever says it is stale, from `renew`."""

    token: str
    renew: Callable[[], str] | None = None
    asked_anew: list[str] = field(default_factory=list)

    def access_token(self, now: datetime) -> str:
        return self.token

    def refreshed(self, stale: str, now: datetime) -> str:
        self.asked_anew.append(stale)
        if self.renew is None:
            raise DeliveryError("administrator", None, "no other token")
        self.token = self.renew()
        return self.token


def settings(url: str, **changes: Any) -> ZaloSettings:
    """Settings of the stand-in's application."""
    return ZaloSettings(**{"app_id": DEMO_APP_ID, "app_secret": DEMO_APP_SECRET, "url": url, "timeout": 5} | changes)


def channel_of(desk: Desk, **changes: Any) -> ZaloChannel:
    """A channel that holds the desk's token, and gets its next one when Zalo refuses that."""
    tokens = HeldTokens(desk.access, lambda: desk.consent()["access_token"])
    return ZaloChannel(settings(desk.standin.url, **changes), tokens)


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int


class Wire(ThreadingHTTPServer):
    """Answers each path with what `answers` holds: JSON, (status, bytes), or a function of the handler."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Any] = {QUOTA: FRESH, CS: TAKEN}
        self.seen: list[Seen] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def send(self, message: Envelope | None = None, token: str = "ma-truy-cap", **changes: Any) -> Outcome:
        """One attempt of a fresh channel that has this token and no other."""
        return ZaloChannel(settings(self.url, **changes), HeldTokens(token)).send(message or envelope(), NOW)

    def paths(self) -> list[str]:
        return [each.path.split("?")[0] for each in self.seen]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: Wire
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append(Seen(self.command, self.path, dict(self.headers), body, self.client_address[1]))
        answer = self.server.answers[self.path.split("?")[0]]
        if callable(answer):
            answer(self)
            return
        status, content = answer if isinstance(answer, tuple) else (200, json.dumps(answer).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def wire() -> Iterator[Wire]:
    """A running Wire."""
    server = Wire()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close without a word."""
    handler.close_connection = True
    with suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)
