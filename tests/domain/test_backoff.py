"""A message that could not leave is tried again at growing distances, for a day at most, then a person is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dondoc.domain.backoff import DELAYS_MIN, next_try

NOW = datetime(2024, 3, 29, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(("n", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60)])
def test_the_first_waits_are_one_five_fifteen_and_sixty_minutes(n: int, minutes: int) -> None:
    assert next_try(n, NOW) == NOW + timedelta(minutes=minutes)


def test_waits_never_shrink_and_end_within_a_day() -> None:
    assert list(DELAYS_MIN) == sorted(DELAYS_MIN)
    assert timedelta(minutes=sum(DELAYS_MIN)) <= timedelta(days=1)
    assert next_try(len(DELAYS_MIN), NOW) is not None
    assert next_try(len(DELAYS_MIN) + 1, NOW) is None


def test_no_try_falls_after_the_last_day() -> None:
    evening = NOW.replace(hour=23, minute=30)
    assert next_try(3, evening, last_day=date(2024, 3, 29)) == evening + timedelta(minutes=15)
    assert next_try(4, evening, last_day=date(2024, 3, 29)) is None
    assert next_try(4, evening, last_day=date(2024, 3, 30)) == evening + timedelta(minutes=60)


def test_a_try_that_never_was_cannot_have_failed() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        next_try(0, NOW)
