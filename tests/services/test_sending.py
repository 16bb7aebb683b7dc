"""One run of delivery: it keeps limits and hours, tries again at its time, and leaves the other channel alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from outbox_help import FINANCE, HEALTH, JUSTICE, OFFICE, PLAN, Post, Zalo, by, open_post, task
from sqlalchemy import text

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Outcome
from dondoc.domain.moments import ZONE, at
from dondoc.domain.plan import Task
from dondoc.services import pressing, sending
from dondoc.store import attempts
from dondoc.store.claims import Limits

FIRST = date(2024, 6, 5)  # Wednesday, seven working days before 14/6/2024
FOUR = [JUSTICE, FINANCE, HEALTH, OFFICE]
LOGIN = "530 5.7.0 Authentication required"
BUSY = "421 4.3.2 Too busy"
MINUTE = timedelta(minutes=1)
CUT = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
"""What a restart of the database does to its connections."""


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Monday, 3 June 2024."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        yield opened


def owed_by(*agencies: str) -> Task:
    """A task of these agencies, to be reminded of on FIRST."""
    return task("I.1", by("14/6/2024"), leads=agencies)


def started(post: Post) -> list[str]:
    """When each try began."""
    return [row.started_at.astimezone(ZONE).strftime("%H:%M:%S") for row in post.tries()]


# Limits and hours


def test_a_run_waits_for_the_next_minute_and_goes_on(post: Post) -> None:
    post.settle_in(owed_by(*FOUR))
    post.change(limits={"email": Limits(per_minute=2)})
    assert post.morning(FIRST).sent == 4
    assert post.paused == [60.0]
    assert started(post) == ["08:00:00", "08:00:00", "08:01:00", "08:01:00"]


def test_a_run_leaves_the_rest_to_the_next_one_after_ten_minutes(post: Post) -> None:
    post.settle_in(*(task(f"I.{n}", by("14/6/2024"), leads=FOUR) for n in range(1, 4)))
    for number in range(12):
        press(post, f"I.{number % 3 + 1}", FOUR[number // 3], number)
    post.change(limits={"email": Limits(per_minute=1)})
    assert post.morning(FIRST, time(7, 45)).sent == 11  # at 07:45, 07:46, … 07:55
    assert post.paused == [60.0] * 10
    assert Counter(row.status for row in post.rows()) == {"sent": 11, "ready": 1}


def press(post: Post, task_id: str, agency: str, second: int = 0) -> None:
    """A person reminds an agency by hand, shortly before the office opens."""
    moment = at(FIRST, time(7, 20, second))
    pressing.remind_now(post.app, PLAN, task_id, "so-noi-vu", "Gấp.", moment, agency)


def test_a_run_does_not_wait_into_the_lunch_hours(post: Post) -> None:
    post.settle_in(owed_by(*FOUR))
    post.change(limits={"email": Limits(per_minute=3)})
    assert post.morning(FIRST, time(11, 29, 30)).sent == 3
    assert post.paused == []
    assert post.morning(FIRST, time(13, 30)).sent == 1


def test_a_run_that_lasts_stops_when_the_office_closes(post: Post) -> None:
    """The mail server is slow: after each mail the clock has moved on by a minute."""
    post.settle_in(owed_by(*FOUR))
    moments = iter([at(FIRST, time(11, 28)) + n * MINUTE for n in range(20)])
    post.change(now=lambda: next(moments))
    assert post.morning(FIRST, time(11, 28)).sent == 3
    assert started(post) == ["11:28:00", "11:29:00", "11:30:00"]
    assert Counter(row.status for row in post.rows()) == {"sent": 3, "ready": 1}


def test_a_clock_that_is_set_back_during_a_run_does_not_take_the_run_back(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE, FINANCE))
    moments = iter([at(FIRST), at(FIRST) - timedelta(hours=1), at(FIRST) - timedelta(hours=1)])
    post.change(now=lambda: next(moments))
    assert post.morning(FIRST).sent == 2
    assert started(post) == ["08:00:00", "08:00:00"]


def test_the_recipients_day_is_kept_over_all_its_messages(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE), task("I.2", by("28/6/2024")))
    post.change(recipient_per_day=1)
    press(post, "I.2", JUSTICE)
    assert post.morning(FIRST).sent == 1
    assert [status for _, status in post.states()] == ["sent", "ready"]


# Another try


def test_a_passing_refusal_is_tried_again_at_growing_distances(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE))
    post.sink.set(mail=BUSY)
    for hour in (time(8, 0), time(8, 0, 30), time(8, 1), time(8, 5), time(8, 6)):
        post.morning(FIRST, hour)
    assert started(post) == ["08:00:00", "08:01:00", "08:06:00"]  # after one minute, then after five
    post.sink.set(mail=None)
    assert post.morning(FIRST, time(8, 30)).sent == 1
    assert len(post.mails()) == 1


def test_the_other_sides_moment_is_respected(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE), zalo={JUSTICE: "zalo"})
    post.zalo.answers = [Outcome("retry", -32, "quá số lần", again_at=at(FIRST, time(10, 0)))]
    post.morning(FIRST)
    post.morning(FIRST, time(9, 59))
    assert started(post) == ["08:00:00"]
    assert post.morning(FIRST, time(10, 0)).sent == 1


def test_our_distance_is_kept_when_the_other_side_asks_for_less(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE), zalo={JUSTICE: "zalo"})
    post.zalo.answers = [Outcome("retry", -32, "thử lại", again_at=at(FIRST, time(8, 0, 1)))]
    post.morning(FIRST)
    post.morning(FIRST, time(8, 0, 30))
    assert started(post) == ["08:00:00"]


def test_what_is_no_digest_is_refused_after_the_last_try_and_goes_to_a_person(post: Post) -> None:
    post.settle_in(task("I.2", by("28/6/2024")))
    press(post, "I.2", JUSTICE)
    post.sink.set(mail=BUSY)
    moment, ended = at(FIRST, time(8, 0)), Counter[str]()
    while moment < at(FIRST + timedelta(days=7)):
        result = post.morning(moment.date(), moment.time())
        ended += Counter({"retry": result.retry, "refused": result.refused})
        moment += timedelta(hours=1)
    (row,) = post.rows(klass=post.rows()[0].klass)
    assert len(post.tries()) == 10
    assert ended == {"retry": 9, "refused": 1}
    assert row.status == "refused"
    assert "không gửi được sau 10 lần thử" in row.reason
    assert BUSY[4:] in row.reason


def test_what_is_no_digest_goes_by_the_other_channel_after_the_last_try(post: Post) -> None:
    post.settle_in(task("I.2", by("28/6/2024")), zalo={JUSTICE: "zalo"})
    press(post, "I.2", JUSTICE)
    post.zalo.usual = Outcome("retry", -32, "quá số lần")
    moment = at(FIRST, time(8, 0))
    while moment < at(FIRST + timedelta(days=7)) and not post.mails():
        post.morning(moment.date(), moment.time())
        moment += timedelta(hours=1)
    assert [row.outcome for row in post.tries()] == ["retry"] * 9 + ["refused", "sent"]
    assert [row.channel for row in post.tries()] == ["zalo"] * 10 + ["email"]


# A channel that needs an administrator


def test_a_channel_that_needs_an_administrator_is_tried_once_a_run_and_the_other_goes_on(post: Post) -> None:
    post.settle_in(owed_by(*FOUR), zalo={JUSTICE: "zalo", FINANCE: "zalo"})
    post.zalo.usual = Outcome("administrator", -216, "khóa truy cập hết hạn")
    result = post.morning(FIRST)
    assert (result.sent, result.administrator) == (2, 1)
    assert Counter(row.channel for row in post.tries()) == {"email": 2, "zalo": 1}
    assert Counter(row.status for row in post.rows()) == {"sent": 2, "administrator": 1, "ready": 1}


def test_what_met_our_own_fault_leaves_when_it_is_mended(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE, FINANCE))
    post.sink.set(mail=LOGIN)
    post.morning(FIRST)
    post.sink.set(mail=None)
    assert post.morning(FIRST, time(8, 15)).sent == 2


def test_the_operators_hear_of_it_once_a_day_and_why(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE))
    post.sink.set(mail=LOGIN)
    for hour in (8, 9, 10):
        post.morning(FIRST, time(hour, 0))
    assert [(row.key, "5.7.0 Authentication required" in row.words) for row in post.alarms()] == [
        ("channel/email", True)
    ]


def test_a_message_for_a_channel_that_is_no_longer_configured_does_not_wait_unseen(post: Post) -> None:
    post.settle_in(task("I.2", by("28/6/2024")), zalo={JUSTICE: "zalo"})
    post.zalo.answers = [Outcome("retry", -32, "quá số lần")]
    press(post, "I.2", JUSTICE)
    post.morning(FIRST, time(7, 40))
    post.change(channels={"email": post.app.channels["email"]})
    assert post.morning(FIRST, time(9, 0)).administrator == 1
    assert "zalo không có trong cấu hình" in post.rows()[0].reason
    assert [row.key for row in post.alarms()] == ["channel/zalo"]


def test_under_the_redirect_a_zalo_message_leaves_also_where_zalo_is_not_configured(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE), zalo={JUSTICE: "zalo"})
    post.zalo.answers = [Outcome("retry", -32, "quá số lần")]
    post.morning(FIRST)
    post.redirect(BOX)
    post.change(channels={"email": post.app.channels["email"]})
    assert post.morning(FIRST, time(8, 15)).sent == 1
    assert [mail.entry.to for mail in post.mails()] == [(BOX,)]


# What the database and the other side may do


def test_hostile_words_of_the_other_side_stop_nothing(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE, FINANCE), zalo={JUSTICE: "zalo", FINANCE: "zalo"})
    post.zalo.answers = [
        Outcome("retry", -1, "\x00\ud800" + "x" * 100_000),
        Outcome("sent", None, "\x00", remote_id="\x00\udfff"),
    ]
    result = post.morning(FIRST)
    assert (result.sent, result.retry) == (1, 1)
    assert [(len(row.text or ""), row.remote_id) for row in post.tries()] == [(sending.MOST_TEXT, None), (0, None)]


def test_a_database_that_restarts_between_send_and_record_is_waited_for(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "DATABASE_PAUSE", 0.01)
    post.settle_in(owed_by(JUSTICE, FINANCE), zalo={JUSTICE: "zalo"})

    class Cutting(Zalo):
        def send(self, envelope: Envelope, now: datetime) -> Outcome:
            with post.app.engine.connect() as connection:
                connection.execute(CUT)
            return super().send(envelope, now)

    post.change(channels=post.app.channels | {"zalo": Cutting()})
    assert post.morning(FIRST).sent == 2
    assert [row.status for row in post.rows()] == ["sent", "sent"]


def test_while_it_sends_a_worker_is_known_to_live_even_after_a_restart_of_the_database(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE, FINANCE), zalo={JUSTICE: "zalo", FINANCE: "zalo"})
    dead: list[int] = []

    class Watching(Zalo):
        def send(self, envelope: Envelope, now: datetime) -> Outcome:
            with post.app.sessions() as session:
                dead.extend(each.message.id for each in attempts.lost(session, now + timedelta(hours=1)))
                session.rollback()
                session.execute(CUT)
            return super().send(envelope, now)

    post.change(channels=post.app.channels | {"zalo": Watching()})
    assert post.morning(FIRST).sent == 2
    assert dead == []  # the second message was sent after the restart that the first one saw


# One mailbox for everything


BOX = "thu@dondoc.example"


def test_under_the_redirect_everything_goes_to_the_one_mailbox_and_says_whose_it_was(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE, FINANCE), zalo={JUSTICE: "zalo"})
    post.redirect(BOX)
    assert post.morning(FIRST).sent == 2
    assert [mail.entry.to for mail in post.mails()] == [(BOX,), (BOX,)]
    whose = sorted(dict(mail.headers)["X-Dondoc-Redirected-From"] for mail in post.mails())
    assert whose == [f"{FINANCE}@tinh.example", f"{JUSTICE}@tinh.example"]
    assert post.zalo.taken == []


def test_a_zalo_message_composed_before_the_redirect_goes_there_too(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE), zalo={JUSTICE: "zalo"})
    post.zalo.answers = [Outcome("retry", -32, "quá số lần")]
    post.morning(FIRST)
    post.redirect(BOX)
    assert post.morning(FIRST, time(8, 15)).sent == 1
    (mail,) = post.mails()
    assert (mail.entry.to, dict(mail.headers)["X-Dondoc-Redirected-From"]) == ((BOX,), "3811000000000000001")


def test_a_refusal_of_the_rehearsal_mailbox_closes_nobodys_address(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE))
    post.redirect(BOX)
    post.sink.set(refuse={BOX: "550 5.1.1 no such user"})
    post.morning(FIRST)
    assert post.journal("address-closed") == []
    post.redirect(None)
    assert post.morning(date(2024, 6, 13)).sent == 1
    assert [mail.entry.to for mail in post.mails()] == [(f"{JUSTICE}@tinh.example",)]


def test_what_is_closed_for_a_contact_reaches_the_rehearsal_mailbox_all_the_same(post: Post) -> None:
    post.settle_in(owed_by(JUSTICE))
    post.sink.set(refuse={f"{JUSTICE}@tinh.example": "550 5.1.1 no such user"})
    post.morning(FIRST)
    post.redirect(BOX)
    assert post.morning(date(2024, 6, 13)).sent == 1
