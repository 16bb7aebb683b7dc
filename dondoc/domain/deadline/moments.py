"""Days and periods as they are written, perhaps without a year, and the civil days that they cover."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Kind = Literal["day", "month", "quarter", "half", "edge", "year"]
Span = tuple[date, date]
YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Point:
    """A day or a period. `first` is its first month and `months` how many it has; a day has `day` and no months.

    `half` is "N tháng đầu / cuối năm", `edge` the conventional "đầu năm" and "cuối năm". A `day` whose month
    follows later ("ngày 08 đến ngày 10 tháng 12") has first 0.
    """

    kind: Kind
    year: int | None
    first: int
    months: int = 0
    day: int = 0

    def span(self, plan_year: int) -> Span | None:
        """First and last day; None when there is no such day. A missing year is the plan's."""
        year = plan_year if self.year is None else self.year
        last = self.first + max(self.months, 1) - 1
        if self.first < 1 or last > 12 or year not in YEARS:
            return None
        if self.kind != "day":
            return date(year, self.first, 1), date(year, last, monthrange(year, last)[1])
        if not 1 <= self.day <= monthrange(year, self.first)[1]:
            return None
        return date(year, self.first, self.day), date(year, self.first, self.day)


@dataclass(frozen=True, slots=True)
class Range:
    """From the start of one point to the end of another; `short` leaves out the last day ("đến trước ngày …")."""

    first: Point
    last: Point
    short: bool = False

    @property
    def kind(self) -> Kind:
        return self.last.kind

    @property
    def year(self) -> int | None:
        return self.last.year if self.last.year is not None else self.first.year

    def span(self, plan_year: int) -> Span | None:
        """The days covered; None when it is not certain which years are meant."""
        ends = self._dated(plan_year)
        if ends is None:
            return None
        start, end = ends[0].span(plan_year), ends[1].span(plan_year)
        if start is None or end is None or start[0] > end[1]:
            return None
        last = date.fromordinal(end[1].toordinal() - 1) if self.short else end[1]
        return (start[0], last) if start[0] <= last else None

    def _dated(self, plan_year: int) -> tuple[Point, Point] | None:
        first, last = self.first, self.last
        if first.first == 0:
            first = replace(first, first=last.first, year=last.year)
        if first.year is None and last.year is not None:
            if first.kind != last.kind and last.year != plan_year:
                return None
            turned = _order(first) > _order(last)
            first = replace(first, year=plan_year if turned else last.year)
        elif last.year is None:
            last = replace(last, year=first.year)
        return first, last


def _order(point: Point) -> tuple[int, int]:
    return point.first, point.day


Moment = Point | Range


def dated(moments: tuple[Moment, ...], plan_year: int) -> tuple[Span, ...] | None:
    """The days of each member of a list. A year written once spreads back over the members before it.

    None when a day is impossible or when it is not certain which year a member without one belongs to.
    """
    written = [moment.year for moment in moments if moment.year is not None]
    if moments[-1].year is None and written and written[-1] != plan_year:
        return None
    spans = _spans(moments, plan_year, spread=True)
    if spans is None or _in_order(spans) or len(written) == len(moments):
        return spans
    # "Quý IV, quý I/2025" in a plan of 2024: the year cannot spread back, the plan's year can stand.
    spans = _spans(moments, plan_year, spread=False)
    return spans if spans is not None and _in_order(spans) and written == [plan_year + 1] else None


def _spans(moments: tuple[Moment, ...], plan_year: int, *, spread: bool) -> tuple[Span, ...] | None:
    spans: list[Span] = []
    year = plan_year
    for moment in reversed(moments):
        year = moment.year if moment.year is not None and spread else year
        span = _with_year(moment, year).span(plan_year)
        if span is None:
            return None
        spans.append(span)
    return tuple(reversed(spans))


def _in_order(spans: tuple[Span, ...]) -> bool:
    return all(a[0] < b[0] for a, b in zip(spans, spans[1:], strict=False))


def _with_year(moment: Moment, year: int) -> Moment:
    if moment.year is not None:
        return moment
    if isinstance(moment, Range):
        return replace(moment, first=replace(moment.first, year=year), last=replace(moment.last, year=year))
    return replace(moment, year=year)
