"""The day named for a cadence: "trước ngày 15 hàng tháng", "ngày 20 tháng cuối quý", "trước ngày 15/6", "thứ Sáu"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dondoc.domain.clauses import Period
from dondoc.domain.deadline.line import Line, Phrases, phrases
from dondoc.domain.deadline.moments import YEARS
from dondoc.domain.deadline.periods import after_separator, is_choice
from dondoc.domain.deadline.roles import Role, day_before, role_at, skip_clock, weekday
from dondoc.domain.deadline.terms import read_term, yearly_days

_OF = phrases("của | trong | vào | ở")
_WEEKLY = phrases("hàng tuần | mỗi tuần | trong tuần | hàng tuần làm việc")
_MONTHLY = phrases("hàng tháng | mỗi tháng | từng tháng")
_OF_THE_MONTH = phrases("của tháng | trong tháng | của tháng báo cáo")
_WHOSE: dict[str, Period | None] = {
    "quý": "quarter", "quý báo cáo": "quarter", "kỳ": None, "kỳ báo cáo": None,
    "năm": None, "6 tháng": None, "06 tháng": None,
}  # fmt: skip
_LINKS = ("", "của", "mỗi", "hàng", "của mỗi", "trong", "của hàng")
_LAST_MONTH = Phrases[Period | None](
    {
        " ".join(f"tháng {last} {link} {whose}".split()): period
        for last in ("cuối", "cuối cùng", "thứ ba", "thứ 3")
        for link in _LINKS
        for whose, period in _WHOSE.items()
        if last.startswith("cuối") or whose.startswith("quý")
    }
)


@dataclass(frozen=True, slots=True)
class NamedDays:
    """The days (`on` of `every`) that were named, of which kind, and the cadence that the words name themselves.

    Kinds: a `weekday`, a day of each `month`, of the `last_month` of a longer period, a `date` of the year,
    a mere time of day (`clock`: no day at all).
    """

    kind: Literal["weekday", "month", "last_month", "date", "clock"]
    days: tuple[str, ...]
    own: Period | None
    end: int

    def fits(self, period: Period) -> bool:
        """Whether the day can be the day of that cadence."""
        if self.kind == "date":
            return period in ("half_year", "nine_months", "year") and self.own in (None, "year")
        if self.own not in (None, period):
            return False
        if self.kind == "last_month":
            return period in ("quarter", "half_year", "nine_months", "year")
        return {"weekday": period == "week", "month": period == "month"}.get(self.kind, period in ("day", "week"))


def named_days(line: Line, i: int, plan_year: int, *, bare: bool = False) -> NamedDays | None:
    """The days named at token i, without or with their own "hàng tháng", "tháng cuối quý", "hàng năm".

    A `bare` period ("quý IV" behind "hằng năm") is named only in brackets or behind a colon.
    """
    return _weekdays(line, i) or _days_of_month(line, i) or _dates(line, i, plan_year, bare) or _clock(line, i)


def _weekdays(line: Line, i: int) -> NamedDays | None:
    days: list[str] = []
    end = i
    start: int | None = i
    while start is not None:
        role, j = role_at(line, start)
        j = line.folds[j] == "ngay" and j + 1 or j
        clock = skip_clock(line, j)
        named = None if clock is None else weekday(line, clock)
        if clock is None or named is None:
            break
        before = role is Role.BEFORE and clock == j
        days.append(f"by {day_before(named[0]) if before else named[0]}")
        end = named[1]
        start = after_separator(line, end)
    if not days:
        return None
    tail = _WEEKLY.at(line, end)
    return NamedDays("weekday", tuple(days), "week" if tail else None, tail[1] if tail else end)


def _days_of_month(line: Line, i: int) -> NamedDays | None:
    role, j = role_at(line, i)
    clock = skip_clock(line, j)
    if clock is None:
        return None
    early = 1 if role is Role.BEFORE and clock == j else 0
    numbers, end = _numbers(line, clock, role)
    of = _OF.skip(line, end)
    last = _LAST_MONTH.at(line, of)
    if last is not None:
        return _named("last_month", numbers, early, " of last month", last[0], last[1])
    monthly = _MONTHLY.at(line, of)
    if monthly is not None:
        return _named("month", numbers, early, "", "month", monthly[1])
    if line.folds[end] == "thang" or line.keys[end] in ("/", "-", "."):
        return None
    loose = _OF_THE_MONTH.at(line, end)
    return _named("month", numbers, early, "", None, loose[1] if loose else end)


def _numbers(line: Line, i: int, role: Role) -> tuple[list[int], int]:
    """The days in "ngày 15", "ngày 15 và ngày 30", "trước 25"."""
    numbers: list[int] = []
    end, start = i, i
    while True:
        j = start + 1 if line.folds[start] == "ngay" else start
        j += line.folds[j] == "mung"
        told = j > start or role is not Role.BARE or bool(numbers)
        if not told or len(line.words[j]) > 2 or line.numbers[j] < 0 or line.numbers[j] in YEARS:
            return numbers, end
        if line.keys[j + 1] in ("giờ", "h", "%", "/") or line.folds[j + 1] in ("ngay", "tuan") and start == j:
            return numbers, end
        numbers.append(line.numbers[j])
        end = j + 1
        further = after_separator(line, end)
        if further is None or is_choice(line, end, further):
            return numbers, end
        start = further


def _named(
    kind: Literal["month", "last_month"], numbers: list[int], early: int, of: str, own: Period | None, end: int
) -> NamedDays | None:
    if not numbers or any(not 1 <= n <= 31 or n - early < 1 for n in numbers):
        return None
    return NamedDays(kind, tuple(f"by day {n - early}{of}" for n in numbers), own, end)


def _dates(line: Line, i: int, plan_year: int, bare: bool) -> NamedDays | None:
    read = read_term(line, i)
    if read is None or read.moments[0].kind != "day" and read.role is Role.BARE and not bare:
        return None
    days = yearly_days(read, plan_year)
    return None if days is None else NamedDays("date", days, "year" if read.yearly else None, read.end)


def _clock(line: Line, i: int) -> NamedDays | None:
    """Only an hour: "trước 17 giờ hàng ngày"."""
    _, j = role_at(line, i)
    end = skip_clock(line, j)
    return None if end is None or end == j else NamedDays("clock", (), None, end)
