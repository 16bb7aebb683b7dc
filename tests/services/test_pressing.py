"""A reminder that a person presses: urgent, one message for each press and recipient, not twice a day."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, time
from pathlib import Path
from threading import Barrier

import pytest
from outbox_help import FINANCE, JUSTICE, PLAN, Post, by, id_of, open_post, task

from dondoc.domain.moments import at
from dondoc.errors import Refused
from dondoc.services import answering, pressing, releasing, reviewing
from dondoc.services.replies import Reply

DAY = date(2024, 6, 4)
"""Tuesday: no step of the ladder falls on it. The tasks are due on 28/6/2024."""
LATE = date(2024, 7, 3)


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice and Finance owe I.1, Justice owes I.2; outlooks are out of the way."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(
            task("I.1", by("28/6/2024"), leads=[JUSTICE, FINANCE]), task("I.2", by("28/6/2024"), leads=[JUSTICE])
        )
        opened.morning(date(2024, 6, 3))
        opened.set(DAY, time(7, 35))
        yield opened


def press(post: Post, task_id: str = "I.1", agency: str | None = None) -> int:
    return pressing.remind_now(post.app, PLAN, task_id, "so-noi-vu", "Chủ tịch hỏi.", post.moment, agency)


def pressed(post: Post) -> list[tuple[str, str]]:
    """(recipient, status) of what was pressed, by recipient."""
    return sorted((row.recipient, row.status) for row in post.rows() if row.klass.startswith("urgent:"))


def test_it_leaves_in_working_hours_without_waiting_for_eight(post: Post) -> None:
    assert press(post) == 2
    assert post.morning(DAY, time(7, 40)).sent == 2
    assert pressed(post) == [(f"{FINANCE}/focal", "sent"), (f"{JUSTICE}/focal", "sent")]


@pytest.mark.parametrize(
    ("day", "hour"),
    [(DAY, time(7, 29)), (DAY, time(12, 0)), (DAY, time(17, 1)), (date(2024, 6, 8), time(9, 0))],
    ids=["before hours", "at noon", "in the evening", "on Saturday"],
)
def test_it_does_not_leave_outside_working_hours(post: Post, day: date, hour: time) -> None:
    press(post)
    assert post.morning(day, hour).sent == 0


def test_what_is_no_press_waits_for_eight(post: Post) -> None:
    """A week before the task is due, its reminder and a press about another task."""
    week = date(2024, 6, 19)
    post.set(week, time(7, 35))
    press(post, "I.2")
    post.morning(week, time(7, 40))
    assert [(row.recipient, row.klass.partition(":")[0]) for row in post.rows() if row.day == week] == [
        (f"{JUSTICE}/focal", "urgent")
    ]
    post.morning(week)
    assert {(row.recipient, row.klass) for row in post.rows(klass="digest") if row.day == week} == {
        (f"{JUSTICE}/focal", "digest"), (f"{FINANCE}/focal", "digest"),
    }  # fmt: skip


def test_each_press_is_a_message_of_its_own(post: Post) -> None:
    press(post, "I.1", JUSTICE)
    post.set(DAY, time(7, 36))
    press(post, "I.2", JUSTICE)
    post.morning(DAY, time(7, 40))
    assert pressed(post) == [(f"{JUSTICE}/focal", "sent")] * 2


def test_one_press_for_two_tasks_of_an_agency_at_the_same_moment_is_one_message(post: Post) -> None:
    press(post, "I.1", JUSTICE)
    press(post, "I.2", JUSTICE)
    post.morning(DAY, time(7, 40))
    assert pressed(post) == [(f"{JUSTICE}/focal", "sent")]


def test_it_tells_who_asked_and_why(post: Post) -> None:
    press(post, "I.2")
    post.morning(DAY, time(7, 40))
    (line,) = [line for line in post.lines() if line.rule == "pressed"]
    assert line.reason == "Cơ quan theo dõi đề nghị: Chủ tịch hỏi."
    assert [entry.who for entry in post.journal("reminded-by-hand")] == ["so-noi-vu"]


def test_twice_a_day_is_refused_and_the_next_day_is_not(post: Post) -> None:
    press(post)
    post.set(DAY, time(15, 0))
    with pytest.raises(Refused, match="Hôm nay"):
        press(post)
    post.set(date(2024, 6, 5), time(7, 35))
    assert press(post) == 2


def test_an_agency_reminded_today_is_left_out_of_the_press_for_all(post: Post) -> None:
    press(post, agency=JUSTICE)
    post.set(DAY, time(9, 0))
    assert press(post) == 1
    post.morning(DAY, time(9, 15))
    assert pressed(post) == [(f"{FINANCE}/focal", "sent"), (f"{JUSTICE}/focal", "sent")]


def test_two_persons_who_press_at_once_remind_once(post: Post) -> None:
    together = Barrier(4)
    with ExitStack() as opened:  # the connections are there before, so that all four really are at once
        [opened.enter_context(post.app.engine.connect()) for _ in range(4)]

    def one(number: int) -> int:
        together.wait()
        moment = at(DAY, time(7, 35, number))
        try:
            return pressing.remind_now(post.app, PLAN, "I.1", "so-noi-vu", "Chủ tịch hỏi.", moment, JUSTICE)
        except Refused:
            return 0

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1


def test_nothing_goes_for_what_is_reported(post: Post) -> None:
    post.report(id_of("I.1", JUSTICE))
    assert press(post) == 1  # the other agency
    with pytest.raises(Refused, match="không có việc nào"):
        press(post, agency=JUSTICE)


def test_what_is_reported_between_press_and_delivery_does_not_leave(post: Post) -> None:
    press(post, agency=JUSTICE)
    post.report(id_of("I.1", JUSTICE))
    assert post.morning(DAY, time(7, 40)).sent == 0


def test_it_reaches_an_agency_that_promised_a_day_too(post: Post) -> None:
    """A person presses though the ladder stands still."""
    answering.submit(
        post.app, obligation_ids=[id_of("I.1", JUSTICE)], by="đơn vị", submission="phieu-hen", now=post.moment,
        reply=Reply("ack", until=date(2024, 6, 28)),
    )  # fmt: skip
    assert press(post, agency=JUSTICE) == 1
    assert post.morning(DAY, time(7, 40)).sent == 1


def test_it_reaches_an_agency_that_must_correct_its_report(post: Post) -> None:
    post.report(id_of("I.1", JUSTICE))
    reviewing.return_(post.app, id_of("I.1", JUSTICE), by="so-noi-vu", reason="Thiếu số liệu.", now=post.moment)
    assert press(post, agency=JUSTICE) == 1
    assert post.morning(DAY, time(7, 40)).sent == 1


def test_it_says_that_the_agency_is_late_only_when_it_is(post: Post) -> None:
    press(post, agency=JUSTICE)
    post.set(LATE, time(7, 35))
    press(post, agency=JUSTICE)
    assert [line.kind for line in post.lines() if line.rule == "pressed"] == ["reminder", "overdue"]


def test_it_needs_a_reason_and_something_owed(post: Post) -> None:
    with pytest.raises(Refused):
        pressing.remind_now(post.app, PLAN, "I.1", "so-noi-vu", " ", post.moment)
    with pytest.raises(Refused):
        press(post, "I.9")
    with pytest.raises(Refused):
        pressing.remind_now(post.app, "khong-co", "I.1", "so-noi-vu", "Gấp.", post.moment)


def test_stop_all_stops_it_too(post: Post) -> None:
    releasing.stop_all(post.app, True, "so-noi-vu", "Kiểm tra.", post.moment)
    press(post)
    assert post.morning(DAY, time(7, 40)).stopped
    assert {status for _, status in pressed(post)} == {"ready"}
