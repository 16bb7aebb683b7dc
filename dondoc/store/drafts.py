"""What people typed and have not sent yet, one row for each recipient and form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.store.models import DraftRow


def put(
    session: Session, recipient: str, form: str, obligation_ids: Sequence[str], fields: Mapping[str, Any], now: datetime
) -> None:
    """Keep what was typed, in place of an earlier draft of the same form. Does not commit.

    Texts are kept as they are, but for what PostgreSQL cannot hold in JSON: NUL and halves of surrogate pairs.
    """
    values = {"obligation_ids": _storable(list(obligation_ids)), "fields": _storable(fields), "saved_at": now}
    statement = insert(DraftRow).values(recipient=recipient, form=form, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["recipient", "form"], set_=values))


def get(session: Session, recipient: str, form: str) -> DraftRow | None:
    """One recipient's draft of that form."""
    return session.get(DraftRow, (recipient, form), populate_existing=True)


def of_recipient(session: Session, recipient: str) -> Sequence[DraftRow]:
    """All drafts of a recipient, newest first."""
    statement = select(DraftRow).where(DraftRow.recipient == recipient)
    return session.scalars(statement.order_by(DraftRow.saved_at.desc(), DraftRow.form)).all()


def count_others(session: Session, recipient: str, form: str) -> int:
    """How many drafts the recipient has of other forms."""
    statement = select(func.count()).where(DraftRow.recipient == recipient, DraftRow.form != form)
    return session.scalars(statement.select_from(DraftRow)).one()


def delete(session: Session, recipient: str, form: str) -> bool:
    """Forget a draft; whether there was one."""
    which = sql_delete(DraftRow).where(DraftRow.recipient == recipient, DraftRow.form == form)
    return session.scalar(which.returning(DraftRow.form)) is not None


def delete_before(session: Session, moment: datetime) -> int:
    """Forget what was saved before that moment; how many."""
    which = sql_delete(DraftRow).where(DraftRow.saved_at < moment)
    return len(session.scalars(which.returning(DraftRow.form)).all())


def all_fields(session: Session) -> Sequence[dict[str, Any]]:
    """What stands in all drafts: for those who must know which files they speak of."""
    return session.scalars(select(DraftRow.fields)).all()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(c for c in value if c != "\0" and not "\ud800" <= c <= "\udfff")
    if isinstance(value, Mapping):
        return {_storable(key): _storable(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(held) for held in value]
    return value
