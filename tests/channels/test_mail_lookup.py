"""What became of a message can be asked of the sink, over HTTP; whoever cannot be asked says nothing."""

from __future__ import annotations

import base64
import http.server
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from faulty_smtp import HOST, NOW, Faults, FaultySink, envelope

from dondoc.channels.email import SETTLING, EmailChannel
from dondoc.channels.envelope import message_id
from dondoc.channels.mail_lookup import CHUNK, MailLookup
from dondoc.channels.mailbox import Mailbox
from dondoc.channels.outcomes import Sought
from dondoc.channels.settings import EmailSettings
from dondoc.channels.sink_pages import sink_app

LATER = NOW + SETTLING


def id_of(key: str) -> str:
    return message_id(key, "sonoivu.hungyen.example")


def sought(*keys: str) -> list[Sought]:
    return [Sought(id_of(key), "vanthu@sotuphap.hungyen.example", "", NOW) for key in keys]


def keep(folder: Path, *ids: str) -> None:
    for id in ids:
        mail = f"Subject: x\r\nMessage-ID: {id}\r\n\r\n".encode()
        Mailbox(folder).store("a@b.example", ["x@y.example"], mail, NOW)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(sink_app(folder), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://{HOST}:{port}/api/lookup"
    server.should_exit = True
    thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mails"


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    with serving(folder) as address:
        yield address


@pytest.fixture
def asking(server: FaultySink, url: str) -> Iterator[EmailChannel]:
    settings = EmailSettings(HOST, server.port, "plain", "dondoc@sonoivu.hungyen.example", timeout=5)
    channel = EmailChannel(settings, MailLookup(url))
    yield channel
    channel.close()


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Answering:
    """A web server that gives its answers in turn, the last one for ever, and keeps what it was asked."""

    answers: list[Answer]
    asked: list[tuple[str | None, bytes]] = field(default_factory=list)
    host: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.host}/api/lookup"

    def handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler) -> None:
                body = handler.rfile.read(int(handler.headers["Content-Length"] or 0))
                self.asked.append((handler.headers["Authorization"], body))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                handler.send_response(answer.status)
                for name, value in answer.headers.items():
                    handler.send_header(name, value)
                handler.end_headers()
                handler.wfile.write(answer.body)

            do_GET = do_POST

            def log_message(handler, *args: object) -> None:
                """Quiet."""

        return Handler


@pytest.fixture
def answering() -> Iterator[Callable[..., Answering]]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(*answers: Answer) -> Answering:
        started = Answering(list(answers))
        servers.append(http.server.ThreadingHTTPServer((HOST, 0), started.handler()))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        started.host = f"{HOST}:{servers[-1].server_port}"
        return started

    yield start
    for each in servers:
        each.shutdown()
        each.server_close()


FOUND = Answer(200, b'{"found": ["<a@b>"]}')
ASKED = b'{"message_ids": ["<a@b>"]}'


class TestChannel:
    def test_what_arrived_is_true_and_what_did_not_is_false(self, asking: EmailChannel) -> None:
        assert asking.can_be_asked
        assert asking.send(envelope("a"), NOW).kind == "sent"
        assert asking.arrived(sought("a", "b"), LATER) == {id_of("a"): True, id_of("b"): False}

    @pytest.mark.parametrize(("drop", "there"), [("after_data", True), ("after_dot", False)])
    def test_an_unknown_end_is_known_by_asking(
        self, asking: EmailChannel, faults: Faults, drop: str, there: bool
    ) -> None:
        faults.drop = drop
        assert asking.send(envelope("a"), NOW).kind == "unknown"
        assert asking.arrived(sought("a"), LATER) == {id_of("a"): there}

    def test_a_lie_is_known_by_asking(self, asking: EmailChannel, server: FaultySink) -> None:
        server.set(lie_after_data="451 4.3.0 try again")
        assert asking.send(envelope("stored"), NOW).kind == "retry"
        server.set(lie_after_data=None, lie_ok=True)
        assert asking.send(envelope("dropped"), NOW).kind == "sent"
        assert asking.arrived(sought("stored", "dropped"), LATER) == {id_of("stored"): True, id_of("dropped"): False}

    def test_absence_proves_nothing_while_the_server_may_still_be_storing(self, asking: EmailChannel) -> None:
        assert asking.send(envelope("a"), NOW).kind == "sent"
        soon = LATER - timedelta(seconds=1)
        assert asking.arrived(sought("a", "b"), soon) == {id_of("a"): True}

    def test_nobody_to_ask_says_nothing(self, channel: EmailChannel) -> None:
        assert not channel.can_be_asked
        assert channel.send(envelope("a"), NOW).kind == "sent"
        assert channel.arrived(sought("a"), LATER) == {}

    def test_a_sink_that_is_down_says_nothing(self, server: FaultySink, folder: Path) -> None:
        with serving(folder) as address:
            pass
        settings = EmailSettings(HOST, server.port, "plain", "dondoc@sonoivu.hungyen.example")
        channel = EmailChannel(settings, MailLookup(address))
        assert channel.can_be_asked
        assert channel.arrived(sought("a"), LATER) == {}


class TestLookup:
    def test_it_asks_in_parts_and_once_for_each(self, url: str, folder: Path) -> None:
        ids = [id_of(str(number)) for number in range(2 * CHUNK + 1)]
        keep(folder, ids[0], ids[CHUNK], ids[-1])
        assert MailLookup(url).found([*ids, *ids]) == {ids[0], ids[CHUNK], ids[-1]}

    def test_nothing_asked_is_nothing_found(self) -> None:
        assert MailLookup(f"http://{HOST}:1/").found([]) == set()

    def test_an_answer_for_a_part_only_is_no_answer(self, answering: Callable[..., Answering]) -> None:
        server = answering(FOUND, Answer(500))
        assert MailLookup(server.url).found(["<a@b>", *map(str, range(CHUNK))]) is None
        assert len(server.asked) == 2

    @pytest.mark.parametrize(
        ("status", "body"),
        [(404, FOUND.body), (500, b""), (201, FOUND.body), (204, b""), (200, b""), (200, b"<html>"), (200, b"[]"),
         (200, b'{"found": "<a@b>"}'), (200, b'{"found": null}'), (200, b"{}"), (200, b"[" * 100_000),
         (200, b"\xff\xfe\x00"), (200, b'{"found": [' + b'"x",' * 100_000 + b'"x"]}')],
        ids=lambda value: str(value)[:20],
    )  # fmt: skip
    def test_whatever_else_comes_back_is_no_answer(
        self, answering: Callable[..., Answering], status: int, body: bytes
    ) -> None:
        assert MailLookup(answering(Answer(status, body)).url).found(["<a@b>"]) is None

    def test_only_what_was_asked_is_found(self, answering: Callable[..., Answering]) -> None:
        server = answering(Answer(200, b'{"found": ["<a@b>", "<never@asked>", 1, ["<c@d>"], null]}'))
        assert MailLookup(server.url).found(["<a@b>", "<c@d>"]) == {"<a@b>"}

    def test_a_silent_or_senseless_server_is_no_answer(self) -> None:
        with socket.create_server((HOST, 0)) as silent:
            address = f"http://{HOST}:{silent.getsockname()[1]}/"
            assert MailLookup(address, timeout=0.2).found(["<a@b>"]) is None
        assert MailLookup(f"http://{HOST}:khong/").found(["<a@b>"]) is None

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, answering: Callable[..., Answering], status: int) -> None:
        other = answering(FOUND)
        server = answering(Answer(status, b"", {"Location": other.url}))
        assert MailLookup(server.url.replace("//", "//ai:bimat@")).found(["<a@b>"]) is None
        assert other.asked == []

    def test_a_proxy_of_the_environment_is_not_used(
        self, answering: Callable[..., Answering], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy, server = answering(Answer(500)), answering(FOUND)
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        monkeypatch.delenv("no_proxy", raising=False)
        assert MailLookup(server.url).found(["<a@b>"]) == {"<a@b>"}
        assert proxy.asked == []

    def test_credentials_are_sent_and_never_logged(
        self, answering: Callable[..., Answering], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        server = answering(FOUND)
        assert MailLookup(f"http://ai:b%C3%AD%20m%E1%BA%ADt@{server.host}/").found(["<a@b>"]) == {"<a@b>"}
        assert server.asked == [("Basic " + base64.b64encode("ai:bí mật".encode()).decode(), ASKED)]
        for host in (answering(Answer(500)).host, f"{HOST}:1", f"{HOST}:khong"):
            assert MailLookup(f"http://ai:bimat@{host}/").found(["<a@b>"]) is None
        ours = [record for record in caplog.records if record.name.startswith("dondoc")]
        assert [vars(record)["action"] for record in ours] == ["mail_lookup_failed"] * 3
        assert not any("bimat" in str(vars(record)) or HOST in str(vars(record)) for record in ours)

    @pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1:8026/api/lookup", ""])
    def test_an_address_that_could_never_work_is_told_at_once(self, address: str) -> None:
        with pytest.raises(ValueError):
            MailLookup(address)
