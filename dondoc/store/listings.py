"""Lists over many obligations, read from the cache of standings: filtered, ordered and paged in SQL.

Every function takes a constant number of queries; call `services.standings.refresh` before, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, and_, any_, bindparam, case, func, select, tuple_
from sqlalchemy.orm import Session

from dondoc.store.models import ObligationRow, StandingRow
from dondoc.store.standings import column, is_overdue, is_soon

Order = Literal["plan", "due", "agency", "urgency"]
State = Literal[
    "done_on_time", "done_late", "in_term", "overdue", "ongoing", "awaiting", "unassigned", "waived",
    "due_soon", "due_14_days", "returned", "reported", "not_open",
]  # fmt: skip
SOON_DAYS = 14
"""What a supervisor looks ahead: civil days, today included in none of them."""
EXPORTED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which obligations a list holds; what is None does not narrow it. `due_in`: the first and last nominal due day."""

    plan_id: str | None = None
    section: str | None = None
    agency: str | None = None
    state: State | None = None
    due_in: tuple[date, date] | None = None
    task_ids: Sequence[str] | None = None


def in_fourteen_days(today: date) -> ColumnElement[bool]:
    """Still owed, and late after one of the next days."""
    row = StandingRow
    still = and_(row.work.in_(("open", "returned")), row.is_dated.is_(True))
    return and_(still, row.late_after >= today, row.late_after <= today + timedelta(days=SOON_DAYS))


def _not_open(today: date) -> ColumnElement[bool]:
    return and_(StandingRow.work == "open", StandingRow.opens_on > today)


_APART: Mapping[str, Callable[[date], ColumnElement[bool]]] = {
    "due_soon": is_soon,
    "due_14_days": in_fourteen_days,
    "returned": lambda today: StandingRow.work == "returned",
    "reported": lambda today: StandingRow.work == "reported",
    "not_open": _not_open,
}
"""States that are no counts of their own: they lie inside one."""


def _conditions(wanted: Wanted, today: date) -> Iterator[ColumnElement[bool]]:
    row = StandingRow
    yield row.is_withdrawn.is_(False)
    for field, value in ((row.plan_id, wanted.plan_id), (row.section, wanted.section), (row.agency, wanted.agency)):
        if value is not None:
            yield field == value
    if wanted.state is not None:
        yield _APART[wanted.state](today) if wanted.state in _APART else column(today) == wanted.state
    if wanted.due_in is not None:
        yield row.due_on.between(*wanted.due_in)
    if wanted.task_ids is not None:
        yield row.task_id == any_(bindparam(None, list(wanted.task_ids), ARRAY(Text)))


def count(session: Session, wanted: Wanted, today: date) -> int:
    """How many obligations the list holds."""
    return session.scalars(select(func.count()).where(*_conditions(wanted, today))).one()


def page(
    session: Session, wanted: Wanted, today: date, order: Order, agencies: Sequence[str], offset: int, limit: int
) -> list[str]:
    """Obligation ids of one page; `agencies` is the order of agencies for `order` "agency"."""
    statement = select(StandingRow.obligation_id).where(*_conditions(wanted, today))
    ordered = _ordered(statement, order, today, agencies)
    return list(session.scalars(ordered.offset(offset).limit(limit)))


def _ordered(statement: Select[Any], order: Order, today: date, agencies: Sequence[str]) -> Select[Any]:
    row = StandingRow
    plan_order = (row.plan_id, row.position, row.obligation_id)
    if order == "due":
        return statement.order_by(row.late_after.asc().nulls_last(), *plan_order)
    if order == "urgency":
        return statement.order_by(_urgency(today), row.late_after.asc().nulls_last(), *plan_order)
    if order == "agency":
        names = func.unnest(bindparam(None, list(agencies), ARRAY(Text)))
        rank = names.table_valued("agency", with_ordinality="rank").render_derived(name="ranked")
        return statement.outerjoin(rank, rank.c.agency == row.agency).order_by(
            rank.c.rank.asc().nulls_last(), row.agency, *plan_order
        )
    return statement.order_by(*plan_order)


def _urgency(today: date) -> ColumnElement[int]:
    """What needs a hand first: overdue, returned, soon due, waiting for a review, under way; then the rest."""
    row = StandingRow
    return case(
        (is_overdue(today), 0), (row.work == "returned", 1), (is_soon(today), 2), (row.work == "reported", 3),
        (_not_open(today), 5), (row.work == "open", 4), (row.work.in_(("awaiting", "unassigned")), 6),
        (row.work == "ongoing", 7), else_=8,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tallies:
    """Numbers by name of a count, in total, by agency and by section; `soon` of them are due in the next 14 days."""

    total: Mapping[str, int]
    agencies: Mapping[str, Mapping[str, int]]
    sections: Mapping[str, Mapping[str, int]]
    soon: int


def tallies(session: Session, wanted: Wanted, today: date) -> Tallies:
    """The counts of everything wanted. One query, which hands over sums and not rows."""
    row = StandingRow
    named = (
        select(row.agency, row.section, column(today).label("name"), in_fourteen_days(today).label("near"))
        .where(*_conditions(wanted, today))
        .subquery()
    )
    # Summed in two steps: the many rows are looked at once, the sums of sums are few.
    cell = (
        select(named, func.count().label("number"), func.count().filter(named.c.near).label("soon"))
        .group_by(*named.c)
        .subquery()
    )
    kinds = func.grouping(cell.c.agency, cell.c.section)
    sets = func.grouping_sets(
        tuple_(cell.c.name), tuple_(cell.c.agency, cell.c.name), tuple_(cell.c.section, cell.c.name)
    )
    numbers = func.sum(cell.c.number), func.sum(cell.c.soon)
    statement = select(kinds, cell.c.agency, cell.c.section, cell.c.name, *numbers).group_by(sets)
    return _gathered(session.execute(statement).all())


def _gathered(rows: Sequence[Row[Any]]) -> Tallies:
    total: dict[str, int] = {}
    agencies: dict[str, dict[str, int]] = {}
    sections: dict[str, dict[str, int]] = {}
    near = 0
    for kind, agency, section, name, number, soon in rows:
        if kind == 3:  # neither agency nor section: the sum of all
            total[name] = int(number)
            near += int(soon)
        else:
            found = agencies.setdefault(agency, {}) if kind == 1 else sections.setdefault(section, {})
            found[name] = int(number)
    return Tallies(total, agencies, sections, near)


def by_plan(session: Session, today: date, agency: str | None = None) -> dict[str, dict[str, int]]:
    """The counts of each plan, of one agency or of all. One query."""
    row = StandingRow
    named = (
        select(row.plan_id, column(today).label("name")).where(*_conditions(Wanted(agency=agency), today)).subquery()
    )
    statement = select(named.c.plan_id, named.c.name, func.count()).group_by(named.c.plan_id, named.c.name)
    found: dict[str, dict[str, int]] = {}
    for plan_id, name, number in session.execute(statement):
        found.setdefault(plan_id, {})[name] = number
    return found


def by_agency(session: Session, today: date, plan_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """The counts of each agency over these plans. One query."""
    row = StandingRow
    named = (
        select(row.agency, column(today).label("name"))
        .where(*_conditions(Wanted(), today), row.plan_id == any_(bindparam(None, list(plan_ids), ARRAY(Text))))
        .subquery()
    )
    statement = select(named.c.agency, named.c.name, func.count()).group_by(named.c.agency, named.c.name)
    found: dict[str, dict[str, int]] = {}
    for agency, name, number in session.execute(statement):
        found.setdefault(agency, {})[name] = number
    return found


def exported(
    session: Session, wanted: Wanted, today: date, order: Order, agencies: Sequence[str]
) -> Iterator[Row[tuple[StandingRow, str, str]]]:
    """Every row of a list with its obligation's name and the count it falls in, for a file. One query, streamed."""
    statement = (
        select(StandingRow, ObligationRow.name, column(today))
        .join(ObligationRow, ObligationRow.id == StandingRow.obligation_id)
        .where(*_conditions(wanted, today))
    )
    ordered = _ordered(statement, order, today, agencies).execution_options(yield_per=EXPORTED_AT_ONCE)
    yield from session.execute(ordered)
