"""By which channel: the contact's preference, another one only after a refusal or while that one is closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from outbox_help import JUSTICE, ZALO_ID, Post, by, open_post, task, workspace
from sqlalchemy import select

from dondoc.channels.outcomes import Outcome
from dondoc.domain.directory import Contact
from dondoc.services import outbox_views, routing, suppressing
from dondoc.store.models import SuppressionRow

FIRST, EVE, AFTER = date(2024, 6, 5), date(2024, 6, 13), date(2024, 6, 17)
"""Seven working days and one before 14/6/2024, and the first one after it: three digests."""
MAILBOX = f"{JUSTICE}@tinh.example"
GONE = {MAILBOX: "550 5.1.1 no such user"}
FULL = {MAILBOX: "552 5.2.2 mailbox full"}
BLOCKED = Outcome("refused", -213, "người dùng đã chặn", closes_days=7)


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Monday, 3 June 2024; Justice has a mailbox and Zalo."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        yield opened


def owed(post: Post, prefers: str) -> None:
    post.settle_in(task("I.1", by("14/6/2024")), zalo={JUSTICE: prefers})


def tries(post: Post) -> list[tuple[str, str | None]]:
    return [(row.channel, row.outcome) for row in post.tries()]


def closed(post: Post) -> list[SuppressionRow]:
    with post.app.sessions() as session:
        return list(session.scalars(select(SuppressionRow).order_by(SuppressionRow.id)))


@pytest.mark.parametrize(("prefers", "mails", "zalo"), [("email", 1, 0), ("zalo", 0, 1)])
def test_a_message_goes_by_the_channel_that_its_contact_prefers_and_by_that_one_only(
    post: Post, prefers: str, mails: int, zalo: int
) -> None:
    owed(post, prefers)
    assert post.morning(FIRST).sent == 1
    assert (len(post.mails()), len(post.zalo.taken)) == (mails, zalo)


def test_what_email_refuses_goes_by_zalo_at_once(post: Post) -> None:
    owed(post, "email")
    post.sink.set(refuse=FULL)
    result = post.morning(FIRST)
    assert (result.refused, result.sent) == (1, 1)
    assert tries(post) == [("email", "refused"), ("zalo", "sent")]
    assert [envelope.to_address for envelope in post.zalo.taken] == [ZALO_ID]
    assert post.mails() == []


def test_what_zalo_refuses_goes_by_email_at_once(post: Post) -> None:
    owed(post, "zalo")
    post.zalo.usual = Outcome("refused", -201, "nội dung không hợp lệ")
    post.morning(FIRST)
    assert tries(post) == [("zalo", "refused"), ("email", "sent")]
    assert [mail.entry.to for mail in post.mails()] == [(MAILBOX,)]


def test_the_change_of_channel_is_in_the_journal_with_the_other_sides_words(post: Post) -> None:
    owed(post, "email")
    post.sink.set(refuse=FULL)
    post.morning(FIRST)
    (entry,) = post.journal("channel-switched")
    assert (entry.subject, entry.old, entry.new) == ("message/1", "email", "zalo")
    assert "mailbox full" in entry.why


@pytest.mark.parametrize("kind", ["retry", "unknown", "administrator"])
def test_no_other_end_changes_the_channel(post: Post, kind: str) -> None:
    owed(post, "zalo")
    post.zalo.usual = Outcome(kind, None, "vì sao")  # type: ignore[arg-type]
    for hour in (8, 9, 10, 14, 16):
        post.morning(FIRST, time(hour, 0))
    assert {channel for channel, _ in tries(post)} == {"zalo"}
    assert post.mails() == []


def test_a_message_that_both_channels_refuse_is_for_a_person_with_the_reason(post: Post) -> None:
    owed(post, "email")
    post.sink.set(refuse=FULL)
    post.zalo.usual = Outcome("refused", -201, "nội dung không hợp lệ")
    post.morning(FIRST)
    post.morning(FIRST, time(9, 0))
    assert tries(post) == [("email", "refused"), ("zalo", "refused")]
    (listed,) = outbox_views.listed(post.app, ["refused"])
    assert listed["reason"] == f"{routing.NO_WAY}: nội dung không hợp lệ"


def test_a_contact_with_one_channel_only_is_for_a_person_with_the_reason(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024")))
    post.sink.set(refuse=FULL)
    post.morning(FIRST)
    (listed,) = outbox_views.listed(post.app, ["refused"])
    assert listed["reason"] == f"{routing.NO_WAY}: 5.2.2 mailbox full"


# Addresses that are closed for a while


def test_an_address_that_does_not_exist_is_closed_and_later_messages_take_the_other_channel(post: Post) -> None:
    owed(post, "email")
    post.sink.set(refuse=GONE)
    post.morning(FIRST)
    (row,) = closed(post)
    assert (row.channel, row.address, row.until) == ("email", MAILBOX, FIRST + timedelta(days=30))
    post.sink.set(refuse={})
    post.morning(EVE)
    assert tries(post) == [("email", "refused"), ("zalo", "sent"), ("zalo", "sent")]
    assert [entry.subject for entry in post.journal("address-closed")] == [f"{JUSTICE}/focal"]


def test_it_is_used_again_after_its_day(post: Post) -> None:
    owed(post, "zalo")
    post.zalo.answers = [BLOCKED]
    post.morning(FIRST)
    assert closed(post)[0].until == FIRST + timedelta(days=7)  # the 12th, included
    post.morning(EVE)
    assert tries(post) == [("zalo", "refused"), ("email", "sent"), ("zalo", "sent")]


def test_it_is_used_again_when_a_person_lifts_the_closure(post: Post) -> None:
    owed(post, "email")
    post.sink.set(refuse=GONE)
    post.morning(FIRST)
    post.sink.set(refuse={})
    (row,) = suppressing.in_force(post.app, post.moment)
    suppressing.lift(post.app, row["id"], "so-noi-vu", "Đã sửa hộp thư.", post.moment)
    post.morning(EVE)
    assert tries(post)[-1] == ("email", "sent")


def test_what_was_composed_before_the_closure_is_not_tried_there_any_more(post: Post) -> None:
    owed(post, "email")
    post.sink.set(mail="421 4.3.2 Too busy")
    post.morning(FIRST)
    post.sink.set(mail=None)
    with post.app.sessions.begin() as session:
        routing.close_for(post.app, session, post.rows()[0], 30, "550 5.1.1 no such user", post.moment)
    post.morning(FIRST, time(8, 15))
    assert tries(post) == [("email", "retry"), ("email", "refused"), ("zalo", "sent")]
    assert post.mails() == []


def test_with_no_channel_open_a_message_is_refused_with_the_reason_and_listed(post: Post) -> None:
    post.settle_in(task("I.1", by("14/6/2024")))
    post.sink.set(refuse=GONE)
    post.morning(FIRST)
    post.sink.set(refuse={})
    post.morning(EVE)
    assert len(post.tries()) == 1  # the second one was not even tried
    listed = outbox_views.listed(post.app, ["refused"])
    assert [row["reason"] for row in listed] == [f"{routing.NO_WAY}: 5.1.1 no such user"] * 2


def test_a_contact_that_no_channel_reaches_is_for_a_person_at_once(post: Post) -> None:
    made = workspace(task("I.1", by("14/6/2024")))
    agencies = tuple(
        replace(agency, contacts=(Contact("focal", None, phone="0221"),)) if agency.id == JUSTICE else agency
        for agency in made.directory.agencies
    )
    post.apply(replace(made, directory=replace(made.directory, agencies=agencies)), assign=False)
    post.morning(FIRST)
    assert post.tries() == []
    assert [row["reason"] for row in outbox_views.listed(post.app, ["refused"])] == [routing.NO_WAY]


def test_a_channel_that_this_installation_does_not_have_is_not_chosen(post: Post) -> None:
    owed(post, "zalo")
    post.change(channels={"email": post.app.channels["email"]})
    assert post.morning(FIRST).sent == 1
    assert tries(post) == [("email", "sent")]


def test_each_channel_counts_its_own_tries(post: Post) -> None:
    owed(post, "zalo")
    post.zalo.answers = [Outcome("retry", -32, "quá số lần"), Outcome("refused", -201, "không hợp lệ")]
    post.morning(FIRST)
    post.morning(FIRST, time(8, 15))
    assert [(row.channel, row.n) for row in post.tries()] == [("zalo", 1), ("zalo", 2), ("email", 1)]
