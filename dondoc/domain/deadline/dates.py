"""Grammar of days and periods: "15/6/2024", "ngày 15 tháng 6", "tháng 9", "Quý II/2024", "6 tháng đầu năm", "2024".

Each function reads at token i and gives what it read and the token after it, or None.
"""

from __future__ import annotations

from collections.abc import Callable

from dondoc.domain.deadline.lexicon import COUNT, ROMAN
from dondoc.domain.deadline.line import Line
from dondoc.domain.deadline.moments import YEARS, Point
from dondoc.domain.deadline.spelling import fold

Found = tuple[Point, int] | None


def point(line: Line, i: int) -> Found:
    """Any single day or period."""
    reader = _READERS.get(line.folds[i])
    if reader is not None:
        return reader(line, i)
    if line.numbers[i] >= 0:
        return months_of_year(line, i) or number(line, i)
    if line.folds[i][:1] == "q":
        return quarter(line, i)
    return months_of_year(line, i) if line.keys[i] in COUNT else None


def year_number(line: Line, i: int) -> int | None:
    """The year written with four digits at token i."""
    return line.numbers[i] if len(line.words[i]) == 4 and line.numbers[i] in YEARS else None


def year_after(line: Line, i: int) -> tuple[int | None, int]:
    """The year that belongs to the period just read: "/2024", "năm 2024", ", năm 2024", "của năm 2024", " 2024"."""
    joined = line.keys[i] == "/" or line.keys[i] in (".", "-") and line.tight[i] and line.tight[i + 1]
    comma = line.keys[i] == "," and line.folds[i + 1] == "nam"
    j = i + (joined or comma)
    if line.folds[j] in ("cua", "trong") and line.folds[j + 1] == "nam":
        j += 1
    if line.folds[j] == "nam":
        j += 1
    year = year_number(line, j)
    return (None, i) if year is None else (year, j + 1)


def number(line: Line, i: int) -> Found:
    """What starts with a number: a date, "9/2025", "1/8", "15 tháng 8", a year."""
    parts, end = _slashed(line, i)
    if len(parts) == 3:
        return _full_date(line, i, parts, end)
    if len(parts) == 2:
        return _month_and_year(line, i, end) or _day_and_month(line, i, end)
    year = year_number(line, i)
    if year is not None:
        return Point("year", year, 1, 12), i + 1
    return _day_of_named_month(line, i)


def _slashed(line: Line, i: int) -> tuple[list[int], int]:
    """Numbers joined by one and the same mark; "." and "-" only join a whole date without spaces."""
    mark, parts, j = line.keys[i + 1], [line.numbers[i]], i + 1
    if mark not in ("/", ".", "-"):
        return parts, j
    while len(parts) < 3 and line.keys[j] == mark and line.numbers[j + 1] >= 0:
        if mark != "/" and not (line.tight[j] and line.tight[j + 1]):
            break
        parts.append(line.numbers[j + 1])
        j += 2
    return (parts, j) if mark == "/" or len(parts) == 3 else (parts[:1], i + 1)


def _full_date(line: Line, i: int, parts: list[int], end: int) -> Found:
    sizes = [len(line.words[k]) for k in (i, i + 2, i + 4)]
    if sizes[0] == 4 and line.keys[i + 1] == "-" and sizes[1:] == [2, 2]:
        return Point("day", parts[0], parts[1], day=parts[2]), end
    if max(sizes[:2]) > 2 or sizes[2] not in (2, 4):
        return None
    year = parts[2] if sizes[2] == 4 else 2000 + parts[2]
    return (Point("day", year, parts[1], day=parts[0]), end) if year in YEARS else None


def _month_and_year(line: Line, i: int, end: int) -> Found:
    year = year_number(line, i + 2)
    if year is None or len(line.words[i]) > 2:
        return None
    return Point("month", year, line.numbers[i], 1), end


def _day_and_month(line: Line, i: int, end: int) -> Found:
    if max(len(line.words[i]), len(line.words[i + 2])) > 2:
        return None
    year, after = year_after(line, end) if line.folds[end] == "nam" or line.keys[end] == "," else (None, end)
    return Point("day", year, line.numbers[i + 2], day=line.numbers[i]), after


def _day_of_named_month(line: Line, i: int) -> Found:
    """15 tháng 8 [năm 2025], also "15, tháng 8, năm 2025"."""
    j = i + 2 if line.keys[i + 1] == "," and line.folds[i + 2] == "thang" and line.folds[i - 1] == "ngay" else i + 1
    j += line.folds[j] == "cua" and line.folds[j + 1] in ("thang", "cac")
    j += line.folds[j] == "cac"
    if len(line.words[i]) > 2 or line.folds[j] != "thang":
        return None
    found = month(line, j)
    if found is None or found[0].year is None and line.folds[found[1]] == "nam":
        return None
    return Point("day", found[0].year, found[0].first, day=line.numbers[i]), found[1]


def day(line: Line, i: int) -> Found:
    """A day: "ngày 15/6", "ngày 15 tháng 6", "ngày 15" (its month is to follow)."""
    j = i + 2 if line.folds[i + 1] in ("mung", "mong") else i + 1
    if line.numbers[j] < 0 or year_number(line, j) is not None:
        return None
    found = number(line, j)
    if found is not None:
        return found if found[0].kind == "day" else None
    return (Point("day", None, 0, day=line.numbers[j]), j + 1) if len(line.words[j]) <= 2 else None


def month(line: Line, i: int) -> Found:
    """A month: "tháng 9", "tháng 9/2024", "T9/2024", "tháng Chín năm 2024"."""
    which, j = _month_number(line, i + 1)
    if which is None or line.folds[i] == "t" and not line.tight[i + 1]:
        return None
    return with_year(line, Point("month", None, which, 1), j)


def with_year(line: Line, found: Point, j: int) -> Found:
    """The period together with the year that follows it; nothing when what follows is a day of two digits."""
    year, end = year_after(line, j)
    if year is None and line.keys[j] == "/" and len(line.words[j + 1]) == 2 and line.numbers[j + 1] in range(20, 40):
        year, end = 2000 + line.numbers[j + 1], j + 2
    return Point(found.kind, year, found.first, found.months), end


def _month_number(line: Line, i: int) -> tuple[int | None, int]:
    if 1 <= line.numbers[i] <= 12 and len(line.words[i]) <= 2:
        return line.numbers[i], i + 1
    tens = COUNT.get(line.keys[i])
    if tens == 10 and line.keys[i + 1] in ("một", "hai"):
        return 10 + COUNT[line.keys[i + 1]], i + 2
    return (tens, i + 1) if tens is not None and line.keys[i] != "năm" else (None, i)


def quarter(line: Line, i: int) -> Found:
    """A quarter: "Quý II", "Quý 2/2024", "Q2/2024", "QII năm 2024", also "Quý l" with the letter l for I."""
    word = line.folds[i]
    if word in ("quy", "q"):
        j = i + 2 if word == "q" and line.keys[i + 1] == "." else i + 1
        which, j = quarter_number(line, j)
    else:
        rest = word[3:] if word.startswith("quy") else word[1:] if word.startswith("q") else ""
        which, j = ROMAN.get(rest.replace("l", "i")), i + 1
    return None if which is None else with_year(line, Point("quarter", None, 3 * which - 2, 3), j)


def quarter_number(line: Line, i: int) -> tuple[int | None, int]:
    """Which quarter the token names, in Roman or Arabic figures or in words."""
    if line.numbers[i] >= 0:
        return (line.numbers[i] if 1 <= line.numbers[i] <= 4 and len(line.words[i]) <= 2 else None), i + 1
    which = ROMAN.get(line.words[i].replace("l", "i").lower()) or COUNT.get(line.keys[i], 0)
    return (which if 1 <= which <= 4 else None), i + 1


def year(line: Line, i: int) -> Found:
    """A year: "năm 2024"; "năm" alone is the plan's year (the rule that asks decides whether it may stand alone)."""
    which = year_number(line, i + 1)
    return Point("year", which, 1, 12), i + (1 if which is None else 2)


def whole_year(line: Line, i: int) -> Found:
    """The whole year: "cả năm", "cả năm 2024"."""
    return year(line, i + 1) if line.folds[i + 1] == "nam" else None


def months_of_year(line: Line, i: int) -> Found:
    """Months of a year: "6 tháng đầu năm 2024", "9 tháng đầu năm", "sáu tháng cuối năm", "nửa đầu năm"."""
    count, j = amount(line, i)
    if line.folds[i] == "nua":
        count, j = 6, i
    elif count is None or line.folds[j] != "thang":
        return None
    side = line.folds[j + 1]
    k = j + 3 if line.folds[j + 2] in ("cua", "trong") else j + 2
    if side not in ("dau", "cuoi") or line.folds[k] != "nam" or not 1 <= count <= 11:
        return None
    first = 1 if side == "dau" else 13 - count
    return with_year(line, Point("half", None, first, count), k + 1)


def edge(line: Line, i: int) -> Found:
    """By convention "đầu năm [2024]" is quarter I and "cuối năm" quarter IV."""
    k = i + 2 if line.folds[i + 1] == "cua" else i + 1
    if line.folds[k] != "nam":
        return None
    return with_year(line, Point("edge", None, 1 if line.folds[i] == "dau" else 10, 3), k + 1)


def amount(line: Line, i: int) -> tuple[int | None, int]:
    """A count in figures of at most three digits, or in words up to ten; also "15 (mười lăm)"."""
    if line.numbers[i] >= 0 and len(line.words[i]) <= 3:
        j = i + 1
        if line.keys[j] == "(" and line.keys[j + 1] in COUNT:
            j = line.closing.get(j, j - 1) + 1
        return line.numbers[i], j
    return COUNT.get(line.keys[i]), i + 1


_READERS: dict[str, Callable[[Line, int], Found]] = {
    "ngay": day, "thang": month, "t": month, "quy": quarter, "q": quarter, "ca": whole_year,
    "dau": edge, "cuoi": edge, "nua": months_of_year,
}  # fmt: skip


def _year_or_months(line: Line, i: int) -> Found:
    return months_of_year(line, i) or (year(line, i) if line.keys[i] == "năm" else None)


_READERS["nam"] = _year_or_months
STARTS = frozenset(_READERS) | {fold(word) for word in COUNT}
