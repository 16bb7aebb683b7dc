"""Applied plans and their history of applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.store.models import ApplicationRow, PlanRow


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan as it is to be stored; `workspace` is its frozen files as JSON, `digest` their SHA-256."""

    id: str
    year: int
    title: str
    digest: str
    workspace: dict[str, Any]
    archived: bool = False
    live_from: date | None = None


def get_plan(session: Session, plan_id: str, *, for_update: bool = False) -> PlanRow | None:
    """The plan as it is applied now, or None. `for_update` keeps others from applying it until the transaction ends."""
    return session.get(PlanRow, plan_id, with_for_update=for_update or None, populate_existing=True)


def save_plan(session: Session, plan: NewPlan, summary: dict[str, Any], by: str, now: datetime) -> bool:
    """Make this the applied plan, with a row that keeps what stood before; False, and nothing written, when it is so.

    `summary` says for people what changed.
    """
    row = get_plan(session, plan.id, for_update=True)
    if row is not None and (row.digest, row.archived, row.live_from) == (plan.digest, plan.archived, plan.live_from):
        return False
    before = row.workspace if row is not None else None
    row = row or PlanRow(id=plan.id)
    row.year, row.title, row.digest, row.workspace = plan.year, plan.title, plan.digest, plan.workspace
    row.archived, row.live_from, row.applied_at = plan.archived, plan.live_from, now
    session.add(row)
    session.add(ApplicationRow(plan_id=plan.id, at=now, by=by, digest=plan.digest, workspace=before, summary=summary))
    session.flush()
    return True


def applications(session: Session, plan_id: str) -> Sequence[ApplicationRow]:
    """Every apply that changed something, newest first; the newest one's `workspace` is what an undo brings back."""
    statement = select(ApplicationRow).where(ApplicationRow.plan_id == plan_id).order_by(ApplicationRow.id.desc())
    return session.scalars(statement).all()
