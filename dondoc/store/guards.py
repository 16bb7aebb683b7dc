"""Guards that stopped something: what they found, and what a person decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from dondoc.domain.moments import local_day
from dondoc.store.models import GuardRow

OVERDUE = "overdue"
Decision = Literal["allowed", "refused"]


@dataclass(frozen=True, slots=True)
class Stop:
    """What a stop has to tell: `question` counts those of that plan and day, from 1; `is_news`: nobody was asked about
    so many today; `before`: how many the same question was about until now, None for one that is new."""

    question: int
    is_news: bool
    before: int | None = None


def stop(session: Session, name: str, plan_id: str, day: date, found: int, of: int, now: datetime) -> Stop:
    """Write that the guard stopped that plan today. The question that waits grows with what is found; what a person
    has answered today is asked again only when there is more of it."""
    # Locked: an answer that is being written comes before this stop or after it, never in between.
    todays = select(GuardRow).where(GuardRow.name == name, GuardRow.plan_id == plan_id, GuardRow.day == day)
    rows = session.scalars(todays.with_for_update(), execution_options={"populate_existing": True}).all()
    if any(row.found >= found for row in rows):
        return Stop(len(rows), is_news=False)
    values = {"name": name, "plan_id": plan_id, "day": day, "found": found, "of": of, "at": now}
    statement = insert(GuardRow).values(**values).on_conflict_do_update(
        index_elements=["name", "plan_id", "day"], index_where=GuardRow.decision.is_(None),
        set_={"found": found, "of": of}, where=GuardRow.found < found,
    )  # fmt: skip
    entered = session.scalar(statement.returning(GuardRow.id))
    before = next((row.found for row in rows if row.decision is None), None)
    return Stop(len(rows) + (before is None), entered is not None, before)


def find(session: Session, guard_id: int) -> GuardRow | None:
    """One guard as it is now, locked until this transaction ends."""
    return session.get(GuardRow, guard_id, with_for_update=True, populate_existing=True)


def decide(session: Session, guard_id: int, decision: Decision, by: str, why: str, now: datetime) -> GuardRow | None:
    """A person answers, or takes back today's refusal; None when there is no such guard that still waits."""
    row = find(session, guard_id)
    if row is None or not (_waits(session, row) or _is_taken_back(row, decision, local_day(now))):
        return None
    row.decision, row.decided_at, row.decided_by, row.why = decision, now, by, why
    session.flush()
    return row


def _waits(session: Session, row: GuardRow) -> bool:
    return session.scalar(select(GuardRow.id).where(GuardRow.id == row.id, _is_waiting())) is not None


def _is_taken_back(row: GuardRow, decision: Decision, today: date) -> bool:
    """What was let pass has been told and cannot be taken back; a refusal has told nobody."""
    return (row.decision, decision, row.day) == ("refused", "allowed", today)


def allowed(session: Session, name: str, plan_id: str, since: date) -> int:
    """The most that a person allowed that guard to let pass since that day; 0 when nobody did."""
    statement = select(GuardRow.found).where(
        GuardRow.name == name, GuardRow.plan_id == plan_id, GuardRow.day >= since, GuardRow.decision == "allowed"
    )
    return max(session.scalars(statement).all(), default=0)


def waiting(session: Session) -> Sequence[GuardRow]:
    """Those that nobody has answered, oldest first; each plan's newest alone: it has overtaken the earlier ones."""
    statement = select(GuardRow).where(_is_waiting()).order_by(GuardRow.id)
    return session.scalars(statement, execution_options={"populate_existing": True}).all()


def _is_waiting() -> ColumnElement[bool]:
    newer = aliased(GuardRow)
    overtaken = exists().where(
        newer.name == GuardRow.name, newer.plan_id == GuardRow.plan_id, newer.id > GuardRow.id
    )  # fmt: skip
    return GuardRow.decision.is_(None) & ~overtaken
