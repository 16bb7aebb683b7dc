"""Rules for lengths of time: "30 ngày kể từ ngày …", "05 ngày làm việc sau khi …", "40 ngày trước ngày bầu cử"."""

from __future__ import annotations

from dataclasses import dataclass

from dondoc.domain.clauses import Offset, Side, Unit, Within
from dondoc.domain.deadline import dates
from dondoc.domain.deadline.dates import amount, point
from dondoc.domain.deadline.line import Line, Phrases, phrases
from dondoc.domain.deadline.match import NUMBER, Match, Rule
from dondoc.domain.deadline.moments import Range, Span
from dondoc.domain.deadline.open_text import ends_in_length, text_end
from dondoc.domain.deadline.periods import moment
from dondoc.domain.deadline.verbs import lead

_OPENINGS = phrases(
    """trong | trong vòng | trong thời hạn | trong thời gian | trong khoảng thời gian | chậm nhất | muộn nhất | trễ nhất
    | không quá | tối đa | tối thiểu | ít nhất | là | sau | trước | thời hạn | thời gian | vòng | hạn | không muộn hơn
    | chậm nhất là sau | không chậm quá"""
)
_ANCHORS = Phrases[Side](
    {
        "kể từ ngày": "after", "kể từ khi": "after", "kể từ thời điểm": "after", "kể từ lúc": "after", "kể từ": "after",
        "kể từ sau khi": "after", "kể từ sau ngày": "after", "tính từ ngày": "after", "tính từ khi": "after",
        "tính từ thời điểm": "after", "tính từ": "after", "từ ngày": "after", "từ khi": "after",
        "từ thời điểm": "after",
        "sau khi": "after", "sau ngày": "after", "sau thời điểm": "after", "sau": "after", "khi": "after",
        "trước ngày": "before", "trước khi": "before", "trước thời điểm": "before", "trước": "before",
        "so với ngày": "before", "tính đến ngày": "before",
    }
)  # fmt: skip
_REVERSED = Phrases[Side](
    {
        "trước ngày": "before",
        "trước khi": "before",
        "trước thời điểm": "before",
        "trước": "before",
        "sau khi": "after",
        "sau ngày": "after",
    }
)
_AT_LEAST = phrases("ít nhất | chậm nhất | tối thiểu | là | trong vòng | trong thời hạn | không quá")
_UNITS: dict[str, Unit] = {"ngay": "day", "tuan": "week", "thang": "month"}


@dataclass(frozen=True, slots=True)
class Length:
    """So many days, working days, weeks or months."""

    amount: int
    unit: Unit
    end: int


def read_length(line: Line, i: int, *, years: bool = False) -> Length | None:
    """A length: "05 ngày làm việc", "07 ngày (làm việc)"; "02 năm" only where a comment is looked for."""
    count, j = amount(line, i)
    if years and count is not None and line.folds[j] == "nam":
        return Length(12 * count, "month", j + 1)
    unit = _UNITS.get(line.folds[j])
    if count is None or count < 1 or unit is None:
        return None
    bracket = line.keys[j + 1] == "("
    if unit == "day" and line.folds[j + 1 + bracket : j + 3 + bracket] == ["lam", "viec"]:
        return Length(count, "working_day", j + 3 + 2 * bracket)
    return Length(count, unit, j + 1)


def offset(line: Line, i: int, plan_year: int) -> Match | None:
    """A length counted from something, in the source's words without "kể từ ngày", "sau khi", "trước ngày"."""
    length = read_length(line, _OPENINGS.skip(line, i))
    if length is None:
        return None
    j = length.end + (line.keys[length.end] == ",")
    anchor = _ANCHORS.at(line, j)
    if anchor is None:
        return None
    end = text_end(line, anchor[1], keeps_theo=True)
    if end is None or end <= anchor[1] or line.keys[anchor[1]] == "nay":
        return None
    said = line.said(anchor[1], end)
    return Match("length", (Offset(amount=length.amount, unit=length.unit, from_=said, side=anchor[0]),), end)


def offset_reversed(line: Line, i: int, plan_year: int) -> Match | None:
    """The anchor first: "trước ngày bầu cử 40 ngày"."""
    anchor = _REVERSED.at(line, i)
    if anchor is None:
        return None
    start = anchor[1]
    end = text_end(line, start, keeps_theo=True)
    at = None if end is None else ends_in_length(line, start, end)
    length = None if at is None else read_length(line, at)
    if at is None or length is None or end != length.end:
        return None
    last = at
    while (
        shorter := next((k for k in (last - 1, last - 2) if (f := _AT_LEAST.at(line, k)) and f[1] == last), None)
    ) is not None:
        last = shorter
    if last <= start or not line.is_word(start) or point(line, start) is not None:
        return None
    said = line.said(start, last)
    return Match("length", (Offset(amount=length.amount, unit=length.unit, from_=said, side=anchor[0]),), end)


def length_beside_dates(line: Line, i: int, plan_year: int) -> Match | None:
    """A length before dates ("30 ngày, từ 01/6 đến 30/6/2024"): it is only a comment on them, if it is right."""
    length = read_length(line, _OPENINGS.skip(line, i), years=True)
    if length is None:
        return None
    j = length.end + (line.keys[length.end] in (",", "(", ":"))
    found = moment(line, lead(line, j))
    if found is None or not isinstance(found[0], Range):
        return None
    span = found[0].span(plan_year)
    end = found[1]
    if line.keys[j - 1] == "(" and line.keys[end] == ")":
        end += 1
    if span is None or not spans(length, span):
        return None
    return Match("range", (Within(start=span[0], end=span[1]),), end)


def spans(length: Length, span: Span) -> bool:
    """Whether the length is that of the span, the last day counted or not; working days may be fewer."""
    days = (span[1] - span[0]).days
    if length.unit == "working_day":
        return length.amount <= days + 1 <= 2 * length.amount + 9
    if length.unit == "day":
        return length.amount in (days, days + 1)
    if length.unit == "week":
        return abs(days - 7 * length.amount) <= 3
    return abs(days - 30.4 * length.amount) <= 5


_STARTS = _OPENINGS.starts | dates.STARTS | {NUMBER}
LENGTH_BESIDE_DATES = Rule(length_beside_dates, _STARTS)
OFFSET = Rule(offset, _STARTS)
OFFSET_REVERSED = Rule(offset_reversed, _REVERSED.starts)
