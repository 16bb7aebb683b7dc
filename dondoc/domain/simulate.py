"""The whole year on a fake clock, through the same decision and the same composition that run live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Literal

from dondoc.domain.answers import Answer, AnswerKind, Review
from dondoc.domain.calendar import ONE_DAY, WorkCalendar, days
from dondoc.domain.cases import Case, Fired, Rules, standing
from dondoc.domain.compose import Draft, Line, compose, recipient_of
from dondoc.domain.decide import Notice, Snapshot, decide_case
from dondoc.domain.directory import Recipient
from dondoc.domain.moments import at
from dondoc.domain.obligations import Obligation, Scope, expand, redated
from dondoc.domain.policy import Ladder
from dondoc.domain.products import Product, products, tasks_before

ReviewWord = Literal["accepted", "returned", "none"]

REVIEWED: tuple[AnswerKind, ...] = ("done", "extension", "not_applicable", "not_mine")
"""Answers that a reviewer decides on."""
ANSWERED_AT = time(14, 0)
REVIEWED_AT = time(9, 30)


@dataclass(frozen=True, slots=True)
class Report:
    """One line of a reports file: an answer given on `on` by `agency` to `task`.

    `review` says what the reviewer does on the next working day: accepted (default), returned, or none.
    """

    on: date
    task: str
    agency: str
    answer: AnswerKind
    occurrence: str | None = None
    until: date | None = None
    review: ReviewWord = "accepted"


@dataclass(frozen=True, slots=True)
class Issued:
    """A notice that came about on a day, whom it went to, and the message that carries it (None: no contact)."""

    on: date
    notice: Notice
    obligation: Obligation
    recipient: Recipient | None
    message: str | None


@dataclass
class Simulation:
    """Everything the rehearsed days brought about.

    `passed` are notices that a tighter one superseded, `unmatched` reports that fitted no obligation, `products` the
    events that accepted products brought about, each with its day, in order.
    """

    starts_on: date
    ends_on: date
    issued: list[Issued] = field(default_factory=list)
    passed: list[Issued] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    unmatched: list[Report] = field(default_factory=list)
    products: list[tuple[date, Product]] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """What the rehearsal needs: the plan's scope and the ladder in force."""

    scope: Scope
    ladder: Ladder

    @property
    def rules(self) -> Rules:
        """Calendar and regime."""
        return Rules(self.scope.calendar, self.scope.regime)


def simulate(world: World, reports: Iterable[Report] = (), until: date | None = None) -> Simulation:
    """Run every day from the plan's first opening to 31 December (or `until`). Same input, same output, always."""
    obligations = expand(world.scope)
    plan = world.scope.plan
    first = min((o.opens_on for o in obligations), default=plan.starts_on)
    result = Simulation(min(first, plan.starts_on), min(until or plan.ends_on, plan.ends_on))
    result.cases = {o.id: Case(o) for o in obligations}
    _Run(world, result, sorted(reports, key=lambda r: r.on)).all_days()
    return result


class _Run:
    """The mutable part of one rehearsal: who must be looked at when, and reviews that lie ahead."""

    def __init__(self, world: World, result: Simulation, reports: Sequence[Report]) -> None:
        self.world, self.result = world, result
        self.reports: dict[date, list[Report]] = {}
        for report in reports:
            self.reports.setdefault(report.on, []).append(report)
        self.places = {obligation_id: place for place, obligation_id in enumerate(result.cases)}
        self.looks: dict[date, list[str]] = {result.starts_on: list(result.cases)}
        self.reviews: dict[date, list[tuple[str, str, Report]]] = {}
        self.snapshot = Snapshot((), world.rules, {world.ladder.id: world.ladder}, world.scope.plan.supervisor)
        self.scope, self.before = world.scope, tasks_before(world.scope.plan)

    def all_days(self) -> None:
        """Morning sweep and messages, then the day's reviews and answers."""
        assigned = not self.world.ladder.assignment
        calendar = self.world.scope.calendar
        for day in days(self.result.starts_on, self.result.ends_on):
            lines: list[tuple[Notice, Obligation]] = []
            if not assigned and _works(calendar, day):
                lines.extend(assignments(self.result.cases.values(), self.world.ladder))
                assigned = True
            lines.extend(self._sweep(day))
            self._send(day, lines)
            for obligation_id, answer_id, report in self.reviews.pop(day, ()):
                self._review(day, obligation_id, answer_id, report)
            for report in self.reports.pop(day, ()):
                self._answer(day, report)
        self.result.unmatched.extend(r for rest in self.reports.values() for r in rest)

    def _sweep(self, day: date) -> Iterator[tuple[Notice, Obligation]]:
        due = set(self.looks.pop(day, ())) & self.result.cases.keys()
        for obligation_id in sorted(due, key=self.places.__getitem__):
            case = self.result.cases[obligation_id]
            decision = decide_case(case, self.snapshot, at(day))
            fired = tuple(Fired(n.rule, n.firing, day, n.superseded) for n in decision.notices)
            self.result.cases[obligation_id] = replace(case, fired=case.fired + fired)
            if decision.next_on is not None:
                self._look(obligation_id, max(decision.next_on, day + ONE_DAY))
            for notice in decision.notices:
                if notice.superseded:
                    self._pass_over(day, notice, case.obligation)
                else:
                    yield notice, case.obligation

    def _pass_over(self, day: date, notice: Notice, obligation: Obligation) -> None:
        scope = self.world.scope
        recipient = recipient_of(notice, obligation, scope.plan, scope.directory)
        self.result.passed.append(Issued(day, notice, obligation, recipient, None))

    def _look(self, obligation_id: str, on: date) -> None:
        self.looks.setdefault(on, []).append(obligation_id)

    def _send(self, day: date, notices: Sequence[tuple[Notice, Obligation]]) -> None:
        scope = self.world.scope
        found = [(n, o, recipient_of(n, o, scope.plan, scope.directory)) for n, o in notices]
        drafts = compose((Line(n, o, r) for n, o, r in found if r is not None), day)
        keys = {(line.notice, line.recipient.id): draft.key for draft in drafts for line in draft.lines}
        self.result.drafts.extend(drafts)
        self.result.issued.extend(Issued(day, n, o, r, keys.get((n, r.id)) if r else None) for n, o, r in found)

    def _answer(self, day: date, report: Report) -> None:
        case = self._owed(report, day)
        if case is None:
            self.result.unmatched.append(report)
            return
        obligation_id = case.obligation.id
        answer = Answer(str(len(case.answers) + 1), report.answer, at(day, ANSWERED_AT), report.until)
        self.result.cases[obligation_id] = replace(case, answers=(*case.answers, answer))
        self._look(obligation_id, day + ONE_DAY)
        if report.answer in REVIEWED and report.review != "none":
            on = self.world.scope.calendar.try_add(day, 1)
            if on is not None:
                self.reviews.setdefault(on, []).append((obligation_id, answer.id, report))

    def _owed(self, report: Report, day: date) -> Case | None:
        """The obligation a report is for: the named occurrence, else the earliest one not yet reported."""
        matching = [
            case
            for case in self.result.cases.values()
            if (case.obligation.task_id, case.obligation.agency) == (report.task, report.agency)
            and report.occurrence in (None, case.obligation.period)
        ]
        open_ones = [c for c in matching if standing(c, at(day, ANSWERED_AT), self.world.rules).work in _ANSWERABLE]
        return min(open_ones, key=lambda c: c.obligation.due_on or date.max, default=None)

    def _review(self, day: date, obligation_id: str, answer_id: str, report: Report) -> None:
        case = self.result.cases[obligation_id]
        rules = self.world.rules
        accepted = report.review == "accepted"
        correct_by = None if accepted else rules.calendar.try_add(day, rules.regime.correction_days)
        review = Review("accepted" if accepted else "returned", at(day, REVIEWED_AT), "reviewer", correct_by=correct_by)
        answers = tuple(replace(a, review=review) if a.id == answer_id else a for a in case.answers)
        obligation = case.obligation
        if accepted and report.answer == "extension" and report.until is not None:
            obligation = redated(obligation, report.until, day, self.world.scope)
        self.result.cases[obligation_id] = replace(case, obligation=obligation, answers=answers)
        self._look(obligation_id, day + ONE_DAY)
        if accepted and obligation.task_id in self.before:
            self._open_by_products(day)

    def _open_by_products(self, day: date) -> None:
        """What an accepted product opens is told at once, as in real life."""
        cases = [case for case in self.result.cases.values() if case.obligation.task_id in self.before]
        openings = dict(self.scope.openings)
        known = {one.event for found in openings.values() for one in found}
        for product in products(self.scope.plan, cases, self.scope.calendar):
            if product.event.id not in known:
                own, number = openings.get(product.task_id, ()), sum(len(found) for found in openings.values()) + 1
                openings[product.task_id] = (*own, *product.openings(day, number))
                self.result.products.append((day, product))
        self.scope = replace(self.scope, openings=openings)
        wanted = {o.id: o for o in expand(self.scope)}
        for gone in [id for id, case in self.result.cases.items() if case.obligation.kind == "awaiting"]:
            if gone not in wanted:
                del self.result.cases[gone]
        for new in (o for id, o in wanted.items() if id not in self.result.cases):
            self.result.cases[new.id] = Case(new)
            self.places.setdefault(new.id, len(self.places))
            self._look(new.id, max(day, new.opens_on))
        if day in self.looks:
            self._send(day, list(self._sweep(day)))


_ANSWERABLE = ("open", "not_open", "returned", "awaiting", "ongoing")


def _works(calendar: WorkCalendar, day: date) -> bool:
    return calendar.covers(day) and calendar.is_working(day)


def assignments(cases: Iterable[Case], ladder: Ladder) -> Iterator[tuple[Notice, Obligation]]:
    """The list of the year's tasks, one line per task and agency, on apply (held for release by default)."""
    seen: set[tuple[str, str]] = set()
    for case in cases:
        obligation = case.obligation
        key = (obligation.task_id, obligation.agency)
        if obligation.kind in ("unassigned", "periodic_report") or key in seen:
            continue
        seen.add(key)
        why = "Danh mục việc của năm khi đưa kế hoạch vào theo dõi."
        held = ladder.assignment_held
        yield Notice(obligation.id, "assignment", "1", "assignment", "lead", held, why), obligation
