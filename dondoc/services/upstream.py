"""Leads whose work comes after a late task hear of it in their next digest, and no more once its product is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.decide import Notice
from dondoc.domain.obligations import Obligation
from dondoc.domain.policy import UPSTREAM
from dondoc.domain.upstream import HeldUp, Lookout, held_up, linked
from dondoc.rendering.wording import shorten
from dondoc.services.books import Book
from dondoc.services.queueing import queue_notices
from dondoc.store import obligations
from dondoc.store.arrays import is_one_of
from dondoc.store.models import NoticeRow, ObligationRow

LONGEST_TITLE = 120
"""Of the task before as much is told as an officer needs to know which one is meant."""


def tell(session: Session, books: Mapping[str, Book], now: datetime, stopped: Collection[str] = ()) -> int:
    """Queue what is new about late tasks in these plans, and say how much that was.

    Costs nothing for a plan without links between tasks. In the `stopped` ones a person looks at the lateness first.
    """
    queued = 0
    for book in books.values():
        lines = [] if book.plan.id in stopped else [_line(one) for one in _held_up(session, book, now)]
        queued += queue_notices(session, book.plan, book.directory, lines, now)
    return queued


def free_again(session: Session, rows: Iterable[NoticeRow], books: Mapping[str, Book], now: datetime) -> frozenset[int]:
    """Which of these notices (ids) tell of a late task that holds up their obligation no more."""
    told = [row for row in rows if row.rule.startswith(UPSTREAM)]
    if not told:
        return frozenset()
    known = {
        (one.obligation.id, one.rule, one.firing) for book in books.values() for one in _held_up(session, book, now)
    }
    return frozenset(row.id for row in told if (row.obligation_id, row.rule, row.firing) not in known)


def _held_up(session: Session, book: Book, now: datetime) -> list[HeldUp]:
    tasks = linked(book.plan)
    if not tasks or book.archived:
        return []
    row = ObligationRow
    wanted = select(row.id).where(
        row.plan_id == book.plan.id, is_one_of(row.task_id, tasks), row.withdrawn_at.is_(None)
    )
    cases = obligations.load_cases(session, ids=session.scalars(wanted).all())
    return list(held_up(book.plan, cases, Lookout(book.rules, now, book.ends)))


def _line(one: HeldUp) -> tuple[Notice, Obligation]:
    words = (
        f"Nhiệm vụ {one.before.id} ({shorten(one.before.activity, LONGEST_TITLE)}) mà việc này tiếp theo chưa có kết "
        f"quả, hạn {one.due_on:%d/%m/%Y} đã qua."
    )
    return Notice(one.obligation.id, one.rule, one.firing, "upstream_late", "lead", False, words), one.obligation
