"""Nobody is named late to others by a machine (DESIGN §2.8): whatever happens to such a message, only a person's
release lets it go, and the database itself says no to anything else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import get_args

import pytest
from outbox_help import JUSTICE, Post, by, id_of, open_post, task, workspace
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from dondoc.channels.outcomes import Outcome
from dondoc.domain.compose import recipient_of
from dondoc.domain.decide import Notice
from dondoc.domain.policy import DEFAULT, LATE_KINDS, NOTICE_KINDS, NoticeKind, To
from dondoc.services import releasing, settling
from dondoc.services.books import book
from dondoc.store import messages, notices, obligations
from dondoc.store.messages import MessageStatus
from dondoc.store.models import MessageRow

DAY = date(2024, 6, 20)
NEXT = date(2024, 6, 21)
AUDIENCES: tuple[To, ...] = get_args(To)
OTHERS = ("head", "leader")
PAIRS: list[tuple[NoticeKind, To]] = list(itertools.product(NOTICE_KINDS, AUDIENCES))
SILENT = replace(DEFAULT, steps=(), outlook=False, assignment=False)
"""A ladder that says nothing by itself."""
HEAD = f"{JUSTICE}/head"
CHAIR = "ubnd-tinh/head"


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice owed one task for each kind and audience by 14/6/2024; it is 20 June."""
    with open_post(database_url, tmp_path, DAY) as opened:
        tasks = [task(f"I.{number}", by("14/6/2024")) for number in range(len(PAIRS))]
        opened.apply(workspace(*tasks, ladder=SILENT), assign=False)
        yield opened


def queue(post: Post, pairs: list[tuple[NoticeKind, To]], held: bool = False) -> None:
    """A notice of each kind to each audience, as a ladder could have made it, with that mark of being held."""
    with post.app.sessions.begin() as session:
        found = book(post.app, session, "ke-hoach")
        cases = {case.obligation.id: case for case in obligations.load_cases(session, plan_id="ke-hoach")}
        rows = []
        for kind, to in pairs:
            obligation = cases[id_of(f"I.{PAIRS.index((kind, to))}", JUSTICE)].obligation
            made = Notice(obligation.id, f"{kind}-{to}", "2024-06-14", kind, to, held, "Quá hạn.")
            recipient = recipient_of(made, obligation, found.plan, found.directory)
            assert recipient is not None
            rows.append((made, recipient.id))
        assert notices.queue(session, rows, post.moment) == len(pairs)


def left(post: Post) -> set[tuple[str, str]]:
    """The kinds and audiences of all lines in messages that were sent."""
    sent = {row.id for row in post.rows() if row.status == "sent"}
    return {(line.kind, line.audience) for line in post.lines() if line.message_id in sent}


def late_to_others(post: Post) -> MessageRow:
    """The one message that names Justice late to its head, held."""
    queue(post, [("urge_2", "head")])
    post.morning(DAY)
    (row,) = post.rows()
    assert (row.recipient, row.status, row.names_late) == (HEAD, "held", True)
    return row


# Through the whole way of a message, over everything that can be said to anybody


@pytest.mark.parametrize("held", [False, True])
def test_of_all_that_can_be_said_to_anybody_what_names_late_to_others_does_not_leave(post: Post, held: bool) -> None:
    queue(post, PAIRS, held)
    for day in (DAY, NEXT, date(2024, 6, 24)):
        post.morning(day)
    late = {(kind, to) for kind, to in PAIRS if kind in LATE_KINDS and to in OTHERS}
    assert len(late) == 10
    assert left(post) == (set() if held else set(PAIRS) - late)
    assert {line.status for line in post.lines()} == {"composed"}


@pytest.mark.parametrize("held", [False, True])
def test_it_is_the_message_that_is_marked_and_no_other(post: Post, held: bool) -> None:
    queue(post, PAIRS, held)
    post.morning(DAY)
    marked = {row.id for row in post.rows() if row.names_late}
    late = {line.message_id for line in post.lines() if line.kind in LATE_KINDS and line.audience in OTHERS}
    assert marked == late
    assert {row.status for row in post.rows() if row.names_late} == {"held"}


def test_after_the_release_it_leaves(post: Post) -> None:
    row = late_to_others(post)
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    post.morning(DAY, time(8, 15))
    assert left(post) == {("urge_2", "head")}


# Whatever happens to it


def test_after_hold_all_it_needs_another_release(post: Post) -> None:
    row = late_to_others(post)
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    assert releasing.hold_all(post.app, "so-noi-vu", "Xem lại.", post.moment) == [row.id]
    post.morning(DAY, time(9, 0))
    assert post.states() == [(HEAD, "held")]


def test_what_was_released_dropped_and_taken_back_needs_another_release(post: Post) -> None:
    row = late_to_others(post)
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    releasing.drop(post.app, [row.id], "so-noi-vu", "Không gửi.", post.moment)
    releasing.undrop(post.app, [row.id], "so-noi-vu", "Gửi lại.", post.moment)
    post.morning(DAY, time(9, 0))
    assert (post.states(), post.mails()) == ([(HEAD, "held")], [])
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    assert post.morning(DAY, time(9, 15)).sent == 1


def test_another_channel_after_a_refusal_leaves_under_the_release_it_had(post: Post) -> None:
    row = late_to_others(post)
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    with post.app.sessions.begin() as session:
        session.execute(update(MessageRow).where(MessageRow.id == row.id).values(channel="zalo", address="3811"))
    post.zalo.answers = [Outcome("refused", -201, "không hợp lệ")]
    post.morning(DAY, time(8, 15))
    (row,) = post.rows()
    assert (row.status, row.channel, row.released_by) == ("sent", "email", "so-noi-vu")


@pytest.mark.parametrize(
    "answer", ["421 4.3.2 Too busy", "530 5.7.0 Authentication required"], ids=["retry", "administrator"]
)
def test_hold_all_takes_hold_of_what_waits_for_another_try_or_for_an_administrator(post: Post, answer: str) -> None:
    row = late_to_others(post)
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    post.sink.set(mail=answer)
    post.morning(DAY, time(9, 0))
    releasing.hold_all(post.app, "so-noi-vu", "Xem lại.", post.moment)
    post.sink.set(mail=None)
    post.morning(DAY, time(10, 0))
    assert (post.states(), post.mails()) == ([(HEAD, "held")], [])


def test_another_try_and_another_channel_carry_the_release_they_had(post: Post) -> None:
    """And only that one: none of these moves can give a message its release."""
    row = late_to_others(post)
    moves = (
        lambda session: messages.resume(session, post.moment),
        lambda session: messages.switch_channel(session, row.id, "zalo", "3811", "x", post.moment),
        lambda session: messages.again(session, row.id, "unknown", post.moment),
        lambda session: messages.arrived(session, row.id, post.moment),
        lambda session: messages.expire(session, NEXT),
    )
    for move in moves:
        with post.app.sessions.begin() as session:
            assert not move(session)
    assert post.states() == [(HEAD, "held")]


def test_a_fate_that_turns_out_absent_sends_again_what_was_released(post: Post) -> None:
    row = late_to_others(post)
    post.ask_email()
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    post.sink.set(drop="after_dot")
    post.morning(DAY, time(9, 0))
    post.sink.set(drop=None)
    post.morning(DAY, time(9, 15))
    (row,) = post.rows()
    assert (row.status, row.released_by) == ("sent", "so-noi-vu")


def test_lines_of_unknown_fate_are_held_anew_the_next_day(post: Post) -> None:
    row = late_to_others(post)
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    post.sink.set(drop="after_dot")
    post.morning(DAY, time(9, 0))
    post.sink.set(drop=None)
    post.morning(NEXT)
    assert post.states() == [(HEAD, "unknown"), (HEAD, "held")]
    settling.settle_by_hand(post.app, row.id, False, "so-noi-vu", "Đã hỏi.", post.moment)
    post.morning(NEXT, time(9, 0))
    assert (post.states(), post.mails()) == ([(HEAD, "dropped"), (HEAD, "held")], [])


def test_under_the_redirect_it_is_held_too(post: Post) -> None:
    post.redirect("thu@dondoc.example")
    late_to_others(post)
    post.morning(DAY, time(9, 0))
    assert post.mails() == []


def test_by_zalo_it_is_held_too(post: Post) -> None:
    row = late_to_others(post)
    with post.app.sessions.begin() as session:
        session.execute(update(MessageRow).where(MessageRow.id == row.id).values(channel="zalo", address="3811"))
    post.zalo.usual = Outcome("sent")
    post.morning(DAY, time(9, 0))
    assert post.zalo.taken == []


# At the database


@pytest.mark.parametrize("status", [one for one in get_args(MessageStatus) if one not in ("held", "dropped")])
def test_the_database_refuses_every_state_in_which_it_could_leave_or_have_left(post: Post, status: str) -> None:
    row = late_to_others(post)
    with pytest.raises(IntegrityError, match="late_names_are_released"), post.app.sessions.begin() as session:
        session.execute(
            text("UPDATE messages SET status = :status, next_try_at = now() WHERE id = :id"),
            {"status": status, "id": row.id},
        )


def test_the_database_refuses_to_bring_back_what_was_dropped(post: Post) -> None:
    row = late_to_others(post)
    releasing.drop(post.app, [row.id], "so-noi-vu", "Không gửi.", post.moment)
    with pytest.raises(IntegrityError, match="late_names_are_released"), post.app.sessions.begin() as session:
        session.execute(text("UPDATE messages SET status = 'ready', next_try_at = now()"))


def test_the_database_refuses_a_new_message_that_would_leave_at_once(post: Post) -> None:
    row = late_to_others(post)
    values = {
        column.name: getattr(row, column.name)
        for column in MessageRow.__table__.columns
        if column.name not in ("id", "created_at", "sent_at", "released_at", "released_by", "confirmed_at")
    }
    new = messages.NewMessage(
        **values | {"klass": "event:1", "header_id": "<x@y>", "status": "ready", "next_try_at": post.moment}
    )
    with pytest.raises(IntegrityError, match="late_names_are_released"), post.app.sessions.begin() as session:
        messages.create(session, new, post.moment)


def test_the_database_refuses_to_take_a_release_away_from_what_may_leave(post: Post) -> None:
    row = late_to_others(post)
    releasing.release(post.app, [row.id], "so-noi-vu", post.moment)
    with pytest.raises(IntegrityError, match="late_names_are_released"), post.app.sessions.begin() as session:
        session.execute(text("UPDATE messages SET released_at = NULL"))
