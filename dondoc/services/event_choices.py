"""What an event is to open, checked against the plans: tasks, parts, agencies, days; every objection at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dondoc.domain.directory import Agency, fold
from dondoc.domain.events import Event
from dondoc.domain.occurrences import Waiting, conditions
from dondoc.domain.plan import Part, Task
from dondoc.loading.schema import did_you_mean
from dondoc.services.books import Book
from dondoc.services.worklist import members_of
from dondoc.store.events import NewOpening

LATEST_YEARS = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's word that an event concerns a task: of `plan_id` (None where only one plan has such a task), for all
    its agencies or those named (ids or names), by `due_on`, or with `no_due` without a due day ("không hạn").

    `part`: the label of one part of the task; None for every part that waits.
    """

    task_id: str
    plan_id: str | None = None
    agencies: tuple[str, ...] = ()
    due_on: date | None = None
    no_due: bool = False
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a part of a task, which an event can answer."""

    book: Book
    task: Task
    part: Part
    waiting: Waiting


def conditions_of(book: Book) -> Iterator[Condition]:
    """Every condition of a plan, in its order; pure."""
    for task in book.plan.tasks:
        for part in task.parts:
            for waiting in conditions(part.clauses):
                yield Condition(book, task, part, waiting)


def checked(event: Event, choices: Sequence[Choice], books: Mapping[str, Book]) -> tuple[list[NewOpening], list[str]]:
    """The openings to write, and every reason why a choice cannot be taken, a sentence each."""
    found: list[NewOpening] = []
    wrong: list[str] = []
    for choice in choices:
        problems, book, task = _placed(choice, books)
        problems = problems or [*_days(event, choice)]
        if problems or book is None or task is None:
            wrong += problems
            continue
        openings, more = _openings(event, choice, book, task)
        found += openings
        wrong += more
    doubled = [(one.plan_id, one.task_id, one.part) for one in found]
    wrong += sorted({f"Nhiệm vụ {task}: chọn hai lần." for _, task, _ in doubled if doubled.count((_, task, _)) > 1})
    return found, list(dict.fromkeys(wrong))


def _placed(choice: Choice, books: Mapping[str, Book]) -> tuple[list[str], Book | None, Task | None]:
    plans = [book for book in books.values() if choice.plan_id in (None, book.plan.id)]
    if not plans:
        known = ", ".join(books) or "chưa có kế hoạch nào"
        return [f"Không có kế hoạch “{choice.plan_id}” đang theo dõi (đang có: {known})."], None, None
    owners = [book for book in plans if choice.task_id in book.plan.by_id]
    if len(owners) == 1:
        return [], owners[0], owners[0].plan.by_id[choice.task_id]
    if owners:
        names = ", ".join(book.plan.id for book in owners)
        return [f"Nhiệm vụ “{choice.task_id}” có trong nhiều kế hoạch ({names}): ghi rõ kế hoạch."], None, None
    hint = did_you_mean(choice.task_id, [task.id for book in plans for task in book.plan.tasks])
    return [f"Không có nhiệm vụ “{choice.task_id}” trong kế hoạch đang theo dõi. {hint}".strip()], None, None


def _days(event: Event, choice: Choice) -> Iterator[str]:
    if choice.due_on is not None and choice.no_due:
        yield f"Nhiệm vụ {choice.task_id}: chọn một trong hai, ngày hạn hoặc “không hạn”."
    if choice.due_on is not None and choice.due_on < event.on:
        yield f"Nhiệm vụ {choice.task_id}: hạn {choice.due_on:%d/%m/%Y} trước ngày của sự kiện {event.on:%d/%m/%Y}."
    if choice.due_on is not None and choice.due_on.year > event.on.year + LATEST_YEARS:
        yield f"Nhiệm vụ {choice.task_id}: hạn {choice.due_on:%d/%m/%Y} quá xa, xem lại năm."


def _openings(event: Event, choice: Choice, book: Book, task: Task) -> tuple[list[NewOpening], list[str]]:
    parts = [part for part in task.parts if any(conditions(part.clauses))]
    if not parts:
        words = task.deadline or "không ghi"
        return [], [f"Nhiệm vụ {task.id} không chờ sự kiện hay văn bản nào (thời hạn: {words})."]
    chosen = [part for part in parts if choice.part is None or fold(part.label or "") == fold(choice.part)]
    if not chosen:
        labels = ", ".join(f"“{part.label}”" for part in parts if part.label) or "không phần nào"
        return [], [f"Nhiệm vụ {task.id} không có phần việc “{choice.part}” đang chờ (có: {labels})."]
    owing = {part.key: {agency.id for agency in owing_of(book, part, event.on)} for part in chosen}
    named, wrong = _named(book, task, choice, set().union(*owing.values()))
    openings = []
    for part in chosen:
        agencies = tuple(sorted(named & owing[part.key])) if choice.agencies else None
        if agencies != ():
            opening = NewOpening(book.plan.id, task.id, part.key, event.on, agencies, choice.due_on, choice.no_due)
            openings.append(opening)
    return openings, wrong


def _named(book: Book, task: Task, choice: Choice, owing: set[str]) -> tuple[set[str], list[str]]:
    """The ids of the agencies that were named, and what is wrong with the others."""
    found, wrong = set[str](), []
    for name in choice.agencies:
        agency = _agency(book, name)
        if agency is None:
            wrong.append(f"Danh bạ không có cơ quan “{name}”. {_hint(book, name)}".strip())
        elif agency.id not in owing:
            wrong.append(f"“{agency.name}” không phải cơ quan thực hiện nhiệm vụ {task.id}.")
        else:
            found.add(agency.id)
    return found, wrong


def owing_of(book: Book, part: Part, on: date) -> tuple[Agency, ...]:
    """Who may owe the part, each once: of a conditional lead everybody whom its group holds; pure."""
    day = max(on, book.plan.starts_on)
    return tuple(dict.fromkeys(agency for lead in part.leads for agency in members_of(book, lead, day)))


def _agency(book: Book, name: str) -> Agency | None:
    found = book.directory.by_id.get(name) or book.directory.lookup(name)
    return found if isinstance(found, Agency) else None


def _hint(book: Book, name: str) -> str:
    return did_you_mean(name, [word for each in book.directory.agencies for word in (each.id, each.name)])
