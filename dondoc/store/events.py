"""The register of events and what each one opened: rows to the core's values and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from sqlalchemy import exists, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case
from dondoc.domain.events import Event, EventKind, Opening
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Openings
from dondoc.store.arrays import is_one_of
from dondoc.store.models import EventFileRow, EventRow, ObligationRow, OpeningRow

EventSource = Literal["person", "folder", "report"]
EventState = Literal["open", "waiting", "retracted", "dismissed"]


@dataclass(frozen=True, slots=True)
class NewOpening:
    """An opening to write; `on` is the day from which the work counts."""

    plan_id: str
    task_id: str
    part: str
    on: date
    agencies: tuple[str, ...] | None = None
    due_on: date | None = None
    no_due: bool = False


@dataclass(frozen=True, slots=True)
class NewFile:
    """A document that is stored under its SHA-256 already."""

    name: str
    media_type: str
    size: int
    sha256: str


def openings(session: Session, plan_ids: Collection[str]) -> dict[str, Openings]:
    """What stands opened, by plan and task. One query."""
    found: dict[str, dict[str, tuple[Opening, ...]]] = {}
    statement = (
        select(OpeningRow, EventRow)
        .join(EventRow, EventRow.id == OpeningRow.event_id)
        .where(is_one_of(OpeningRow.plan_id, plan_ids), OpeningRow.closed_at.is_(None))
        .order_by(OpeningRow.id)
    )
    for row, event in session.execute(statement).tuples():
        tasks = found.setdefault(row.plan_id, {})
        tasks[row.task_id] = (*tasks.get(row.task_id, ()), to_opening(row, event))
    return dict(found)


def to_opening(row: OpeningRow, event: EventRow) -> Opening:
    """The value of a row."""
    agencies = frozenset(row.agencies) if row.agencies is not None else None
    return Opening(
        row.event_id, to_event(event).name, row.on, row.task_id, row.part, local_day(row.at), agencies, row.due_on,
        row.no_due, row.id,
    )  # fmt: skip


def to_event(row: EventRow) -> Event:
    """The value of a row; its id is the row's, whatever the value's own would be."""
    return Event(cast(EventKind, row.kind), row.on, row.subject, row.number, row.issuer)


def add(
    session: Session, event: Event, at: datetime, by: str, source: EventSource, note: str | None = None,
    sources: Collection[str] | None = None,
) -> EventRow:  # fmt: skip
    """Write an event, or bring back the same one that was retracted or dismissed. Does not commit."""
    row = session.get(EventRow, event.id, with_for_update=True)
    if row is None:
        row = EventRow(id=event.id)
        session.add(row)
    row.kind, row.number, row.issuer, row.on, row.subject = (
        event.kind, event.number, event.issuer, event.on, event.subject,
    )  # fmt: skip
    row.note, row.source, row.sources = note, source, list(sources) if sources is not None else None
    row.recorded_at, row.recorded_by = at, by
    row.retracted_at = row.retracted_by = row.retracted_why = None
    row.dismissed_at = row.dismissed_by = row.dismissed_why = None
    session.flush()
    return row


def add_openings(session: Session, event_id: str, new: Iterable[NewOpening], at: datetime, by: str) -> None:
    """Open work by an event. Raises IntegrityError when the event has opened one of these parts already."""
    rows = [
        {
            "event_id": event_id, "plan_id": one.plan_id, "task_id": one.task_id, "part": one.part, "on": one.on,
            "agencies": list(one.agencies) if one.agencies is not None else None, "due_on": one.due_on,
            "no_due": one.no_due, "at": at, "by": by,
        }
        for one in new
    ]  # fmt: skip
    if rows:
        session.execute(insert(OpeningRow), rows)


def close(session: Session, opening_ids: Collection[int], at: datetime, by: str, why: str) -> None:
    """Take openings back; their history stays."""
    statement = update(OpeningRow).where(OpeningRow.id.in_(opening_ids), OpeningRow.closed_at.is_(None))
    session.execute(statement.values(closed_at=at, closed_by=by, closed_why=why))


def standing(session: Session, event_id: str) -> Sequence[OpeningRow]:
    """What the event holds open, in the order it was opened."""
    own = select(OpeningRow).where(OpeningRow.event_id == event_id, OpeningRow.closed_at.is_(None))
    return session.scalars(own.order_by(OpeningRow.id)).all()


def affected(session: Session, event_id: str) -> list[tuple[str, str]]:
    """Every (plan, task) that the event opened or had opened, for a look at once."""
    own = select(OpeningRow.plan_id, OpeningRow.task_id).where(OpeningRow.event_id == event_id).distinct()
    return [(plan_id, task_id) for plan_id, task_id in session.execute(own.order_by(OpeningRow.plan_id))]


def waiting(session: Session) -> Sequence[EventRow]:
    """Recorded, and nothing opened by it yet, nor decided that it opens nothing: a person must look. Oldest first."""
    opened = exists().where(OpeningRow.event_id == EventRow.id, OpeningRow.closed_at.is_(None))
    statement = select(EventRow).where(EventRow.retracted_at.is_(None), EventRow.dismissed_at.is_(None), ~opened)
    return session.scalars(statement.order_by(EventRow.recorded_at, EventRow.id)).all()


def products(session: Session, plan_id: str) -> Sequence[EventRow]:
    """The events that stand by accepted products and opened something in that plan."""
    own = exists().where(OpeningRow.event_id == EventRow.id, OpeningRow.plan_id == plan_id)
    statement = select(EventRow).where(EventRow.source == "report", EventRow.retracted_at.is_(None), own)
    return session.scalars(statement.order_by(EventRow.id)).all()


def files(session: Session, event_id: str) -> Sequence[EventFileRow]:
    """Its documents."""
    return session.scalars(
        select(EventFileRow).where(EventFileRow.event_id == event_id).order_by(EventFileRow.id)
    ).all()


def add_files(session: Session, event_id: str, new: Iterable[NewFile]) -> None:
    """Attach documents."""
    session.add_all(
        EventFileRow(event_id=event_id, name=f.name, media_type=f.media_type, size=f.size, sha256=f.sha256)
        for f in new
    )  # fmt: skip
    session.flush()


def move_files(session: Session, old: str, new: str) -> None:
    """The documents of one event are another's now."""
    session.execute(update(EventFileRow).where(EventFileRow.event_id == old).values(event_id=new))


def opened_by(session: Session, cases: Iterable[Case]) -> dict[str, Event]:
    """The events that brought these about, by id. One query."""
    ids = {case.obligation.period for case in cases if case.obligation.opening is not None}
    found = session.scalars(select(EventRow).where(is_one_of(EventRow.id, ids)))
    return {row.id: to_event(row) for row in found}


def due_days(session: Session, tasks: Collection[tuple[str, str]]) -> dict[tuple[str, str], date]:
    """The last due day in force of each of these tasks (plan id, task id) that has one."""
    row = ObligationRow
    statement = (
        select(row.plan_id, row.task_id, func.max(row.due_on))
        .where(tuple_(row.plan_id, row.task_id).in_(list(tasks)), row.withdrawn_at.is_(None), row.due_on.is_not(None))
        .group_by(row.plan_id, row.task_id)
    )
    return {(plan_id, task_id): day for plan_id, task_id, day in session.execute(statement)}


def state(row: EventRow, is_open: bool) -> EventState:
    """In which state of the register it is."""
    if row.retracted_at is not None:
        return "retracted"
    if row.dismissed_at is not None:
        return "dismissed"
    return "open" if is_open else "waiting"
