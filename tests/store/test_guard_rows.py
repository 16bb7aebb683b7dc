"""Guards: one question at a time of a plan and day, whoever finds it at once, and an answer that nobody overlooks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from store_cast import NOW, PLAN, TODAY

from dondoc.store import guards
from dondoc.store.guards import OVERDUE, Decision, Stop
from dondoc.store.models import GuardRow

DAY = timedelta(days=1)


def stop(session: Session, found: int, days: int = 0) -> Stop:
    return guards.stop(session, OVERDUE, PLAN.id, TODAY + days * DAY, found, 100, NOW + days * DAY)


def decide(session: Session, number: int, decision: Decision, days: int = 0) -> bool:
    return guards.decide(session, number, decision, "so-noi-vu", "Đã xem.", NOW + days * DAY) is not None


def rows(session: Session) -> list[tuple[int, str | None]]:
    found = session.scalars(select(GuardRow).order_by(GuardRow.id), execution_options={"populate_existing": True})
    return [(row.found, row.decision) for row in found]


def test_a_question_grows_and_does_not_shrink(session: Session) -> None:
    assert [stop(session, found) for found in (11, 11, 16, 12)] == [
        Stop(1, True), Stop(1, False), Stop(1, True, before=11), Stop(1, False),
    ]  # fmt: skip
    assert rows(session) == [(16, None)]


def test_an_answer_stands_for_as_many_as_it_was_about(session: Session) -> None:
    stop(session, 11)
    (first,) = guards.waiting(session)
    assert decide(session, first.id, "refused")
    assert [stop(session, found) for found in (11, 12, 13)] == [
        Stop(1, False), Stop(2, True), Stop(2, True, before=12),
    ]  # fmt: skip
    assert rows(session) == [(11, "refused"), (13, None)]
    assert guards.allowed(session, OVERDUE, PLAN.id, TODAY) == 0
    assert decide(session, first.id, "allowed")
    assert guards.allowed(session, OVERDUE, PLAN.id, TODAY) == 11
    assert [row.found for row in guards.waiting(session)] == [13]


def test_a_newer_day_overtakes_and_each_plans_newest_waits(session: Session) -> None:
    stop(session, 11)
    (first,) = guards.waiting(session)
    assert stop(session, 11, days=1) == Stop(1, True)
    assert [row.day for row in guards.waiting(session)] == [TODAY + DAY]
    assert not decide(session, first.id, "allowed", days=1)
    assert not decide(session, first.id + 100, "allowed")


def test_the_database_lets_one_question_wait(session: Session) -> None:
    stop(session, 11)
    values = {"name": OVERDUE, "plan_id": PLAN.id, "day": TODAY, "found": 12, "of": 100, "at": NOW}
    with pytest.raises(IntegrityError, match="ix_guards_waiting"):
        session.execute(insert(GuardRow).values(**values))


def test_eight_sweeps_at_once_ask_one_question_about_the_most(sessions: sessionmaker[Session]) -> None:
    together = Barrier(8)

    def one(found: int) -> Stop:
        together.wait()
        with sessions.begin() as session:
            return stop(session, found)

    with ThreadPoolExecutor(8) as pool:
        stops = list(pool.map(one, range(11, 19)))
    assert {each.question for each in stops} == {1}
    with sessions() as session:
        assert rows(session) == [(18, None)]


def test_a_stop_waits_for_an_answer_that_is_being_written(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        stop(session, 11)
    began = Event()

    def again() -> Stop:
        with sessions.begin() as session:
            began.set()
            return stop(session, 11)

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            (waiting,) = guards.waiting(session)
            assert decide(session, waiting.id, "refused")
            later = pool.submit(again)
            began.wait()
            with pytest.raises(TimeoutError):
                later.result(timeout=0.3)
        assert later.result(timeout=10) == Stop(1, False)
    with sessions() as session:
        assert rows(session) == [(11, "refused")]
