"""The daily audit: nothing open is forgotten, and an outside watcher hears so only then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import update
from town import Town, only, shipped

from dondoc.services import auditing, composing, sweeping
from dondoc.services.alarms import Alarms
from dondoc.services.app import App
from dondoc.store import attempts, claims, guards
from dondoc.store.attempts import Finished
from dondoc.store.claims import Claimed
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


def compose(town: Town, day: date) -> None:
    """The day's messages, none of them sent."""
    sweeping.sweep(town.app, town.set(day))
    composing.compose_day(town.app, town.moment)


def refuse_next(app: App, town: Town, text: str) -> int:
    """The next message is refused in these words."""
    with app.sessions.begin() as session:
        claimed = claims.claim_next(session, town.moment)
        assert isinstance(claimed, Claimed)
        attempts.record(session, Finished(claimed.message.id, "email", 1, "refused", 550, text), None, town.moment)
    return claimed.message.id


def test_when_nothing_waits_the_page_says_so(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    town.morning(date(2024, 1, 2))
    found = auditing.audit(town.app, town.moment)
    assert (found.alarms, found.refused, found.guards, found.held_long) == (0, 0, 0, 0)
    assert found.markdown.splitlines()[-4:] == [
        "- Báo động hôm nay: **0**",
        "- Thư bị từ chối, không còn kênh nào: **0**",
        "- Điểm dừng chờ trả lời: **0**",
        "- Thư giữ quá 3 ngày làm việc chưa ai quyết định: **0**",
    ]


def test_what_waits_for_a_person_is_counted_and_named(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    compose(town, date(2024, 1, 22))
    refused = refuse_next(town.app, town, "không có hộp thư\nnày https://dondoc.example/l/bi-mat-cua-don-vi")
    Alarms(town.app.sessions, lambda: town.moment, None)("channel/email", "Kênh email cần quản trị viên.")
    with town.app.sessions.begin() as session:
        guards.stop(session, guards.OVERDUE, "hung-yen-2024", date(2024, 1, 22), 42, 120, town.moment)
    found = auditing.audit(town.app, town.moment)
    assert (found.alarms, found.refused, found.guards, found.held_long) == (1, 1, 1, 0)
    for line in (
        "- Báo động hôm nay: **1**",
        "  - Kênh email cần quản trị viên.",
        "- Thư bị từ chối, không còn kênh nào: **1**",
        f"  - thư {refused}, 22/01/2024, van-phong-ubnd-tinh/focal: "
        "không có hộp thư này https://dondoc.example/l/[liên kết cá nhân]",
        "- Điểm dừng chờ trả lời: **1**",
        "  - điểm dừng 1, 22/01/2024, hung-yen-2024: 42/120 việc sắp bị gọi là quá hạn",
    ):
        assert line in found.markdown.splitlines(), line
    town.set(date(2024, 1, 23))
    assert auditing.audit(town.app, town.moment).alarms == 0  # the day's only


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2024, 1, 5), 0),  # Friday, the third working day after Tuesday 2/1
        (date(2024, 1, 7), 0),  # Sunday
        (date(2024, 1, 8), 1),
        (date(2035, 1, 8), 1),  # no calendar: civil days
    ],
)
def test_what_is_held_for_more_than_three_working_days_is_named(town: Town, day: date, count: int) -> None:
    town.apply(only(shipped(), JANUARY))  # the year's list waits for its release
    compose(town, date(2024, 1, 2))
    found = auditing.audit(town.app, town.set(day, time(16, 0)))
    assert found.held_long == count
    assert ("van-phong-ubnd-tinh/focal: Danh mục việc của năm" in found.markdown) == bool(count)
