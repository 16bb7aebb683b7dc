"""When a case must be looked at again: the days on which anything about it can change by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dondoc.domain.calendar import ONE_DAY
from dondoc.domain.cases import Case, Rules, ladder_days, pauses
from dondoc.domain.policy import Ladder
from dondoc.domain.windows import before, mark_closes, mark_opens


def next_look(case: Case, ladder: Ladder, rules: Rules, today: date) -> date | None:
    """The first day after `today` on which anything about the case can change by itself."""
    return min((day for day in _candidates(case, ladder, rules, today) if day > today), default=None)


def checkpoints(case: Case, ladder: Ladder, rules: Rules) -> tuple[date, ...]:
    """Every day on which a rule of an undisturbed case is entered: what a task's Prefect schedule is made of."""
    if case.obligation.aim is None or not rules.calendar.covers(case.obligation.aim):
        return (case.obligation.opens_on,)
    return tuple(sorted(set(_ladder_days_of(case, ladder, rules))))


def _candidates(case: Case, ladder: Ladder, rules: Rules, today: date) -> Iterator[date]:
    next_working = rules.calendar.try_add(today, 1) or today + ONE_DAY
    stops = pauses(case, rules)
    yield from _ladder_days_of(case, ladder, rules)
    yield from (pause.end + ONE_DAY for pause in stops if pause.end is not None)
    if any(mark_opens(mark, rules) <= today <= mark_closes(mark, rules) for mark in case.obligation.checkpoints):
        yield next_working
    late_after = case.obligation.late_after
    last = late_after or case.obligation.aim
    if last is None or today < last or any(p.end is None and p.holds(today) for p in stops):
        return
    yield (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    if late_after is None:
        return
    # A paused ladder reaches its later steps on days that cannot be told in advance; look daily while it climbs.
    climbing = ladder_days(case, today, rules) <= max((s.days for s in ladder.steps), default=0)
    yield next_working if climbing else today + timedelta(days=7 - today.weekday())


def _ladder_days_of(case: Case, ladder: Ladder, rules: Rules) -> Iterator[date]:
    obligation = case.obligation
    aim, late_after = obligation.aim, obligation.late_after
    yield obligation.opens_on
    if obligation.opening is not None:
        yield obligation.opens_on + ONE_DAY  # the day it was told of says nothing else
    if aim is None:
        return
    first = aim.replace(day=1)
    yield from (first, (first - ONE_DAY).replace(day=1), (late_after or aim).replace(day=1))
    yield from (mark_opens(mark, rules) for mark in obligation.checkpoints)
    steps = [step for step in ladder.steps if obligation.kind in step.for_]
    yield from (before(case, rules, -step.days) for step in steps if step.days <= 0)
    if late_after is None:
        yield (aim.replace(day=28) + timedelta(days=4)).replace(day=1)
        return
    yield late_after + ONE_DAY
    yield from (
        rules.calendar.try_add(late_after, step.days) or late_after + ONE_DAY for step in steps if step.days > 0
    )
