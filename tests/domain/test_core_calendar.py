"""The working-day calendar (DEADLINES §3 "Working days")."""

from __future__ import annotations

from datetime import date

import pytest
from core_world import calendar, day

from dondoc.domain.calendar import CalendarMissing, days

SAMPLE = calendar()


def working(first: str, last: str) -> list[int]:
    """The days of the month on which officials work."""
    return [d.day for d in days(day(first), day(last)) if SAMPLE.is_working(d)]


def test_saturdays_and_sundays_are_off() -> None:
    assert working("4/3/2024", "10/3/2024") == [4, 5, 6, 7, 8]


def test_tet_is_off_from_the_eve_to_the_made_up_days() -> None:
    assert working("5/2/2024", "18/2/2024") == [5, 6, 7, 15, 16]


def test_a_swapped_saturday_is_a_working_day_and_its_monday_is_off() -> None:
    assert working("27/4/2024", "5/5/2024") == [2, 3, 4]


def test_the_day_itself_is_not_counted() -> None:
    assert SAMPLE.add(day("29/3/2024"), 1) == day("1/4/2024")
    assert SAMPLE.between(day("29/3/2024"), day("1/4/2024")) == 1
    assert SAMPLE.between(day("29/3/2024"), day("29/3/2024")) == 0


def test_counting_steps_over_tet_in_both_directions() -> None:
    assert SAMPLE.add(day("7/2/2024"), 1) == day("15/2/2024")
    assert SAMPLE.add(day("15/2/2024"), -1) == day("7/2/2024")
    assert SAMPLE.add(day("10/2/2024"), 1) == day("15/2/2024")
    assert SAMPLE.add(day("10/2/2024"), -1) == day("7/2/2024")


def test_counting_steps_over_the_turn_of_the_year() -> None:
    assert SAMPLE.add(day("29/12/2023"), 1) == day("2/1/2024")
    assert SAMPLE.add(day("2/1/2024"), -7) == day("21/12/2023")


def test_a_day_off_rolls_to_the_end_of_the_next_working_day() -> None:
    assert SAMPLE.roll(day("31/3/2024")) == day("1/4/2024")
    assert SAMPLE.roll(day("8/2/2024")) == day("15/2/2024")
    assert SAMPLE.roll(day("4/5/2024")) == day("4/5/2024")


@pytest.mark.parametrize("ask", [lambda c: c.is_working, lambda c: c.roll, lambda c: lambda d: c.add(d, 1)])
def test_a_year_that_is_not_loaded_is_never_guessed(ask: object) -> None:
    with pytest.raises(CalendarMissing, match=r"lịch làm việc năm 2026.*config/calendar/2026.yaml"):
        ask(SAMPLE)(day("5/1/2026"))  # type: ignore[operator]


def test_counting_never_jumps_over_a_year_that_is_missing_in_between() -> None:
    gap = calendar(years=(2023, 2025))
    with pytest.raises(CalendarMissing, match="2024"):
        gap.add(day("29/12/2023"), 1)
    with pytest.raises(CalendarMissing, match="2024"):
        gap.between(day("29/12/2023"), day("6/1/2025"))


def test_the_next_loaded_day() -> None:
    gap = calendar(years=(2023, 2025))
    assert gap.next_covered(day("30/12/2023")) == day("31/12/2023")
    assert gap.next_covered(day("31/12/2023")) == day("1/1/2025")
    assert gap.next_covered(day("31/12/2025")) is None


def test_a_year_is_official_or_provisional() -> None:
    mixed = calendar(provisional=[2025])
    assert not mixed.is_provisional(day("31/12/2024"))
    assert mixed.is_provisional(day("1/1/2025"))
    assert mixed.is_provisional(day("1/1/2026"))  # not loaded: surely not confirmed


@pytest.mark.parametrize(
    ("start", "end", "doubtful"),
    [
        ("20/1/2025", "24/1/2025", False),  # no day off in or just before it
        ("24/1/2025", "3/2/2025", True),  # Tết lies inside
        ("3/2/2025", "4/2/2025", True),  # Tết ended within the week before
        ("10/2/2025", "14/2/2025", False),
    ],
)
def test_only_unconfirmed_days_off_nearby_make_a_count_doubtful(start: str, end: str, doubtful: bool) -> None:
    assert calendar(provisional=[2025]).is_doubtful(day(start), day(end)) is doubtful
    assert not calendar().is_doubtful(day(start), day(end))


def test_the_special_day_names_its_decision() -> None:
    found = SAMPLE.special(date(2024, 5, 4))
    assert found is not None and (found.kind, found.decision) == ("swapped_work", "văn bản mẫu")
    assert SAMPLE.special(date(2024, 5, 6)) is None
