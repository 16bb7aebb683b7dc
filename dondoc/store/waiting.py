"""What waits for somebody, counted: answers for a reviewer, messages and notices for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from dondoc.store.models import GuardRow, MessageRow, NoticeRow, ObligationRow

SETTLED = ("sent", "dropped")


def messages(session: Session) -> dict[str, int]:
    """Messages that are neither sent nor dropped, by status."""
    statement = select(MessageRow.status, func.count()).where(MessageRow.status.not_in(SETTLED))
    return dict(session.execute(statement.group_by(MessageRow.status)).tuples().all())


def without_contact(session: Session, limit: int) -> Sequence[Row[tuple[str, int]]]:
    """Notices that the directory knows nobody for, by the agency that owes the work, most first."""
    number = func.count()
    statement = (
        select(ObligationRow.agency, number)
        .join(NoticeRow, NoticeRow.obligation_id == ObligationRow.id)
        .where(NoticeRow.status == "no_contact")
        .group_by(ObligationRow.agency)
        .order_by(number.desc(), ObligationRow.agency)
    )
    return session.execute(statement.limit(limit)).all()


def guards(session: Session) -> Sequence[GuardRow]:
    """Guards whose question nobody has answered, oldest first."""
    return session.scalars(select(GuardRow).where(GuardRow.decision.is_(None)).order_by(GuardRow.id)).all()


def next_look(session: Session) -> date | None:
    """The first day on which a sweep must look at something."""
    return session.scalar(select(func.min(ObligationRow.next_on)).where(ObligationRow.next_on.is_not(None)))
