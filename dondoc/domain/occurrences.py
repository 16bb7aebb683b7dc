"""From clauses to occurrences: one thing to be delivered in one period (DEADLINES §3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dondoc.domain.clauses import AnyClause, By, Every, Offset, Ongoing, Per, Unknown, Upon, Within
from dondoc.domain.periods import Span, due_in, spans
from dondoc.domain.plan import Part, Plan, Task
from dondoc.domain.regime import Regime

DOCUMENT_WORDS = (
    "kế hoạch", "quyết định", "đề án", "phương án", "nghị quyết", "nghị định", "thông tư", "chương trình", "công văn",
    "dự án", "văn bản", "hướng dẫn", "luật", "chỉ thị", "kết luận", "thông báo", "danh mục", "hợp đồng", "quy chế",
)  # fmt: skip
"""A reference that holds none of these names no document (quy định, tình hình, yêu cầu, giai đoạn …): a remark."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`key` is stable across re-dating: a place in the list for dated clauses, a calendar period for cadences."""

    key: str
    name: str
    opens_on: date
    due_on: date
    clause: AnyClause
    checkpoints: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A clause that has no date yet; `question` is what the periodic report asks."""

    key: str
    question: str
    clause: AnyClause


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one part of a task yields in a year. `is_ongoing` is true when it is accounted for in periodic reports."""

    occurrences: tuple[Occurrence, ...]
    waiting: tuple[Waiting, ...]
    is_ongoing: bool
    unknown: tuple[Unknown, ...] = ()


def schedule(plan: Plan, task: Task, part: Part, regime: Regime) -> Schedule:
    """The occurrences, waiting clauses and ongoing work of `part` in the plan's year."""
    clauses = part.clauses
    dated = (*_dated(plan, task, clauses), *_cadences(plan, task, clauses, regime))
    waiting = () if is_capped(clauses) else tuple(conditions(clauses))
    daily = any(isinstance(c, Every) and c.period == "day" for c in clauses)
    ongoing = daily or any(isinstance(c, Ongoing) for c in clauses)
    remarks_only = bool(clauses) and not dated and not waiting and all(isinstance(c, Per) for c in clauses)
    # A task that says only "theo quy định" has no date and no question; it is kept in sight in the periodic report.
    # A cell left empty likewise follows the reporting regime.
    unknown = tuple(c for c in clauses if isinstance(c, Unknown))
    return Schedule(_unique(dated), waiting, ongoing or remarks_only or not clauses, unknown)


def names_document(reference: str) -> bool:
    """Whether a `per` names a document whose date can be asked for; "the law" in general is none."""
    words = reference.casefold().replace("pháp luật", "")
    return any(word in words for word in DOCUMENT_WORDS)


def _dated(plan: Plan, task: Task, clauses: Sequence[AnyClause]) -> Iterator[Occurrence]:
    windows = sorted((c for c in clauses if isinstance(c, Within)), key=lambda c: (c.start, c.end))
    runs = _runs(windows, task.occurrences)
    number = 0
    for clause in clauses:
        if isinstance(clause, By):
            number += 1
            yield Occurrence(str(number), _day(clause.date), _opening(plan, clause.date), clause.date, clause)
        elif isinstance(clause, Within) and any(run[0] is clause for run in runs):
            number += 1
            run = next(run for run in runs if run[0] is clause)
            last = max(run, key=lambda window: window.end)
            marks = tuple(sorted({window.end for window in run} - {last.end}))
            yield Occurrence(str(number), _window_name(run[0].start, last.end), run[0].start, last.end, last, marks)


def _runs(windows: list[Within], override: str | None) -> list[list[Within]]:
    """Neighbouring windows are one occurrence with progress checkpoints; `each` and `span` decide otherwise."""
    runs: list[list[Within]] = []
    for window in windows:
        touches = bool(runs) and window.start <= runs[-1][-1].end + timedelta(days=1) and window.end > runs[-1][-1].end
        if runs and override != "each" and (touches or override == "span"):
            runs[-1].append(window)
        else:
            runs.append([window])
    return runs


def _opening(plan: Plan, due: date) -> date:
    opens = plan.citation.issued_on or plan.starts_on
    return opens if opens <= due else due.replace(day=1)


def _day(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def _window_name(start: date, end: date) -> str:
    for period in ("month", "quarter", "half_year", "nine_months", "year"):
        for span in spans(period, end.year):
            if (span.start, span.end) == (start, end):
                return span.name
    return f"{_day(start)} - {_day(end)}"


def _cadences(plan: Plan, task: Task, clauses: Sequence[AnyClause], regime: Regime) -> Iterator[Occurrence]:
    found: list[tuple[Span, date, Every]] = []
    for clause in clauses:
        if isinstance(clause, Every) and clause.period != "day":
            found.extend(_due_spans(clause, plan.year, regime))
    for span, due, clause in sorted(found, key=lambda item: (item[0].end, item[0].length)):
        longer = any(other.end == span.end and other.length > span.length for other, _, _ in found)
        if not (longer and task.absorb):
            yield Occurrence(span.key, span.name, span.start, due, clause)


def _due_spans(clause: Every, year: int, regime: Regime) -> Iterator[tuple[Span, date, Every]]:
    if clause.on is not None:
        rules: tuple[str, ...] = (clause.on,)
    else:
        rules = regime.every.get(clause.period, ())
    for span in spans(clause.period, year):
        due = next((day for rule in rules if (day := due_in(span, rule)) is not None), None)
        if due is not None:
            yield span, due, clause
        elif clause.on is None:
            yield span, span.end, clause


def conditions(clauses: Sequence[AnyClause]) -> Iterator[Waiting]:
    """Every clause of a part that an event can answer, a cap beside it or not; remarks are none."""
    remark = any(isinstance(c, Every | Ongoing) for c in clauses)
    for number, clause in enumerate(clauses, 1):
        key = f"cho-{number}"
        if isinstance(clause, Upon):
            yield Waiting(key, clause.event, clause)
        elif isinstance(clause, Offset):
            yield Waiting(key, clause.from_, clause)
        elif isinstance(clause, Per) and not remark and names_document(clause.reference):
            yield Waiting(key, clause.reference, clause)


def is_capped(clauses: Sequence[AnyClause]) -> bool:
    """A single `by` beside an event, a length or a reference caps them: the occurrence is already there and dated."""
    return sum(isinstance(c, By) for c in clauses) == 1 and not any(isinstance(c, Within | Every) for c in clauses)


def _unique(occurrences: tuple[Occurrence, ...]) -> tuple[Occurrence, ...]:
    """Two yearly clauses fall in one period: the second gets a suffix, so that ids stay unique and stable."""
    seen: dict[str, int] = {}
    out = []
    for occurrence in occurrences:
        count = seen[occurrence.key] = seen.get(occurrence.key, 0) + 1
        out.append(occurrence if count == 1 else replace(occurrence, key=f"{occurrence.key}-{count}"))
    return tuple(out)
