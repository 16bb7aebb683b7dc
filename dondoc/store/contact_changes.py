"""What agencies say their contact is now, and what the supervisor decided on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.domain import codec
from dondoc.domain.directory import Contact, ContactChange
from dondoc.store.models import ContactChangeRow

ContactDecision = Literal["confirmed", "refused", "withdrawn"]


def confirmed(session: Session) -> Sequence[ContactChange]:
    """Every change that was confirmed, in the order of the decisions. One query."""
    return [to_change(found) for found in confirmed_rows(session)]


def confirmed_rows(session: Session) -> Sequence[ContactChangeRow]:
    """The same as rows."""
    row = ContactChangeRow
    return session.scalars(select(row).where(row.decision == "confirmed").order_by(row.decided_at, row.id)).all()


def to_change(row: ContactChangeRow) -> ContactChange:
    """The value of a row."""
    old, new = codec.contact_from_json(row.old), codec.contact_from_json(row.new)
    return ContactChange(row.directory, row.agency, old, new)


def add(
    session: Session, directory: str, agency: str, old: Contact, new: Contact, asked_at: datetime, asked_by: str
) -> int:
    """A change that waits for its decision; its number. Does not commit."""
    row = ContactChangeRow(
        directory=directory, agency=agency, role=old.role, old=codec.contact_to_json(old),
        new=codec.contact_to_json(new), asked_at=asked_at, asked_by=asked_by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def waiting(session: Session) -> Sequence[ContactChangeRow]:
    """All that nobody has decided on, the oldest first."""
    row = ContactChangeRow
    return session.scalars(select(row).where(row.decision.is_(None)).order_by(row.id)).all()


def of_contact(session: Session, directory: str, agency: str, role: str) -> Sequence[ContactChangeRow]:
    """Every change that was ever asked for a contact, the newest first."""
    row = ContactChangeRow
    mine = select(row).where(row.directory == directory, row.agency == agency, row.role == role)
    return session.scalars(mine.order_by(row.id.desc()), execution_options={"populate_existing": True}).all()


def one_at_a_time(session: Session, directory: str, agency: str, role: str) -> None:
    """Who wants to ask or decide about the same contact waits until this transaction ends."""
    key = f"contact:{directory}/{agency}/{role}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def get(session: Session, change_id: int, *, for_update: bool = False) -> ContactChangeRow | None:
    """One change as it is now; `for_update` locks it until this transaction ends."""
    if not 0 < change_id < 2**63:
        return None
    lock = True if for_update else None
    return session.get(ContactChangeRow, change_id, populate_existing=True, with_for_update=lock)


def decide(
    session: Session, row: ContactChangeRow, decision: ContactDecision | None, at: datetime, by: str, why: str | None
) -> None:
    """Record a decision; None makes the change wait again."""
    row.decision, row.why = decision, why if decision else None
    row.decided_at, row.decided_by = (at, by) if decision else (None, None)
    session.flush()
