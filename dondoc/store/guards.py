"""Guards that stopped something: what they found, and what a person decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.store.models import GuardRow

OVERDUE = "overdue"
Decision = Literal["allowed", "refused"]


def stop(session: Session, name: str, plan_id: str, day: date, found: int, of: int, now: datetime) -> bool:
    """Write that the guard stopped that plan today; True when it is the first time today."""
    values = {"name": name, "plan_id": plan_id, "day": day, "found": found, "of": of, "at": now}
    statement = insert(GuardRow).values(**values).on_conflict_do_nothing(index_elements=["name", "plan_id", "day"])
    return session.scalar(statement.returning(GuardRow.id)) is not None


def decide(session: Session, guard_id: int, decision: Decision, by: str, why: str, now: datetime) -> GuardRow | None:
    """A person answers; None when there is no such guard that still waits."""
    row = session.get(GuardRow, guard_id, with_for_update=True, populate_existing=True)
    if row is None or row.decision is not None:
        return None
    row.decision, row.decided_at, row.decided_by, row.why = decision, now, by, why
    session.flush()
    return row


def allowed(session: Session, name: str, plan_id: str, since: date) -> int:
    """The most that a person allowed that guard to let pass since that day; 0 when nobody did."""
    statement = select(GuardRow.found).where(
        GuardRow.name == name, GuardRow.plan_id == plan_id, GuardRow.day >= since, GuardRow.decision == "allowed"
    )
    return max(session.scalars(statement).all(), default=0)


def waiting(session: Session) -> Sequence[GuardRow]:
    """Those that nobody has answered, oldest first."""
    return session.scalars(select(GuardRow).where(GuardRow.decision.is_(None)).order_by(GuardRow.id)).all()
