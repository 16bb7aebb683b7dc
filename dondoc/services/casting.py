"""The demo's cast: which agencies answer in time, late, or never. The same plan gives the same answers every time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.obligations import Obligation, expand
from dondoc.domain.simulate import Report, World

HABITS = ("on_time", "late", "on_time", "on_time", "late", "on_time", "never", "on_time", "late", "on_time", "on_time")


def cast(world: World) -> Iterator[Report]:
    """The answers of a whole year: for every dated obligation, and for what waits as often as it is asked."""
    calendar = world.scope.calendar
    order = {agency.id: n for n, agency in enumerate(world.scope.directory.agencies)}
    asked = [period.due_on(world.scope.plan.year) for period in world.scope.regime.periodic]
    for obligation in expand(world.scope):
        if obligation.kind == "awaiting" and HABITS[order[obligation.agency] % len(HABITS)] != "never":
            days = (day for day in asked if calendar.covers(day))
            yield from (_report(obligation, _add(calendar, day, -1), "not_happened") for day in days)
            continue
        if obligation.kind == "unassigned" or obligation.due_on is None or not calendar.covers(obligation.due_on):
            continue
        habit = HABITS[order[obligation.agency] % len(HABITS)]
        yield from _answers(obligation, obligation.due_on, habit, calendar)


def _answers(obligation: Obligation, due_on: date, habit: str, calendar: WorkCalendar) -> Iterator[Report]:
    dice = _dice(obligation.id)
    done_on = max(_add(calendar, due_on, -(dice % 6)), _add(calendar, obligation.opens_on, 1))
    if habit == "never":
        if dice % 3 == 0:
            yield _report(obligation, _add(calendar, due_on, -2), "ack", until=_add(calendar, due_on, 4))
        return
    if habit == "late" and dice % 3:
        yield _report(obligation, _add(calendar, due_on, -1), "ack", until=_add(calendar, due_on, 2 + dice % 5))
        done_on = _add(calendar, due_on, 2 + dice % 9)
    elif dice % 4 == 0:
        yield _report(obligation, _add(calendar, done_on, -2), "progress")
    if dice % 17 == 0:
        yield _report(obligation, done_on, "done", review="returned")
        done_on = _add(calendar, done_on, 3)
    yield _report(obligation, done_on, "done")


def _report(obligation: Obligation, on: date, answer: str, **more: object) -> Report:
    return Report(on, obligation.task_id, obligation.agency, answer, obligation.period, **more)  # type: ignore[arg-type]


def _add(calendar: WorkCalendar, day: date, working_days: int) -> date:
    year_ends = calendar.covers(date(day.year + (working_days > 0), 1, 1)) and calendar.covers(date(day.year - 1, 1, 1))
    return calendar.add(day, working_days) if year_ends else day


def _dice(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
