"""The register of events as people read it: the list, and one event with all that it opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from dondoc.domain.occurrences import is_capped
from dondoc.domain.vietnamese import searchable
from dondoc.services.books import Book
from dondoc.services.listing import owed_of
from dondoc.services.owed import HIGHEST_ID, Owed
from dondoc.store import events, histories
from dondoc.store.arrays import is_one_of
from dondoc.store.events import EventState
from dondoc.store.journal import Entry
from dondoc.store.models import EventFileRow, EventRow, ObligationRow, OpeningRow

PAGE = 50
MOST_OWED, MOST_ENTRIES = 200, 100
STATE_NAMES: dict[EventState, str] = {
    "waiting": "chờ gắn với nhiệm vụ", "open": "đã mở việc", "retracted": "đã lấy lại",
    "dismissed": "không mở việc nào",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """An event in the list, with the tasks (plan, task) that it holds open and how many documents it has."""

    row: EventRow
    state: EventState
    tasks: tuple[tuple[str, str], ...]
    files: int


@dataclass(frozen=True, slots=True)
class Register:
    """One page of the register, newest first. Pages count from 1."""

    rows: tuple[Listed, ...]
    total: int
    number: int
    pages: int


def register(
    session: Session, *, state: EventState | None = None, plan_id: str | None = None, text: str = "",
    number: int = 1, size: int = PAGE,
) -> Register:  # fmt: skip
    """The events in that state that hold or held something open in that plan, and whose words hold every word of
    `text`; accents and capitals do not count. A page beyond the last is the last. A constant number of queries."""
    wanted = select(EventRow).where(*_narrowed(state, plan_id))
    words = searchable(text).split()
    if words:
        ids = [row.id for row in session.execute(_words(wanted)) if all(w in searchable(_text(*row)) for w in words)]
        wanted = select(EventRow).where(is_one_of(EventRow.id, ids))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // size))
    shown = min(max(1, number), pages)
    newest = wanted.order_by(EventRow.on.desc(), EventRow.recorded_at.desc(), EventRow.id)
    rows = session.scalars(newest.limit(size).offset((shown - 1) * size)).all()
    return Register(tuple(_listed(session, rows)), total, shown, pages)


def _narrowed(state: EventState | None, plan_id: str | None) -> list[ColumnElement[bool]]:
    standing = exists().where(OpeningRow.event_id == EventRow.id, OpeningRow.closed_at.is_(None))
    there = EventRow.retracted_at.is_(None)
    kept = there & EventRow.dismissed_at.is_(None)
    by_state: dict[EventState | None, list[ColumnElement[bool]]] = {
        "retracted": [~there], "dismissed": [there, EventRow.dismissed_at.is_not(None)], "open": [kept, standing],
        "waiting": [kept, ~standing], None: [],
    }  # fmt: skip
    if plan_id is None:
        return by_state[state]
    return [*by_state[state], exists().where(OpeningRow.event_id == EventRow.id, OpeningRow.plan_id == plan_id)]


def _words(wanted: Select[tuple[EventRow]]) -> Select[tuple[str, str | None, str | None, str, str | None]]:
    row = EventRow
    return wanted.with_only_columns(row.id, row.number, row.issuer, row.subject, row.note)


def _text(*words: str | None) -> str:
    return " ".join(word for word in words if word)


def _listed(session: Session, rows: Sequence[EventRow]) -> list[Listed]:
    ids = [row.id for row in rows]
    tasks: dict[str, dict[tuple[str, str], None]] = {}
    own = select(OpeningRow).where(is_one_of(OpeningRow.event_id, ids), OpeningRow.closed_at.is_(None))
    for one in session.scalars(own.order_by(OpeningRow.id)):
        tasks.setdefault(one.event_id, {})[one.plan_id, one.task_id] = None
    counted = select(EventFileRow.event_id, func.count()).where(is_one_of(EventFileRow.event_id, ids))
    files = dict(session.execute(counted.group_by(EventFileRow.event_id)).tuples().all())
    return [
        Listed(row, events.state(row, row.id in tasks), tuple(tasks.get(row.id, ())), files.get(row.id, 0))
        for row in rows
    ]


@dataclass(frozen=True)
class Entered:
    """One event: what it opened (closed openings too), its documents, who owes what by it now, and its history.

    `owed` are the obligations that it brought about, and those whose day it moved.
    """

    row: EventRow
    state: EventState
    openings: Sequence[OpeningRow]
    files: Sequence[EventFileRow]
    owed: Sequence[Owed]
    journal: Sequence[Entry]


def entered(session: Session, books: Mapping[str, Book], event_id: str, now: datetime) -> Entered | None:
    """The event; None when the register has none of that id. A constant number of queries."""
    row = session.get(EventRow, event_id) if event_id.isprintable() else None
    if row is None:
        return None
    own = select(OpeningRow).where(OpeningRow.event_id == event_id).order_by(OpeningRow.id)
    openings = session.scalars(own).all()
    standing = [one for one in openings if one.closed_at is None]
    owed = tuple(owed_of(session, books, _opened_ids(session, books, event_id, standing), now))
    return Entered(
        row, events.state(row, bool(standing)), openings, events.files(session, event_id), owed,
        _history(session, event_id, openings),
    )  # fmt: skip


def _opened_ids(
    session: Session, books: Mapping[str, Book], event_id: str, standing: Sequence[OpeningRow]
) -> Sequence[str]:
    """Of a part that the plan dates too, the dated obligation of each agency that the event concerns."""
    row = ObligationRow
    dated = [(one.plan_id, one.task_id, one.part or "-") for one in standing if _is_dated(books, one)]
    whose = (row.period == event_id) | tuple_(row.plan_id, row.task_id, row.part).in_(dated)
    statement = select(row).where(whose, row.withdrawn_at.is_(None)).order_by(row.plan_id, row.position)
    return [one.id for one in session.scalars(statement.limit(MOST_OWED)) if _concerns(one, event_id, standing)]


def _is_dated(books: Mapping[str, Book], one: OpeningRow) -> bool:
    task = books[one.plan_id].plan.by_id.get(one.task_id) if one.plan_id in books else None
    parts = [part for part in task.parts if part.key == one.part] if task is not None else []
    return any(is_capped(part.clauses) for part in parts)


def _concerns(row: ObligationRow, event_id: str, standing: Sequence[OpeningRow]) -> bool:
    if row.period == event_id:
        return True
    part = "" if row.part == "-" else row.part
    own = [one for one in standing if (one.plan_id, one.task_id, one.part) == (row.plan_id, row.task_id, part)]
    return any(one.agencies is None or row.agency in one.agencies for one in own)


def _history(session: Session, event_id: str, openings: Sequence[OpeningRow]) -> Sequence[Entry]:
    """What was written about the event and what it opened, newest first."""
    tasks = {f"{one.plan_id}/{one.task_id}" for one in openings}
    found = histories.journal_of(session, [event_id, *sorted(tasks)], MOST_ENTRIES)
    return [entry for entry in found if entry.subject == event_id or entry.new == event_id]


def file_of(session: Session, file_id: int) -> EventFileRow | None:
    """A document of any event, for those who may read all; None when there is none of that number."""
    return session.get(EventFileRow, file_id) if 0 < file_id <= HIGHEST_ID else None
