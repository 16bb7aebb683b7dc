"""Notices: the ledger of what fired, once per (obligation, rule, firing, recipient), and the queue to compose from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.domain.decide import Notice
from dondoc.domain.moments import local_day
from dondoc.store.arrays import is_one_of, is_one_of_ids
from dondoc.store.models import NoticeRow, ObligationRow

NO_RECIPIENT = "-"
"""Stands for the recipient of a notice whose audience has no contact in the directory."""

KEY = ("obligation_id", "rule", "firing", "recipient")


def queue(session: Session, notices: Iterable[tuple[Notice, str | None]], now: datetime) -> int:
    """Enter notices with their recipient ids, `None` where nobody is known, and return how many became queued.

    What the ledger holds already stays as it is. Superseded notices and those without a recipient are entered too, so
    that they do not fire again and a person can find them, but they are not queued.
    """
    rows = [_row(notice, recipient, now) for notice, recipient in notices]
    if not rows:
        return 0
    # In one order for everybody, so that two sweeps that enter the same keys wait for each other and never deadlock.
    rows.sort(key=lambda row: tuple(row[name] for name in KEY))
    entered = session.scalars(
        insert(NoticeRow).on_conflict_do_nothing(index_elements=KEY).returning(NoticeRow.status), rows
    )
    return sum(status == "queued" for status in entered)


def _row(notice: Notice, recipient: str | None, now: datetime) -> dict[str, Any]:
    status = "superseded" if notice.superseded else "queued" if recipient else "no_contact"
    return {
        "obligation_id": notice.obligation_id,
        "rule": notice.rule,
        "firing": notice.firing,
        "recipient": recipient or NO_RECIPIENT,
        "kind": notice.kind,
        "audience": notice.to,
        "held": notice.held,
        "on": local_day(now),
        "created_at": now,
        "status": status,
        "reason": notice.reason,
    }


def queued(session: Session, day: date) -> Sequence[NoticeRow]:
    """What waits to be composed, fired on `day` or before, by recipient.

    The rows stay locked until this transaction ends: a second composer waits, then finds them composed.
    """
    return session.scalars(
        select(NoticeRow)
        .where(NoticeRow.status == "queued", NoticeRow.on <= day)
        .order_by(NoticeRow.recipient, NoticeRow.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()


def composed(session: Session, message_id: int, notice_ids: Collection[int]) -> int:
    """These notices are now in that message; returns for how many that was new (only a queued one can be taken)."""
    return _move(session, {"status": "composed", "message_id": message_id}, is_one_of_ids(NoticeRow.id, notice_ids))


def drop_queued(session: Session, obligation_ids: Collection[str], why: str) -> int:
    """What is queued about these obligations will not be sent; `why` joins the reason of each. Returns how many."""
    return _move(session, _dropped(why), is_one_of(NoticeRow.obligation_id, obligation_ids))


def drop(session: Session, notice_ids: Collection[int], why: str) -> int:
    """These notices, as far as they are still queued, will not be sent; `why` joins the reason of each."""
    return _move(session, _dropped(why), is_one_of_ids(NoticeRow.id, notice_ids))


def withdraw(session: Session, notice_ids: Collection[int], why: str) -> int:
    """Take notices out of a message that has not left yet; returns for how many that was still possible."""
    moved = session.scalars(
        update(NoticeRow)
        .where(is_one_of_ids(NoticeRow.id, notice_ids), NoticeRow.status == "composed")
        .values(**_dropped(why))
        .returning(NoticeRow.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(moved.all())


def undrop(session: Session, obligation_id: str, day: date, why: str) -> int:
    """What was dropped for that reason waits again: what fired on `day`, and what is said only once whatever the day
    (the year's list, new work). Returns how many."""
    suffix = f" Không gửi: {why}"
    row = NoticeRow
    which = (row.obligation_id == obligation_id) & (row.status == "dropped")
    which &= (row.on == day) | row.kind.in_(("assignment", "opened"))
    moved = session.scalars(
        update(row)
        .where(which, row.reason.endswith(suffix, autoescape=True))
        .values(status="queued", reason=func.left(row.reason, -len(suffix)))
        .returning(row.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(moved.all())


def carry_on(session: Session, message_id: int, why: str, *, doubtful: bool) -> int:
    """The lines of a message that ended without being sent wait for the next one; `why` joins the reason of each.

    `doubtful`: nobody knows whether they were read, which may happen to a line once: what was carried on for that
    reason before stays where it is, for a person. Returns how many were carried on.
    """
    which = (NoticeRow.message_id == message_id) & (NoticeRow.status == "composed")
    values: dict[str, Any] = {"status": "queued", "message_id": None, "reason": NoticeRow.reason + f" {why}"}
    if doubtful:
        which, values = which & (NoticeRow.carried == 0), values | {"carried": NoticeRow.carried + 1}
    moved = session.scalars(
        update(NoticeRow)
        .where(which)
        .values(**values)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(moved.all())


def _dropped(why: str) -> dict[str, Any]:
    return {"status": "dropped", "reason": NoticeRow.reason + f" Không gửi: {why}"}


def _move(session: Session, values: dict[str, Any], which: Any) -> int:
    moved = session.scalars(
        update(NoticeRow)
        .where(which, NoticeRow.status == "queued")
        .values(**values)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(moved.all())


def of_message(session: Session, message_id: int) -> Sequence[NoticeRow]:
    """The lines of a message, in the order they were entered."""
    return session.scalars(select(NoticeRow).where(NoticeRow.message_id == message_id).order_by(NoticeRow.id)).all()


def of_obligation(session: Session, obligation_id: str) -> Sequence[NoticeRow]:
    """Everything that fired about an obligation, whatever became of it, oldest first."""
    statement = select(NoticeRow).where(NoticeRow.obligation_id == obligation_id)
    return session.scalars(statement.order_by(NoticeRow.on, NoticeRow.id)).all()


def tasks_told(session: Session, plan_id: str, rule: str, firing: str) -> frozenset[str]:
    """The plan's tasks of which a line of that rule and firing was said, or waits to be, by whichever obligation."""
    row = NoticeRow
    told = select(ObligationRow.task_id).join(row, row.obligation_id == ObligationRow.id)
    told = told.where(ObligationRow.plan_id == plan_id, row.rule == rule, row.firing == firing, row.status != "dropped")
    return frozenset(session.scalars(told.distinct()))


def without_contact(session: Session) -> int:
    """How many notices wait for a person because the directory knows nobody to send them to."""
    return session.scalars(select(func.count()).where(NoticeRow.status == "no_contact")).one()
