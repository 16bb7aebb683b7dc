"""Drafts: what somebody typed into a form and has not sent yet, one for each recipient and form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.store.models import DraftRow


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, by the form's field names; `form` names the form (see `DraftRow`)."""

    form: str
    obligation_ids: tuple[str, ...]
    fields: Mapping[str, Any]
    saved_at: datetime


def find(session: Session, recipient: str, form: str) -> Draft | None:
    """The recipient's draft of that form, or None."""
    row = session.get(DraftRow, (recipient, form), populate_existing=True)
    return None if row is None else _draft(row)


def of_recipient(session: Session, recipient: str) -> Sequence[Draft]:
    """All drafts of a recipient, the newest first."""
    statement = (
        select(DraftRow).where(DraftRow.recipient == recipient).order_by(DraftRow.saved_at.desc(), DraftRow.form)
    )
    return [_draft(row) for row in session.scalars(statement)]


def save(
    session: Session,
    recipient: str,
    form: str,
    obligation_ids: Collection[str],
    fields: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what was typed, in place of an earlier draft of the same form. Does not commit.

    Texts are kept as they are, but for what PostgreSQL cannot hold in JSON: NUL and halves of surrogate pairs.
    """
    values = {"obligation_ids": _storable(list(obligation_ids)), "fields": _storable(dict(fields)), "saved_at": now}
    statement = insert(DraftRow).values(recipient=recipient, form=form, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["recipient", "form"], set_=values))


def drop(session: Session, recipient: str, form: str) -> bool:
    """Forget a draft; False when there is none. Does not commit."""
    gone = delete(DraftRow).where(DraftRow.recipient == recipient, DraftRow.form == form).returning(DraftRow.form)
    return session.scalar(gone) is not None


def _draft(row: DraftRow) -> Draft:
    return Draft(row.form, tuple(row.obligation_ids), row.fields, row.saved_at)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(c for c in value if c != "\0" and not "\ud800" <= c <= "\udfff")
    if isinstance(value, Mapping):
        return {_storable(key): _storable(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(held) for held in value]
    return value
