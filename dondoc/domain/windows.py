"""Where the windows of a case begin and end: working days around its due day and its progress marks."""

from __future__ import annotations

from datetime import date, timedelta

from dondoc.domain.cases import Case, Rules

CHECKPOINT_DAYS = 3
"""A progress mark is reminded of from so many working days before it until it has passed."""


def before(case: Case, rules: Rules, working_days: int) -> date:
    """The day so many working days before the nominal due day (or the target day); the opening day where the calendar
    ends."""
    aim = case.obligation.aim
    assert aim is not None
    found = rules.calendar.try_add(aim, -working_days)
    return found or max(case.obligation.opens_on, date(aim.year, 1, 1))


def mark_opens(mark: date, rules: Rules) -> date:
    """The day from which a progress mark may be reminded of; the mark itself where the calendar ends."""
    return rules.calendar.try_add(mark, -CHECKPOINT_DAYS) or mark


def mark_closes(mark: date, rules: Rules) -> date:
    """The last day on which a progress mark may be reminded of."""
    return first_working_day(mark, rules)


def first_working_day(start: date, rules: Rules) -> date:
    """`start` or the next working day; `start` itself where the calendar ends."""
    return rules.calendar.try_roll(start) or start


def week_start(day: date, rules: Rules) -> date:
    """The first working day of the week of `day`."""
    return first_working_day(day - timedelta(days=day.weekday()), rules)
