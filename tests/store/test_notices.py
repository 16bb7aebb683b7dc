"""The ledger: a notice is entered once, whoever comes how often, and what is not sent says why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from store_cast import NOW, RECIPIENT, TODAY, message, notice, obligation

from dondoc.domain.policy import DEFAULT
from dondoc.store import messages, notices, obligations
from dondoc.store.models import NoticeRow

OWED = [obligation(f"{n:02}") for n in range(40)]
LINES = [(notice(owed), RECIPIENT) for owed in OWED]


@pytest.fixture(autouse=True)
def owed(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        obligations.insert_obligations(session, OWED, DEFAULT, NOW, {o.id: n for n, o in enumerate(OWED)})


def test_eight_sweeps_at_once_enter_each_notice_once(sessions: sessionmaker[Session]) -> None:
    together = Barrier(8)

    def sweep(number: int) -> int:
        lines = LINES[number * 5 :] + LINES[: number * 5]
        with sessions.begin() as session:
            session.connection()
            together.wait()
            return notices.queue(session, lines if number % 2 else lines[::-1], NOW)

    with ThreadPoolExecutor(8) as pool:
        entered = list(pool.map(sweep, range(8)))
    assert sum(entered) == len(OWED)
    with sessions() as session:
        assert len(notices.queued(session, TODAY)) == len(OWED)


def test_keys_are_locked_in_one_order_so_that_sweeps_cannot_deadlock(session: Session) -> None:
    notices.queue(session, [*LINES[20:][::-1], *LINES[:20]], NOW)
    entered = session.scalars(select(NoticeRow.obligation_id).order_by(NoticeRow.id)).all()
    assert entered == sorted(owed.id for owed in OWED)


def test_the_key_is_obligation_rule_firing_and_recipient(session: Session) -> None:
    first = notice(OWED[0])
    other_lines = [
        (notice(OWED[1]), RECIPIENT),
        (notice(OWED[0], "remind_1"), RECIPIENT),
        (notice(OWED[0], firing="2"), RECIPIENT),
        (first, "so-tu-phap/head"),
    ]
    assert notices.queue(session, [(first, RECIPIENT)], NOW) == 1
    assert notices.queue(session, [(first, RECIPIENT), *other_lines], NOW + timedelta(days=1)) == 4
    assert notices.queue(session, [], NOW) == 0


def test_a_notice_is_entered_with_all_that_was_decided(session: Session) -> None:
    decided = notice(
        OWED[0], "urge_2_head", "2", kind="urge_2", to="head", held=True, reason="Quá hạn 7 ngày làm việc."
    )
    notices.queue(session, [(decided, "so-tu-phap/head")], NOW)
    (row,) = notices.of_obligation(session, OWED[0].id)
    entered = (row.rule, row.firing, row.recipient, row.kind, row.audience, row.held, row.on, row.created_at)
    assert entered == ("urge_2_head", "2", "so-tu-phap/head", "urge_2", "head", True, TODAY, NOW)
    assert (row.status, row.reason, row.message_id) == ("queued", "Quá hạn 7 ngày làm việc.", None)


def test_superseded_and_unaddressable_notices_are_kept_but_never_queued(session: Session) -> None:
    lines = [(notice(OWED[0], superseded=True), RECIPIENT), (notice(OWED[0], "remind_1"), None)]
    assert notices.queue(session, lines, NOW) == 0
    assert notices.queued(session, TODAY) == []
    found = [(row.rule, row.recipient, row.status) for row in notices.of_obligation(session, OWED[0].id)]
    assert found == [("remind_1", "-", "no_contact"), ("remind_7", RECIPIENT, "superseded")]
    assert notices.without_contact(session) == 1


def test_the_queue_holds_what_fired_until_that_day_by_recipient(session: Session) -> None:
    notices.queue(session, [(notice(OWED[0]), "y/focal"), (notice(OWED[1]), "a/focal")], NOW)
    notices.queue(session, [(notice(OWED[2]), "a/focal")], NOW + timedelta(days=1))
    assert [row.recipient for row in notices.queued(session, TODAY)] == ["a/focal", "y/focal"]
    assert len(notices.queued(session, TODAY + timedelta(days=1))) == 3


def test_a_notice_goes_into_one_message_only(session: Session) -> None:
    notices.queue(session, LINES[:3], NOW)
    one, other = messages.create(session, message(), NOW), messages.create(session, message(klass="held"), NOW)
    assert one is not None
    assert other is not None
    taken = [row.id for row in notices.queued(session, TODAY)][:2]
    assert notices.composed(session, one, taken) == 2
    assert notices.composed(session, other, taken) == 0
    assert [row.id for row in notices.of_message(session, one)] == taken
    assert [row.obligation_id for row in notices.queued(session, TODAY)] == [OWED[2].id]


def test_what_is_dropped_says_why_and_what_is_composed_stays(session: Session) -> None:
    notices.queue(session, LINES[:3], NOW)
    rows = notices.queued(session, TODAY)
    message_id = messages.create(session, message(), NOW)
    assert message_id is not None
    notices.composed(session, message_id, [rows[0].id])
    assert notices.drop(session, [rows[1].id], "đã báo cáo.") == 1
    assert notices.drop_queued(session, [row.obligation_id for row in rows], "đã rút khỏi kế hoạch.") == 1
    session.expire_all()
    assert [(row.status, row.reason) for row in rows] == [
        ("composed", "Còn 7 ngày làm việc."),
        ("dropped", "Còn 7 ngày làm việc. Không gửi: đã báo cáo."),
        ("dropped", "Còn 7 ngày làm việc. Không gửi: đã rút khỏi kế hoạch."),
    ]


def test_a_second_composer_waits_and_then_finds_nothing_left(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        notices.queue(session, LINES, NOW)
    together = Barrier(2)

    def compose(klass: str) -> int:
        with sessions.begin() as session:
            session.connection()
            together.wait()
            rows = notices.queued(session, TODAY)
            if rows:
                message_id = messages.create(session, message(klass=klass), NOW)
                assert message_id is not None
                notices.composed(session, message_id, [row.id for row in rows])
            return len(rows)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(compose, ("digest", "held"))) == [0, len(OWED)]


def test_an_unknown_status_is_refused_by_the_table(session: Session) -> None:
    notices.queue(session, LINES[:1], NOW)
    row = session.scalars(select(NoticeRow)).one()
    row.status = "sent"
    with pytest.raises(IntegrityError, match="status_is_known"):
        session.flush()
