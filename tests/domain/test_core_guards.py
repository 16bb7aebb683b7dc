"""From which size on something stops and asks: pure numbers, exact at their edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from core_world import JUSTICE, answer, day, look, only, run, snapshot, task, world
from hypothesis import given, settings
from hypothesis import strategies as st

from dondoc.domain import guards
from dondoc.domain.cases import Case, Fired
from dondoc.domain.clauses import By
from dondoc.domain.decide import decide_case
from dondoc.domain.guards import FEWEST_MESSAGES, FEWEST_OVERDUE
from dondoc.domain.moments import at
from dondoc.domain.obligations import redated
from dondoc.domain.policy import DEFAULT
from dondoc.domain.simulate import World

JUNE = By(date=day("14/6/2024"))
LATE = day("17/6/2024")
LAW = settings(deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("found", "open_ones", "stops"),
    [
        (10, 50, False),
        (11, 50, True),
        (10, 49, True),
        (200, 1000, False),
        (201, 1000, True),
        (9, 9, False),
        (10, 10, True),
        (0, 0, False),
    ],
)
def test_more_than_a_fifth_and_at_least_ten_stop_a_sweep(found: int, open_ones: int, stops: bool) -> None:
    assert guards.too_many_overdue(found, open_ones) is stops


@given(st.integers(0, 500), st.integers(0, 500))
@LAW
def test_one_more_late_or_one_fewer_open_never_lets_a_stopped_sweep_pass(found: int, open_ones: int) -> None:
    if guards.too_many_overdue(found, open_ones):
        assert guards.too_many_overdue(found + 1, open_ones)
        assert guards.too_many_overdue(found, max(0, open_ones - 1))
        assert found >= FEWEST_OVERDUE


@pytest.mark.parametrize(
    ("count", "foreseen", "flood"),
    [
        (20, 0, False),
        (21, 0, True),
        (30, 20, False),
        (31, 20, True),
        (32, 21, False),  # one and a half of 21 is 31.5, told in whole messages
        (33, 21, True),
        (300, 200, False),
        (301, 200, True),
    ],
)
def test_more_than_one_and_a_half_of_what_was_foreseen_is_a_flood(count: int, foreseen: int, flood: bool) -> None:
    assert guards.too_many_messages(count, foreseen) is flood


@given(st.integers(0, FEWEST_MESSAGES), st.integers(0, 1000))
@LAW
def test_a_small_day_is_no_flood_whatever_was_foreseen(count: int, foreseen: int) -> None:
    assert not guards.too_many_messages(count, foreseen)


# What counts as turning overdue


def turns(case: Case, made: World, on: date) -> bool:
    decision = decide_case(case, snapshot(made), at(on))
    return guards.turns_overdue(case, decision, made.ladder)


def test_the_first_step_that_says_late_turns_it_overdue() -> None:
    made = world(task("I.1", JUNE))
    case = Case(only(made))
    assert not turns(case, made, day("13/6/2024"))  # a reminder
    assert turns(case, made, LATE)


def test_after_downtime_a_later_step_turns_it_overdue_too() -> None:
    made = world(task("I.1", JUNE))
    assert turns(Case(only(made)), made, day("25/6/2024"))  # đôn đốc lần 2 at once


def test_what_was_called_late_before_does_not_turn_again() -> None:
    made = world(task("I.1", JUNE))
    case, _, _ = look(Case(only(made)), made, LATE)
    assert not turns(case, made, day("19/6/2024"))
    assert not turns(case, made, day("25/6/2024"))


def test_what_was_late_and_got_another_day_turns_overdue_anew() -> None:
    made = world(task("I.1", JUNE))
    case, _, _ = look(Case(only(made)), made, LATE)
    case = replace(case, obligation=redated(case.obligation, day("28/6/2024"), LATE, made.scope))
    assert turns(case, made, day("1/7/2024"))


def test_a_firing_of_the_same_day_that_only_reminded_does_not_count_as_told() -> None:
    made = world(task("I.1", JUNE))
    case = Case(only(made), fired=(Fired("remind_1", "2024-06-14", day("13/6/2024")),))
    assert turns(case, made, LATE)


def test_what_is_under_review_does_not_turn_overdue() -> None:
    made = world(task("I.1", JUNE))
    assert not turns(Case(only(made), (answer("14/6/2024", "done"),)), made, LATE)


def test_a_ladder_that_never_says_late_turns_nothing_overdue() -> None:
    made = world(task("I.1", JUNE), ladder=replace(DEFAULT, steps=DEFAULT.steps[:2]))
    assert not turns(Case(only(made)), made, LATE)


# What was foreseen


def test_days_that_were_missed_come_together_as_one_message_for_each_recipient() -> None:
    made = world(task("I.1", JUNE), task("I.2", By(date=day("11/6/2024"))))
    drafts = run(made).drafts
    days = sorted({d.day for d in drafts if d.klass == "digest" and d.recipient.id == f"{JUSTICE}/focal"})
    between = [d for d in days if day("3/6/2024") < d <= day("13/6/2024")]
    assert len(between) > 1
    assert guards.foreseen(drafts, day("3/6/2024"), day("13/6/2024")) == 1


def test_the_day_before_does_not_count_and_today_does() -> None:
    drafts = run(world(task("I.1", JUNE))).drafts
    first = min(d.day for d in drafts if d.klass == "digest")
    assert guards.foreseen(drafts, first, first) == 0
    assert guards.foreseen(drafts, None, first) >= 1
