"""Rules for what goes on without a day: "Thường xuyên", "định kỳ", "Theo Kế hoạch …", "… và các năm tiếp theo"."""

from __future__ import annotations

from dondoc.domain.clauses import Ongoing, Per, Within
from dondoc.domain.deadline.dates import point
from dondoc.domain.deadline.line import SOFT, Line, phrases
from dondoc.domain.deadline.match import Match, Rule
from dondoc.domain.deadline.open_text import starts_clause, text_end
from dondoc.domain.deadline.verbs import is_theo_doi

_ACCORDING = phrases("theo | bám sát theo | tùy theo | căn cứ theo | đảm bảo theo | bảo đảm theo")
_ALWAYS = phrases("thường xuyên | liên tục | thường xuyên liên tục | thường xuyên, liên tục | thường xuyên và liên tục")
_PERIODICALLY = phrases("định kỳ | theo định kỳ | báo cáo định kỳ")
_AFTERWARDS = phrases(
    """các năm tiếp theo | những năm tiếp theo | các năm sau | những năm sau | các năm kế tiếp | những năm kế tiếp
    | các năm tiếp sau | các năm sau đó | những năm sau đó"""
)


def reference(line: Line, i: int, plan_year: int) -> Match | None:
    """What another document prescribes, in the source's words without "theo"."""
    found = _ACCORDING.at(line, i)
    if found is None or is_theo_doi(line, found[1] - 1):
        return None
    start = found[1]
    end = text_end(line, start, keeps_theo=False)
    if (
        end is None
        or end <= start + 1
        or not line.is_word(start)
        or line.keys[start] in SOFT
        or line.keys[start] == "định"
    ):
        return None
    if point(line, start) is not None or starts_clause(line, start) or "khi" in line.keys[start:end]:
        return None
    return Match("reference", (Per(reference=line.said(start, end)),), end)


def ongoing(line: Line, i: int, plan_year: int) -> Match | None:
    """All year round. "định kỳ" that names no period is answered by the plan's periodic reports."""
    end = _always(line, i)
    if end is not None:
        later = _AFTERWARDS.at(line, end + 1) if line.keys[end] == "trong" else None
        return Match("ongoing", (Ongoing(),), end if later is None else later[1])
    periodic = _PERIODICALLY.at(line, i)
    return None if periodic is None else Match("ongoing", (Ongoing(),), periodic[1])


def _always(line: Line, i: int) -> int | None:
    """The token after "thường xuyên, liên tục"."""
    found = _ALWAYS.at(line, i)
    if found is None:
        return None
    more = _always(line, found[1] + (line.keys[found[1]] in (",", "và")))
    return found[1] if more is None else more


def from_year_on(line: Line, i: int, plan_year: int) -> Match | None:
    """The year of "Từ năm 2026 và các năm tiếp theo", and all that follow."""
    first = point(line, i + 1)
    if first is None or first[0].kind != "year" or first[0].year is None or line.keys[first[1]] not in (",", "và"):
        return None
    after, span = _AFTERWARDS.at(line, first[1] + 1), first[0].span(plan_year)
    return (
        None
        if after is None or span is None
        else Match("years-after", (Within(start=span[0], end=span[1]), Ongoing()), after[1])
    )


def afterwards(line: Line, i: int, plan_year: int) -> Match | None:
    """The end of "… và các năm tiếp theo", only after the year it follows."""
    found = _AFTERWARDS.at(line, i) if i > 0 else None
    return None if found is None else Match("years-after", (Ongoing(),), found[1])


REFERENCE = Rule(reference, _ACCORDING.starts)
ONGOING = Rule(ongoing, _ALWAYS.starts | _PERIODICALLY.starts)
AFTERWARDS = Rule(afterwards, _AFTERWARDS.starts)
FROM_YEAR_ON = Rule(from_year_on, frozenset({"tu"}))
