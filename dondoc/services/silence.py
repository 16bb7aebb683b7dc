"""What a task waits for is asked in every periodic report; who leaves three unanswered reaches the supervisor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dondoc.domain.decide import Notice
from dondoc.domain.moments import end_of_day, local_day
from dondoc.domain.obligations import Obligation
from dondoc.domain.policy import WAITING_SILENT
from dondoc.domain.silence import SILENT_REPORTS, Asked, SilentTask, passed_reports, silent_tasks
from dondoc.services.books import Book
from dondoc.services.queueing import queue_notices
from dondoc.store import journal, notices, obligations
from dondoc.store.models import AnswerRow, ObligationRow

_NUMBERS = {3: "ba", 4: "bốn", 5: "năm", 6: "sáu"}


def tell(session: Session, books: Mapping[str, Book], now: datetime) -> int:
    """Queue a line to the supervisor for each task that is silent and was not told of after the last report; say how
    many. Three queries for a plan, none before its third report was due."""
    queued = 0
    for book in books.values():
        passed = passed_reports(book.scope, local_day(now))
        if len(passed) < SILENT_REPORTS or book.archived:
            continue
        lines = [_line(book, task) for task in _silent(session, book, passed, local_day(now))]
        queued += queue_notices(session, book.plan, book.directory, lines, now)
    return queued


def _silent(session: Session, book: Book, passed: Sequence[Asked], today: date) -> tuple[SilentTask, ...]:
    told = notices.tasks_told(session, book.plan.id, WAITING_SILENT, passed[-1].key)
    since = {id: day for id, task, day in _candidates(session, book, passed, today) if task not in told}
    cases = obligations.load_cases(session, ids=list(since)) if since else []
    return silent_tasks(cases, passed, since)


def _candidates(session: Session, book: Book, passed: Sequence[Asked], today: date) -> Iterator[tuple[str, str, date]]:
    """What waits and had no answer for long enough: obligation id, task, and since when it has been waiting.

    What the plan began to hold later, and what waits again after an event was taken back, waits since that day.
    """
    row, answer = ObligationRow, AnswerRow
    answered = exists().where(answer.obligation_id == row.id)
    if len(passed) > SILENT_REPORTS:
        answered = answered.where(answer.at > end_of_day(passed[-SILENT_REPORTS - 1].late_after))
    mine = select(row).where(row.plan_id == book.plan.id, row.kind == "awaiting", row.withdrawn_at.is_(None), ~answered)
    found = [one for one in session.scalars(mine) if today <= book.ends.get(one.agency, today)]
    again = journal.last_days(session, [one.id for one in found], "restored")
    start = book.live_from or date.min
    for one in found:
        since = max(one.opens_on, local_day(one.created_at), start, again.get(one.id, date.min))
        yield one.id, one.task_id, since


def _line(book: Book, task: SilentTask) -> tuple[Notice, Obligation]:
    firing = task.last.key
    return Notice(
        task.obligation.id, WAITING_SILENT, firing, "waiting_silent", "supervisor", False, _words(book, task)
    ), task.obligation  # fmt: skip


def _words(book: Book, task: SilentTask) -> str:
    """ "Chờ “có hướng dẫn của bộ”: 12 đơn vị không trả lời ba kỳ báo cáo liền (từ quý I)." """
    questions = "; ".join(f"“{question}”" for question in task.questions)
    agencies = task.agencies
    who = book.directory.by_id[agencies[0]].name if len(agencies) == 1 else f"{len(agencies)} đơn vị"
    number = _NUMBERS.get(task.reports, f"{task.reports}")
    reports = f"{number} kỳ báo cáo liền" if task.is_alike else f"từ {number} kỳ báo cáo liền trở lên"
    since = f"từ {task.first.name}" if task.is_alike else f"ít nhất từ {task.first.name}"
    return f"Chờ {questions}: {who} không trả lời {reports} ({since})."
