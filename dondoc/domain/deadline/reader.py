"""Reads a whole cell: parts it, tries the rules, and says unknown where no reading accounts for every word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from dondoc.domain.clauses import By, Every, Ongoing, Per, Unknown, Upon, Within
from dondoc.domain.deadline.asides import ReadClause, Reads, aside, with_label
from dondoc.domain.deadline.cadences import CADENCE, ON_DAY, starts_cadence
from dondoc.domain.deadline.dates import point
from dondoc.domain.deadline.events import EVENT, SUDDEN
from dondoc.domain.deadline.labels import label_ahead, label_behind, label_front, skip_bullet
from dondoc.domain.deadline.lengths import LENGTH_BESIDE_DATES, OFFSET, OFFSET_REVERSED
from dondoc.domain.deadline.line import HARD, SOFT, Line
from dondoc.domain.deadline.match import Match, by_first_word, first_word
from dondoc.domain.deadline.open_text import starts_clause
from dondoc.domain.deadline.references import AFTERWARDS, FROM_YEAR_ON, ONGOING, REFERENCE
from dondoc.domain.deadline.roles import Role, role_at
from dondoc.domain.deadline.terms import TERM
from dondoc.domain.deadline.verbs import VERBS, lead, objects, subject

# Tried in this order; the first whose words end where a clause may end is taken.
_RULES = by_first_word(
    (
        LENGTH_BESIDE_DATES,
        OFFSET,
        OFFSET_REVERSED,
        ON_DAY,
        FROM_YEAR_ON,
        TERM,
        CADENCE,
        SUDDEN,
        EVENT,
        ONGOING,
        REFERENCE,
        AFTERWARDS,
    )
)
# What may follow a clause without a mark between: "hàng quý theo …", "thường xuyên khi có …", "thường xuyên hằng năm".
_FOLLOWERS = by_first_word((REFERENCE, EVENT, SUDDEN))
_AFTER_ONGOING = by_first_word((REFERENCE, EVENT, SUDDEN, ON_DAY, CADENCE))

Run = tuple[Reads, int]
"""What was read between two separators, and the token after it."""


def read(line: Line, plan_year: int) -> Reads:
    """The clauses of the whole line, in the order written."""
    out: list[ReadClause] = []
    label: str | None = None
    i = skip_bullet(line, 0)
    while i < line.n:
        reads, end, label = _part(line, i, plan_year, label, bool(out))
        out.extend(reads)
        i = _next_part(line, max(end, i + 1))
    return tuple(found for k, found in enumerate(out) if k == 0 or not _repeats(out[k - 1], found))


def _repeats(before: ReadClause, found: ReadClause) -> bool:
    return isinstance(found.clause, Ongoing) and found.clause == before.clause


def _part(line: Line, i: int, plan_year: int, label: str | None, later: bool) -> tuple[Reads, int, str | None]:
    """One part from token i: its clauses, the token after them, and the label that holds from there on."""
    ahead = label_ahead(line, i)
    run = _run(line, i, plan_year)
    if run is not None and ahead is not None and ahead.sure and run[1] > ahead.colon:
        run = _run(line, ahead.colon + 1, plan_year) or run
        return with_label(run[0], ahead.label), run[1], ahead.label
    if run is not None:
        return with_label(run[0], label), run[1], label
    if ahead is not None and not ahead.sure:
        end = _hard_end(line, i)
        return _unknown(line, i, end), end, None
    if ahead is not None:
        return *_labelled(line, ahead.colon + 1, plan_year, ahead.label), ahead.label
    if (front := label_front(line, i)) is not None:
        return *_labelled(line, front[1], plan_year, front[0]), front[0]
    if later and line.keys[i - 1] in SOFT and (end := _doing(line, i)) > i and line.ends(end):
        return (), end, label
    return *_labelled(line, i, plan_year, label), label


def _labelled(line: Line, i: int, plan_year: int, label: str | None) -> Run:
    i = skip_bullet(line, i)
    run = _run(line, i, plan_year)
    if run is None:
        end = _unknown_end(line, i, plan_year)
        run = _unknown(line, i, end), end
    return with_label(run[0], label), run[1]


def _run(line: Line, i: int, plan_year: int) -> Run | None:
    """The first reading from token i that ends where a clause may end."""
    for match in _matches(line, i, plan_year):
        run = _finish(line, _reads(line, i, match), match.end, plan_year)
        if run is not None:
            return run
    return None


def _matches(line: Line, i: int, plan_year: int) -> Iterator[Match]:
    """The rules at token i, then behind dropped words, then behind something to do that a date closes."""
    yield from _matches_at(line, i, plan_year)
    led = lead(line, i)
    if led > i:
        for match in _matches_at(line, led, plan_year):
            if not _names_period(line, led, match):
                yield match
    done = _doing(line, subject(line, i))
    if done > led and starts_clause(line, done + (line.keys[done] == "(")):
        yield from _matches_at(line, done, plan_year)


def _matches_at(line: Line, i: int, plan_year: int) -> Iterator[Match]:
    if line.keys[i] == "(" and (bracketed := _bracketed(line, i, plan_year)) is not None:
        yield bracketed
    for rule in _RULES.get(first_word(line, i), ()):
        match = rule(line, i, plan_year)
        if match is not None:
            yield match


def _bracketed(line: Line, i: int, plan_year: int) -> Match | None:
    """A whole saying in brackets."""
    close = line.closing.get(i)
    reads = () if close is None else read(line.cut(i + 1, close), plan_year)
    if close is None or not reads or any(isinstance(found.clause, Unknown) for found in reads):
        return None
    return Match(reads[0].rule, tuple(found.clause for found in reads), close + 1)


def _names_period(line: Line, start: int, match: Match) -> bool:
    """Whether the period only belongs to the words before ("báo cáo quý I", "kết thúc năm 2024"): it is no window."""
    named = line.folds[start - 2 : start] in (["bao", "cao"], ["ket", "thuc"])
    return named and match.rule == "within" and role_at(line, start)[0] is Role.BARE


def _reads(line: Line, i: int, match: Match) -> Reads:
    words = line.said(i, match.end)
    return tuple(ReadClause(clause, match.rule, words) for clause in match.clauses)


def _finish(line: Line, reads: Reads, end: int, plan_year: int) -> Run | None:
    """The reading continued to where a clause may end; None when words are left over."""
    while not line.ends(end) or _is_scope(line, reads, end, plan_year):
        further = _continued(line, reads, end, plan_year)
        if further is None or further[1] <= end:
            return None
        reads, end = further
    return None if _year_over_part(line, reads, end) else (reads, end)


def _continued(line: Line, reads: Reads, i: int, plan_year: int) -> Run | None:
    if line.keys[i] in ("(", "["):
        return aside(line, i, reads, partial(read, plan_year=plan_year))
    if (label := label_behind(line, i)) is not None:
        if isinstance(reads[-1].clause, Upon | Per):
            return None
        return (with_label(reads, label[0]), label[1]) if line.ends(label[1]) else None
    last = reads[-1].clause
    if line.keys[i] == ":" and isinstance(last, Within | By):
        done = _doing(line, i + 1)
        return (_with_words(reads, line.said(i, done)), done) if done > i + 1 and line.ends(done) else None
    if isinstance(last, Ongoing | Every) and (end := _scope(line, i, plan_year)) is not None:
        return _with_words(reads, line.said(i, end)), end
    rules = _AFTER_ONGOING if reads[-1].rule == "ongoing" else _FOLLOWERS
    for rule in rules.get(first_word(line, i), ()):
        match = rule(line, i, plan_year)
        if match is not None:
            return reads + _reads(line, i, match), match.end
    done = _doing(line, i)
    sure = (
        line.ends(done) or line.keys[done] == "(" or starts_clause(line, done) or label_behind(line, done) is not None
    )
    return (_with_words(reads, line.said(i, done)), done) if done > i and sure else None


def _with_words(reads: Reads, words: str) -> Reads:
    """The last clause also read these words, which say nothing of the date."""
    return *reads[:-1], replace(reads[-1], words=f"{reads[-1].words} {words}")


def _is_scope(line: Line, reads: Reads, end: int, plan_year: int) -> bool:
    """Whether ", trong năm 2024" after "thường xuyên" only repeats the plan's year."""
    comma = line.keys[end] == "," and isinstance(reads[-1].clause, Ongoing)
    after = _scope(line, end, plan_year) if comma else None
    return after is not None and line.ends(after)


def _scope(line: Line, i: int, plan_year: int) -> int | None:
    """The token after "trong năm 2024", "năm 2024", "trong năm", "cả năm" that say the plan's year."""
    role, j = role_at(line, i + (line.keys[i] == ","))
    found = point(line, j)
    if found is None or found[0].kind != "year" or role not in (Role.IN, Role.BARE):
        return None
    told = role is Role.IN or found[0].year == plan_year or line.folds[j] == "ca"
    return found[1] if told and found[0].year in (None, plan_year) else None


def _year_over_part(line: Line, reads: Reads, end: int) -> bool:
    """Whether a year is followed by one of its own parts ("Năm 2025, quý I"), so that both readings are open."""
    last = reads[-1].clause
    if not isinstance(last, Within) or (last.end - last.start).days < 364 or line.keys[end] not in (",", "và", ":"):
        return False
    found = point(line, end + 1)
    return found is not None and found[0].kind in ("month", "quarter", "half") and found[0].year is None


def _doing(line: Line, i: int) -> int:
    """The token after something to do ("báo cáo UBND tỉnh"), without the separators before what follows; else i."""
    verb = VERBS.at(line, i)
    if verb is None:
        return i
    end = objects(line, verb[1])
    if (named := point(line, end)) is not None and named[0].kind in ("quarter", "half", "month", "year"):
        role, _ = role_at(line, named[1] + (line.keys[named[1]] == "("))
        end = named[1] if role in (Role.BEFORE, Role.LAST) else end
    if starts_clause(line, end):
        return end
    while line.keys[end - 1] in SOFT:
        end -= 1
    return end


def _next_part(line: Line, i: int) -> int:
    hard = False
    while i < line.n and (line.keys[i] in SOFT or line.keys[i] in HARD or line.keys[i] == "/" or line.parts(i)):
        hard = hard or line.parts(i)
        i += 1
    return skip_bullet(line, i) if hard else i


def _hard_end(line: Line, i: int) -> int:
    while i < line.n and not line.parts(i):
        i = line.closing.get(i, i) + 1
    return i


def _unknown_end(line: Line, i: int, plan_year: int) -> int:
    """How far what is not understood reaches: to the next clause that shows what it is and can be read."""
    j = i + 1
    resumes = not starts_cadence(line, i)
    while j < line.n and not line.parts(j):
        shown = resumes and line.keys[j] in SOFT and starts_clause(line, j + 1)
        if shown and _run(line, j + 1, plan_year) is not None:
            return j
        j = line.closing.get(j, j) + 1
    return min(j, line.n)


def _unknown(line: Line, i: int, end: int) -> Reads:
    words = line.said(i, end).strip()
    return (ReadClause(Unknown(text=words), "unknown", words),)
