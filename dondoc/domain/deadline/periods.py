"""Grammar of ranges and lists: "Quý I-IV", "từ tháng 3 đến tháng 5/2024", "Tháng 10, 11", "Giai đoạn 2022-2025"."""

from __future__ import annotations

from dataclasses import replace

from dondoc.domain.deadline import dates
from dondoc.domain.deadline.dates import number, point, quarter_number, with_year, year_number
from dondoc.domain.deadline.line import HARD, SOFT, Line, phrases
from dondoc.domain.deadline.moments import Moment, Point, Range
from dondoc.domain.deadline.roles import skip_clock

Found = tuple[Moment, int] | None

_PHASE = phrases("giai đoạn | trong giai đoạn")
_SEVERAL = phrases("các")
_UNTIL = phrases("đến hết | cho đến hết | tới hết | đến | tới | cho đến | cho tới | đến cuối | đến hết cuối")
_UNTIL_BEFORE = phrases("đến trước")
STARTS = dates.STARTS | _PHASE.starts | _SEVERAL.starts | {"tu"}
_NOT_A_MEMBER = frozenset({"thang", "ngay", "tuan", "lan", "gio", "h", "%", "quy", "nam"})


def moment(line: Line, i: int) -> Found:
    """One day, period or range."""
    if line.keys[i] == "từ":
        return _from_until(line, i + 1)
    if (phase := _PHASE.at(line, i)) is not None:
        return _phase(line, phase[1])
    i = _SEVERAL.skip(line, i)
    first = point(line, i) or _bare_day(line, i)
    return None if first is None else _range_after(line, first[0], first[1], i) or _certain(*first)


def _certain(found: Point, j: int) -> Found:
    return found, j


def member(line: Line, i: int, like: Moment, told_at: int) -> Found:
    """A further member of a list: written out, or only its number ("Quý II, III", "tháng 10, 11/2024").

    `told_at` is the token where the list starts; it tells Roman from Arabic figures.
    """
    found = moment(line, i) if line.numbers[i] < 0 else None
    if found is None:
        last = like.last if isinstance(like, Range) else like
        short = _short(line, i, last, told_at)
        found = None if short is None else _range_after(line, short[0], short[1], i) or short
    return found if found is not None and found[0].kind == like.kind else None


def after_separator(line: Line, i: int) -> int | None:
    """The token after the marks that separate members of a list, or None when there are none."""
    j = i
    while line.keys[j] in SOFT or line.keys[j] in HARD or line.keys[j] == "/" and line.is_word(j + 1):
        j += 1
    return j if j > i else None


def is_choice(line: Line, i: int, j: int) -> bool:
    """Whether the separators from token i up to j leave a choice between two days or periods."""
    return "hoặc" in line.keys[i:j] or "hay" in line.keys[i:j]


def _short(line: Line, i: int, like: Point, told_at: int) -> tuple[Point, int] | None:
    """The bare number of a further member."""
    if line.folds[i + 1] in _NOT_A_MEMBER and year_number(line, i + 2) is None and like.kind != "day":
        return None
    if like.kind == "month":
        return _short_month(line, i)
    if like.kind == "quarter":
        return _short_quarter(line, i, told_at)
    if like.kind == "year":
        year = year_number(line, i)
        return None if year is None else (Point("year", year, 1, 12), i + 1)
    if like.kind == "day":
        return _short_day(line, i, like) or (_same_day(line, i, like) if "thang" in line.folds[told_at:i] else None)
    return None


def _same_day(line: Line, i: int, like: Point) -> tuple[Point, int] | None:
    """The 6 of "ngày 15 tháng 3, 6": the same day of a further month."""
    found = None if like.first == 0 else _short_month(line, i)
    return None if found is None else (replace(found[0], kind="day", months=0, day=like.day), found[1])


def _short_month(line: Line, i: int) -> tuple[Point, int] | None:
    if line.words[i].lower() == "t":
        return point(line, i)
    if line.numbers[i] < 0 or len(line.words[i]) > 2:
        return None
    if line.keys[i + 1] == "/" and line.numbers[i + 2] >= 0:
        found = number(line, i)
        return found if found is not None and found[0].kind == "month" else None
    return with_year(line, Point("month", None, line.numbers[i], 1), i + 1)


def _short_quarter(line: Line, i: int, told_at: int) -> tuple[Point, int] | None:
    which, j = quarter_number(line, i)
    figures = any(1 <= line.numbers[k] <= 4 and len(line.words[k]) < 3 for k in range(told_at, i))
    if which is None or figures != (line.numbers[i] >= 0):
        return None
    return with_year(line, Point("quarter", None, 3 * which - 2, 3), j)


def _short_day(line: Line, i: int, like: Point) -> tuple[Point, int] | None:
    if line.numbers[i] < 0:
        return None
    found = number(line, i)
    if found is not None:
        return found if found[0].kind == "day" else None
    bare = like.first == 0 and len(line.words[i]) <= 2
    return (Point("day", None, 0, day=line.numbers[i]), i + 1) if bare else None


def _bare_day(line: Line, i: int) -> tuple[Point, int] | None:
    """The 15 of "15-20/3/2025" and "15 đến 20/3"; only a whole date may follow."""
    if line.numbers[i] < 0 or len(line.words[i]) > 2 or line.keys[i + 1] not in ("-", "đến", "tới"):
        return None
    last = number(line, i + 3 if line.keys[i + 2] == "ngày" else i + 2)
    if last is None or last[0].kind != "day":
        return None
    return Point("day", None, 0, day=line.numbers[i]), i + 1


def _range_after(line: Line, first: Point, j: int, told_at: int) -> Found:
    """The rest of "A - B" and "A đến B"."""
    if line.keys[j] == "-":
        k = j + 1
    elif (until := _UNTIL.at(line, j)) is not None:
        k = until[1]
    else:
        return None
    last = _end(line, _past_clock(line, k), first, told_at)
    return None if last is None else (Range(first, last[0]), last[1])


def _past_clock(line: Line, i: int) -> int:
    after = skip_clock(line, i)
    return i if after is None else after


def _end(line: Line, k: int, first: Point, told_at: int) -> tuple[Point, int] | None:
    if line.folds[k] == "cuoi" and line.folds[k + 1] in ("thang", "quy"):
        k += 1
    found = _short(line, k, first, told_at) or point(line, k)
    if found is None or found[0].kind == "day" and found[0].first == 0 or line.folds[k] == "dau":
        return None
    return found if found[0].kind != "year" or found[0].year is not None or line.keys[k - 1] != "-" else None


def _from_until(line: Line, i: int) -> Found:
    """The rest of "từ A đến B"; without an end nothing is certain."""
    j = _past_clock(line, i + 1 if line.folds[i] == "dau" and line.folds[i + 1] in ("thang", "quy") else i)
    first = point(line, j) or _bare_day(line, j)
    if first is None:
        return None
    before = _UNTIL_BEFORE.at(line, first[1])
    if before is None:
        return _range_after(line, first[0], first[1], j)
    last = _end(line, before[1], first[0], j)
    return None if last is None else (Range(first[0], last[0], short=True), last[1])


def _phase(line: Line, i: int) -> Found:
    """The years of "giai đoạn 2022-2025"."""
    j = i + 1 if line.keys[i] == "từ" else i
    first = point(line, j)
    if first is None or first[0].kind != "year" or first[0].year is None:
        return None
    found = _range_after(line, first[0], first[1], j)
    return found if found is not None and found[0].kind == "year" else None


def with_months(days: tuple[Moment, ...]) -> tuple[Moment, ...] | None:
    """Gives "ngày 15 và 16/6" its month in the first member too; None when no month was named."""
    filled: list[Moment] = []
    month: Point | None = None
    for moment_ in reversed(days):
        if isinstance(moment_, Point) and moment_.kind == "day":
            if moment_.first == 0:
                if month is None:
                    return None
                moment_ = replace(moment_, first=month.first, year=month.year)
            month = moment_
        filled.insert(0, moment_)
    return tuple(filled)
