"""The sweep: look at every obligation whose day has come, decide, write notices. Nothing is sent here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.domain.cases import Case
from dondoc.domain.decide import Decision, decide_case
from dondoc.domain.moments import local_day
from dondoc.services import following, guarding, last_runs, products, silence, succession, upstream
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.queueing import queue_notices
from dondoc.store import obligations

BATCH = 500


@dataclass(frozen=True)
class SweepResult:
    """What a sweep found. `missed` had a day in the past: some wake-up did not come, and the sweep made up for it.

    `guarded` would have turned overdue, too many at once: they wait for a person. `passed_on` went from bodies that
    have ended to their successors. `opened` counts what accepted products and other plans' days opened or moved.
    """

    looked_at: int = 0
    queued: int = 0
    superseded: int = 0
    missed: int = 0
    guarded: int = 0
    passed_on: int = 0
    opened: int = 0

    def __add__(self, other: SweepResult) -> SweepResult:
        return SweepResult(
            self.looked_at + other.looked_at,
            self.queued + other.queued,
            self.superseded + other.superseded,
            self.missed + other.missed,
            self.guarded + other.guarded,
            self.passed_on + other.passed_on,
            self.opened + other.opened,
        )


def sweep(
    app: App, now: datetime, plan_id: str | None = None, task_id: str | None = None, *, wait: bool = False
) -> SweepResult:
    """Decide every case that is due at `now`, of all plans or of one task; a repeated sweep finds nothing new.

    Works in batches, one transaction each, so that its cost follows what is due and a crash loses at most a batch,
    which the next sweep does again. Sweeps at the same time share the work; with `wait` this one returns only when
    what others have in hand is decided too, so that a message composed next holds all lines of the day. A full sweep
    first passes on what bodies owe that have ended, opens what accepted products open, and moves what follows another
    plan: nobody is reminded of what is no longer so. Last it looks at what several obligations say together: questions
    that nobody answers, late tasks that hold up others.
    """
    is_full = plan_id is None and task_id is None
    passed = succession.carry_out_all(app, now) if is_full else {}
    opened = products.keep_all(app, now) + following.keep_all(app, now) if is_full else 0
    stopped = guarding.stopped_plans(app, now)
    total = SweepResult(
        guarded=sum(stopped.values()), passed_on=sum(len(found.moves) for found in passed.values()), opened=opened
    )
    for skip_locked in (True, False) if wait else (True,):
        found = SweepResult(looked_at=BATCH)
        while found.looked_at >= BATCH:
            with app.sessions.begin() as session:
                cases = _due(session, local_day(now), plan_id, task_id, tuple(stopped), skip_locked)
                found = _decide(app, session, cases, now) if cases else SweepResult()
            total += found
    if is_full:
        total += _look_around(app, now, tuple(stopped))
        last_runs.note(app, last_runs.SWEEP, now, f"Đã xét {total.looked_at} việc.")
    return total


def _look_around(app: App, now: datetime, stopped: tuple[str, ...]) -> SweepResult:
    """What no single obligation tells; on working days, like all that is said."""
    today = local_day(now)
    if not (app.calendar.covers(today) and app.calendar.is_working(today)):
        return SweepResult()
    with app.sessions.begin() as session:
        live = {id: book for id, book in books(app, session, live=True).items() if today >= (book.live_from or today)}
        return SweepResult(queued=silence.tell(session, live, now) + upstream.tell(session, live, now, stopped))


def _due(
    session: Session, today: date, plan_id: str | None, task_id: str | None, stopped: tuple[str, ...], skip_locked: bool
) -> list[Case]:
    return obligations.load_cases(
        session, plan_id=plan_id, task_id=task_id, due_by=today, limit=BATCH, for_update=True, skip_locked=skip_locked,
        late_before=today if stopped else None, spare_late_of=stopped,
    )  # fmt: skip


def _decide(app: App, session: Session, cases: list[Case], now: datetime) -> SweepResult:
    today = local_day(now)
    ladders = obligations.load_ladders(session)
    known = books(app, session)
    result = SweepResult(looked_at=len(cases), missed=_missed(session, cases, today))
    looks: dict[str, date | None] = {}
    for book, group in _by_plan(cases, known):
        snapshot = book.snapshot(ladders)
        decisions = [decide_case(case, snapshot, now) for case in group]
        looks |= {decision.case.obligation.id: decision.next_on for decision in decisions}
        result += _queue(session, book, decisions, now)
    obligations.set_next(session, looks)
    return result


def _by_plan(cases: Sequence[Case], known: dict[str, Book]) -> Iterable[tuple[Book, list[Case]]]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.obligation.plan_id, []).append(case)
    return [(known[plan_id], group) for plan_id, group in groups.items()]


def _queue(session: Session, book: Book, decisions: list[Decision], now: datetime) -> SweepResult:
    lines = [(notice, d.case.obligation) for d in decisions for notice in d.notices]
    kinds = Counter(notice.superseded for notice, _ in lines)
    written = queue_notices(session, book.plan, book.directory, lines, now)
    return SweepResult(queued=written, superseded=kinds[True])


def _missed(session: Session, cases: Sequence[Case], today: date) -> int:
    looks = obligations.next_days(session, [case.obligation.id for case in cases])
    return sum(1 for day in looks.values() if day is not None and day < today)
