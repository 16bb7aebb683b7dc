"""What waits for a person outside the inbox: leads without a choice, events reported, agencies without a contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.directory import Agency
from dondoc.domain.plan import Lead, Task
from dondoc.services.books import Book
from dondoc.services.status import agency_name
from dondoc.store import waiting
from dondoc.store.models import AnswerRow, ObligationRow

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class OpenLead:
    """A conditional lead: of whom the supervisor chooses. `chosen` are agency ids, empty while nobody is."""

    book: Book
    task: Task
    lead: Lead
    members: tuple[Agency, ...]
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """An agency's word that what a waiting task waits for has happened; `number` and `on` are of the document that it
    names."""

    answer_id: int
    obligation_id: str
    plan_id: str
    task_id: str
    agency: str
    question: str
    document: str
    text: str
    at: datetime
    number: str | None = None
    on: date | None = None


def conditional(books: Mapping[str, Book], today: date) -> Iterator[OpenLead]:
    """Every conditional lead of these plans, in the plans' order; pure."""
    for book in books.values():
        on = max(today, book.plan.starts_on)
        for task in book.plan.tasks:
            for lead in dict.fromkeys(lead for part in task.parts for lead in part.leads if lead.condition is not None):
                chosen = book.scope.selections.get((task.id, lead.name), frozenset())
                yield OpenLead(book, task, lead, members_of(book, lead, on), tuple(sorted(chosen)))


def members_of(book: Book, lead: Lead, on: date) -> tuple[Agency, ...]:
    """Whom a conditional lead may be: the agencies of its group that exist on that day."""
    group = book.directory.groups_by_id.get(lead.ref)
    if group is None:
        named = book.directory.by_id.get(lead.ref)
        return (named,) if named is not None else ()
    return book.directory.members(group, on)


def happened(session: Session, books: Mapping[str, Book]) -> tuple[Happened, ...]:
    """What agencies say has happened while the obligation still waits, the latest word of each, oldest first."""
    answer, done = AnswerRow, aliased(AnswerRow)
    settled = exists().where(
        done.obligation_id == ObligationRow.id, done.kind == "done", done.outcome.is_distinct_from("returned")
    )
    statement = (
        select(answer, ObligationRow)
        .join(ObligationRow, ObligationRow.id == answer.obligation_id)
        .where(answer.kind.in_(("progress", "not_happened")))
        .where(ObligationRow.kind == "awaiting", ObligationRow.withdrawn_at.is_(None), ~settled)
        .distinct(answer.obligation_id)
        .order_by(answer.obligation_id, answer.id.desc())
    )
    found = [
        _happened(answer, row, books[row.plan_id])
        for answer, row in session.execute(statement).tuples()
        if answer.kind == "progress" and row.plan_id in books and not _is_counted(books[row.plan_id], row)
    ]
    return tuple(sorted(found, key=lambda one: one.at)[:MOST_ROWS])


def _is_counted(book: Book, row: ObligationRow) -> bool:
    """Work by cases waits for nothing: what comes is counted in the periodic report."""
    task = book.plan.by_id.get(row.task_id)
    return task is not None and task.cases == "counted"


def _happened(answer: AnswerRow, row: ObligationRow, book: Book) -> Happened:
    parts = [f"số {answer.document_number}"] if answer.document_number else []
    parts += [f"ngày {answer.document_date:%d/%m/%Y}"] if answer.document_date else []
    return Happened(
        answer.id, row.id, row.plan_id, row.task_id, agency_name(book, row.agency), row.question or "",
        " ".join(parts), answer.note or "", answer.at, answer.document_number, answer.document_date,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An agency that the directory has no contact for, with how many notices could not go anywhere."""

    id: str
    name: str
    notices: int


def unreachable(session: Session, books: Mapping[str, Book]) -> tuple[Unreachable, ...]:
    """Who cannot be told anything, most notices first."""
    rows = waiting.without_contact(session, MOST_ROWS)
    return tuple(Unreachable(agency, name_of(books, agency), number) for agency, number in rows)


def name_of(books: Mapping[str, Book], agency: str) -> str:
    """What people call an agency of any of these plans."""
    names = (agency_name(book, agency) for book in books.values())
    return next((name for name in names if name != agency), agency)


def provisional(books: Mapping[str, Book], calendar: WorkCalendar, today: date) -> tuple[tuple[Book, int], ...]:
    """Plans whose year, from today on, hangs on a calendar that no decision has confirmed; the year with each."""
    years = {book.plan.id: (book, book.plan.year) for book in books.values() if book.plan.year >= today.year}
    return tuple((book, year) for book, year in years.values() if calendar.is_provisional(date(year, 12, 31)))
