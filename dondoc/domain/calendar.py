"""The working-day calendar: weekends, public holidays, make-up days off, swapped Saturdays (DEADLINES §3).

A year is a dated table that the office edits (`config/calendar/<year>.yaml`); nothing here is hard-coded
except that Saturday and Sunday are the weekly days off of officials.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from dondoc.errors import DondocError

DayKind = Literal["holiday", "compensation", "swapped_off", "swapped_work"]
YearStatus = Literal["official", "provisional"]
ONE_DAY = timedelta(days=1)


class CalendarMissing(DondocError):
    """A working day was asked for in a year whose calendar is not loaded."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One line of the table. `decision` is the document that orders the day; `name` is for people."""

    on: date
    kind: DayKind
    name: str
    decision: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One loaded year."""

    year: int
    status: YearStatus
    days: tuple[SpecialDay, ...]


@dataclass(frozen=True)
class WorkCalendar:
    """All loaded years. Dates are civil days in Asia/Ho_Chi_Minh."""

    years: tuple[CalendarYear, ...]

    @cached_property
    def _status(self) -> dict[int, YearStatus]:
        return {year.year: year.status for year in self.years}

    @cached_property
    def _special(self) -> dict[date, SpecialDay]:
        return {day.on: day for year in self.years for day in year.days}

    @cached_property
    def digest(self) -> str:
        """Changes with any day of any year: for what was counted by this calendar and kept."""
        return hashlib.sha256(repr(self.years).encode()).hexdigest()[:16]

    def covers(self, day: date) -> bool:
        """Whether the year of `day` is loaded."""
        return day.year in self._status

    def is_provisional(self, day: date) -> bool:
        """Whether the answer for `day` hangs on a year that no decision has confirmed yet."""
        return self._status.get(day.year) != "official"

    def is_doubtful(self, start: date, end: date) -> bool:
        """Whether a day off that no decision has confirmed yet lies within a week before `start`, or up to `end`."""
        first = start - timedelta(days=7)
        return any(self.is_provisional(day) and day in self._special for day in days(first, end))

    def special(self, day: date) -> SpecialDay | None:
        """The table's line for `day`, if it has one."""
        return self._special.get(day)

    def is_working(self, day: date) -> bool:
        """Whether officials work on `day`. Raises CalendarMissing when the year is not loaded."""
        if day.year not in self._status:
            raise self._missing(day.year)
        special = self._special.get(day)
        if special is not None:
            return special.kind == "swapped_work"
        return day.weekday() < 5

    def roll(self, day: date) -> date:
        """`day` itself if it is a working day, else the next one (Bộ luật Dân sự 2015, Điều 148.5)."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add(self, day: date, working_days: int) -> date:
        """The `working_days`-th working day after `day` (before, when negative); `day` is not counted (Điều 147)."""
        if working_days == 0:
            return day
        here = self._rank(day)
        if working_days > 0:
            target = here + working_days - 1
        else:
            target = here + working_days - (1 if self.is_working(day) else 0)
        if not 0 <= target < len(self._working):
            raise self._missing(day.year + (1 if working_days > 0 else -1))
        found = self._working[target]
        self._require_loaded(day, found)
        return found

    def try_roll(self, day: date) -> date | None:
        """As `roll`; None where the answer lies in a year that is not loaded."""
        try:
            return self.roll(day)
        except CalendarMissing:
            return None

    def try_add(self, day: date, working_days: int) -> date | None:
        """As `add`; None where the answer lies in a year that is not loaded."""
        try:
            return self.add(day, working_days)
        except CalendarMissing:
            return None

    def next_covered(self, day: date) -> date | None:
        """The first day after `day` whose year is loaded; None when no later year is."""
        if self.covers(day + ONE_DAY):
            return day + ONE_DAY
        return min((date(year, 1, 1) for year in self._status if year > day.year), default=None)

    def between(self, start: date, end: date) -> int:
        """Working days d with start < d <= end; 0 when end <= start."""
        if end <= start:
            return 0
        self._require_loaded(start, end)
        return self._rank(end) - self._rank(start)

    @cached_property
    def _working(self) -> list[date]:
        """All working days of the loaded years, in order: counting becomes a difference of ranks."""
        return [
            day
            for year in sorted(self._status)
            for day in days(date(year, 1, 1), date(year, 12, 31))
            if self.is_working(day)
        ]

    def _rank(self, day: date) -> int:
        """How many working days there are up to and including `day`."""
        if day.year not in self._status:
            raise self._missing(day.year)
        return bisect_right(self._working, day)

    def _require_loaded(self, one: date, other: date) -> None:
        for year in range(min(one.year, other.year), max(one.year, other.year) + 1):
            if year not in self._status:
                raise self._missing(year)

    @staticmethod
    def _missing(year: int) -> CalendarMissing:
        return CalendarMissing(f"Chưa có lịch làm việc năm {year} → thêm tệp config/calendar/{year}.yaml rồi chạy lại.")


def days(start: date, end: date) -> Iterable[date]:
    """Every civil day from `start` to `end`, both included."""
    for n in range((end - start).days + 1):
        yield start + timedelta(days=n)
