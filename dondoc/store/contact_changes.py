"""What agencies say their contact is now, and what the supervisor decided on it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain import codec
from dondoc.domain.directory import ContactChange
from dondoc.store.models import ContactChangeRow


def confirmed(session: Session) -> Sequence[ContactChange]:
    """Every change that was confirmed, in the order of the decisions. One query."""
    row = ContactChangeRow
    statement = select(row).where(row.decision == "confirmed").order_by(row.decided_at, row.id)
    return [
        ContactChange(
            found.directory, found.agency, codec.contact_from_json(found.old), codec.contact_from_json(found.new)
        )
        for found in session.scalars(statement)
    ]
