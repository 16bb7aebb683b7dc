"""Who hears what when an event is taken back or moves a due day, and which day is in force then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.diff import Change
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import PERIODIC_TASK, expand
from dondoc.domain.policy import OPENED
from dondoc.domain.telling import line
from dondoc.rendering.wording import full_day
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.deciding import sentence
from dondoc.services.queueing import queue_notices
from dondoc.store import journal, notices, obligations
from dondoc.store.models import MessageRow, NoticeRow, ObligationRow

LEFT = ("sending", "sent", "unknown")


def heard_of(session: Session, event_id: str) -> Sequence[ObligationRow]:
    """What the event opened and its agency was told of in a message that has left, or may have."""
    told = (
        select(NoticeRow.obligation_id)
        .join(MessageRow, MessageRow.id == NoticeRow.message_id)
        .where(NoticeRow.rule == OPENED, NoticeRow.status == "composed", MessageRow.status.in_(LEFT))
    )
    own = select(ObligationRow).where(
        ObligationRow.period == event_id, ObligationRow.withdrawn_at.is_(None), ObligationRow.id.in_(told)
    )
    return session.scalars(own.order_by(ObligationRow.position)).all()


def drop_unheard(session: Session, event_id: str, why: str) -> None:
    """Nobody is told any more of what is queued about the event's work; what is composed is judged before it leaves."""
    own = select(ObligationRow.id).where(ObligationRow.period == event_id, ObligationRow.withdrawn_at.is_(None))
    notices.drop_queued(session, session.scalars(own).all(), why)


def tell_retracted(
    session: Session, books: Mapping[str, Book], heard: Sequence[ObligationRow], name: str, why: str, now: datetime
) -> None:
    """Who was told that work has begun hears that it has not: by the obligation of the same task that waits again."""
    for row in heard:
        found = books[row.plan_id]
        rest = obligations.load_cases(session, plan_id=row.plan_id, task_id=row.task_id, agency=row.agency)
        task = ""
        if not rest:  # it owed that task by the event alone: it hears by something else that it owes
            own = obligations.load_cases(session, plan_id=row.plan_id, agency=row.agency)
            rest = sorted(own, key=lambda case: case.obligation.task_id != PERIODIC_TASK)
            task = f"Nhiệm vụ {row.task_id}: "
        if not rest or found.archived:
            continue
        words = f"{task}{name} đã được lấy lại: việc mở theo đó không phải thực hiện nữa. Lý do: {sentence(why)}"
        notice = line(rest[0], "retracted", now, words)
        queue_notices(session, found.plan, found.directory, [(notice, rest[0].obligation)], now)


def tell_redated(session: Session, found: Book, moved: Sequence[Change], name: str, now: datetime) -> None:
    """Who owes what has another day now hears of it with the next digest."""
    if found.archived or not moved:
        return
    old = {change.new.id: change.old.due_on for change in moved}
    for case in obligations.load_cases(session, ids=list(old)):
        before, after = old[case.obligation.id], case.obligation.due_on
        if before == after or after is None or case.obligation.kind == "unassigned":
            continue  # of what nobody is known to owe nobody is told
        was = f" (trước đó: {full_day(before)})" if before else ""
        notice = line(case, "redated", now, f"Hạn của việc nay là {full_day(after)}{was}, theo {name}.")
        queue_notices(session, found.plan, found.directory, [(notice, case.obligation)], now)


def put_back(
    app: App, session: Session, plan_id: str, moved: Sequence[Change], since: datetime | None, by: str, now: datetime
) -> None:
    """The day that was in force when the event moved it, at `since`, is in force again when that is taken back: where
    it was late already then, and where an extension had made it later than the one it would have now.

    Else a day never goes back into lateness; this is no move into it, but an undone move out of it. An extension
    granted while the event stood is kept.
    """
    if not moved or since is None:
        return
    scope = book(app, session, plan_id).scope
    planned = {one.id: one for one in expand(scope)}
    before = journal.due_days_at(session, since - timedelta(microseconds=1))
    for change in moved:
        row = session.get_one(ObligationRow, change.new.id, populate_existing=True)
        day, old = before.get(row.id), change.new.due_on
        if day is None or old is None or row.due_on != old or day == old:
            continue
        late_after = scope.late_after(day)
        if late_after >= local_day(since) and day < old:
            continue
        wanted = planned[row.id]
        obligations.redate(session, row.id, day, late_after, wanted.checkpoints)
        row = session.get_one(ObligationRow, row.id, populate_existing=True)
        row.planned_on = wanted.due_on
        why = "Sự kiện đã được lấy lại: ngày trước khi sự kiện được ghi lại có hiệu lực."
        journal.write(session, now, by, "redated", row.id, old.isoformat(), day.isoformat(), why)
