"""What the supervisor decided about who owes something: selections of conditional leads, reassignments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from dondoc.store.arrays import is_one_of
from dondoc.store.models import ReassignmentRow, SelectionRow


def selections(session: Session, plan_ids: Collection[str]) -> dict[str, dict[tuple[str, str], frozenset[str]]]:
    """Who was chosen, by plan and by (task id, lead name). One query."""
    found: dict[str, dict[tuple[str, str], frozenset[str]]] = {}
    for row in session.scalars(select(SelectionRow).where(is_one_of(SelectionRow.plan_id, plan_ids))):
        chosen = found.setdefault(row.plan_id, {})
        chosen[row.task_id, row.lead] = chosen.get((row.task_id, row.lead), frozenset()) | {row.agency}
    return found


def reassignments(session: Session, plan_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Who owes an obligation instead, by plan and obligation id. One query."""
    standing = ReassignmentRow.undone_at.is_(None)
    found: dict[str, dict[str, str]] = {}
    for row in session.scalars(select(ReassignmentRow).where(is_one_of(ReassignmentRow.plan_id, plan_ids), standing)):
        found.setdefault(row.plan_id, {})[row.obligation_id] = row.agency
    return found


def handed_over_after(session: Session, plan_id: str, moment: datetime) -> frozenset[str]:
    """The obligations that somebody owes only by a decision taken after that moment, one taken back since included."""
    row = ReassignmentRow
    later = session.execute(select(row.obligation_id, row.agency).where(row.plan_id == plan_id, row.at > moment))
    return frozenset(f"{obligation_id.rpartition('/')[0]}/{agency}" for obligation_id, agency in later)


def reassign(session: Session, plan_id: str, obligation_id: str, agency: str, at: datetime, by: str, why: str) -> None:
    """From now on `agency` owes it. Raises IntegrityError when a reassignment of it stands already."""
    values = {"plan_id": plan_id, "obligation_id": obligation_id, "agency": agency, "at": at, "by": by, "why": why}
    session.execute(insert(ReassignmentRow).values(**values))


def take_back(session: Session, obligation_id: str, at: datetime, by: str, why: str) -> str | None:
    """Take the standing reassignment back; the agency it named, or None when none stands."""
    row = ReassignmentRow
    statement = update(row).where(row.obligation_id == obligation_id, row.undone_at.is_(None))
    return session.scalar(statement.values(undone_at=at, undone_by=by, undone_why=why).returning(row.agency))
