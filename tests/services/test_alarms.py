"""Operators' alarms: once per key and day, on record whatever becomes of the rest, told outside without a secret."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from dondoc import store
from dondoc.domain.moments import at
from dondoc.services.alarms import Alarms
from dondoc.store import alarms

TODAY = date(2024, 6, 5)
NOW = at(TODAY)
WORDS = "Kênh email cần quản trị viên: sai mật khẩu."
SECRET = "mat-khau-cua-dia-chi-bao"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = store.engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return store.session_factory(engine)


@pytest.fixture
def outside() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The office's own address: what it hears, and its Apprise URL."""
    heard: list[dict[str, Any]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://bao:{SECRET}@127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()


def raised(sessions: sessionmaker[Session], url: str | None = None, now: Any = NOW) -> Alarms:
    return Alarms(sessions, lambda: now, url)


def on_record(sessions: sessionmaker[Session], day: date = TODAY) -> list[tuple[str, str, bool]]:
    with sessions() as session:
        return [(row.key, row.words, row.heard) for row in alarms.of_day(session, day)]


def test_an_alarm_is_on_record_once_per_key_and_day(sessions: sessionmaker[Session]) -> None:
    alarm = raised(sessions)
    assert [alarm("channel/email", WORDS), alarm("channel/email", "khác"), alarm("flood", "nhiều")] == [
        True, False, True,
    ]  # fmt: skip
    assert on_record(sessions) == [("channel/email", WORDS, False), ("flood", "nhiều", False)]


def test_the_next_local_day_it_is_said_again(sessions: sessionmaker[Session]) -> None:
    midnight = at(TODAY + timedelta(days=1), time(0, 0))
    assert raised(sessions, now=midnight - timedelta(seconds=1))("flood", "nhiều")
    assert raised(sessions, now=midnight)("flood", "nhiều")
    assert len(on_record(sessions)) == len(on_record(sessions, TODAY + timedelta(days=1))) == 1


def test_eight_workers_at_once_raise_it_once(sessions: sessionmaker[Session]) -> None:
    together = Barrier(8)

    def one(_: int) -> bool:
        together.wait()
        return raised(sessions)("flood", "nhiều")

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(8))) == [False] * 7 + [True]


def test_it_stays_on_record_when_the_work_of_the_caller_is_undone(sessions: sessionmaker[Session]) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), sessions.begin():
        raised(sessions)("flood", "nhiều")
        raise Undone
    assert on_record(sessions) == [("flood", "nhiều", False)]


def test_the_offices_address_hears_it_once(
    sessions: sessionmaker[Session], outside: tuple[str, list[dict[str, Any]]]
) -> None:
    url, heard = outside
    for _ in range(3):
        raised(sessions, url)("channel/email", WORDS)
    assert [body["message"] for body in heard] == [WORDS]
    assert on_record(sessions) == [("channel/email", WORDS, True)]


@pytest.mark.parametrize(
    "url",
    [
        f"json://bao:{SECRET}@127.0.0.1:1/",
        f"khong-co-dich-vu-nay://{SECRET}",
        f"https://{SECRET}.khong-co.example/",
        "",
    ],
    ids=["nobody listens", "no such service", "not for notices", "empty"],
)
def test_an_address_that_does_not_work_breaks_nothing_and_is_not_logged(
    sessions: sessionmaker[Session], url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert raised(sessions, url)("flood", "nhiều")
    assert on_record(sessions) == [("flood", "nhiều", False)]
    assert SECRET not in caplog.text


def test_it_is_in_the_log_for_whoever_reads_that(
    sessions: sessionmaker[Session], caplog: pytest.LogCaptureFixture
) -> None:
    raised(sessions)("flood", "nhiều")
    assert [(record.levelname, record.action) for record in caplog.records] == [("ERROR", "alarm")]  # type: ignore[attr-defined]
