"""What stands in brackets behind a clause: a comment that is dropped, a label, or further clauses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dondoc.domain.clauses import AnyClause, By, Every, Unknown, Within
from dondoc.domain.deadline.labels import label_behind
from dondoc.domain.deadline.lengths import read_length, spans
from dondoc.domain.deadline.lexicon import DAYS_OF_WEEK
from dondoc.domain.deadline.line import Line, phrases
from dondoc.domain.deadline.open_text import starts_clause
from dondoc.domain.deadline.roles import weekday
from dondoc.domain.deadline.verbs import VERBS, objects

_COMMENTS = phrases("nếu có | dự kiến | nếu cần | nếu cần thiết | có thể")


@dataclass(frozen=True, slots=True)
class ReadClause:
    """One clause, the name of the rule that read it and the words it read."""

    clause: AnyClause
    rule: str
    words: str


Reads = tuple[ReadClause, ...]


def aside(line: Line, i: int, reads: Reads, read: Callable[[Line], Reads]) -> tuple[Reads, int] | None:
    """The clauses with what the brackets at token i add to them, and the token after the brackets."""
    close = line.closing.get(i)
    if close is None:
        return None
    after = close + 1
    if _is_comment(line, i + 1, close, reads):
        return reads, after
    labelled = label_behind(line, i + 1)
    if labelled is not None:
        return (with_label(reads, line.said(i + 3, close)), after) if labelled[1] == close else None
    inner = line.cut(i + 1, close)
    further = read(inner) if starts_clause(inner, 0) else ()
    if not further or any(isinstance(found.clause, Unknown) for found in further):
        return None
    if isinstance(reads[-1].clause, Every) and any(isinstance(found.clause, By | Within) for found in further):
        return None
    return reads + further, after


def with_label(reads: Sequence[ReadClause], label: str | None) -> Reads:
    """The clauses, those without a label of their own with this one."""
    if label is None:
        return tuple(reads)
    return tuple(
        replace(found, clause=replace(found.clause, label=label)) if found.clause.label is None else found
        for found in reads
    )


def _is_comment(line: Line, i: int, close: int, reads: Reads) -> bool:
    """Whether the words add nothing: "nếu có", a length that the dates span, the right weekday, something to do."""
    if not any(word.isalnum() for word in line.words[i:close]) or _COMMENTS.skip(line, i) == close:
        return True
    last = reads[-1].clause
    length = read_length(line, i, years=True)
    if length is not None and length.end == close and isinstance(last, Within):
        return spans(length, (last.start, last.end))
    named = weekday(line, i)
    if named is not None and named[1] == close and isinstance(last, By):
        return DAYS_OF_WEEK[last.date.weekday()] == named[0]
    verb = VERBS.at(line, i)
    return verb is not None and objects(line, verb[1]) == close
