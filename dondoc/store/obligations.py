"""Obligations and their cases: rows to the core's values and back, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, Date, Select, Text, bindparam, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, Fired
from dondoc.domain.obligations import Obligation
from dondoc.domain.policy import Ladder, ObligationKind
from dondoc.store import answers, waivers
from dondoc.store.arrays import is_one_of
from dondoc.store.ladders import freeze
from dondoc.store.ladders import load_ladders as load_ladders
from dondoc.store.models import NoticeRow, ObligationRow


def insert_obligations(
    session: Session, obligations: Iterable[Obligation], ladder: Ladder, now: datetime, positions: Mapping[str, int]
) -> None:
    """Open new obligations under `ladder`, frozen as it is now; `positions` is the plan's order by obligation id.

    A sweep will look at each on its opening day, unless `set_next` says otherwise. Raises IntegrityError, and nothing
    is written, when one of them is there already.
    """
    rows = [_row(o, positions[o.id], now) for o in obligations]
    if rows:
        frozen = freeze(session, ladder, now)
        session.execute(insert(ObligationRow), [row | {"ladder": frozen} for row in rows])


def _row(obligation: Obligation, position: int, now: datetime) -> dict[str, Any]:
    copied = (
        "id", "plan_id", "task_id", "part", "period", "agency", "kind", "name", "opens_on", "due_on", "late_after",
        "reviewer", "question", "condition", "is_window", "target_on", "opening",
    )  # fmt: skip
    return {name: getattr(obligation, name) for name in copied} | {
        "planned_on": obligation.due_on,
        "checkpoints": _days(obligation.checkpoints),
        "position": position,
        "next_on": obligation.opens_on,
        "created_at": now,
    }


def _days(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]


def to_obligation(row: ObligationRow) -> Obligation:
    """The value of a row; its `ladder` is the frozen version's key (see `load_ladders`)."""
    return Obligation(
        row.id, row.plan_id, row.task_id, row.part, row.period, row.agency, cast(ObligationKind, row.kind), row.name,
        row.opens_on, row.due_on, row.late_after, row.reviewer, row.ladder,
        tuple(date.fromisoformat(day) for day in row.checkpoints), row.question, row.condition, row.is_window,
        row.target_on, row.opening,
    )  # fmt: skip


def load_case(session: Session, obligation_id: str, *, for_update: bool = False) -> Case | None:
    """One case, or None when there is no such obligation or it was withdrawn.

    `for_update` makes others who want to change the case wait until this transaction ends.
    """
    statement = _selected(plan_id=None, task_id=None, agency=None, due_by=None, ids=[obligation_id])
    if for_update:
        statement = statement.with_for_update()
    return next(iter(_cases(session, statement)), None)


def load_cases(
    session: Session,
    *,
    plan_id: str | None = None,
    task_id: str | None = None,
    agency: str | None = None,
    due_by: date | None = None,
    ids: Collection[str] | None = None,
    limit: int | None = None,
    for_update: bool = False,
    skip_locked: bool = False,
    as_of: datetime | None = None,
    late_before: date | None = None,
    spare_late_of: Collection[str] = (),
) -> list[Case]:
    """The cases that match everything given, in plan order, with answers, reviews, ledger and waivers, in five queries.

    Withdrawn obligations are left out (with `as_of` only those withdrawn by that moment, and those that did not exist
    yet), waived ones are not.
    `due_by` keeps those a sweep must look at by that day.
    `late_before` keeps those whose due day lies before it, `spare_late_of` leaves out these of the plans named.
    `for_update` locks them until this transaction ends, waiting for who holds them; with `skip_locked` what another
    one holds is left out, so that two sweeps share the work instead of doing it twice.
    """
    statement = _selected(plan_id, task_id, agency, due_by, ids, as_of)
    if late_before is not None:
        late = ObligationRow.late_after < late_before
        spared = late & is_one_of(ObligationRow.plan_id, spare_late_of)
        statement = statement.where(spared.is_not(True) if spare_late_of else late)
    if limit is not None:
        statement = statement.limit(limit)
    if for_update:
        statement = statement.with_for_update(skip_locked=skip_locked)
    return _cases(session, statement)


def _selected(
    plan_id: str | None,
    task_id: str | None,
    agency: str | None,
    due_by: date | None,
    ids: Collection[str] | None,
    as_of: datetime | None = None,
) -> Select[tuple[ObligationRow]]:
    there = ObligationRow.withdrawn_at.is_(None)
    statement = select(ObligationRow).where(there if as_of is None else there | (ObligationRow.withdrawn_at > as_of))
    if as_of is not None:
        statement = statement.where(_was_owed(as_of))
    equal = ((ObligationRow.plan_id, plan_id), (ObligationRow.task_id, task_id), (ObligationRow.agency, agency))
    for column, value in equal:
        if value is not None:
            statement = statement.where(column == value)
    if due_by is not None:
        statement = statement.where(ObligationRow.next_on <= due_by)
    if ids is not None:
        statement = statement.where(is_one_of(ObligationRow.id, ids))
    return statement.order_by(ObligationRow.plan_id, ObligationRow.position, ObligationRow.id)


def _was_owed(as_of: datetime) -> ColumnElement[bool]:
    """What came with the plan's first apply was owed on any day, what came later (another's work, a late choice of the
    lead) from that moment on: nobody was overdue before it owed anything."""
    first = select(ObligationRow.plan_id, func.min(ObligationRow.created_at)).group_by(ObligationRow.plan_id)
    return (ObligationRow.created_at <= as_of) | tuple_(ObligationRow.plan_id, ObligationRow.created_at).in_(first)


def _cases(session: Session, statement: Select[tuple[ObligationRow]]) -> list[Case]:
    rows = session.scalars(statement, execution_options={"populate_existing": True}).all()
    ids = [row.id for row in rows]
    answered = answers.by_obligation(session, ids)
    fired = fired_by_obligation(session, ids)
    waived = waivers.by_obligation(session, ids)
    return [
        Case(to_obligation(row), answered.get(row.id, ()), fired.get(row.id, ()), waived.get(row.id, ()))
        for row in rows
    ]


def fired_by_obligation(session: Session, obligation_ids: Collection[str]) -> dict[str, tuple[Fired, ...]]:
    """The ledger of each obligation, oldest first: one entry per rule and firing, however many recipients it had."""
    first_day = func.min(NoticeRow.on)
    statement = (
        select(
            NoticeRow.obligation_id,
            NoticeRow.rule,
            NoticeRow.firing,
            first_day,
            func.bool_and(NoticeRow.status == "superseded"),
            func.bool_or(NoticeRow.status.in_(("queued", "composed"))),
        )
        .where(is_one_of(NoticeRow.obligation_id, obligation_ids))
        .group_by(NoticeRow.obligation_id, NoticeRow.rule, NoticeRow.firing)
        .order_by(first_day, func.min(NoticeRow.id))
    )
    found: dict[str, tuple[Fired, ...]] = {}
    for obligation_id, rule, firing, on, superseded, said in session.execute(statement):
        fired = Fired(rule, firing, on, superseded, said or superseded)
        found[obligation_id] = (*found.get(obligation_id, ()), fired)
    return found


def set_next(session: Session, days: Mapping[str, date | None]) -> None:
    """When a sweep must look again, by obligation id; None means that a person must act first. One statement."""
    if not days:
        return
    ids, looks = bindparam("ids", list(days), ARRAY(Text)), bindparam("looks", list(days.values()), ARRAY(Date))
    given = func.unnest(ids, looks).table_valued("id", "next_on").render_derived(name="given")
    session.execute(
        update(ObligationRow)
        .where(ObligationRow.id == given.c.id)
        .values(next_on=given.c.next_on)
        .execution_options(synchronize_session=False)
    )


def count_late(session: Session, today: date) -> dict[str, int]:
    """How many obligations a sweep of `today` will find past their due day, by plan."""
    statement = select(ObligationRow.plan_id, func.count()).where(
        ObligationRow.next_on <= today, ObligationRow.late_after < today, ObligationRow.withdrawn_at.is_(None)
    )
    return dict(session.execute(statement.group_by(ObligationRow.plan_id)).tuples().all())


def count_open(session: Session, plan_id: str, at_most: int) -> int:
    """How many dated obligations of the plan are still looked at; counts no further than `at_most`."""
    some = select(ObligationRow.id).where(
        ObligationRow.plan_id == plan_id, ObligationRow.next_on.is_not(None), ObligationRow.due_on.is_not(None)
    )
    return session.scalars(select(func.count()).select_from(some.limit(at_most).subquery())).one()


def next_days(session: Session, obligation_ids: Collection[str]) -> dict[str, date | None]:
    """When a sweep must look at each of these again, as stored."""
    statement = select(ObligationRow.id, ObligationRow.next_on).where(is_one_of(ObligationRow.id, obligation_ids))
    return dict(session.execute(statement).tuples().all())


def redate(
    session: Session, obligation_id: str, due_on: date | None, late_after: date | None, checkpoints: Iterable[date]
) -> None:
    """Give an obligation other days; what the plan said (`planned_on`) stays, and so does `next_on`: see `set_next`.

    Raises LookupError when there is no such obligation.
    """
    _change(session, obligation_id, due_on=due_on, late_after=late_after, checkpoints=_days(checkpoints))


def withdraw(session: Session, obligation_id: str, now: datetime) -> None:
    """The plan no longer has it: it leaves every list and count, its history stays. Raises LookupError when unknown."""
    _change(session, obligation_id, withdrawn_at=now, next_on=None)


def _change(session: Session, obligation_id: str, **values: Any) -> None:
    # Through the statement, not the row: rows that the session already holds are brought in step by "fetch".
    changed = session.execute(
        update(ObligationRow)
        .where(ObligationRow.id == obligation_id)
        .values(**values)
        .returning(ObligationRow.id)
        .execution_options(synchronize_session="fetch")
    )
    if changed.one_or_none() is None:
        raise LookupError(f"no obligation {obligation_id!r}")
