"""Rules for what comes again: "hàng quý, 6 tháng, năm", "01 tháng/lần", "định kỳ 6 tháng (trước ngày 15/6)"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dondoc.domain.clauses import AnyClause, Every, Period
from dondoc.domain.deadline import dates, roles
from dondoc.domain.deadline.dates import amount
from dondoc.domain.deadline.line import HARD, SOFT, Line, phrases
from dondoc.domain.deadline.match import NUMBER, Match, Rule
from dondoc.domain.deadline.named_days import NamedDays, named_days
from dondoc.domain.deadline.periods import after_separator
from dondoc.domain.deadline.terms import read_term
from dondoc.domain.deadline.verbs import LEADS, VERBS, objects

_MARKERS = phrases("hàng | mỗi | từng | theo | theo từng | cứ | định kỳ | định kỳ hàng | định kỳ theo | theo hàng")
_PREFIXES = phrases(
    """định kỳ | theo định kỳ | báo cáo | báo cáo định kỳ | chế độ báo cáo | sơ kết | tổng kết | sơ kết, tổng kết
    | báo cáo sơ kết | báo cáo tổng kết | gửi báo cáo | thực hiện báo cáo"""
)
_ONCE = phrases(
    """/ lần | / 1 lần | / 01 lần | / một lần | 1 lần | 01 lần | một lần
    | ít nhất 1 lần | ít nhất 01 lần | ít nhất một lần"""
)
_TELLING = ("hang", "moi", "tung", "cuoi", "thu")  # without one of them no day tells its own cadence
_AT_LEAST = phrases("ít nhất | tối thiểu")
_TIMES_A = phrases("lần / | lần mỗi | lần trong | lần trong mỗi | lần một | lần trong một | lần trên | lần hàng")
_LONG: dict[int, Period] = {1: "month", 3: "quarter", 6: "half_year", 9: "nine_months", 12: "year"}
_SHORT: dict[str, Period] = {"ngay": "day", "tuan": "week", "quy": "quarter", "nam": "year"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One period; `told` when the words themselves say that it repeats ("hàng", "/lần"), not merely "năm"."""

    period: Period
    told: bool
    end: int
    days: NamedDays | None = None


def cadence(line: Line, i: int, plan_year: int) -> Match | None:
    """A list of cadences, each perhaps with a named day."""
    start = _PREFIXES.skip(line, i)
    bracket = line.keys[start] == "(" and start > i
    units = _units(line, start + bracket, start > i, plan_year)
    if not units or not _certain(line, units, start > i):
        return None
    shared = _shared(line, start, units)
    if shared is None:
        return None
    units, end = shared, units[-1].end
    if bracket:
        if line.closing.get(start) != end:
            return None
        end += 1
    clauses = _clauses(units)
    named = any(unit.days is not None and unit.days.days for unit in units)
    return None if clauses is None else Match("every-on" if named else "every", clauses, end)


def on_day(line: Line, i: int, plan_year: int) -> Match | None:
    """A named day that tells its own cadence: "trước ngày 15 hàng tháng", "thứ Sáu hàng tuần"."""
    if not any(word in line.folds for word in _TELLING):
        return None
    start = _PREFIXES.skip(line, i)
    days = named_days(line, start, plan_year)
    if days is not None and days.kind == "clock" and (daily := _unit(line, days.end)) is not None and daily.told:
        return Match("every", (Every(period=daily.period),), daily.end) if daily.period == "day" else None
    if days is None or days.own is None or _goes_on(line, days.end):
        return None
    return Match("every-on", tuple(Every(period=days.own, on=on) for on in days.days), days.end)


def starts_cadence(line: Line, i: int) -> bool:
    """Whether "hàng quý", "định kỳ", "1 lần/năm" … begins here."""
    if line.folds[i : i + 2] == ["dinh", "ky"]:
        return True
    unit = _unit(line, i)
    return unit is not None and unit.told


def _units(line: Line, i: int, told: bool, plan_year: int) -> list[Unit]:
    units: list[Unit] = []
    start: int | None = i
    while start is not None:
        unit = _unit(line, start)
        if unit is None or unit.period == "day" and not unit.told:
            break
        with_days = _with_days(line, unit, plan_year)
        if with_days is None:
            return []
        units.append(with_days)
        start = _next(line, with_days.end)
    return units


def _next(line: Line, i: int) -> int | None:
    """Where the next cadence of the list may start."""
    j = i
    while line.keys[j] in SOFT or line.keys[j] in HARD or line.keys[j] == "/":
        j += 1
    if j == i:
        return None
    return j if any(key in HARD for key in line.keys[i:j]) else _PREFIXES.skip(line, j)


def _unit(line: Line, i: int) -> Unit | None:
    least = _AT_LEAST.skip(line, i)
    count, j = amount(line, least)
    if count == 1 and (times := _TIMES_A.at(line, j)) is not None:
        found = _period(line, times[1])
        return None if found is None else Unit(found[0], True, found[1])
    j = _MARKERS.skip(line, least)
    found = _period(line, j)
    if found is None or line.keys[j] == "quy" and line.keys[j - 1] == "theo":
        return None
    once = _ONCE.at(line, found[1])
    bare_month_count = line.folds[found[1]] in ("dau", "cuoi") and once is None
    if bare_month_count or j == i and line.folds[i] == "ngay" and once is None:
        return None
    return Unit(found[0], j > i or once is not None, found[1] if once is None else once[1])


def _period(line: Line, i: int) -> tuple[Period, int] | None:
    if line.folds[i : i + 2] == ["thuong", "nien"]:
        return "year", i + 2
    if line.folds[i : i + 2] in (["nua", "nam"], ["ban", "nien"]):
        return "half_year", i + 2
    count, j = (None, i) if line.folds[i] in _SHORT or line.folds[i] == "thang" else amount(line, i)
    if count is None and j != i:
        return None
    word = line.folds[j]
    if word == "thang":
        period = _LONG.get(1 if count is None else count)
    else:
        period = _SHORT.get(word) if count in (None, 1) else None
    named = line.numbers[j + 1] >= 0 and line.folds[j + 2] != "lan" or line.words[j + 1] in ("I", "II", "III", "IV")
    return None if period is None or named else (period, j + 1)


def _with_days(line: Line, unit: Unit, plan_year: int) -> Unit | None:
    """The unit with the day named for it in brackets, after a comma or colon, or directly; None on a contradiction."""
    i = unit.end
    if line.keys[i] == "(":
        return _in_brackets(line, unit, plan_year)
    verb = VERBS.at(line, i)
    j = i if verb is None else objects(line, verb[1])
    apart = line.keys[j] in (",", ":")
    start = LEADS.skip(line, j + apart)
    days = named_days(line, start, plan_year, bare=line.keys[j] == ":")
    if days is None:
        dated_once = (
            unit.period in ("half_year", "year") and line.keys[j] != "và" and read_term(line, start) is not None
        )
        return None if dated_once else unit
    if days.fits(unit.period):
        return replace(unit, days=days, end=days.end)
    return unit if apart and days.own not in (None, unit.period) else None


def _in_brackets(line: Line, unit: Unit, plan_year: int) -> Unit | None:
    close = line.closing.get(unit.end)
    days = named_days(line, LEADS.skip(line, unit.end + 1), plan_year, bare=True)
    if close is None or days is None or days.end != close:
        return unit
    return replace(unit, days=days, end=close + 1) if days.fits(unit.period) else None


def _shared(line: Line, i: int, units: list[Unit]) -> list[Unit] | None:
    """Gives each member the day of a "tháng cuối kỳ" behind the list; None when it is not certain whose it is."""
    days = units[-1].days
    if days is None or days.kind != "last_month" or days.own is not None or len(units) == 1:
        return units
    plain = all(unit.days is None and days.fits(unit.period) for unit in units[:-1])
    return [replace(unit, days=days) for unit in units] if plain and "và" not in line.keys[i : units[-1].end] else None


def _certain(line: Line, units: list[Unit], told: bool) -> bool:
    """Whether the list really is one of cadences: "6 tháng, năm" is, "quý" alone is not."""
    if units[-1].days is None and _is_year_of_plan(line, units[-1].end):
        return False
    if told or any(unit.told for unit in units) or len(units) > 1:
        return True
    counted = line.numbers[units[0].end - 2] in (1, 6, 9) and units[0].period in ("half_year", "nine_months", "year")
    further = after_separator(line, units[0].end)
    return counted and (further is None or dates.point(line, further) is None)


def _is_year_of_plan(line: Line, i: int) -> bool:
    """Whether "năm 2024" goes on the list, which may mean the cadence or the year."""
    return line.keys[i] in (",", "và", "/") and line.folds[i + 1] == "nam" and line.numbers[i + 2] > 0


def _goes_on(line: Line, i: int) -> bool:
    """Whether bare periods follow ("tháng cuối quý, 6 tháng, năm"), so that the day may be meant for them too."""
    j = _next(line, i)
    if j is None:
        return False
    unit = _unit(line, j)
    return unit is not None and not unit.told and _PREFIXES.at(line, j) is None


def _clauses(units: list[Unit]) -> tuple[AnyClause, ...] | None:
    clauses: list[AnyClause] = []
    for k, unit in enumerate(units):
        days = unit.days.days if unit.days is not None else ()
        before = units[k - 1] if k else None
        if len(days) < 2:
            clauses.append(Every(period=unit.period, on=days[0] if days else None))
        elif unit.days is not None and unit.days.kind != "date":
            clauses.extend(Every(period=unit.period, on=on) for on in days)
        elif (
            len(days) == 2
            and unit.period == "year"
            and before is not None
            and before.period == "half_year"
            and not before.days
        ):
            clauses[-1:] = [Every(period="half_year", on=days[0]), Every(period="year", on=days[1])]
        else:
            clauses.extend(Every(period="year", on=on) for on in days)
    return tuple(clauses)


CADENCE = Rule(
    cadence,
    _PREFIXES.starts
    | _MARKERS.starts
    | _AT_LEAST.starts
    | dates.STARTS
    | {NUMBER, "ngay", "tuan", "thang", "thuong", "ban"},
)
ON_DAY = Rule(on_day, _PREFIXES.starts | roles.STARTS | {NUMBER, "ngay", "mung", "mong"})
