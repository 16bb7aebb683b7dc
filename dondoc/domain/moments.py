"""Civil days and hours in Asia/Ho_Chi_Minh: the one place where an instant becomes a local day, and back."""

from __future__ import annotations

from datetime import date, datetime, time

import pendulum

ZONE = pendulum.timezone("Asia/Ho_Chi_Minh")
COMPOSED_AT = time(8, 0)
"""The day's messages are composed at 08:00 after a full sweep (DESIGN §2.5)."""

WORKING_HOURS: tuple[tuple[time, time], ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))


def local_day(moment: datetime) -> date:
    """The civil day in Viet Nam of an aware moment. Raises ValueError on a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment must be aware")
    return moment.astimezone(ZONE).date()


def at(day: date, hour: time = COMPOSED_AT) -> datetime:
    """The aware moment of a local day and hour."""
    return datetime.combine(day, hour, tzinfo=ZONE)


def in_working_hours(moment: datetime) -> bool:
    """Whether the local time of day lies in office hours; the caller checks that the day is a working day."""
    hour = moment.astimezone(ZONE).time()
    return any(start <= hour <= end for start, end in WORKING_HOURS)


def end_of_day(day: date) -> datetime:
    """The last second of a local day: how things stood when it was over."""
    return at(day, time(23, 59, 59))


def parse_day(text: str) -> date:
    """A day as officers or machines write it: 2024-03-31 or 31/03/2024. Raises ValueError on anything else."""
    if "/" in text:
        day, month, year = text.split("/")
        try:
            return date(int(year), int(month), int(day))
        except OverflowError as error:
            raise ValueError(f"{text} is no day") from error
    return date.fromisoformat(text)
