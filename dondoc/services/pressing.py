"""A reminder that a person presses: urgent, one message for each press and recipient (DESIGN §2.5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, standing
from dondoc.domain.compose import PRESSED
from dondoc.domain.decide import Notice
from dondoc.domain.moments import local_day
from dondoc.domain.policy import NoticeKind
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.queueing import queue_notices
from dondoc.store import journal, obligations


def remind_now(
    app: App, plan_id: str, task_id: str, by: str, reason: str, now: datetime, agency: str | None = None
) -> int:
    """Queue one reminder to each lead agency that still owes something of the task, and say how many.

    It leaves with the next delivery in working hours. Journaled. Raises Refused without a reason, when nothing is
    owed now, and for an obligation whose agency was reminded by hand today: twice a day is no help.
    """
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    with app.sessions.begin() as session:
        _one_at_a_time(session, plan_id, task_id)
        found = book(app, session, plan_id)
        cases = obligations.load_cases(session, plan_id=plan_id, task_id=task_id, agency=agency)
        owed = [case for case in cases if _is_owed(case, found, now)]
        if not owed:
            raise Refused(f"Nhiệm vụ {task_id} không có việc nào đang chờ báo cáo.")
        if all(_pressed_today(case, now) for case in owed):
            raise Refused("Hôm nay đã nhắc bằng tay việc này rồi.")
        fresh = [case for case in owed if not _pressed_today(case, now)]
        return _queue(session, fresh, found, by, reason.strip(), now)


def _one_at_a_time(session: Session, plan_id: str, task_id: str) -> None:
    """Two persons who press at once come one after the other, so that the second sees what the first did."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"press:{plan_id}/{task_id}", 0))))


def _is_owed(case: Case, found: Book, now: datetime) -> bool:
    where = standing(case, now, found.rules)
    return case.obligation.kind in ("task", "periodic_report") and where.work in ("open", "returned")


def _pressed_today(case: Case, now: datetime) -> bool:
    return any(f.rule == PRESSED and f.on == local_day(now) for f in case.fired)


def _queue(session: Session, owed: list[Case], found: Book, by: str, reason: str, now: datetime) -> int:
    lines = []
    for case in owed:
        notice = Notice(
            case.obligation.id, PRESSED, now.isoformat(), _kind(case, found, now), "lead", False,
            f"Cơ quan theo dõi đề nghị: {reason}",
        )  # fmt: skip
        lines.append((notice, case.obligation))
        journal.write(session, now, by, "reminded-by-hand", case.obligation.id, None, None, reason)
    return queue_notices(session, found.plan, found.directory, lines, now)


def _kind(case: Case, found: Book, now: datetime) -> NoticeKind:
    if standing(case, now, found.rules).time == "overdue":
        return "overdue"
    return "periodic_request" if case.obligation.kind == "periodic_report" else "reminder"
