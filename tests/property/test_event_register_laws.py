"""The laws of events hold in the store too: neither order nor what was taken back leaves a trace but the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import PLAN_ID, Office, open_office
from town import only, shipped

from dondoc.domain.cases import Standing, standing
from dondoc.domain.events import Event
from dondoc.domain.moments import at
from dondoc.domain.obligations import Obligation
from dondoc.services import events, status
from dondoc.services.books import book
from dondoc.services.event_choices import Choice
from dondoc.services.sweeping import sweep
from dondoc.store import obligations

FEW = settings(
    max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DESK_TASKS = ("II.2.12", "II.2.22", "II.2.40", "II.2.42", "IV.2.78", "V.2.97")
MORNING = at(date(2024, 1, 15), time(9, 0))
"""Before any day of these tasks lies too near to be given back."""
recorded_choices = st.lists(
    st.tuples(
        st.sampled_from(DESK_TASKS),
        st.none() | st.integers(0, 200).map(lambda n: MORNING.date() + timedelta(days=n)),
        st.booleans(),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


@given(recorded_choices, st.randoms(use_true_random=False), st.booleans())
@FEW
def test_in_the_store_neither_order_nor_what_was_taken_back_leaves_a_trace(
    desk: Office, told: list[tuple[str, date | None, bool]], chance: Random, swept: bool
) -> None:
    acts = []
    for number, (task_id, due_on, one) in enumerate(told):
        event = Event("plan", date(2024, 1, 10), f"văn bản {number}", f"{number}/KH", "UBND tỉnh")
        agencies = ("so-y-te",) if one and task_id not in ("II.2.12", "V.2.97") else ()
        acts.append((event, Choice(task_id, None, agencies, due_on, due_on is None)))
    before, seen = kept(desk), []
    for _ in range(2):
        chance.shuffle(acts)
        for event, choice in acts:
            events.record(desk.app, event, [choice], by="admin", now=desk.moment)
        if swept:
            sweep(desk.app, desk.moment)
        seen.append(kept(desk))
        chance.shuffle(acts)
        for event, _ in acts:
            events.retract(desk.app, event.id, by="admin", now=desk.moment, why="Ghi nhầm.")
        assert kept(desk) == before
    assert seen[0] == seen[1]


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path, only(shipped(), *DESK_TASKS), date(2024, 1, 2)) as found:
        found.moment = MORNING
        yield found


def kept(desk: Office) -> tuple[dict[str, tuple[Obligation, str, str]], object]:
    """Every obligation with where it stands, and the supervisor's counts; acts of opening are not numbered."""
    with desk.app.sessions() as session:
        cases, found = obligations.load_cases(session, plan_id=PLAN_ID), book(desk.app, session, PLAN_ID)
    stands = {case.obligation.id: standing(case, desk.moment, found.rules) for case in cases}
    owed = {c.obligation.id: (replace(c.obligation, opening=None), *_words(stands[c.obligation.id])) for c in cases}
    return owed, status.to_json(desk.moment, status.counts(desk.app, desk.moment))


def _words(where: Standing) -> tuple[str, str]:
    return where.work, where.time
