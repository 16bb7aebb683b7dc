"""The guard of the sweep: when far too many obligations would turn overdue at once, nobody is told so until a person
has looked (DESIGN §2.10). Reminders and everything else go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from dondoc.domain.decide import decide_case
from dondoc.domain.guards import MOST_OVERDUE, too_many_overdue, turns_overdue
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.services.alarms import Alarms
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.store import guards, journal, obligations
from dondoc.store.guards import Decision

ALLOWED_DAYS = 7
"""A person's "let it pass" holds so long: what a day off or a missed run puts off is not asked about again."""


def stopped_plans(app: App, now: datetime) -> dict[str, int]:
    """The plans whose lateness must wait for a person, with how many obligations would turn overdue.

    Cost follows what is due: only a plan in which many are past their day is looked at more closely. A new stop, and
    one that has grown, is journaled; each new question is an alarm.
    """
    today = local_day(now)
    stopped: dict[str, int] = {}
    alarms: dict[str, str] = {}
    with app.sessions.begin() as session:
        late = obligations.count_late(session, today)
        # In one order for everybody: each stop locks its plan's guards.
        suspects = [plan_id for plan_id, count in sorted(late.items()) if _is_suspect(session, plan_id, count)]
        found = books(app, session) if suspects else {}
        for plan_id in suspects:
            turning, of = _turning(session, found[plan_id], now)
            if too_many_overdue(turning, of) and not _is_allowed(session, plan_id, turning, now):
                stopped[plan_id] = turning
                alarms |= _stop(session, plan_id, turning, of, now)
    for key, why in alarms.items():  # once a day for each question, also where a worker died before it could tell
        Alarms(app.sessions, lambda: now, app.settings.alarm_url)(key, why)
    return stopped


def _is_suspect(session: Session, plan_id: str, late: int) -> bool:
    """Whether the plan's late ones, first time or not, are many enough to count exactly."""
    enough = int(late / MOST_OVERDUE) + 1
    return too_many_overdue(late, obligations.count_open(session, plan_id, enough))


def _turning(session: Session, book: Book, now: datetime) -> tuple[int, int]:
    today = local_day(now)
    cases = obligations.load_cases(session, plan_id=book.plan.id, due_by=today, late_before=today)
    ladders = obligations.load_ladders(session)
    snapshot = book.snapshot(ladders)
    turning = sum(
        turns_overdue(case, decide_case(case, snapshot, now), ladders[case.obligation.ladder]) for case in cases
    )
    return turning, obligations.count_open(session, book.plan.id, int(turning / MOST_OVERDUE) + 1)


def _is_allowed(session: Session, plan_id: str, turning: int, now: datetime) -> bool:
    since = local_day(now) - timedelta(days=ALLOWED_DAYS)
    return turning <= guards.allowed(session, guards.OVERDUE, plan_id, since)


def _stop(session: Session, plan_id: str, turning: int, of: int, now: datetime) -> dict[str, str]:
    """The alarm to raise: its key and words."""
    words = (
        f"Kế hoạch {plan_id}: {turning} việc cùng lúc sắp bị gọi là quá hạn, hơn {MOST_OVERDUE:.0%} số việc đang mở. "
        "Chưa báo ai. Xem: dondoc notice guards; cho đi tiếp: dondoc notice allow SỐ --reason …"
    )
    stop = guards.stop(session, guards.OVERDUE, plan_id, local_day(now), turning, of, now)
    if stop.is_news:
        old = str(stop.before) if stop.before is not None else None
        journal.write(session, now, "dondoc", "guard-stopped", f"plan/{plan_id}", old, str(turning), words)
    return {f"overdue-guard/{plan_id}" + (f"/{stop.question}" if stop.question > 1 else ""): words}


def waiting(app: App) -> list[dict[str, Any]]:
    """The guards that stopped something and wait for an answer, oldest first."""
    with app.sessions() as session:
        return [
            {"id": row.id, "plan": row.plan_id, "day": row.day.isoformat(), "found": row.found, "of": row.of}
            for row in guards.waiting(session)
        ]


def answer(app: App, guard_id: int, decision: Decision, by: str, reason: str, now: datetime) -> None:
    """A person lets a stopped sweep pass, or says that it must not. Journaled.

    A refusal can be taken back the same day. Raises Refused without a reason, and for a guard that does not wait.
    """
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    with app.sessions.begin() as session:
        before = guards.find(session, guard_id)
        old = before.decision if before is not None else None
        row = guards.decide(session, guard_id, decision, by, reason.strip(), now)
        if row is None:
            raise Refused(f"Không có điểm dừng số {guard_id} đang chờ trả lời; xem: dondoc notice guards")
        journal.write(session, now, by, f"guard-{decision}", f"plan/{row.plan_id}", old, str(row.found), row.why or "")
