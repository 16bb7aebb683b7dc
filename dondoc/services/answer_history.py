"""Everything that a recipient's agencies answered, newest first, with the decisions and the message that asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from dondoc.domain.answers import Answer, AnswerKind
from dondoc.domain.directory import Agency
from dondoc.domain.obligations import PERIODIC_TASK, Obligation
from dondoc.domain.plan import Task
from dondoc.domain.vietnamese import searchable
from dondoc.services.answering import Mandate
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.owed import live_books, mandate_of
from dondoc.services.periodic import LINE_FORM
from dondoc.store import answers, obligations
from dondoc.store.arrays import is_one_of_ids
from dondoc.store.models import AnswerRow, FileRow, MessageRow, NoticeRow, ObligationRow

PAGE = 30
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Asked:
    """The message that asked for an answer: the last one to this recipient about the work before it."""

    day: date
    subject: str


@dataclass(frozen=True)
class Past:
    """One answer. `receipt` is the form it came with; `within_report`: it is a line of a periodic report."""

    answer: Answer
    obligation: Obligation
    book: Book
    task: Task | None
    agency: Agency
    files: tuple[FileRow, ...]
    asked: Asked | None
    receipt: str
    within_report: bool


@dataclass(frozen=True)
class History:
    """One page of it; `total` of all pages. `page` counts from 1."""

    entries: tuple[Past, ...]
    total: int
    page: int
    books: Mapping[str, Book]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def history(
    app: App, session: Session, recipient: str, *, search: str = "", kind: AnswerKind | None = None, page: int = 1
) -> History:
    """What the recipient's agencies answered in the followed plans, in a constant number of queries.

    `search` finds in the tasks' numbers and words without regard to accents, case and space; `page` beyond the last
    one gives the last one.
    """
    books = live_books(app, session)
    wanted = _wanted(session, mandate_of(books, recipient), books, search, kind)
    total = session.scalars(select(func.count()).select_from(wanted.subquery())).one()
    page = max(1, min(page, -(-total // PAGE)))
    chosen = wanted.order_by(AnswerRow.at.desc(), AnswerRow.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    rows = session.execute(chosen).tuples().all()
    return History(tuple(_worded(session, rows, books, recipient)), total, page, books)


def _wanted(
    session: Session, mandate: Mandate, books: Mapping[str, Book], search: str, kind: AnswerKind | None
) -> Select[tuple[AnswerRow, ObligationRow]]:
    row = ObligationRow
    own = tuple_(row.plan_id, row.agency).in_(sorted(mandate)) if mandate else false()
    statement = select(AnswerRow, row).join(row, row.id == AnswerRow.obligation_id).where(own)
    if kind is not None:
        statement = statement.where(AnswerRow.kind == kind)
    words = searchable(search[:LONGEST_SEARCH])
    if not words:
        return statement
    tasks, reports = _tasks(books, words), _reports(session, mandate, words)
    by_task = tuple_(row.plan_id, row.task_id).in_(tasks) if tasks else false()
    by_name = (row.task_id == PERIODIC_TASK) & row.name.in_(reports) if reports else false()
    return statement.where(or_(by_task, by_name))


def _tasks(books: Mapping[str, Book], words: str) -> list[tuple[str, str]]:
    return [
        (plan_id, task.id)
        for plan_id, book in books.items()
        for task in book.plan.tasks
        if words in searchable(f"{task.section}.{task.code or task.no} {task.id} {task.activity}")
    ]


def _reports(session: Session, mandate: Mandate, words: str) -> list[str]:
    row = ObligationRow
    own = tuple_(row.plan_id, row.agency).in_(sorted(mandate)) if mandate else false()
    names = session.scalars(select(row.name).where(own, row.task_id == PERIODIC_TASK).distinct())
    return [name for name in names if words in searchable(f"{name} báo cáo định kỳ")]


def _worded(
    session: Session, rows: Collection[tuple[AnswerRow, ObligationRow]], books: Mapping[str, Book], recipient: str
) -> list[Past]:
    ids = [answer.id for answer, _ in rows]
    files, asked, undone = _files(session, ids), _asked(session, ids, recipient), answers.undone_of(session, ids)
    found = []
    for answer, row in rows:
        book = books[row.plan_id]
        found.append(
            Past(
                answers.to_answer(answer, undone.get(answer.id, ())), obligations.to_obligation(row), book,
                book.plan.by_id.get(row.task_id), book.directory.by_id[row.agency], files.get(answer.id, ()),
                asked.get(answer.id), answer.submission.removesuffix(LINE_FORM), answer.submission.endswith(LINE_FORM),
            )
        )  # fmt: skip
    return found


def _files(session: Session, answer_ids: list[int]) -> dict[int, tuple[FileRow, ...]]:
    found: dict[int, tuple[FileRow, ...]] = {}
    for row in session.scalars(
        select(FileRow).where(is_one_of_ids(FileRow.answer_id, answer_ids)).order_by(FileRow.id)
    ):
        found[row.answer_id] = (*found.get(row.answer_id, ()), row)
    return found


def _asked(session: Session, answer_ids: list[int], recipient: str) -> dict[int, Asked]:
    """By answer: the last message that had left for the recipient with a line about the work."""
    statement = (
        select(AnswerRow.id, MessageRow.day, MessageRow.subject)
        .join(NoticeRow, NoticeRow.obligation_id == AnswerRow.obligation_id)
        .join(MessageRow, MessageRow.id == NoticeRow.message_id)
        .where(is_one_of_ids(AnswerRow.id, answer_ids), MessageRow.recipient == recipient)
        .where(MessageRow.sent_at <= AnswerRow.at)
        .distinct(AnswerRow.id)
        .order_by(AnswerRow.id, MessageRow.sent_at.desc(), MessageRow.id.desc())
    )
    return {number: Asked(day, subject) for number, day, subject in session.execute(statement)}
