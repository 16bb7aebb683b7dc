"""The journal: who, when, what, old, new, why. Written in the transaction of the move it tells of, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from dondoc.domain.moments import local_day
from dondoc.store.arrays import is_one_of
from dondoc.store.models import JournalRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `subject` is what was moved: an obligation's, plan's or message's id; `why` is fit for an officer."""

    at: datetime
    who: str
    action: str
    subject: str
    old: str | None
    new: str | None
    why: str


def write(
    session: Session, at: datetime, who: str, action: str, subject: str, old: str | None, new: str | None, why: str
) -> None:
    """Add one line."""
    write_all(session, [Entry(at, who, action, subject, old, new, why)])


def write_all(session: Session, entries: Iterable[Entry]) -> None:
    """Add many lines, in order, with one statement."""
    rows = [asdict(entry) for entry in entries]
    if rows:
        session.execute(insert(JournalRow), rows)


def history(session: Session, *subjects: str) -> tuple[Entry, ...]:
    """What was written about these subjects, oldest first."""
    statement = select(JournalRow).where(JournalRow.subject.in_(subjects)).order_by(JournalRow.id)
    return tuple(
        Entry(row.at, row.who, row.action, row.subject, row.old, row.new, row.why) for row in session.scalars(statement)
    )


def due_days_at(session: Session, moment: datetime) -> dict[str, date | None]:
    """For every obligation that was re-dated after `moment`: the nominal due day it had then."""
    moves = (
        select(JournalRow.subject, JournalRow.old)
        .where(JournalRow.action == "redated", JournalRow.at > moment)
        .distinct(JournalRow.subject)
        .order_by(JournalRow.subject, JournalRow.id)
    )
    return {subject: _day(old) for subject, old in session.execute(moves)}


def moves_of(session: Session, obligation_ids: Iterable[str]) -> dict[str, tuple[Entry, ...]]:
    """Every move of the due day of each of these, oldest first; those that never moved are absent. One query."""
    row = JournalRow
    statement = select(row).where(row.subject.in_(list(obligation_ids)), row.action == "redated").order_by(row.id)
    found: dict[str, tuple[Entry, ...]] = {}
    for one in session.scalars(statement):
        entry = Entry(one.at, one.who, one.action, one.subject, one.old, one.new, one.why)
        found[one.subject] = (*found.get(one.subject, ()), entry)
    return found


def last_days(session: Session, subjects: Collection[str], action: str) -> dict[str, date]:
    """The local day of the last such action on each of these subjects; those without are absent. One query."""
    row = JournalRow
    statement = select(row.subject, func.max(row.at)).where(is_one_of(row.subject, subjects), row.action == action)
    found = session.execute(statement.group_by(row.subject)).tuples() if subjects else ()
    return {subject: local_day(moment) for subject, moment in found}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
