"""Laws of the working-day calendar: counting forward, back and between agree (Bộ luật Dân sự 2015, Điều 147–148)."""

from __future__ import annotations

from datetime import date

import pytest
from core_world import calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from dondoc.domain.calendar import ONE_DAY, CalendarMissing, CalendarYear, DayKind, SpecialDay, WorkCalendar, days

LAW = settings(max_examples=150, deadline=None, derandomize=True)
SAMPLE = calendar()
INSIDE = st.dates(date(2023, 6, 1), date(2025, 8, 31))
STEPS = st.integers(1, 30)


def _by_hand(day: date, working_days: int) -> date:
    """One day at a time, as an officer counts on a wall calendar."""
    step = ONE_DAY if working_days > 0 else -ONE_DAY
    left = abs(working_days)
    while left:
        day += step
        left -= SAMPLE.is_working(day)
    return day


@given(INSIDE, st.integers(-30, 30))
@LAW
def test_adding_counts_as_an_officer_does(day: date, n: int) -> None:
    assert SAMPLE.add(day, n) == _by_hand(day, n)


@given(INSIDE, STEPS)
@LAW
def test_between_is_the_inverse_of_adding(day: date, n: int) -> None:
    assert SAMPLE.between(day, SAMPLE.add(day, n)) == n
    assert SAMPLE.between(SAMPLE.add(day, -n), day) == n - (not SAMPLE.is_working(day))


@given(INSIDE, STEPS, STEPS)
@LAW
def test_steps_add_up(day: date, n: int, m: int) -> None:
    assert SAMPLE.add(SAMPLE.add(day, n), m) == SAMPLE.add(day, n + m)
    assert SAMPLE.add(SAMPLE.add(day, -n), -m) == SAMPLE.add(day, -n - m)
    assert SAMPLE.add(SAMPLE.roll(day), n) == SAMPLE.add(day, n + (not SAMPLE.is_working(day)))


@given(INSIDE, INSIDE, INSIDE)
@LAW
def test_between_splits_at_any_day(one: date, two: date, three: date) -> None:
    a, b, c = sorted((one, two, three))
    assert SAMPLE.between(a, c) == SAMPLE.between(a, b) + SAMPLE.between(b, c)
    assert SAMPLE.between(c, a) == 0


@given(INSIDE)
@LAW
def test_rolling_goes_to_the_next_working_day_and_stays(day: date) -> None:
    rolled = SAMPLE.roll(day)
    assert SAMPLE.is_working(rolled)
    assert not any(SAMPLE.is_working(d) for d in days(day, rolled) if d != rolled)
    assert SAMPLE.roll(rolled) == rolled


@given(INSIDE, STEPS)
@LAW
def test_the_answer_is_a_working_day_on_the_right_side(day: date, n: int) -> None:
    assert SAMPLE.is_working(SAMPLE.add(day, n)) and SAMPLE.add(day, n) > day
    assert SAMPLE.is_working(SAMPLE.add(day, -n)) and SAMPLE.add(day, -n) < day
    assert SAMPLE.add(day, 0) == day


KINDS: tuple[DayKind, ...] = ("holiday", "compensation", "swapped_off", "swapped_work")


@given(
    st.dictionaries(st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.sampled_from(KINDS), max_size=40),
    st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    st.integers(-300, 300),
)
@LAW
def test_the_try_forms_say_none_exactly_where_the_others_raise(special: dict[date, DayKind], day: date, n: int) -> None:
    lines = tuple(SpecialDay(on, kind, "", "") for on, kind in special.items())
    one_year = WorkCalendar((CalendarYear(2024, "official", lines),))
    for tried, strict in (
        (one_year.try_add(day, n), lambda: one_year.add(day, n)),
        (one_year.try_roll(day), lambda: one_year.roll(day)),
    ):
        if tried is None:
            with pytest.raises(CalendarMissing):
                strict()
        else:
            assert tried == strict()
            assert tried.year == 2024
