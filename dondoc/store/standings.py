"""The cache of where each obligation stands: which rows are stale, and what the core said of them (`StandingRow`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, func, or_, select, text, update
from sqlalchemy.orm import Session

from dondoc.store.arrays import is_one_of
from dondoc.store.models import ObligationRow, StandingRow

_ONE_ASKS = 0x646F6E646F630003
"""Who asks the core anew does it alone; the others wait and find nothing left to ask."""


def stale(session: Session, limit: int) -> list[str]:
    """Ids of obligations whose standing must be asked anew, locked until this transaction ends.

    What another transaction changes meanwhile waits for this one, and then marks the row stale again. What another has
    changed and not committed is left out, not waited for: it may wait for a row that this one holds.
    """
    if session.scalar(select(StandingRow.obligation_id).where(StandingRow.stale).limit(1)) is None:
        return []
    session.execute(select(func.pg_advisory_xact_lock(_ONE_ASKS)))
    statement = select(StandingRow.obligation_id).where(StandingRow.stale).order_by(StandingRow.obligation_id)
    return list(session.scalars(statement.limit(limit).with_for_update(skip_locked=True)))


def positions(session: Session, obligation_ids: Collection[str]) -> dict[str, int]:
    """The plan's order of each of these."""
    statement = select(ObligationRow.id, ObligationRow.position).where(is_one_of(ObligationRow.id, obligation_ids))
    return dict(session.execute(statement).tuples().all())


def write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what the core said; each row has `obligation_id` and every other column but `stale`."""
    if not rows:
        return
    table = StandingRow.__table__
    names = [name for name in rows[0] if name != "obligation_id"]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(StandingRow).where(table.c.obligation_id == bindparam("key")).values(stale=False, **values)
    bound = [{"key": row["obligation_id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    session.connection().execute(statement, bound)


def mark_gone(session: Session, obligation_ids: Collection[str]) -> None:
    """These are in no list any more."""
    if obligation_ids:
        session.execute(
            update(StandingRow)
            .where(is_one_of(StandingRow.obligation_id, obligation_ids))
            .values(stale=False, is_withdrawn=True)
            .execution_options(synchronize_session=False)
        )


def mark_all_stale(session: Session) -> None:
    """Every standing must be asked anew: the calendar has changed, by which days are counted."""
    session.execute(text("UPDATE standings SET stale = true WHERE NOT stale"))


def column(today: date) -> ColumnElement[str]:
    """In which count a row falls on `today`: `domain.counts.column`, in SQL (a test holds the two together)."""
    row = StandingRow
    return case(
        (row.work.in_(("ongoing", "awaiting", "unassigned", "waived")), row.work),
        (row.work == "done", case((row.late.is_(True), "done_late"), else_="done_on_time")),
        (row.work == "reported", case((row.late.is_(True), "overdue"), else_="in_term")),
        (is_overdue(today), "overdue"),
        else_="in_term",
    )


def is_overdue(today: date) -> ColumnElement[bool]:
    """Still owed, and its day is past."""
    row = StandingRow
    return and_(row.work.in_(("open", "returned")), row.is_dated.is_(True), row.late_after < today)


def is_soon(today: date) -> ColumnElement[bool]:
    """Still owed, and its day is near."""
    row = StandingRow
    near = and_(row.soon_from <= today, or_(row.late_after.is_(None), row.late_after >= today))
    return and_(row.work.in_(("open", "returned")), row.is_dated.is_(True), near)


def by_task(session: Session, plan_id: str, today: date) -> Sequence[Row[tuple[str | None, str, int]]]:
    """How many live rows of each task are in which state (`domain.task_states.state_of`, in SQL; a test holds the two
    together): (task id, state, number). One query; call `services.standings.refresh` before, in the same transaction.
    """
    row = StandingRow
    not_open = and_(row.work == "open", row.opens_on > today)
    state = case((is_soon(today), "due_soon"), (and_(not_open, column(today) == "in_term"), "not_open"),
                 else_=column(today)).label("state")  # fmt: skip
    statement = select(row.task_id, state, func.count()).where(row.plan_id == plan_id, row.is_withdrawn.is_(False))
    return session.execute(statement.group_by(row.task_id, state)).tuples().all()


def counts(session: Session, today: date) -> Sequence[Row[tuple[str | None, str | None, str | None, str, int]]]:
    """How many obligations of live rows: (plan id, agency, section, count's name, number). One query.

    Call `services.standings.refresh` before, in the same transaction.
    """
    row, name = StandingRow, column(today).label("name")
    return session.execute(
        select(row.plan_id, row.agency, row.section, name, func.count())
        .where(row.is_withdrawn.is_(False))
        .group_by(row.plan_id, row.agency, row.section, name)
    ).all()
