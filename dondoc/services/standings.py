"""Keeps the cache of standings true: what a trigger marked stale is asked of the core again before anybody reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, asked_in_time, soon_from, standing
from dondoc.domain.cases import known as known_case
from dondoc.domain.counts import section_of
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.store import obligations, standings, switches

BATCH = 1_000
CALENDAR = "standings-calendar"
"""The switch that holds the digest of the calendar by which the cached days were counted."""


def refresh(app: App, session: Session, now: datetime) -> int:
    """Ask the core about every obligation that changed since the last time; how many there were.

    Call it at the start of a transaction that reads the cache. Usually one small query.
    """
    _heed_calendar(app, session, now)
    known: Mapping[str, Book] | None = None
    total = 0
    while ids := standings.stale(session, BATCH):
        known = known if known is not None else books(app, session)
        _ask(session, ids, known, now)
        total += len(ids)
    return total


def row_of(case: Case, position: int, book: Book, now: datetime) -> dict[str, Any]:
    """The cached row of a case as it stands now; days tell the rest for any later day without a new fact."""
    obligation = case.obligation
    where = standing(case, now, book.rules)
    is_dated = obligation.kind in ("task", "periodic_report") and obligation.due_on is not None
    if asked_in_time(known_case(case, now)):
        is_dated = False  # neither near nor overdue while it waits for a decision, whatever the day
    return {
        "obligation_id": obligation.id, "plan_id": obligation.plan_id, "task_id": obligation.task_id,
        "section": section_of(book.plan, obligation.task_id), "agency": obligation.agency,
        "reviewer": obligation.reviewer, "kind": obligation.kind,
        "work": "open" if where.work == "not_open" else where.work,
        "late": where.late, "is_dated": is_dated, "is_withdrawn": False, "position": position,
        "submitted_on": where.submitted_on, "opens_on": obligation.opens_on,
        "soon_from": soon_from(obligation, book.rules) if is_dated else None,
        "due_on": obligation.due_on, "late_after": obligation.late_after,
    }  # fmt: skip


def _ask(session: Session, ids: list[str], known: Mapping[str, Book], now: datetime) -> None:
    cases = obligations.load_cases(session, ids=ids)
    places = standings.positions(session, ids)
    standings.write(
        session,
        [row_of(c, places[c.obligation.id], known[c.obligation.plan_id], now) for c in cases],
    )
    standings.mark_gone(session, set(ids) - {case.obligation.id for case in cases})


def _heed_calendar(app: App, session: Session, now: datetime) -> None:
    digest, kept = app.calendar.digest, switches.get(session, CALENDAR)
    if kept is None or kept.value != digest:
        switches.put(session, CALENDAR, digest, now, "dondoc", "Lịch làm việc đã đổi.")
        standings.mark_all_stale(session)
