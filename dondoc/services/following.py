"""Days that follow a task of another plan: kept in step, journaled, and told to who owes it (DEADLINES §3 "per")."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.domain.obligations import FOLLOWED
from dondoc.domain.telling import line
from dondoc.rendering.wording import full_day
from dondoc.services import event_telling
from dondoc.services.app import App
from dondoc.services.applying import reapply
from dondoc.services.books import Book, books
from dondoc.services.queueing import queue_notices
from dondoc.store import journal, obligations

BY = "dondoc"


def keep_all(app: App, now: datetime) -> int:
    """Move what follows a day that moved, in every live plan; how many obligations got a day or another one.

    Every full sweep calls it. Plans that follow nothing cost nothing; a second call moves nothing.
    """
    with app.sessions() as session:
        known = [id for id, found in books(app, session, live=True).items() if _follows(found)]
    return sum(_keep(app, plan_id, now) for plan_id in known)


def _follows(found: Book) -> bool:
    return any(task.date_from is not None and task.date_from.plan is not None for task in found.plan.tasks)


def _keep(app: App, plan_id: str, now: datetime) -> int:
    with app.sessions.begin() as session:
        applied = reapply(app, session, plan_id, BY, now)
        found = books(app, session)[plan_id]
        tasks = {task.id for task in found.plan.tasks if task.date_from is not None and task.date_from.plan is not None}
        moved = [one for one in applied.diff.changed if one.is_redated and one.new.task_id in tasks]
        event_telling.tell_redated(session, found, moved, "ngày của kế hoạch mà việc này đi theo", now)
        fresh = [one.id for one in applied.diff.new if one.period == FOLLOWED]
        _tell_dated(session, found, fresh, now)
        return len(moved) + len(fresh)


def _tell_dated(session: Session, found: Book, fresh: list[str], now: datetime) -> None:
    """Who waited for a day hears that there is one."""
    for case in obligations.load_cases(session, ids=fresh) if fresh else ():
        source = found.plan.by_id[case.obligation.task_id].date_from
        assert source is not None and case.obligation.due_on is not None  # a followed obligation has both
        why = f"Theo nhiệm vụ {source.task} của kế hoạch {source.plan}."
        day = case.obligation.due_on.isoformat()
        journal.write(session, now, BY, "dated", case.obligation.id, None, day, why)
        words = f"Việc nay có hạn {full_day(case.obligation.due_on)}. {why}"
        notice = line(case, "redated", now, words)
        queue_notices(session, found.plan, found.directory, [(notice, case.obligation)], now)
