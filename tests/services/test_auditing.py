"""The daily audit: nothing open is forgotten, and an outside watcher hears so only then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import update
from town import Town, only, shipped

from dondoc.services import auditing
from dondoc.store.models import ObligationRow

JANUARY = "II.2.39"


@pytest.fixture
def watcher() -> Iterator[tuple[str, list[str]]]:
    """A real HTTP server that writes down what it hears."""
    heard: list[str] = []

    class Watcher(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Watcher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/bi-mat", heard
    server.shutdown()


def watched(town: Town, url: str) -> None:
    town.app = replace(town.app, settings=replace(town.app.settings, heartbeat_url=url))


def test_the_whole_year_has_a_next_action_or_a_reason_on_every_tenth_day(town: Town) -> None:
    town.apply(shipped(), assign=False)
    day = date(2024, 1, 2)
    for _ in range(6):
        town.morning(day)
        found = auditing.audit(town.app, town.moment)
        assert found.without_next == ()
        assert found.open > 300
        day = town.app.calendar.add(day, 10)


def test_the_watcher_hears_that_all_is_well(town: Town, watcher: tuple[str, list[str]]) -> None:
    watched(town, watcher[0])
    town.apply(only(shipped(), JANUARY), assign=False)
    town.morning(date(2024, 1, 2))
    auditing.audit_and_report(town.app, town.moment)
    assert watcher[1] == ["/bi-mat"]


def test_a_forgotten_obligation_is_named_and_the_watcher_hears_nothing(
    town: Town, watcher: tuple[str, list[str]]
) -> None:
    watched(town, watcher[0])
    town.apply(only(shipped(), JANUARY), assign=False)
    town.morning(date(2024, 1, 2))
    with town.app.sessions.begin() as session:
        session.execute(update(ObligationRow).where(ObligationRow.task_id == JANUARY).values(next_on=None))
    found = auditing.audit_and_report(town.app, town.moment)
    assert found.without_next == ("hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh",)
    assert "hung-yen-2024/II.2.39" in found.markdown
    assert watcher[1] == []


def test_a_watcher_out_of_reach_stops_nothing_and_its_address_is_not_logged(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    watched(town, "http://127.0.0.1:9/bi-mat")
    town.apply(only(shipped(), JANUARY), assign=False)
    town.morning(date(2024, 1, 2))
    assert auditing.audit_and_report(town.app, town.moment).without_next == ()
    assert "heartbeat" in caplog.text
    assert "bi-mat" not in caplog.text


def test_a_sweep_that_never_came_is_found(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    assert "hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh" in auditing.audit(town.app, town.moment).without_next
