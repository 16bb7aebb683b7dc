"""Rules for dates: "trước ngày 15/6/2024", "chậm nhất tháng 01", "Quý II, III/2024", "trước ngày 15/11 hằng năm"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dondoc.domain.clauses import AnyClause, By, Every, Within
from dondoc.domain.deadline import periods, roles
from dondoc.domain.deadline.lexicon import DAYS_OF_WEEK
from dondoc.domain.deadline.line import Line, phrases
from dondoc.domain.deadline.match import NUMBER, Match, Rule
from dondoc.domain.deadline.moments import Moment, Point, Range, Span, dated
from dondoc.domain.deadline.periods import after_separator, is_choice, member, moment, with_months
from dondoc.domain.deadline.roles import Role, role_at, skip_clock, weekday

YEARLY = phrases("hàng năm | mỗi năm | của hàng năm | của mỗi năm")
_RULES = {Role.BEFORE: "before", Role.LAST: "at-latest", Role.IN: "within", Role.BARE: "within"}


@dataclass(frozen=True, slots=True)
class Term:
    """A list of days or of periods of one kind, their role, and whether it comes every year.

    `told` says that each member names the role itself, as in "trước tháng 6 và trước tháng 12".
    """

    role: Role
    moments: tuple[Moment, ...]
    told: bool
    yearly: bool
    end: int


def term(line: Line, i: int, plan_year: int) -> Match | None:
    """Dates and periods: `by` or `within`, or yearly `every` when "hằng năm" follows."""
    read = read_term(line, i)
    if read is None:
        return None
    clauses = _yearly(read, plan_year) if read.yearly else _once(read, plan_year)
    return None if clauses is None else Match(_rule(read), clauses, read.end)


def read_term(line: Line, i: int) -> Term | None:
    """The dates at token i and their roles."""
    first = _first(line, i)
    if first is None:
        return None
    role, moments, end = first[0], [first[1]], first[2]
    told = True
    while (start := after_separator(line, end)) is not None:
        further = _further(line, start, role, moments[-1], i)
        if further is None:
            break
        if is_choice(line, end, start):
            return None
        told = told and further[0] is role
        moments.append(further[1])
        end = further[2]
    with_month = with_months(tuple(moments))
    if with_month is None or _month_left_open(line, i, end, with_month[0]) or _role_left_open(line, end, role):
        return None
    tail = _yearly_tail(line, end, role in (Role.BEFORE, Role.LAST) and with_month[0].kind == "day")
    return Term(role, with_month, told, tail > end, tail)


def _first(line: Line, i: int) -> tuple[Role, Moment, int] | None:
    opened = _opening(line, i)
    if opened is None:
        return None
    role, j, named = opened
    found = moment(line, j)
    if found is None or named is not None and not _is_weekday(found[0], named):
        return None
    if _bare_year(line, j, found[0]) and role not in (Role.IN, Role.LAST):
        return None
    return role, *found


def _further(line: Line, i: int, role: Role, before: Moment, told_at: int) -> tuple[Role, Moment, int] | None:
    """A further member of the list; it has the role of the one before it unless it names its own."""
    opened = _opening(line, i)
    if opened is None or opened[2] is not None or opened[0] not in (role, Role.BARE):
        return None
    found = member(line, opened[1], before, told_at)
    return None if found is None or _bare_year(line, opened[1], found[0]) else (opened[0], *found)


def _month_left_open(line: Line, i: int, end: int, first: Moment) -> bool:
    """Whether "ngày 15 tháng 6 và tháng 12" leaves open if the day is meant for the second month too."""
    if first.kind != "day" or "thang" not in line.folds[i:end]:
        return False
    return line.keys[end] in (",", "và") and line.folds[end + 1] == "thang"


def _role_left_open(line: Line, end: int, role: Role) -> bool:
    """Whether "trước 30/6 và quý IV" leaves open if the role is meant for the period too."""
    if role not in (Role.BEFORE, Role.LAST) or line.keys[end] != "và":
        return False
    found = moment(line, end + 1)
    return role_at(line, end + 1)[0] is Role.BARE and found is not None and not _bare_year(line, end + 1, found[0])


def _opening(line: Line, i: int) -> tuple[Role, int, str | None] | None:
    """Role, first token of the date and the weekday before it; "trước 17 giờ ngày X" is that day itself."""
    role, j = role_at(line, i)
    clock = skip_clock(line, j)
    if clock is None:
        return None
    if clock > j and role is Role.BEFORE:
        role = Role.LAST
    named = weekday(line, clock)
    if named is None:
        return role, clock, None
    return role, named[1] + (line.keys[named[1]] == ","), named[0]


def _bare_year(line: Line, i: int, found: Moment) -> bool:
    """Whether only "năm" was written, which needs "trong" or "hết" before it to mean the plan's year."""
    return found.kind == "year" and found.year is None and line.folds[i] != "ca"


def _is_weekday(found: Moment, name: str) -> bool:
    if not isinstance(found, Point) or found.kind != "day" or found.year is None:
        return False
    span = found.span(found.year)
    return span is not None and DAYS_OF_WEEK[span[0].weekday()] == name


def _yearly_tail(line: Line, i: int, after_comma: bool) -> int:
    """The token after "hằng năm" or "(hằng năm)"; after a comma it may be a clause of its own unless a day is due."""
    bracket = line.keys[i] == "("
    found = YEARLY.at(line, i + (bracket or after_comma and line.keys[i] == ","))
    if found is None or bracket and line.keys[found[1]] != ")":
        return i
    return found[1] + bracket


def _rule(read: Term) -> str:
    if read.yearly:
        return "every-year-on"
    day = isinstance(read.moments[0], Point) and read.moments[0].kind == "day"
    return "on-day" if day and read.role in (Role.IN, Role.BARE) else _RULES[read.role]


def _once(read: Term, plan_year: int) -> tuple[AnyClause, ...] | None:
    spans = dated(read.moments, plan_year)
    if spans is None or not _spreads(read):
        return None
    clauses: list[AnyClause] = []
    for moment_, span in zip(read.moments, spans, strict=True):
        day = due_day(read.role, moment_, span)
        if day is not None:
            clauses.append(By(date=day))
        elif read.role in (Role.IN, Role.BARE):
            clauses.append(Within(start=span[0], end=span[1]))
        else:
            return None
    return tuple(clauses)


def due_day(role: Role, moment_: Moment, span: Span) -> date | None:
    """The last day of a `by`: for "trước" the day before; None when it is a window or not certain."""
    if isinstance(moment_, Range):
        return None
    if role is Role.BEFORE:
        sure = moment_.kind not in ("half", "edge") and span[0].toordinal() > 1
        return date.fromordinal(span[0].toordinal() - 1) if sure else None
    if moment_.kind == "day":
        return span[1]
    start_of_year = moment_.kind == "edge" and moment_.first == 1
    return span[1] if role is Role.LAST and not start_of_year else None


def _spreads(read: Term) -> bool:
    """One "trước" or "chậm nhất" may stand for a list of days, not for a list of periods."""
    return read.told or read.moments[0].kind == "day" or read.role in (Role.IN, Role.BARE)


def _yearly(read: Term, plan_year: int) -> tuple[AnyClause, ...] | None:
    days = yearly_days(read, plan_year)
    return None if days is None else tuple(Every(period="year", on=on) for on in days)


def yearly_days(read: Term, plan_year: int) -> tuple[str, ...] | None:
    """The `on` of each date that names no year ("by 06-14"), by the calendar of the plan's year."""
    days: list[str] = []
    for moment_ in read.moments:
        span = moment_.span(plan_year)
        sure = moment_.year is None and moment_.kind in ("day", "month", "quarter") and not isinstance(moment_, Range)
        if span is None or not sure or not _spreads(read):
            return None
        days.append(f"by {due_day(read.role, moment_, span) or span[1]:%m-%d}")
    return tuple(days)


STARTS = roles.STARTS | periods.STARTS | {NUMBER}
TERM = Rule(term, STARTS)
