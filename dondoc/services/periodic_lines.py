"""What a periodic report must account for (DEADLINES §3 "The periodic report"): its lines, and what was said of them
in the report before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.answers import AnswerKind
from dondoc.domain.case_counts import recorded
from dondoc.domain.cases import Case, standing
from dondoc.domain.directory import Agency, fold
from dondoc.domain.plan import Plan, Task
from dondoc.domain.regime import ReportPeriod
from dondoc.domain.targets import owners, targets_of
from dondoc.services.books import Book
from dondoc.services.owed import Owed
from dondoc.services.replies import waiting_request
from dondoc.store import obligations, report_lines
from dondoc.store.arrays import is_one_of
from dondoc.store.models import ObligationRow
from dondoc.store.report_lines import LineKind, ReportLine, SentReport

ASKED_OTHERWISE: tuple[AnswerKind, ...] = ("not_applicable", "not_mine")
"""Work on which such a request waits for its decision is not asked about: a line would take the request back."""
_LINE_OF: Mapping[str, LineKind] = {
    "ongoing": "ongoing",
    "open": "progress",
    "returned": "progress",
    "awaiting": "question",
}


@dataclass(frozen=True)
class Line:
    """One line to fill in. `owed` is None for a target; `before` is what the last report said of it.

    `recorded`: of work by cases, how many events of the period the register holds: a hint, never an answer.
    """

    id: str
    kind: LineKind
    code: str
    title: str
    owed: Owed | None
    before: ReportLine | None
    recorded: int = 0

    @property
    def key(self) -> str:
        """Its name in forms: stable, and fit for an HTML id."""
        return key_of(self.id)


@dataclass(frozen=True)
class Settled:
    """Work of the period about which nothing need be typed: done, reported, or a request on it waits.

    `was_asked`: the last report still had a line for it. `after_cut_off`: done when the period's data were closed.
    """

    owed: Owed
    was_asked: bool
    after_cut_off: bool


@dataclass(frozen=True)
class Sheet:
    """One periodic report as it stands at a moment. `cut_off` are first and last day of its data; `known_ids` is every
    obligation and target it could ever speak of."""

    case: Case
    book: Book
    period: ReportPeriod | None
    cut_off: tuple[date, date] | None
    lines: tuple[Line, ...]
    settled: tuple[Settled, ...]
    before: SentReport | None
    known_ids: frozenset[str]

    @cached_property
    def by_id(self) -> dict[str, Line]:
        """Its lines by the id of what they speak of."""
        return {line.id: line for line in self.lines}

    @property
    def is_again(self) -> bool:
        """Whether the report before is an earlier version of this one."""
        return self.before is not None and self.before.obligation_id == self.case.obligation.id

    def lines_of(self, kind: LineKind) -> tuple[Line, ...]:
        """The lines of one kind, in the plan's order."""
        return tuple(line for line in self.lines if line.kind == kind)


def key_of(line_id: str) -> str:
    """A line's name in forms."""
    return hashlib.sha256(line_id.encode()).hexdigest()[:12]


def beneath(book: Book, agency: str) -> frozenset[str]:
    """The agencies for which `agency` reports: itself, and those beneath it that have no contact of their own."""
    return frozenset(a.id for a in book.directory.agencies if book.directory.reporting_body(a.id) == agency)


def accountable_ids(session: Session, book: Book, agency: str) -> tuple[str, ...]:
    """The obligations of which the agency's periodic report may speak, withdrawn ones included (a page that was opened
    before may still name them), in one order. One query."""
    row = ObligationRow
    statement = select(row.id).where(row.plan_id == book.plan.id, is_one_of(row.agency, beneath(book, agency)))
    wanted = statement.where(row.kind.in_(("ongoing", "awaiting", "task")))
    return tuple(session.scalars(wanted.order_by(row.id)))


def sheet(session: Session, book: Book, case: Case, now: datetime) -> Sheet:
    """The report that `case` (a periodic report) asks for, in a constant number of queries."""
    agency = case.obligation.agency
    ids = accountable_ids(session, book, agency)
    before = report_lines.latest(session, book.plan.id, agency)
    said = {line.line: line for line in before.lines} if before else {}
    period = _period(book, case)
    cut_off = period.cut_off(book.plan.year) if period else None
    found = [_owed(c, book, now) for c in obligations.load_cases(session, ids=ids)]
    targets = tuple(_targets(book, agency, said))
    return Sheet(
        case, book, period, cut_off, (*_lines(found, said, cut_off), *targets),
        tuple(_settled(found, said, cut_off)), before,
        frozenset(ids) | {target.id for target in targets},
    )  # fmt: skip


def _period(book: Book, case: Case) -> ReportPeriod | None:
    key = case.obligation.period.partition("-")[2]
    return next((period for period in book.rules.regime.periodic if period.key == key), None)


def _owed(case: Case, book: Book, now: datetime) -> Owed:
    task, agency = book.plan.by_id.get(case.obligation.task_id), book.directory.by_id[case.obligation.agency]
    return Owed(case, standing(case, now, book.rules), book, book.snapshot({}), task, agency, {})


def _lines(found: Iterable[Owed], said: Mapping[str, ReportLine], cut_off: tuple[date, date] | None) -> Iterator[Line]:
    for kind in ("ongoing", "progress", "question", "cases"):
        for owed in found:
            if kind_of(owed) == kind and waiting_request(owed.case, ASKED_OTHERWISE) is None:
                key = owed.case.obligation.id
                events = _recorded(owed, cut_off) if kind == "cases" else 0
                yield Line(key, kind, code_of(owed.task), title_of(owed), owed, said.get(key), events)


def kind_of(owed: Owed) -> LineKind | None:
    """What is asked of it in a periodic report; None for nothing."""
    kind = _LINE_OF.get(owed.where.work)
    is_counted = owed.task is not None and owed.task.cases == "counted"
    return "cases" if kind == "question" and is_counted else kind


def _recorded(owed: Owed, cut_off: tuple[date, date] | None) -> int:
    obligation = owed.case.obligation
    openings = owed.book.scope.openings.get(obligation.task_id, ())
    part = "" if obligation.part == "-" else obligation.part
    return recorded(openings, part, obligation.agency, cut_off) if cut_off else 0


def _settled(
    found: Iterable[Owed], said: Mapping[str, ReportLine], cut_off: tuple[date, date] | None
) -> Iterator[Settled]:
    for owed in found:
        key, work, day = owed.case.obligation.id, owed.where.work, owed.where.submitted_on
        asked = waiting_request(owed.case, ASKED_OTHERWISE) is not None and work in _LINE_OF
        in_time = day is not None and (cut_off is None or day >= cut_off[0])
        if work == "reported" or asked or (work == "done" and in_time) or (work == "waived" and key in said):
            late = day is not None and cut_off is not None and day > cut_off[1]
            yield Settled(owed, key in said, late)


def code_of(task: Task | None) -> str:
    """A task's number as officers read it."""
    return task.id if task else ""


def title_of(owed: Owed) -> str:
    """The task in the plan's words, with the period where it has several."""
    title, name = (owed.task.activity if owed.task else owed.case.obligation.name), owed.case.obligation.name
    is_cadence = owed.case.obligation.kind == "task" and not owed.case.obligation.period.isdigit()
    return f"{title} ({name})" if owed.task and is_cadence else title


def _targets(book: Book, agency: str, said: Mapping[str, ReportLine]) -> Iterator[Line]:
    """The plan's targets whose value the agency reports (`target_owners`), else those that name it; nothing is guessed
    for the others. The plan's overall targets are asked of whom the plan's file names for them, of nobody else."""
    below = beneath(book, agency)
    for own, target in zip(targets_of(book.plan), book.plan.overall_targets, strict=False):
        if below & set(owners(book.plan, own.code)):
            key = f"{book.plan.id}/chi-tieu/{own.code}"
            yield Line(key, "target", target.get("code") or "", target_words(target), None, said.get(key))
    for number, target in enumerate(book.plan.targets, 1):
        told = owners(book.plan, target.get("code") or str(number))
        if below & set(told) if told else any(_names(target, book.directory.by_id[one]) for one in sorted(below)):
            key = target_id(book.plan, target, number)
            yield Line(key, "target", target.get("code") or "", target_words(target), None, said.get(key))


def target_id(plan: Plan, target: Mapping[str, Any], number: int) -> str:
    """Its code, or its place in the plan where it has none."""
    return f"{plan.id}/chi-tieu/{target.get('code') or number}"


def target_words(target: Mapping[str, Any]) -> str:
    """The target in the plan's words, with what is measured."""
    measures = [
        f"{m['what']} {m['comparator']} {m['value']}{' ' + m['unit'] if m.get('unit') else ''}"
        for m in target.get("measures") or ()
    ]
    return f"{target['text']} ({'; '.join(measures)})" if measures else str(target["text"])


def _names(target: Mapping[str, Any], agency: Agency) -> bool:
    words = fold(" ".join([str(target["text"]), *(str(m["what"]) for m in target.get("measures") or ())]))
    return any(f" {fold(name)} " in f" {words} " for name in (agency.name, *agency.aliases))
