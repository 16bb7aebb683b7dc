"""What one recipient's agencies owe, as it stands now: read for the answer page in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, Standing, standing
from dondoc.domain.decide import Snapshot
from dondoc.domain.directory import Agency, Role
from dondoc.domain.events import Event
from dondoc.domain.plan import Task
from dondoc.services.answering import Mandate
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.store import events, obligations
from dondoc.store.models import AnswerRow, FileRow, ObligationRow

HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Owed:
    """One obligation with all that a page shows of it. `task` is None for a periodic report, `event` for all that no
    event opened."""

    case: Case
    where: Standing
    book: Book
    snapshot: Snapshot
    task: Task | None
    agency: Agency
    files: Mapping[str, tuple[FileRow, ...]]
    event: Event | None = None


@dataclass(frozen=True)
class Desk:
    """Everything of one recipient: their agencies by plan, and what is owed, in the plan's order."""

    mandate: Mandate
    books: Mapping[str, Book]
    owed: tuple[Owed, ...]

    @property
    def is_demo(self) -> bool:
        """Whether any of the plans is a demonstration."""
        return any(book.plan.demo for book in self.books.values())


def live_books(app: App, session: Session) -> dict[str, Book]:
    """The plans that are being followed, archived ones left out."""
    return books(app, session, live=True)


def mandate_of(books: Mapping[str, Book], recipient: str) -> Mandate:
    """Every (plan, agency) whose messages go to that recipient: a district's contact answers for its communes too."""
    role = cast(Role, recipient.rpartition("/")[2])
    pairs = set()
    for plan_id, book in books.items():
        for agency in book.directory.agencies:
            found = book.directory.recipient(agency.id, role)
            if found is not None and found.id == recipient:
                pairs.add((plan_id, agency.id))
    return frozenset(pairs)


def desk(app: App, session: Session, recipient: str, now: datetime, only: Iterable[str] | None = None) -> Desk:
    """What the recipient's agencies owe at `now`; `only` keeps the obligations named, strangers' are left out."""
    books = live_books(app, session)
    mandate = mandate_of(books, recipient)
    ids = _ids(session, mandate, None if only is None else tuple(only))
    cases = obligations.load_cases(session, ids=ids)
    ladders = obligations.load_ladders(session)
    snapshots = {plan_id: book.snapshot(ladders) for plan_id, book in books.items()}
    files = _files(session, ids)
    opened = events.opened_by(session, cases)
    return Desk(mandate, books, tuple(_owed(case, books, snapshots, files, opened, now) for case in cases))


def file_of(app: App, session: Session, recipient: str, file_id: int) -> FileRow | None:
    """An attached file of the recipient's agencies; None for any other, whether it exists or not."""
    if not 0 < file_id <= HIGHEST_ID:
        return None
    found = session.execute(
        select(FileRow, ObligationRow)
        .join(AnswerRow, AnswerRow.id == FileRow.answer_id)
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(FileRow.id == file_id)
    ).one_or_none()
    if found is None:
        return None
    row = found.ObligationRow
    file: FileRow = found.FileRow
    return file if (row.plan_id, row.agency) in mandate_of(live_books(app, session), recipient) else None


def any_file(session: Session, file_id: int) -> FileRow | None:
    """An attached file of any agency, for those who may read all; None when there is none of that number."""
    return session.get(FileRow, file_id) if 0 < file_id <= HIGHEST_ID else None


def name_of(desk: Desk, agency: str) -> str:
    """What people call an agency of the desk's plans."""
    found = (book.directory.by_id.get(agency) for book in desk.books.values())
    return next((entry.name for entry in found if entry is not None), agency)


def has_several_plans(desk: Desk) -> bool:
    """Whether the work on the desk is of more than one plan, so that each line must say of which."""
    return len({one.book.plan.id for one in desk.owed}) > 1


def _ids(session: Session, mandate: Mandate, only: tuple[str, ...] | None) -> list[str]:
    if not mandate or only == ():
        return []
    query = select(ObligationRow.id).where(
        tuple_(ObligationRow.plan_id, ObligationRow.agency).in_(sorted(mandate)),
        ObligationRow.withdrawn_at.is_(None),
    )
    if only is not None:
        query = query.where(ObligationRow.id.in_([key for key in only if key.isprintable()]))
    return list(session.scalars(query))


def _files(session: Session, obligation_ids: list[str]) -> dict[str, tuple[FileRow, ...]]:
    """Attached files by the answer's id as the core writes it."""
    found: dict[str, tuple[FileRow, ...]] = {}
    rows = session.scalars(
        select(FileRow)
        .join(AnswerRow, AnswerRow.id == FileRow.answer_id)
        .where(AnswerRow.obligation_id.in_(obligation_ids))
        .order_by(FileRow.id)
    )
    for row in rows:
        found[str(row.answer_id)] = (*found.get(str(row.answer_id), ()), row)
    return found


def _owed(
    case: Case,
    books: Mapping[str, Book],
    snapshots: Mapping[str, Snapshot],
    files: Mapping[str, tuple[FileRow, ...]],
    opened: Mapping[str, Event],
    now: datetime,
) -> Owed:
    obligation = case.obligation
    book = books[obligation.plan_id]
    own = {answer.id: files[answer.id] for answer in case.answers if answer.id in files}
    task = book.plan.by_id.get(obligation.task_id)
    agency = book.directory.by_id[obligation.agency]
    where, event = standing(case, now, book.rules), opened.get(obligation.period)
    return Owed(case, where, book, snapshots[obligation.plan_id], task, agency, own, event)
