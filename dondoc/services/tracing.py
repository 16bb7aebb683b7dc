"""One task from the plan's words to today: who owes it, why it stands so, what happened, what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.domain.explain import explain
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import PERIODIC_TASK
from dondoc.domain.plan import Task
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.listing import Listed, listed
from dondoc.services.owed import Owed
from dondoc.services.tracking import moves_of
from dondoc.store import histories, listings
from dondoc.store.histories import Fate
from dondoc.store.journal import Entry
from dondoc.store.listings import Wanted
from dondoc.store.models import FileRow, NoticeRow

PAGE = 20
"""Owing agencies on one page: each is explained in full."""
MOST_ENTRIES, MOST_MESSAGES, MOST_OUTSIDE = 200, 40, 20


@dataclass(frozen=True)
class Traced:
    """One obligation of the task: where it stands, the explanation (as `dondoc explain` prints it), files by answer."""

    owed: Owed
    sentences: tuple[str, ...]
    files: Mapping[str, tuple[FileRow, ...]]


@dataclass(frozen=True)
class Trace:
    """A task's page. `task` is None for the periodic report and for what the plan no longer holds.

    `counts` are of the whole task, everything else of the obligations shown.
    """

    book: Book
    task_id: str
    task: Task | None
    counts: Mapping[str, int]
    page: Listed
    traced: tuple[Traced, ...]
    journal: Sequence[Entry]
    messages: Sequence[Fate]
    outside: Sequence[NoticeRow]


def trace(
    app: App, session: Session, book: Book, task_id: str, now: datetime, *, agency: str | None = None, number: int = 1
) -> Trace | None:
    """The task's page, of all who owe it or of one agency; None when neither plan nor store know such a task."""
    plan_id = book.plan.id
    task = book.plan.by_id.get(task_id)
    wanted = Wanted(plan_id=plan_id, task_ids=(task_id,), agency=agency)
    counts = listings.tallies(session, Wanted(plan_id=plan_id, task_ids=(task_id,)), local_day(now)).total
    if task is None and not counts and task_id != PERIODIC_TASK:
        return None
    page = listed(app, session, {plan_id: book}, wanted, "plan", number, now, PAGE)
    ids = [owed.case.obligation.id for owed in page.rows]
    sent = histories.messages_about(session, ids, MOST_MESSAGES)
    subjects = (*ids, f"{plan_id}/{task_id}", *(f"message/{one.id}" for one in sent))
    return Trace(
        book, task_id, task, counts, page, _traced(session, page.rows, now),
        histories.journal_of(session, subjects, MOST_ENTRIES), sent,
        histories.notices_outside(session, ids, MOST_OUTSIDE),
    )  # fmt: skip


def _traced(session: Session, rows: Sequence[Owed], now: datetime) -> tuple[Traced, ...]:
    answers = [int(answer.id) for owed in rows for answer in owed.case.answers]
    files = histories.files_of(session, answers)
    moves = moves_of(session, [owed.case.obligation.id for owed in rows])
    return tuple(
        Traced(
            owed,
            explain(owed.case, owed.snapshot, now, moves.get(owed.case.obligation.id, ())),
            {answer.id: files[answer.id] for answer in owed.case.answers if answer.id in files},
        )
        for owed in rows
    )
