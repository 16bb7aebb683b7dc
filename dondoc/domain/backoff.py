"""When a message that could not be delivered is tried again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

DELAYS_MIN = (1, 5, 15, 60, 120, 240, 240, 240, 240)
"""Minutes to wait after the 1st, 2nd, … failed try: ten tries in about 19 hours, then a person."""


def next_try(n: int, now: datetime, last_day: date | None = None) -> datetime | None:
    """The moment of the next try after the `n`-th one (n ≥ 1) failed for a passing reason at `now` (aware).

    None when the tries are used up, or when the next one would fall after `last_day` (a civil day in the zone of
    `now`, included): a digest that is older than its day is not sent late, the next one carries what is still open.
    """
    if n < 1:
        raise ValueError(f"the number of tries made so far is at least 1, not {n}")
    if n > len(DELAYS_MIN):
        return None
    moment = now + timedelta(minutes=DELAYS_MIN[n - 1])
    return None if last_day is not None and moment.date() > last_day else moment
