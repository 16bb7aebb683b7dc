"""Every way a Zalo attempt can end has its own kind (DESIGN §2.6), over real HTTP; logs hold no secret, no person."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from faulty_smtp import Certificate
from standin_desk import HANG, NOW, Desk, desk, fresh
from zalo_wire import CS, FRESH, QUOTA, TAKEN, HeldTokens, Wire, channel_of, closed_port, envelope, hang_up, wire
from zalo_wire import settings as settings_of

from dondoc.channels.outcomes import DeliveryError, Outcome
from dondoc.channels.standin import DEMO_APP_SECRET
from dondoc.channels.zalo import ZaloChannel, ZaloOaPlugin
from dondoc.channels.zalo.client import Http, OaApi, fit, number

NEXT_MINUTE = NOW + timedelta(minutes=1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


# What is sent


def test_a_taken_message_tells_zalos_id_for_it(zalo: Desk) -> None:
    outcome = channel_of(zalo).send(envelope("Kính gửi Sở Tư pháp\nCòn 3 việc đến hạn."), NOW)
    (message,) = zalo.standin.messages()
    assert outcome == Outcome("sent", 0, "Zalo đã nhận tin", message.message_id)
    assert (message.user_id, message.text) == (HANG, "Kính gửi Sở Tư pháp\nCòn 3 việc đến hạn.")


def test_text_leaves_in_nfc_and_as_it_was_written(zalo: Desk) -> None:
    text = " Đôn đốc lần 2: việc “Rà soát” 😀\n- hạn 31/3/2024  \n"
    assert channel_of(zalo).send(envelope(unicodedata.normalize("NFD", text)), NOW).kind == "sent"
    assert zalo.texts() == [text]


def test_two_thousand_characters_are_counted_in_nfc(zalo: Desk) -> None:
    longest = "ệ" * 2000
    assert channel_of(zalo).send(envelope(unicodedata.normalize("NFD", longest)), NOW).kind == "sent"
    assert zalo.texts() == [longest]


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("", HANG),
        (" \n ", HANG),
        ("ệ" * 2001, HANG),
        ("a\tb", HANG),
        ("a\x00b", HANG),
        ("a\u2028b", HANG),
        ("a\ud800b", HANG),
        ("a", ""),
        ("a", "a@b.example"),
        ("a", "38110 "),
        ("a", "٣٤"),
        ("a", "1" * 65),
    ],
)
def test_what_could_never_be_sent_is_refused_and_nothing_is_asked(server: Wire, text: str, to: str) -> None:
    outcome = server.send(envelope(text, to))
    assert (outcome.kind, outcome.code, outcome.closes_days) == ("refused", None, None)
    assert server.seen == []


def test_requests_carry_the_bare_token_and_the_proof(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert server.send(token="ma-truy-cap").remote_id == "m-1"
    assert server.paths() == [QUOTA, CS]
    for seen in server.seen:
        headers = {name.lower(): value for name, value in seen.headers.items()}
        assert headers["access_token"] == "ma-truy-cap"
        proof = hmac.new(DEMO_APP_SECRET.encode(), b"ma-truy-cap", hashlib.sha256).hexdigest()
        assert headers["appsecret_proof"] == proof
        assert "authorization" not in headers
        assert "ma-truy-cap" not in seen.path
    assert json.loads(server.seen[0].body) == {"user_id": HANG}
    assert json.loads(server.seen[1].body) == {
        "recipient": {"user_id": HANG},
        "message": {"text": "Kính gửi Sở Tư pháp"},
    }


def test_no_connection_serves_twice(server: Wire) -> None:
    channel = ZaloChannel(settings_of(server.url), HeldTokens("t"))
    assert {channel.send(envelope(), NOW).kind for _ in range(3)} == {"sent"}
    assert len({seen.port for seen in server.seen}) == len(server.seen) == 6


def test_threads_share_a_channel_without_mixing_messages(zalo: Desk) -> None:
    channel = channel_of(zalo)
    texts = [f"Thư số {n}" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = dict(zip(texts, pool.map(lambda text: channel.send(envelope(text), NOW), texts), strict=True))
    got = {message.text: message.message_id for message in zalo.standin.messages()}
    assert {text: outcome.remote_id for text, outcome in outcomes.items()} == got


# The window of the last interaction


@pytest.mark.parametrize(
    ("hours", "window", "kind"), [(47, 48, "sent"), (49, 48, "refused"), (167, 168, "sent"), (169, 168, "refused")]
)
def test_nothing_is_sent_outside_the_offices_window(zalo: Desk, hours: int, window: int, kind: str) -> None:
    zalo.person(last_interaction=(NOW - timedelta(hours=hours)).isoformat())
    outcome = channel_of(zalo, window_hours=window).send(envelope(), NOW)
    assert outcome.kind == kind
    assert zalo.texts() == (["Kính gửi Sở Tư pháp"] if kind == "sent" else [])
    if kind == "refused":
        assert (outcome.code, outcome.closes_days) == (-230, 1)
        assert f"{window} giờ" in outcome.text


def test_a_closed_window_costs_no_send(server: Wire) -> None:
    old = int((NOW - timedelta(days=8)).timestamp() * 1000)
    server.answers[QUOTA] = {"data": {"last_interaction": str(old)}, "error": 0, "message": "Success"}
    assert (server.send().kind, server.paths()) == ("refused", [QUOTA])


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b""),
        (200, b"[]"),
        (200, b"[" * 100_000),
        (500, b"fault"),
        (404, b"gone"),
        (302, b""),
        {},
        {"error": 0},
        {"error": 0, "data": []},
        {"error": 0, "data": {"last_interaction": None}},
        {"error": 0, "data": {"last_interaction": "hôm qua"}},
        {"error": 0, "data": {"last_interaction": 10**30}},
        {"error": 0, "data": {"last_interaction": True}},
        {"error": -213, "message": "not followed"},
        {"error": -99999, "message": "?"},
    ],
)
def test_an_answer_about_the_window_that_cannot_be_read_leaves_it_to_the_send(server: Wire, answer: Any) -> None:
    server.answers[QUOTA] = answer
    assert (server.send().kind, server.paths()) == ("sent", [QUOTA, CS])


@pytest.mark.parametrize(
    ("answer", "code"), [((429, b""), 429), ({"error": -32, "message": "per minute"}, -32)], ids=["429", "-32"]
)
def test_a_full_minute_is_heard_already_when_asking(server: Wire, answer: Any, code: int) -> None:
    server.answers[QUOTA] = answer
    outcome = server.send()
    assert (outcome.kind, outcome.code, outcome.again_at) == ("retry", code, NEXT_MINUTE)
    assert server.paths() == [QUOTA]


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "down", "silent"])
def test_no_answer_about_the_window_is_a_retry_since_the_message_never_left(zalo: Desk, fault: str) -> None:
    zalo.fault(fault, "quota", times=1)
    outcome = channel_of(zalo, timeout=1.5).send(envelope(), NOW)
    assert (outcome.kind, outcome.code) == ("retry", None)
    assert zalo.texts() == []


# Where the attempt broke off


def test_nobody_listening_is_a_retry() -> None:
    channel = ZaloChannel(settings_of(f"http://127.0.0.1:{closed_port()}"), HeldTokens("t"))
    assert channel.send(envelope(), NOW).kind == "retry"


def test_a_server_gone_before_the_message_left_is_a_retry(server: Wire) -> None:
    def last_words(handler: BaseHTTPRequestHandler) -> None:
        server.socket.shutdown(socket.SHUT_RDWR)  # whoever connects from now on is turned away
        content = json.dumps(FRESH).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    server.answers[QUOTA] = last_words
    assert server.send().kind == "retry"
    assert server.paths() == [QUOTA]


@pytest.mark.parametrize(("fault", "arrives"), [("cut_before", False), ("cut_after", True), ("silent", True)])
def test_no_answer_to_the_message_is_unknown_whatever_happened(zalo: Desk, fault: str, arrives: bool) -> None:
    zalo.fault(fault, times=1)
    outcome = channel_of(zalo, timeout=1.5).send(envelope(), NOW)
    assert (outcome.kind, outcome.code) == ("unknown", None)
    assert bool(zalo.texts()) == arrives


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("works", [True, False])
def test_a_server_error_for_the_message_is_unknown(zalo: Desk, status: int, works: bool) -> None:
    zalo.fault("http", status=status, works=works)
    outcome = channel_of(zalo).send(envelope(), NOW)
    assert (outcome.kind, outcome.code) == ("unknown", status)


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b""),
        (200, b"null"),
        (200, b'{"error"'),
        {},
        {"data": {"message_id": "1"}},
        {"error": None},
    ],
)
def test_an_answer_to_the_message_that_cannot_be_read_is_unknown(server: Wire, answer: Any) -> None:
    server.answers[CS] = answer
    assert server.send().kind == "unknown"


def test_an_answer_that_breaks_off_is_unknown(server: Wire) -> None:
    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "500")
        handler.end_headers()
        handler.wfile.write(json.dumps(TAKEN).encode())
        hang_up(handler)

    server.answers[CS] = broken
    assert server.send().kind == "unknown"


def test_an_answer_without_end_is_given_up(server: Wire) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        with suppress(OSError):
            while True:
                handler.wfile.write(b"1\r\n \r\n")
                handler.wfile.flush()
                time.sleep(0.02)

    server.answers[CS] = drip
    assert server.send(timeout=1.5).kind == "unknown"


def test_an_answer_that_is_too_large_is_not_read_to_its_end(server: Wire) -> None:
    server.answers[CS] = (200, b" " * 5_000_000 + json.dumps(TAKEN).encode())
    assert server.send().kind == "unknown"


def test_an_error_written_as_a_string_is_read(server: Wire) -> None:
    server.answers[CS] = TAKEN | {"error": "0"}
    assert server.send().kind == "sent"
    server.answers[CS] = {"error": "-234", "message": "night"}
    assert server.send().kind == "retry"


def test_http_429_waits_for_the_next_minute(zalo: Desk) -> None:
    zalo.fault("http", status=429)
    outcome = channel_of(zalo).send(envelope(), NOW)
    assert (outcome.kind, outcome.code, outcome.again_at) == ("retry", 429, NEXT_MINUTE)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 405, 413])
def test_another_answer_than_zalos_needs_a_person(zalo: Desk, status: int) -> None:
    zalo.fault("http", status=status)
    outcome = channel_of(zalo).send(envelope(), NOW)
    assert (outcome.kind, outcome.code) == ("administrator", status)


def test_a_redirect_is_not_followed(server: Wire) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", f"{server.url}/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.answers |= {CS: elsewhere, "/elsewhere": TAKEN}
    assert (server.send().kind, server.paths()) == ("administrator", [QUOTA, CS])


def test_a_certificate_that_cannot_be_verified_needs_a_person(server: Wire, certificate: Certificate) -> None:
    server.socket = certificate.context.wrap_socket(server.socket, server_side=True)
    outcome = ZaloChannel(settings_of(server.url.replace("http:", "https:")), HeldTokens("t")).send(envelope(), NOW)
    assert outcome.kind == "administrator"
    assert server.seen == []


# The access token


@pytest.mark.parametrize("path", ["quota", "cs"])
@pytest.mark.parametrize("code", [-216, -220])
def test_a_refused_token_is_exchanged_once_and_the_message_leaves_once(zalo: Desk, path: str, code: int) -> None:
    zalo.fault("error", path, code=code, times=1)
    tokens = HeldTokens(zalo.access, lambda: zalo.consent()["access_token"])
    stale = tokens.token
    assert ZaloChannel(settings_of(zalo.standin.url), tokens).send(envelope(), NOW).kind == "sent"
    assert tokens.asked_anew == [stale]
    assert zalo.texts() == ["Kính gửi Sở Tư pháp"]


def test_a_token_that_was_replaced_elsewhere_is_exchanged(zalo: Desk) -> None:
    channel = channel_of(zalo)
    zalo.consent()
    assert channel.send(envelope(), NOW).kind == "sent"


@pytest.mark.parametrize("path", ["quota", "cs"])
def test_a_token_refused_twice_needs_a_person(zalo: Desk, path: str) -> None:
    zalo.fault("error", path, code=-216)
    tokens = HeldTokens(zalo.access, lambda: zalo.consent()["access_token"])
    outcome = ZaloChannel(settings_of(zalo.standin.url), tokens).send(envelope(), NOW)
    assert (outcome.kind, outcome.code) == ("administrator", -216)
    assert len(tokens.asked_anew) == 1


def test_without_a_token_nothing_is_asked(server: Wire) -> None:
    class Nothing(HeldTokens):
        def access_token(self, now: datetime) -> str:
            raise DeliveryError("administrator", None, "chưa nối Zalo")

    channel = ZaloChannel(settings_of(server.url), Nothing(""))
    assert channel.send(envelope(), NOW) == Outcome("administrator", None, "chưa nối Zalo")
    assert server.seen == []


# What must not be told


def test_zalos_words_are_kept_without_our_secrets(server: Wire) -> None:
    server.answers[CS] = {
        "error": -248,
        "message": f"bad\r\ntoken ma-truy-cap\x1b[31m, secret {DEMO_APP_SECRET}\n" * 50,
    }
    outcome = server.send(token="ma-truy-cap")
    assert outcome.kind == "refused"
    assert "bad token *** [31m, secret ***" in outcome.text
    assert len(outcome.text) < 300
    assert "ma-truy-cap" not in outcome.text
    assert DEMO_APP_SECRET not in outcome.text


def test_logs_hold_no_person_no_text_and_no_token(zalo: Desk, caplog: pytest.LogCaptureFixture) -> None:
    channel = channel_of(zalo)
    with caplog.at_level(logging.DEBUG):
        channel.send(envelope("Nội dung riêng"), NOW)
        zalo.fault("error", code=-248)
        channel.send(envelope("Nội dung riêng"), NOW)
    ours = [record for record in caplog.records if not record.name.startswith(("uvicorn", "asyncio"))]
    assert [(r.message, r.action) for r in ours if r.name.startswith("dondoc")] == [  # type: ignore[attr-defined]
        ("zalo sent ", "zalo_sent"),
        ("zalo refused -248", "zalo_refused"),
    ]
    everything = "\n".join(str(record.__dict__) for record in ours)
    for secret in (HANG, "Nội dung riêng", zalo.access, DEMO_APP_SECRET):
        assert secret not in everything


def test_nothing_of_the_plugin_shows_a_secret() -> None:
    settings = settings_of("http://127.0.0.1:1")
    plugin = ZaloOaPlugin(OaApi(settings, Http(1)), "ma-truy-cap", timedelta(hours=48))
    shown = plugin.url() + plugin.url(privacy=True) + repr(plugin) + repr(settings)
    assert "ma-truy-cap" not in shown
    assert DEMO_APP_SECRET not in shown


def test_the_plugin_by_itself_sends_nothing() -> None:
    plugin = ZaloOaPlugin(OaApi(settings_of("http://127.0.0.1:1"), Http(1)), "t", timedelta(hours=48))
    with pytest.raises(DeliveryError, match="ZaloChannel only"):
        plugin.notify(body="x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (-32, -32), ("90000", 90000), ("-216", -216), (True, None), (1.5, None), ("", None), ("٣", None),
     ("1" * 21, None), ("--1", None), (None, None), ({}, None)],
)  # fmt: skip
def test_numbers_are_read_as_zalo_writes_them(value: Any, expected: int | None) -> None:
    assert number(value) == expected


def test_words_are_fit_for_one_line_of_a_log() -> None:
    assert fit("a\n\tb\u202ec  d", "b") == "a *** c d"
    assert len(fit("x" * 5000)) == 200
