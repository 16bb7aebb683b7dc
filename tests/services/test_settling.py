"""What became of it? A fate that nobody knows is asked for; only an answer moves it, and nothing is said twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from outbox_help import FINANCE, PLAN, Post, Zalo, by, open_post, task

from dondoc.channels.outcomes import Outcome, Sought
from dondoc.domain.moments import at
from dondoc.errors import Refused
from dondoc.services import envelopes, pressing, releasing, sending, settling

FIRST = date(2024, 6, 5)  # Wednesday, seven working days before 14/6/2024
SECOND = date(2024, 6, 6)
BEFORE = at(FIRST, time(7, 45))
TEN = timedelta(minutes=10)
NIGHT = time(16, 58)


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice owes a task; its reminder is composed on the morning of 5 June 2024 and may leave."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(task("I.1", by("14/6/2024")))
        stop(opened, True)
        opened.morning(FIRST)
        stop(opened, False)
        yield opened


def stop(post: Post, on: bool) -> None:
    releasing.stop_all(post.app, on, "so-noi-vu", "Chuẩn bị.", post.moment)


def die(post: Post, hour: time = time(8, 1), *, arrived: bool) -> None:
    """A worker dies between claim and outcome, before or after the mail left."""
    claimed = post.die_sending(at(post.moment.date(), hour))
    if arrived:
        envelope = envelopes.envelope_of(post.app, claimed.message)
        assert post.app.channels["email"].send(envelope, post.moment).kind == "sent"


def status(post: Post) -> list[str]:
    return [row.status for row in post.rows()]


def ids(post: Post) -> list[str]:
    return [mail.entry.message_id for mail in post.mails()]


# A worker that died


def test_what_a_dead_worker_had_sent_is_found_there_and_not_sent_again(post: Post) -> None:
    post.ask_email()
    die(post, arrived=True)
    result = post.morning(FIRST, time(8, 15))
    assert (result.settled, result.sent) == (1, 0)
    assert status(post) == ["sent"]
    (attempt,) = post.tries()
    assert (attempt.outcome, attempt.settled) == ("unknown", "nơi nhận trả lời: đã đến")
    assert len(post.mails()) == 1


def test_what_a_dead_worker_had_not_sent_goes_again_under_the_same_message_id(post: Post) -> None:
    post.ask_email()
    die(post, arrived=False)
    assert post.morning(FIRST, time(8, 15)).sent == 1
    assert ids(post) == [post.rows()[0].header_id]
    first, second = post.tries()
    assert (first.outcome, first.settled) == ("unknown", "nơi nhận trả lời: chưa đến, gửi lại")
    assert (second.n, second.outcome) == (2, "sent")


@pytest.mark.parametrize("arrived", [True, False])
def test_where_nobody_can_be_asked_it_stays_unknown_and_is_not_sent_again(post: Post, arrived: bool) -> None:
    die(post, arrived=arrived)
    for hour in (8, 9, 10, 14, 16):
        post.morning(FIRST, time(hour, 30))
    assert status(post) == ["unknown"]
    assert len(post.mails()) == arrived
    assert post.rows()[0].reason == settling.LOST


def test_no_answer_is_no_absence(post: Post) -> None:
    post.ask_email()
    post.shelf.silent = True
    die(post, arrived=False)
    post.morning(FIRST, time(8, 15))
    assert (status(post), post.mails()) == (["unknown"], [])
    post.shelf.silent = False
    assert post.morning(FIRST, time(8, 30)).sent == 1


def test_every_move_of_a_fate_is_in_the_journal(post: Post) -> None:
    post.ask_email()
    die(post, arrived=True)
    post.morning(FIRST, time(8, 15))
    (entry,) = post.journal("settled")
    assert (entry.subject, entry.old, entry.new) == ("message/1", "unknown", "nơi nhận trả lời: đã đến")


# A connection that died after the data had left


@pytest.mark.parametrize(("drop", "kept"), [("after_dot", 0), ("after_data", 1)])
def test_a_connection_cut_after_the_dot_is_asked_about_and_ends_as_one_mail(post: Post, drop: str, kept: int) -> None:
    post.ask_email()
    post.sink.set(drop=drop)
    assert post.morning(FIRST, time(8, 0)).unknown == 1
    assert len(post.mails()) == kept
    post.sink.set(drop=None)
    post.morning(FIRST, time(8, 10))
    assert status(post) == ["sent"]
    assert len(ids(post)) == 1


def test_it_is_not_asked_about_before_ten_minutes(post: Post) -> None:
    post.ask_email()
    post.sink.set(drop="after_dot")
    post.morning(FIRST, time(8, 0))
    post.sink.set(drop=None)
    post.morning(FIRST, time(8, 9, 59))
    assert status(post) == ["unknown"]
    assert post.morning(FIRST, time(8, 10)).sent == 1


def test_the_tenth_minute_counts_from_the_last_try_not_from_the_composition(post: Post) -> None:
    post.ask_email()
    post.sink.set(drop="after_dot")
    post.morning(FIRST, time(11, 0))
    post.sink.set(drop=None)
    post.morning(FIRST, time(11, 5))
    assert (status(post), len(post.tries())) == (["unknown"], 1)


def test_something_that_eats_every_mail_is_shown_to_a_person_after_five(post: Post) -> None:
    post.ask_email()
    post.sink.set(drop="after_dot")
    for hour in (8, 9, 10, 11, 14, 15, 16):
        post.morning(FIRST, time(hour, 0))
    assert (status(post), len(post.tries())) == (["unknown"], 5)


def test_tries_that_were_refused_in_passing_do_not_count_as_eaten(post: Post) -> None:
    post.ask_email()
    post.sink.set(mail="421 4.3.2 Too busy")
    for hour in (time(8, 0), time(8, 2), time(8, 10), time(8, 30), time(10, 0)):
        post.morning(FIRST, hour)
    assert [row.outcome for row in post.tries()] == ["retry"] * 5
    post.sink.set(mail=None, drop="after_dot")
    post.morning(FIRST, time(14, 0))
    post.sink.set(drop=None)
    assert post.morning(FIRST, time(14, 15)).sent == 1


# Servers that lie


def test_a_server_that_takes_the_mail_and_says_try_again_later_gets_it_once(post: Post) -> None:
    post.ask_email()
    post.sink.set(lie_after_data="451 4.3.0 Try again later")
    post.morning(FIRST, time(8, 0))
    post.sink.set(lie_after_data=None)
    assert post.morning(FIRST, time(8, 15)).sent == 1
    assert len(post.mails()) == 1
    assert [row.text for row in post.tries()][-1] == "Đã có ở nơi nhận từ lần gửi trước."


def test_what_was_accepted_but_is_not_there_goes_again_once(post: Post) -> None:
    post.ask_email()
    post.sink.set(lie_ok=True)
    post.morning(FIRST, time(8, 0))
    post.sink.set(lie_ok=False)
    assert status(post) == ["sent"]
    assert post.morning(FIRST, time(8, 15)).sent == 1
    assert ids(post) == [post.rows()[0].header_id]
    post.morning(FIRST, time(8, 30))
    assert post.rows()[0].confirmed_at is not None


def test_what_was_accepted_twice_and_is_never_there_is_for_a_person(post: Post) -> None:
    post.ask_email()
    post.sink.set(lie_ok=True)
    for minute in (0, 15, 30, 45):
        post.morning(FIRST, time(8, minute))
    (row,) = post.rows()
    assert (row.status, row.reason, len(post.tries())) == ("unknown", settling.DOUBTED, 2)


def test_what_is_there_is_confirmed_once_and_not_asked_about_again(post: Post) -> None:
    post.ask_email()
    post.morning(FIRST, time(8, 0))
    post.morning(FIRST, time(8, 15))
    (row,) = post.rows()
    assert row.confirmed_at == at(FIRST, time(8, 15))
    post.morning(FIRST, time(8, 30))
    assert post.rows()[0].confirmed_at == at(FIRST, time(8, 15))
    assert post.journal("settled") == []  # that it came is no news


# The next day


def test_what_is_known_to_have_come_is_not_said_again_the_next_day(post: Post) -> None:
    post.ask_email()
    post.sink.set(drop="after_data")
    assert post.morning(FIRST, NIGHT).unknown == 1
    post.sink.set(drop=None)
    assert post.morning(SECOND).composed == 0
    assert (status(post), len(post.mails())) == (["sent"], 1)


def test_what_surely_did_not_come_is_said_in_the_next_days_digest_only(post: Post) -> None:
    post.ask_email()
    die(post, NIGHT, arrived=False)
    post.morning(SECOND)
    assert status(post) == ["dropped", "sent"]
    assert ids(post) == [post.rows()[1].header_id]


def test_an_accepted_digest_that_is_not_there_the_next_morning_is_not_sent_late(post: Post) -> None:
    post.ask_email()
    post.sink.set(lie_ok=True)
    post.morning(FIRST, NIGHT)
    post.sink.set(lie_ok=False)
    post.morning(SECOND)
    assert status(post) == ["dropped", "sent"]
    assert ids(post) == [post.rows()[1].header_id]


def test_a_late_answer_never_brings_back_what_a_later_digest_has_said(post: Post) -> None:
    post.ask_email()
    post.shelf.silent = True
    die(post, NIGHT, arrived=False)
    post.morning(SECOND)
    assert status(post) == ["unknown", "sent"]
    post.shelf.silent = False
    for hour in (9, 10, 11):
        post.morning(SECOND, time(hour, 0))
    assert status(post) == ["dropped", "sent"]
    assert ids(post) == [post.rows()[1].header_id]


def test_lines_that_may_not_go_on_twice_go_on_when_their_message_surely_did_not_come(post: Post) -> None:
    post.ask_email()
    post.shelf.silent = True
    die(post, NIGHT, arrived=False)  # unknown: its line goes on, once
    stop(post, True)
    post.morning(SECOND)
    stop(post, False)
    die(post, NIGHT, arrived=False)  # unknown again: now it is for a person
    third = date(2024, 6, 7)
    post.morning(third)
    assert status(post) == ["unknown", "unknown"]
    post.shelf.silent = False
    post.morning(third, time(8, 15))
    assert status(post) == ["dropped", "dropped", "sent"]
    (line,) = [line for line in post.lines() if line.status == "composed"]
    assert line.message_id == post.rows()[-1].id


def test_a_message_that_is_no_digest_goes_again_the_next_day_as_it_was(post: Post) -> None:
    post.ask_email()
    post.morning(FIRST, time(8, 0))
    pressing.remind_now(post.app, PLAN, "I.1", "so-noi-vu", "Gấp.", at(FIRST, time(16, 50)))
    post.sink.set(drop="after_dot")
    post.morning(FIRST, NIGHT)
    post.sink.set(drop=None)
    post.morning(SECOND)
    assert [(row.status, row.day) for row in post.rows()] == [("sent", FIRST), ("sent", FIRST)]
    assert len(post.mails()) == 2


# A person


def test_a_person_says_that_it_arrived(post: Post) -> None:
    die(post, arrived=True)
    post.morning(FIRST, time(8, 15))
    settling.settle_by_hand(post.app, 1, True, "so-noi-vu", "Đã gọi điện.", post.moment)
    post.morning(FIRST, time(8, 30))
    assert (status(post), len(post.tries())) == (["sent"], 1)
    assert post.tries()[0].settled == "so-noi-vu: đã đến"


def test_a_person_says_that_it_did_not_and_it_goes_again(post: Post) -> None:
    die(post, arrived=False)
    post.morning(FIRST, time(8, 15))
    settling.settle_by_hand(post.app, 1, False, "so-noi-vu", "Đã gọi điện.", post.moment)
    assert post.morning(FIRST, time(8, 30)).sent == 1


def test_a_person_cannot_bring_back_what_a_later_digest_has_said(post: Post) -> None:
    die(post, arrived=False)
    post.morning(SECOND)
    assert status(post) == ["unknown", "sent"]
    settling.settle_by_hand(post.app, 1, False, "so-noi-vu", "Đã gọi điện.", post.moment)
    post.morning(SECOND, time(9, 0))
    assert (status(post), len(post.mails())) == (["dropped", "sent"], 1)


@pytest.mark.parametrize(("message_id", "reason"), [(1, "  "), (2, "Đã gọi điện.")])
def test_a_person_needs_a_reason_and_a_message_of_unknown_fate(post: Post, message_id: int, reason: str) -> None:
    die(post, arrived=False)
    post.morning(FIRST, time(8, 15))
    with pytest.raises(Refused):
        settling.settle_by_hand(post.app, message_id, True, "so-noi-vu", reason, post.moment)


# Several at once


def test_two_deliveries_at_once_send_what_did_not_come_once_more_and_no_oftener(post: Post) -> None:
    post.ask_email()
    die(post, arrived=False)
    together = Barrier(4)

    def deliver(_: int) -> None:
        together.wait()
        settling.settle(post.app, at(FIRST, time(8, 15)))
        sending.send_ready(post.app, at(FIRST, time(8, 15)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, range(4)))
    assert (status(post), len(post.mails()), len(post.tries())) == (["sent"], 1, 2)


def test_an_answer_that_comes_after_somebody_else_settled_it_changes_nothing(post: Post) -> None:
    class Slow(Zalo):
        can_be_asked = True  # type: ignore[assignment]

        def arrived(self, sought: Sequence[Sought], now: datetime) -> dict[str, bool]:
            if status(post) != ["unknown"]:
                return {}
            settling.settle_by_hand(post.app, 1, False, "so-noi-vu", "Đã gọi điện.", now)
            sending.send_ready(post.app, now)  # it went again, and its fate is unknown again
            return {each.key: False for each in sought}

    slow = Slow()
    slow.usual = Outcome("unknown", None, "mất kết nối")
    die(post, arrived=False)
    post.change(channels={"email": slow})
    post.moment = at(FIRST, time(8, 15))
    assert settling.settle(post.app, post.moment) == settling.Settled(unsaid=1)
    assert (status(post), len(post.tries())) == (["unknown"], 2)


# Zalo, and the redirect


def test_zalo_is_asked_by_message_id_address_and_words(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024")), task("I.2", by("14/6/2024"), leads=[FINANCE]), zalo={FINANCE: "zalo"})
    post.zalo.answers = [Outcome("unknown", None, "mất kết nối")]
    post.morning(FIRST, time(8, 0))
    (row,) = [row for row in post.rows() if row.channel == "zalo"]
    post.zalo.says = {row.header_id: True}
    post.morning(FIRST, time(8, 15))
    (sought,) = [each for each in post.zalo.sought if each.key == row.header_id][:1]
    assert (sought.address, sought.attempted_at) == (row.address, row.created_at)
    assert "/l/LIEN-KET" not in sought.text
    assert [r.status for r in post.rows() if r.channel == "zalo"] == ["sent"]


def test_under_the_redirect_the_fate_of_a_zalo_message_is_asked_at_email(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024")), task("I.2", by("14/6/2024"), leads=[FINANCE]), zalo={FINANCE: "zalo"})
    post.zalo.answers = [Outcome("retry", -32, "quá số lần")]
    post.morning(FIRST, time(8, 0))
    post.redirect("thu@dondoc.example")
    post.ask_email()
    post.sink.set(drop="after_data")
    post.morning(FIRST, time(8, 15))
    post.sink.set(drop=None)
    post.morning(FIRST, time(8, 30))
    (row,) = [row for row in post.rows() if row.channel == "zalo"]
    assert (row.status, post.zalo.sought) == ("sent", [])


def test_under_the_redirect_what_was_accepted_is_confirmed_at_email(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024")), task("I.2", by("14/6/2024"), leads=[FINANCE]), zalo={FINANCE: "zalo"})
    post.zalo.answers = [Outcome("retry", -32, "quá số lần")]
    post.morning(FIRST, time(8, 0))
    post.redirect("thu@dondoc.example")
    post.ask_email()
    post.morning(FIRST, time(8, 15))
    post.morning(FIRST, time(8, 30))
    assert all(row.confirmed_at is not None for row in post.rows())
