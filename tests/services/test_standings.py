"""The cache that lists and counts are read from says what the core says, on any day, after any change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path
from random import Random

import pytest
from office import Office, open_office
from sqlalchemy import select
from sqlalchemy.orm import Session
from town import only, shipped

from dondoc.domain.answers import ANSWER_KINDS, Answer, Review
from dondoc.domain.calendar import days
from dondoc.domain.cases import standing
from dondoc.domain.counts import column, section_of
from dondoc.domain.moments import at
from dondoc.services.books import book
from dondoc.services.standings import BATCH, CALENDAR, refresh
from dondoc.store import answers, obligations, standings, switches, waivers
from dondoc.store.models import StandingRow

PLAN = "hung-yen-2024"
REVIEWS = (None, "accepted", "returned")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """Every third task of the plan, answered somehow."""
    third = only(shipped(), *(task.id for task in shipped().plan.tasks[::3]))
    with open_office(database_url, tmp_path / "home", third, date(2024, 1, 2)) as opened:
        with opened.app.sessions.begin() as session:
            _answer_somehow(session)
        yield opened


@pytest.fixture
def whole(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The whole plan: more than are asked about at a time."""
    with open_office(database_url, tmp_path / "home", shipped(), date(2024, 1, 2)) as opened:
        yield opened


def _answer_somehow(session: Session) -> None:
    """Every kind of answer and decision, waivers too, given at the start of the year."""
    chance, start, given = Random(7), at(date(2024, 1, 3), time(8, 0)), []
    for case in obligations.load_cases(session, plan_id=PLAN):
        owed = case.obligation.id
        for n in range(chance.randrange(3)):
            when = start + timedelta(hours=n)
            outcome = chance.choice(REVIEWS)
            review = None if outcome is None else Review(outcome, when, "x", "Lý do.", correct_by=date(2024, 1, 9))
            answer = Answer("", chance.choice(ANSWER_KINDS), when, date(2024, 5, 2), review=review)
            given.append(answers.Submitted(owed, str(n), "x", answer))
        if chance.random() < 0.1:
            waivers.add(session, owed, start, "x", "Không phát sinh.")
    for outcome in REVIEWS:  # rows of one shape are entered together
        answers.add(session, [one for one in given if (one.answer.review and one.answer.review.outcome) == outcome])


def _by_the_core(office: Office, session: Session) -> Counter[tuple[str, str, str]]:
    found = book(office.app, session, PLAN)
    return Counter(
        (
            c.obligation.agency,
            section_of(found.plan, c.obligation.task_id),
            column(standing(c, office.moment, found.rules)),
        )
        for c in obligations.load_cases(session, plan_id=PLAN)
    )


def _by_the_cache(session: Session, today: date) -> Counter[tuple[str, str, str]]:
    rows = standings.counts(session, today)
    return Counter({(agency, section, name): n for _, agency, section, name, n in rows})


def test_counts_are_the_cores_on_any_day(office: Office) -> None:
    for on in list(days(date(2024, 1, 5), date(2024, 12, 31)))[::31]:
        office.set(on)
        with office.app.sessions.begin() as session:
            refresh(office.app, session, office.moment)
            assert _by_the_cache(session, on) == _by_the_core(office, session), on


def test_what_is_near_or_past_is_the_cores(office: Office) -> None:
    for on in list(days(date(2024, 1, 5), date(2024, 12, 31)))[::61]:
        office.set(on)
        with office.app.sessions.begin() as session:
            refresh(office.app, session, office.moment)
            for name, condition in (("due_soon", standings.is_soon(on)), ("overdue", standings.is_overdue(on))):
                cached = set(session.scalars(select(StandingRow.obligation_id).where(condition)))
                assert cached == _told(office, session, name), on


def _told(office: Office, session: Session, time_state: str) -> set[str]:
    found = book(office.app, session, PLAN)
    cases = [(c, standing(c, office.moment, found.rules)) for c in obligations.load_cases(session, plan_id=PLAN)]
    owed = ("not_open", "open", "returned")
    return {c.obligation.id for c, where in cases if where.work in owed and where.time == time_state}


def test_a_second_refresh_finds_nothing(office: Office) -> None:
    with office.app.sessions.begin() as session:
        refresh(office.app, session, office.moment)
        assert refresh(office.app, session, office.moment) == 0


def test_only_facts_make_a_standing_stale(office: Office) -> None:
    with office.app.sessions.begin() as session:
        refresh(office.app, session, office.moment)
        owed = [case.obligation for case in obligations.load_cases(session, plan_id=PLAN)][:6]
        obligations.set_next(session, {owed[0].id: date(2024, 6, 1)})
        assert standings.stale(session, 10) == []
        answers.add(session, [answers.Submitted(owed[1].id, "new", "x", Answer("", "progress", office.moment))])
        obligations.redate(session, owed[2].id, date(2024, 12, 2), date(2024, 12, 2), ())
        obligations.withdraw(session, owed[3].id, office.moment)
        assert sorted(standings.stale(session, 10)) == sorted(o.id for o in owed[1:4])
        assert refresh(office.app, session, office.moment) == 3
        gone = select(StandingRow.obligation_id).where(StandingRow.is_withdrawn)
        assert list(session.scalars(gone)) == [owed[3].id]
        session.rollback()


def test_another_calendar_makes_every_standing_stale(whole: Office) -> None:
    with whole.app.sessions.begin() as session:
        refresh(whole.app, session, whole.moment)
        owed = len(obligations.load_cases(session, plan_id=PLAN))
        assert owed > BATCH
        switches.put(session, CALENDAR, "another", whole.moment, "x", "x")
        assert refresh(whole.app, session, whole.moment) == owed
        session.rollback()


def test_who_looks_and_who_answers_never_wait_for_each_other(office: Office) -> None:
    """Two obligations are answered, the later one first, while a page asks about both: no deadlock, nothing lost."""
    with office.app.sessions.begin() as session:
        refresh(office.app, session, office.moment)
        first, last = sorted(case.obligation.id for case in obligations.load_cases(session, plan_id=PLAN))[:2]
        said = [answers.Submitted(key, "before", "x", Answer("", "progress", office.moment)) for key in (first, last)]
        answers.add(session, said)
    with ThreadPoolExecutor(1) as pool:
        with office.app.sessions.begin() as writing:
            answers.add(writing, [answers.Submitted(last, "two", "x", Answer("", "done", office.moment))])
            looking = pool.submit(_look, office)
            assert looking.result(timeout=20) == 1  # what is in somebody's hands is asked about when it is committed
            answers.add(writing, [answers.Submitted(first, "two", "x", Answer("", "done", office.moment))])
        assert _look(office) == 2


def _look(office: Office) -> int:
    with office.app.sessions.begin() as session:
        return refresh(office.app, session, office.moment)
