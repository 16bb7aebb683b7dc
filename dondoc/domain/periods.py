"""Calendar periods of a year: their keys, Vietnamese names, first and last days."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dondoc.domain.clauses import PERIODS, Period

_ROMAN = ("I", "II", "III", "IV")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Span:
    """One period of one year; both ends included. `key` is stable (2024-03, 2024-Q2, 2024-H1, 2024-9M, 2024)."""

    period: Period
    key: str
    name: str
    start: date
    end: date

    @property
    def length(self) -> int:
        """Rank by length: which of two periods that end together replaces the other."""
        return PERIODS.index(self.period)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def spans(period: Period, year: int) -> Iterator[Span]:
    """The periods of that kind of `year`, in order; a week belongs to the year of its Thursday (ISO 8601).

    A day has no span of its own.
    """
    if period == "week":
        yield from _weeks(year)
    elif period == "month":
        for m in range(1, 13):
            yield Span(period, f"{year}-{m:02d}", f"Tháng {m}/{year}", date(year, m, 1), month_end(year, m))
    elif period == "quarter":
        for q in range(4):
            name = f"Quý {_ROMAN[q]}/{year}"
            yield Span(period, f"{year}-Q{q + 1}", name, date(year, 3 * q + 1, 1), month_end(year, 3 * q + 3))
    elif period == "half_year":
        yield Span(period, f"{year}-H1", f"6 tháng đầu năm {year}", date(year, 1, 1), date(year, 6, 30))
        yield Span(period, f"{year}-H2", f"6 tháng cuối năm {year}", date(year, 7, 1), date(year, 12, 31))
    elif period == "nine_months":
        yield Span(period, f"{year}-9M", f"9 tháng năm {year}", date(year, 1, 1), date(year, 9, 30))
    elif period == "year":
        yield Span(period, f"{year}", f"Năm {year}", date(year, 1, 1), date(year, 12, 31))


def _weeks(year: int) -> Iterator[Span]:
    monday = date.fromisocalendar(year, 1, 1)
    while monday.isocalendar().year == year:
        week = monday.isocalendar().week
        yield Span("week", f"{year}-W{week:02d}", f"Tuần {week}/{year}", monday, monday + timedelta(days=6))
        monday += timedelta(days=7)


def due_in(span: Span, on: str) -> date | None:
    """The day that the words `on` name inside `span`, or None when they do not fit it.

    Words: "by day 14" (of the last month), "by day 24 of last month", "by 06-14", "by friday". A day that its month
    lacks ("by day 31") is the month's last.
    """
    words = on.removeprefix("by ").split()
    if words[0] == "day":
        return _clipped(span.end.year, span.end.month, int(words[1]))
    if words[0] in _WEEKDAYS:
        return span.start + timedelta(days=_WEEKDAYS.index(words[0]))
    month, day = (int(part) for part in words[0].split("-"))
    due = _clipped(span.end.year, month, day)
    return due if span.start <= due <= span.end else None


def _clipped(year: int, month: int, day: int) -> date:
    return min(date(year, month, min(day, 28)) + timedelta(days=max(day - 28, 0)), month_end(year, month))
