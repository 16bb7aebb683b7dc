"""What waits for an event: the clauses, documents that nobody has tied to a task, products whose date is not known.

Only reads, each in a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from dondoc.domain.directory import Agency
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import openings_of
from dondoc.domain.occurrences import conditions, is_capped
from dondoc.domain.plan import Part, Task
from dondoc.services.books import Book
from dondoc.services.event_choices import Choice, owing_of
from dondoc.services.status import agency_name
from dondoc.store.arrays import is_one_of
from dondoc.store.models import AnswerRow, ObligationRow, WaiverRow

Key = tuple[str, str, str]
"""Plan, task and part, the latter as the core writes it ("" for a task of one part)."""


@dataclass(frozen=True, slots=True)
class Waits:
    """An agency (id, name) that waits, with its last word: None while it was not asked or has not answered.

    `happened`: it says that the event has come; `document` is what it names.
    """

    obligation_id: str
    agency: str
    name: str
    happened: bool | None = None
    said_at: datetime | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a task that events can open. `questions` are the conditions in the plan's words, `waits` who waits.

    `openings`: how many stand. `is_capped`: the plan dates the part besides.
    """

    book: Book
    task: Task
    part: Part
    questions: tuple[str, ...]
    waits: tuple[Waits, ...]
    openings: int

    @property
    def key(self) -> Key:
        """What identifies it."""
        return self.book.plan.id, self.task.id, self.part.key

    @property
    def is_counted(self) -> bool:
        """Whether its cases are only counted in the periodic report: it waits for nothing, no event opens it."""
        return self.task.cases == "counted"

    @property
    def is_capped(self) -> bool:
        """Whether a date of the plan stands beside the condition."""
        return is_capped(self.part.clauses)

    @property
    def is_waiting(self) -> bool:
        """Whether somebody waits for it, or its date may still change."""
        return not self.is_counted and (bool(self.waits) or (self.is_capped and not self.openings))

    @property
    def since(self) -> date:
        """Since when it waits: the plan's first day, or the one from which the plan is followed."""
        return max(self.book.plan.starts_on, self.book.live_from or self.book.plan.starts_on)

    @property
    def answered(self) -> tuple[Waits, ...]:
        """Of those that wait, who has said whether it has come; the latest word first."""
        return tuple(sorted((one for one in self.waits if one.said_at), key=_said_at, reverse=True))

    @property
    def before(self) -> tuple[str, ...]:
        """The tasks (ids) whose product it waits for, as the plan's words or a person say."""
        source = self.task.date_from
        document = (source.task,) if source is not None and source.plan is None else ()
        return tuple(dict.fromkeys((*self.task.after.tasks, *document)))

    def agencies(self, on: date) -> tuple[Agency, ...]:
        """Who may owe it on that day."""
        return owing_of(self.book, self.part, on)

    def choice(self, agencies: Iterable[str] = (), due_on: date | None = None, no_due: bool = False) -> Choice:
        """A person's word that an event opens it."""
        plan_id, task_id, _ = self.key
        return Choice(task_id, plan_id, tuple(agencies), due_on, no_due, self.part.label)


def _said_at(one: Waits) -> datetime:
    assert one.said_at is not None
    return one.said_at


def clauses(session: Session, books: Mapping[str, Book]) -> tuple[Clause, ...]:
    """Every part of these plans that an event can open, waiting or opened before, in the plans' order."""
    found = _waits(session, books)
    return tuple(
        Clause(
            book, task, part, tuple(one.question for one in conditions(part.clauses)),
            found.get((book.plan.id, task.id, part.key), ()),
            len(openings_of(book.scope, task, part)),
        )
        for book in books.values() for task in book.plan.tasks for part in task.parts
        if any(conditions(part.clauses))
    )  # fmt: skip


def waiting(session: Session, books: Mapping[str, Book]) -> tuple[Clause, ...]:
    """Those of `clauses` that wait."""
    return tuple(one for one in clauses(session, books) if one.is_waiting)


def _waits(session: Session, books: Mapping[str, Book]) -> dict[Key, tuple[Waits, ...]]:
    """Who waits, by clause: what is waived, done or not theirs waits for nothing. Two queries."""
    row, answer, decided = ObligationRow, AnswerRow, aliased(AnswerRow)
    settled = exists().where(
        decided.obligation_id == row.id, decided.outcome == "accepted",
        decided.kind.in_(("done", "not_applicable", "not_mine")),
    )  # fmt: skip
    waived = exists().where(WaiverRow.obligation_id == row.id, WaiverRow.lifted_at.is_(None))
    own = (
        is_one_of(row.plan_id, books), row.kind.in_(("awaiting", "unassigned")), row.question.is_not(None),
        row.withdrawn_at.is_(None), ~settled, ~waived,
    )  # fmt: skip
    said = {
        one.obligation_id: one
        for one in session.scalars(
            select(answer)
            .join(row, row.id == answer.obligation_id)
            .where(*own, answer.kind.in_(("progress", "not_happened")))
            .distinct(answer.obligation_id)
            .order_by(answer.obligation_id, answer.id.desc())
        )
    }
    found: dict[Key, dict[str, Waits]] = {}
    for one in session.scalars(select(row).where(*own).order_by(row.plan_id, row.position)):
        # Several conditions of one part are one thing to open: an agency waits for it once.
        key = (one.plan_id, one.task_id, "" if one.part == "-" else one.part)
        found.setdefault(key, {}).setdefault(one.agency, _wait(books[one.plan_id], one, said.get(one.id)))
    return {key: tuple(own.values()) for key, own in found.items()}


def _wait(book: Book, row: ObligationRow, said: AnswerRow | None) -> Waits:
    name = agency_name(book, row.agency)
    if said is None:
        return Waits(row.id, row.agency, name)
    words = [f"số {said.document_number}"] if said.document_number else []
    words += [f"ngày {said.document_date:%d/%m/%Y}"] if said.document_date else []
    return Waits(row.id, row.agency, name, said.kind == "progress", said.at, " ".join(words))


@dataclass(frozen=True, slots=True)
class DateWanted:
    """A task takes its date from the document that another one produces: that is accepted, its date not recorded.

    `agency` is the id of who delivered it; number and day are those of the report that was accepted.
    """

    clause: Clause
    before: Task
    agency: str
    agency_name: str
    number: str | None
    on: date
    accepted_on: date


def dates_wanted(session: Session, found: Iterable[Clause]) -> tuple[DateWanted, ...]:
    """Which of these clauses wait for a person to say the date of an accepted product. One query."""
    open_ones = [one for one in found if not one.openings and _document_of(one) is not None]
    delivered = _delivered(session, {(one.book.plan.id, _document_of(one) or "") for one in open_ones})
    return tuple(_dates_wanted(open_ones, delivered))


def _document_of(one: Clause) -> str | None:
    source = one.task.date_from
    return source.task if source is not None and source.plan is None else None


def _dates_wanted(
    found: Iterable[Clause], delivered: Mapping[tuple[str, str], tuple[AnswerRow, ObligationRow]]
) -> Iterator[DateWanted]:
    for one in found:
        before = one.book.plan.by_id.get(_document_of(one) or "")
        pair = delivered.get((one.book.plan.id, before.id)) if before is not None else None
        if before is None or pair is None:
            continue
        answer, row = pair
        accepted_on = local_day(answer.reviewed_at or answer.at)
        yield DateWanted(
            one, before, row.agency, agency_name(one.book, row.agency), answer.document_number,
            answer.document_date or local_day(answer.at), accepted_on,
        )  # fmt: skip


def _delivered(
    session: Session, tasks: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[AnswerRow, ObligationRow]]:
    """The accepted report of each of these tasks (plan, task), of several the latest."""
    row, answer = ObligationRow, AnswerRow
    statement = (
        select(answer, row)
        .join(row, row.id == answer.obligation_id)
        .where(tuple_(row.plan_id, row.task_id).in_(sorted(tasks)), row.withdrawn_at.is_(None))
        .where(answer.kind == "done", answer.outcome == "accepted")
        .order_by(answer.id)
    )
    return {(owed.plan_id, owed.task_id): (said, owed) for said, owed in session.execute(statement).tuples()}
