"""Laws of decisions, over random answers, moments and decisions, on a real database; each example is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from office import PLAN_ID, QUARTER, YEAR, Office, open_office, small
from sqlalchemy.orm import Session

from dondoc.domain.answers import Answer, AnswerKind
from dondoc.domain.calendar import days
from dondoc.domain.cases import Case, standing
from dondoc.domain.counts import column
from dondoc.domain.moments import at, local_day
from dondoc.errors import Refused
from dondoc.services.books import Book, book
from dondoc.services.foretelling import Accept, Grant, Lift, Planned, Reassign, Refuse, Return, Undo, Waive
from dondoc.store import answers, obligations

LAW = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BY = "so-noi-vu/lan"
START = date(2024, 2, 1)
KINDS: tuple[AnswerKind, ...] = ("progress", "done", "done", "extension", "not_applicable", "not_mine")
Told = list[tuple[AnswerKind, int]]

told = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 80)), max_size=3)
later = st.integers(0, 40)
planned = st.sampled_from(
    (
        Accept(QUARTER, BY), Return(QUARTER, BY), Grant(QUARTER, BY, date(2024, 5, 20)), Refuse(QUARTER, BY),
        Waive(QUARTER, BY), Reassign(QUARTER, BY, "so-y-te"),
    )
)  # fmt: skip


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        yield opened


def prepare(office: Office, session: Session, said: Told) -> datetime:
    """Store the answers; the evening of the last one."""
    for number, (kind, after) in enumerate(sorted(said, key=lambda one: one[1])):
        moment = at(START + timedelta(days=after), time(10, number))
        whose = "so-y-te" if kind == "not_mine" and number % 2 else None
        answer = Answer("", kind, moment, date(2024, 5, 2) if kind == "extension" else None, note="x", whose=whose)
        answers.add(session, [answers.Submitted(QUARTER, f"phieu-{number}", "x", answer)])
    return at(START + timedelta(days=max((after for _, after in said), default=0)), time(16, 0))


def decided(office: Office, session: Session, decision: Planned, now: datetime) -> bool:
    office.moment = now
    try:
        with session.begin_nested():
            decision.decide(office.app, session, now)
    except Refused:
        return False
    return True


def loaded(session: Session, obligation_id: str = QUARTER) -> Case:
    session.flush()
    found = obligations.load_case(session, obligation_id)
    assert found is not None
    return found


def future(case: Case, found: Book, now: datetime) -> list[tuple[str, str, str]]:
    """Where the case stands now and on the coming days, if nothing else happens."""
    start = local_day(now)
    moments = [now, *(at(on, time(23, 0)) for on in days(start + timedelta(days=1), start + timedelta(days=90)))]
    stands = [standing(case, moment, found.rules) for moment in moments]
    return [(where.work, where.time, column(where)) for where in stands]


@given(told, planned, later, later)
@LAW
def test_what_is_taken_back_is_as_if_it_had_never_been(
    office: Office, said: Told, decision: Planned, wait: int, regret: int
) -> None:
    with office.app.sessions() as session:
        now = prepare(office, session, said) + timedelta(days=wait)
        before, found = loaded(session), book(office.app, session, PLAN_ID)
        assume(decided(office, session, decision, now))
        then = now + timedelta(days=regret)
        assert decided(office, session, Undo(QUARTER, BY), then)
        after = loaded(session)
        assert [a.review for a in after.answers] == [a.review for a in before.answers]
        assert not after.is_waived
        if after.obligation == before.obligation:
            assert future(after, found, then) == future(before, found, then)
        else:  # the day it had would have made it late by somebody else's decision: it has the nearest fair one
            assert isinstance(decision, Grant | Waive | Reassign)
            assert after.obligation.due_on == found.scope.earliest(local_day(then))
        assert "overdue" not in (column(standing(after, then, found.rules)),) or column(
            standing(before, now, found.rules)
        ) == "overdue" or after.obligation == before.obligation  # fmt: skip
        session.rollback()


@given(st.integers(0, 200), st.dates(date(2024, 1, 1), date(2025, 3, 1)), st.booleans())
@LAW
def test_an_extension_never_moves_a_day_backwards_nor_into_lateness(
    office: Office, after: int, until: date, twice: bool
) -> None:
    with office.app.sessions() as session:
        found = book(office.app, session, PLAN_ID)
        now = at(START + timedelta(days=after), time(9, 0))
        for _ in range(2 if twice else 1):
            old = loaded(session).obligation
            assert old.due_on is not None
            if not decided(office, session, Grant(QUARTER, BY, until), now):
                assert loaded(session).obligation == old
                continue
            new = loaded(session).obligation
            assert new.due_on == until > old.due_on and until >= found.scope.earliest(local_day(now))
            assert (until - old.due_on).days <= found.rules.regime.extension_days
            assert column(standing(loaded(session), now, found.rules)) != "overdue"
        session.rollback()


@given(st.lists(st.integers(0, 90), min_size=1, max_size=3), later)
@LAW
def test_timeliness_is_always_that_of_the_submission(office: Office, sent: list[int], wait: int) -> None:
    with office.app.sessions() as session:
        found = book(office.app, session, PLAN_ID)
        now = prepare(office, session, [("done", after) for after in sent]) + timedelta(days=wait)
        assert decided(office, session, Accept(QUARTER, BY), now)
        case = loaded(session)
        first = START + timedelta(days=min(sent))
        where = standing(case, now, found.rules)
        assert case.obligation.late_after is not None
        assert (where.submitted_on, where.late) == (first, first > case.obligation.late_after)
        session.rollback()


@given(st.integers(0, 300), st.integers(0, 120))
@LAW
def test_lifting_a_waiver_makes_nobody_late_who_was_not(office: Office, after: int, wait: int) -> None:
    with office.app.sessions() as session:
        found = book(office.app, session, PLAN_ID)
        now = at(START + timedelta(days=after), time(9, 0))
        was = column(standing(loaded(session), now, found.rules))
        assert decided(office, session, Waive(QUARTER, BY), now)
        then = now + timedelta(days=wait, hours=1)
        assert decided(office, session, Lift(QUARTER, BY), then)
        assert column(standing(loaded(session), then, found.rules)) == was
        session.rollback()


def test_the_laws_speak_of_work_that_is_owed(office: Office) -> None:
    assert office.case(QUARTER).obligation.kind == office.case(YEAR).obligation.kind == "task"
