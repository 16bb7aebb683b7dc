"""A task's accepted product is the event another task waits for (DEADLINES §3 "After another task")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.cases import Case
from dondoc.domain.clauses import Upon
from dondoc.domain.events import Event, Opening
from dondoc.domain.moments import local_day
from dondoc.domain.plan import Plan, Task


@dataclass(frozen=True, slots=True)
class Accepted:
    """The product of one obligation was accepted on a day."""

    obligation_id: str
    on: date


@dataclass(frozen=True, slots=True)
class Product:
    """An event that accepted products bring about for `task_id`; it rests on the acceptance of `sources`.

    `opens_on`: the event's day and the lag.
    """

    event: Event
    task_id: str
    parts: tuple[str, ...]
    opens_on: date
    sources: tuple[str, ...]

    def openings(self, recorded_on: date, number: int = 1) -> Iterator[Opening]:
        """What it opens, for all who owe the task; numbered from `number` on."""
        for n, part in enumerate(self.parts, number):
            yield Opening(self.event.id, self.event.name, self.opens_on, self.task_id, part, recorded_on, number=n)


def opened_by_products(plan: Plan) -> tuple[Task, ...]:
    """The tasks that products of other tasks open: they wait for an event and say which tasks come before. Work that
    is only counted is opened by nothing."""
    waiting = (task for task in plan.tasks if task.after.tasks and task.cases != "counted")
    return tuple(task for task in waiting if next(_parts(task), None) is not None)


def products(plan: Plan, cases: Iterable[Case], calendar: WorkCalendar) -> tuple[Product, ...]:
    """What the accepted reports among `cases` (of the tasks before, none withdrawn) open now, in the plan's order."""
    by_task: dict[str, list[Case]] = {}
    for case in cases:
        by_task.setdefault(case.obligation.task_id, []).append(case)
    return tuple(product for task in opened_by_products(plan) for product in _products(plan, task, by_task, calendar))


def accepted(case: Case) -> tuple[Accepted, ...]:
    """When its products were accepted, oldest first: one, but of ongoing work as many as there were, one a day."""
    days = sorted(
        local_day(answer.review.at)
        for answer in case.answers
        if answer.kind == "done" and answer.review is not None and answer.review.outcome == "accepted"
    )
    return tuple(Accepted(case.obligation.id, on) for on in dict.fromkeys(days))


def is_delivered(cases: Sequence[Case]) -> bool:
    """Whether each agency that owes the task has delivered: of a task with several periods the first product counts.

    What is waived is not owed; a task that nobody owes, or of which nobody knows who owes it, is not delivered.
    """
    owed = [case for case in cases if not _is_excused(case)]
    delivered = {case.obligation.agency for case in owed if accepted(case)}
    return bool(owed) and {case.obligation.agency for case in owed} == delivered


def tasks_before(plan: Plan) -> frozenset[str]:
    """The tasks whose accepted products open others."""
    return frozenset(id for task in opened_by_products(plan) for id in task.after.tasks)


def _parts(task: Task) -> Iterator[str]:
    for part in task.parts:
        if any(isinstance(clause, Upon) for clause in part.clauses):
            yield part.key


def _products(
    plan: Plan, task: Task, by_task: Mapping[str, Sequence[Case]], calendar: WorkCalendar
) -> Iterator[Product]:
    before = [_delivered(by_task.get(id, ()), task.after.mode == "each") for id in task.after.tasks]
    every = sorted((one for found in before for one in found), key=lambda one: (one.on, one.obligation_id))
    if task.after.mode == "each":
        yield from (_product(plan, task, [one], calendar) for one in every)
    elif task.after.mode == "any":
        yield from (_product(plan, task, [one], calendar) for one in every[:1])
    elif all(is_delivered(by_task.get(id, ())) for id in task.after.tasks):
        yield _product(plan, task, every, calendar)


def _delivered(cases: Iterable[Case], again: bool) -> list[Accepted]:
    """The first product of each; of ongoing work, which yields one after another, every one where each opens work."""
    return [found for case in cases for found in accepted(case)[: None if again and _goes_on(case) else 1]]


def _goes_on(case: Case) -> bool:
    return case.obligation.kind == "ongoing"


def _is_excused(case: Case) -> bool:
    refused = ("not_applicable", "not_mine")
    said = any(a.kind in refused and a.review is not None and a.review.outcome == "accepted" for a in case.answers)
    return case.is_waived or said


def _product(plan: Plan, task: Task, found: Sequence[Accepted], calendar: WorkCalendar) -> Product:
    on = max(one.on for one in found)
    names = ", ".join(dict.fromkeys(_task_of(plan, one.obligation_id) for one in found))
    sources = tuple(one.obligation_id for one in found)
    # The plan is part of what the event is: task 28 after task 27 stands in more than one plan.
    subject = f"Kết quả nhiệm vụ {names} của {plan.id} được duyệt, mở nhiệm vụ {task.id}"
    issuer = sources[0].rpartition("/")[2] if task.after.mode == "each" else None
    period = sources[0].rsplit("/", 2)[1] if task.after.mode == "each" else ""
    event = Event("product", on, f"{subject} {period}".rstrip(), issuer=issuer)
    opens_on = calendar.try_add(on, task.after.lag) if task.after.lag else on
    return Product(event, task.id, tuple(_parts(task)), opens_on or on, sources)


def _task_of(plan: Plan, obligation_id: str) -> str:
    """<plan>/<task>/<part>/<period>/<agency>, of which only the task may hold a "/"."""
    return obligation_id.removeprefix(f"{plan.id}/").rsplit("/", 3)[0]
