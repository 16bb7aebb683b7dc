"""Somebody gets nothing for a while: nothing leaves, and after it one message that fits that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from outbox_help import FINANCE, JUSTICE, PLAN, Post, by, id_of, open_post, task

from dondoc.domain.moments import at
from dondoc.errors import Refused
from dondoc.services import pressing, releasing, suppressing

FIRST, EVE, AFTER = date(2024, 6, 5), date(2024, 6, 13), date(2024, 6, 17)
"""Seven working days and one before 14/6/2024, and the first one after it."""
FOCAL = f"{JUSTICE}/focal"


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice and Finance owe a task by 14/6/2024; the clock stands on 3 June."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE, FINANCE]))
        yield opened


def silence(post: Post, until: date | None = None, recipient: str = FOCAL) -> int:
    return suppressing.suppress(post.app, recipient, until, "so-noi-vu", "Đang sắp xếp tổ chức.", post.moment)


def theirs(post: Post) -> list[tuple[str, str]]:
    """(day, status) of Justice's messages."""
    return [(f"{row.day:%d/%m}", row.status) for row in post.rows() if row.recipient == FOCAL]


def stop(post: Post, on: bool) -> None:
    releasing.stop_all(post.app, on, "so-noi-vu", "Chuẩn bị.", post.moment)


def test_nothing_goes_to_that_recipient_and_all_to_the_others(post: Post) -> None:
    silence(post)
    assert post.morning(FIRST).sent == 1
    assert [mail.entry.to for mail in post.mails()] == [(f"{FINANCE}@tinh.example",)]


def test_what_was_composed_before_does_not_leave_either(post: Post) -> None:
    stop(post, True)
    post.morning(FIRST)
    stop(post, False)
    silence(post)
    post.morning(FIRST, time(9, 0))
    assert post.texts(JUSTICE) == []
    assert theirs(post) == [("05/06", "dropped")]


def test_after_its_end_one_fitting_message_goes(post: Post) -> None:
    stop(post, True)
    post.morning(FIRST)  # composed before
    stop(post, False)
    silence(post, until=date(2024, 6, 16))
    post.morning(EVE)  # queued meanwhile
    assert post.texts(JUSTICE) == []
    post.morning(AFTER)
    assert len(post.texts(JUSTICE)) == 1
    sent = post.rows()[-1]
    about = [line.kind for line in post.lines() if line.message_id == sent.id]
    assert (sent.recipient, about) == (FOCAL, ["overdue"])


def test_after_its_end_nothing_goes_about_what_was_reported_meanwhile(post: Post) -> None:
    number = silence(post)
    post.morning(FIRST)
    post.report(id_of("I.1", JUSTICE))
    suppressing.lift(post.app, number, "so-noi-vu", "Xong.", post.moment)
    post.morning(date(2024, 6, 6))
    assert post.texts(JUSTICE) == []


def test_a_press_does_not_reach_who_gets_nothing_and_is_judged_anew_after_it(post: Post) -> None:
    number = silence(post)
    pressing.remind_now(post.app, PLAN, "I.1", "so-noi-vu", "Gấp.", at(FIRST, time(7, 45)), JUSTICE)
    post.morning(FIRST, time(7, 50))
    assert post.rows() == []
    suppressing.lift(post.app, number, "so-noi-vu", "Xong.", post.moment)
    post.morning(FIRST, time(7, 55))
    assert len(post.texts(JUSTICE)) == 1


def test_a_released_message_that_waited_is_held_anew_after_it(post: Post) -> None:
    """What names late to others was released for that day, not for one weeks later."""
    day = FIRST
    while not post.rows(klass="held"):
        post.morning(day)
        day = post.app.calendar.add(day, 1)
    first = [row.id for row in post.rows(klass="held")]
    stop(post, True)
    releasing.release(post.app, first, "so-noi-vu", post.moment)
    number = silence(post, recipient=f"{JUSTICE}/head")
    stop(post, False)
    post.morning(day)
    suppressing.lift(post.app, number, "so-noi-vu", "Xong.", post.moment)
    post.morning(post.app.calendar.add(day, 1))
    heads = [row.status for row in post.rows(klass="held") if row.recipient == f"{JUSTICE}/head"]
    assert heads == ["dropped", "held"]
    assert post.texts(f"lanhdao-{JUSTICE}") == []


def test_held_messages_stay_held_meanwhile(post: Post) -> None:
    stop(post, True)
    post.morning(FIRST)
    releasing.hold_all(post.app, "so-noi-vu", "Xem lại.", post.moment)
    stop(post, False)
    silence(post)
    post.morning(date(2024, 6, 6))
    assert theirs(post) == [("05/06", "held")]


def test_lifting_needs_a_reason_and_one_in_force(post: Post) -> None:
    number = silence(post)
    with pytest.raises(Refused):
        suppressing.lift(post.app, number, "so-noi-vu", " ", post.moment)
    suppressing.lift(post.app, number, "so-noi-vu", "Xong.", post.moment)
    with pytest.raises(Refused):
        suppressing.lift(post.app, number, "so-noi-vu", "Xong.", post.moment)


@pytest.mark.parametrize(
    ("recipient", "until", "reason"),
    [
        (FOCAL, None, " "),
        (FOCAL, date(2024, 6, 2), "Đang sắp xếp."),
        ("so-khong-co/focal", None, "Đang sắp xếp."),
        (f"{JUSTICE}/deputy", None, "Đang sắp xếp."),
        (JUSTICE, None, "Đang sắp xếp."),
    ],
    ids=["no reason", "a day that is over", "unknown agency", "unknown role", "an agency alone"],
)
def test_what_cannot_be_suppressed_is_refused(post: Post, recipient: str, until: date | None, reason: str) -> None:
    with pytest.raises(Refused):
        suppressing.suppress(post.app, recipient, until, "so-noi-vu", reason, post.moment)
    assert suppressing.in_force(post.app, post.moment) == []


def test_both_moves_are_in_the_journal(post: Post) -> None:
    number = silence(post, until=EVE)
    suppressing.lift(post.app, number, "so-noi-vu", "Xong.", post.moment)
    (began,), (ended,) = post.journal("suppressed"), post.journal("suppression-lifted")
    assert (began.subject, began.new, began.why) == (FOCAL, "2024-06-13", "Đang sắp xếp tổ chức.")
    assert (ended.subject, ended.why) == (FOCAL, "Xong.")
