"""What did not reach anybody yesterday: a digest does not leave after its day, and no line is lost or said twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from outbox_help import FINANCE, JUSTICE, PLAN, Post, by, id_of, open_post, task, workspace

from dondoc.channels.outcomes import Outcome
from dondoc.domain.moments import at
from dondoc.services import composing, pressing, releasing
from dondoc.store.claims import Limits
from dondoc.store.models import NoticeRow

FIRST, SECOND, THIRD = date(2024, 6, 5), date(2024, 6, 6), date(2024, 6, 7)
"""Seven working days before 14/6/2024 (a Friday), and the two days after."""
EVE, AFTER = date(2024, 6, 13), date(2024, 6, 17)
"""The last working day before 14/6/2024, and the first one on which what was due then is late."""
BUSY = "421 4.3.2 Too busy"
NOON = time(14, 0)


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice owes two tasks by 14/6/2024; the clock stands on 3 June."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(task("I.1", by("14/6/2024")), task("I.2", by("14/6/2024")))
        yield opened


def unsent(post: Post, day: date, hour: time = NOON) -> None:
    """A delivery whose mails the server does not take now."""
    post.sink.set(mail=BUSY)
    post.morning(day, hour)
    post.sink.set(mail=None)


def said(post: Post) -> list[NoticeRow]:
    """The ledger without what a tighter step superseded."""
    return [line for line in post.lines() if line.status != "superseded"]


def kinds(post: Post, message: int) -> list[tuple[str, str]]:
    """(task, kind) of the lines in the so-manieth message."""
    row = post.rows()[message]
    return sorted((line.obligation_id.split("/")[1], line.kind) for line in post.lines() if line.message_id == row.id)


def test_a_digest_that_could_not_leave_is_said_in_the_next_mornings_and_leaves_no_more(post: Post) -> None:
    unsent(post, FIRST)
    post.morning(SECOND)
    first, second = post.rows()
    assert (first.status, second.status) == ("dropped", "sent")
    assert kinds(post, 1) == [("I.1", "reminder"), ("I.2", "reminder")]
    assert [mail.entry.message_id for mail in post.mails()] == [second.header_id]
    assert "đã qua ngày" in first.reason
    assert [entry.subject for entry in post.journal("expired")] == ["message/1"]


def test_it_does_not_leave_in_the_early_morning_before_the_new_one_is_composed(post: Post) -> None:
    unsent(post, FIRST)
    post.morning(SECOND, time(7, 30))
    assert post.mails() == []
    assert post.morning(SECOND).sent == 1


def test_what_was_reported_meanwhile_is_not_said_any_more(post: Post) -> None:
    unsent(post, FIRST)
    post.report(id_of("I.1", JUSTICE))
    post.morning(SECOND)
    assert kinds(post, 1) == [("I.2", "reminder")]


def test_nothing_is_composed_when_all_was_reported_meanwhile(post: Post) -> None:
    unsent(post, FIRST)
    post.report(id_of("I.1", JUSTICE), id_of("I.2", JUSTICE))
    assert post.morning(SECOND).composed == 0
    assert post.mails() == []
    assert {line.status for line in said(post)} == {"dropped"}


def test_of_what_was_not_sent_and_what_is_new_only_the_tightest_is_said(post: Post) -> None:
    post.morning(FIRST)
    unsent(post, EVE)
    post.morning(AFTER)
    assert kinds(post, 2) == [("I.1", "overdue"), ("I.2", "overdue")]
    assert len(post.mails()) == 2


def test_what_the_plan_no_longer_has_is_dropped_and_not_kept_for_ever(post: Post) -> None:
    unsent(post, FIRST)
    post.set(FIRST, time(16, 0))
    post.apply(workspace(task("I.2", by("14/6/2024"))), force=True)
    post.morning(SECOND)
    assert kinds(post, 1) == [("I.2", "reminder")]
    (gone,) = [line for line in said(post) if line.obligation_id == id_of("I.1", JUSTICE)]
    assert (gone.status, gone.reason.endswith("việc không còn trong kế hoạch.")) == ("dropped", True)


def test_several_days_without_a_mail_server_end_in_one_mail(post: Post) -> None:
    for day in (FIRST, SECOND, THIRD, EVE):
        unsent(post, day)
    post.morning(AFTER)
    assert Counter(row.status for row in post.rows()) == {"dropped": 4, "sent": 1}
    assert kinds(post, 4) == [("I.1", "overdue"), ("I.2", "overdue")]


def test_what_waited_for_an_administrator_over_night_is_said_anew(post: Post) -> None:
    post.sink.set(mail="530 5.7.0 Authentication required")
    post.morning(FIRST, NOON)
    post.sink.set(mail=None)
    post.morning(SECOND)
    assert [row.status for row in post.rows()] == ["dropped", "sent"]


def test_a_stop_over_several_days_ends_in_one_mail(post: Post) -> None:
    releasing.stop_all(post.app, True, "so-noi-vu", "Kiểm tra.", post.moment)
    for day in (FIRST, SECOND, THIRD):
        post.morning(day)
    releasing.stop_all(post.app, False, "so-noi-vu", "Xong.", post.moment)
    monday = date(2024, 6, 10)
    post.morning(monday)
    assert len(post.mails()) == 1
    assert kinds(post, -1) == [("I.1", "reminder"), ("I.2", "reminder")]


def test_a_full_day_of_the_channel_puts_the_rest_into_the_next_mornings_digest(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE, FINANCE]), task("I.2", by("14/6/2024")))
    post.change(limits={"email": Limits(per_day=1)})
    assert [post.morning(day).sent for day in (FIRST, SECOND)] == [1, 1]
    assert len({to for mail in post.mails() for to in mail.entry.to}) == 2


def test_a_refused_digest_stays_where_it_is_for_a_person(post: Post) -> None:
    post.sink.set(refuse={f"{JUSTICE}@tinh.example": "552 5.2.2 mailbox full"})
    post.morning(FIRST)
    assert post.morning(SECOND).composed == 0
    assert [row.status for row in post.rows()] == ["refused"]


def test_a_line_that_came_when_the_days_digest_was_composed_waits_for_the_next_one(post: Post) -> None:
    post.morning(FIRST)
    unknown(post, EVE, NOON)
    post.settle_in(task("I.1", by("14/6/2024")), task("I.2", by("14/6/2024")), task("I.3", by("14/6/2024")))
    assert post.morning(EVE, time(15, 0)).composed == 0
    post.morning(date(2024, 6, 14))
    assert kinds(post, 2) == [("I.1", "reminder"), ("I.2", "reminder"), ("I.3", "reminder")]


# Of unknown fate


def unknown(post: Post, day: date, hour: time = NOON) -> None:
    """A delivery after whose mails the connection dies; nobody can be asked."""
    post.sink.set(drop="after_dot")
    assert post.morning(day, hour).unknown == 1
    post.sink.set(drop=None)


def test_lines_of_unknown_fate_go_into_the_next_days_digest_once(post: Post) -> None:
    unknown(post, FIRST)
    post.morning(SECOND)
    assert [row.status for row in post.rows()] == ["unknown", "sent"]
    assert kinds(post, 1) == [("I.1", "reminder"), ("I.2", "reminder")]
    assert post.morning(THIRD).composed == 0


def test_lines_of_unknown_fate_a_second_time_stay_for_a_person(post: Post) -> None:
    unknown(post, FIRST)
    unknown(post, SECOND)
    assert post.morning(THIRD).composed == 0
    assert [row.status for row in post.rows()] == ["unknown", "unknown"]
    assert kinds(post, 1) == [("I.1", "reminder"), ("I.2", "reminder")]
    assert {line.carried for line in said(post)} == {1}


def test_the_same_day_nothing_goes_on(post: Post) -> None:
    unknown(post, FIRST, time(8, 0))
    assert post.morning(FIRST, NOON).composed == 0
    assert [row.status for row in post.rows()] == ["unknown"]


def test_what_was_composed_on_an_earlier_day_and_tried_today_goes_on_tomorrow(post: Post) -> None:
    late_for_the_head(post)
    (held,) = [row for row in post.rows() if row.status == "held"]
    day = post.app.calendar.add(post.moment.date(), 1)
    post.set(day)
    assert releasing.release(post.app, [held.id], "so-noi-vu", post.moment) == [held.id]
    post.sink.set(drop="after_dot")
    post.morning(day, time(9, 0))
    post.sink.set(drop=None)
    post.morning(day, time(10, 0))
    assert [row.status for row in post.rows(klass="held")] == ["unknown"]
    post.morning(post.app.calendar.add(day, 1))
    assert [row.status for row in post.rows(klass="held")] == ["unknown", "held"]


def late_for_the_head(post: Post) -> None:
    """Nobody answers until the copy for the head waits for its release."""
    day = FIRST
    while not any(row.status == "held" for row in post.rows()):
        post.morning(day)
        day = post.app.calendar.add(day, 1)


# Several at once


def test_two_composers_at_once_carry_every_line_once(post: Post) -> None:
    unsent(post, FIRST)
    together = Barrier(4)

    def compose(_: int) -> int:
        together.wait()
        return composing.compose_day(post.app, at(SECOND)).messages

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(compose, range(4))) == 1
    old, new = post.rows()
    assert (old.status, new.status) == ("dropped", "ready")
    assert [line.message_id for line in said(post)] == [new.id, new.id]


def test_a_pressed_reminder_that_could_not_leave_is_tried_on_the_next_day_too(post: Post) -> None:
    post.morning(FIRST)
    pressing.remind_now(post.app, PLAN, "I.1", "so-noi-vu", "Gấp.", at(FIRST, NOON))
    unsent(post, FIRST, time(16, 55))
    post.morning(FIRST + timedelta(days=1))
    assert [(row.klass.partition(":")[0], row.status) for row in post.rows()] == [
        ("digest", "sent"),
        ("urgent", "sent"),
    ]


def test_no_answer_of_zalo_is_carried_like_any_other(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024")), task("I.2", by("14/6/2024")), zalo={JUSTICE: "zalo"})
    post.zalo.answers = [Outcome("unknown", None, "hết giờ")]
    post.morning(FIRST)
    post.morning(SECOND)
    assert [(row.channel, row.status) for row in post.rows()] == [("zalo", "unknown"), ("zalo", "sent")]
