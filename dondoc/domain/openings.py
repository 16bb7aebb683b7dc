"""What an event opens: the due day, or only a target, and what a date beside a condition means (DEADLINES §3)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pendulum

from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.clauses import AnyClause, Offset, Upon
from dondoc.domain.directory import fold
from dondoc.domain.events import Opening
from dondoc.domain.occurrences import conditions
from dondoc.domain.plan import Joined, Part, Task
from dondoc.domain.regime import Regime

_OR = re.compile(r"\bhoặc\b")
_HIDDEN = "\0"


@dataclass(frozen=True, slots=True)
class Opened:
    """What one opening makes of one part: due on `due_on`, or without a due day with a target day."""

    opening: Opening
    opens_on: date
    due_on: date | None
    target_on: date | None


def opened(task: Task, part: Part, openings: Iterable[Opening], calendar: WorkCalendar, regime: Regime) -> list[Opened]:
    """The openings of that part in the order of their events, which is not the order of recording."""
    own = sorted((o for o in openings if o.part == part.key), key=lambda o: (o.on, o.event))
    return [_opened(task, part, opening, calendar, regime) for opening in own]


def _opened(task: Task, part: Part, opening: Opening, calendar: WorkCalendar, regime: Regime) -> Opened:
    due_on = _due(task, part, opening, calendar)
    opens_on = opening.on if due_on is None or opening.on <= due_on else opening.recorded_on
    if due_on is not None:
        return Opened(opening, opens_on, max(due_on, earliest(calendar, regime, opening.recorded_on)), None)
    at_once = any(isinstance(clause, Upon) and clause.immediate for clause in part.clauses)
    days = regime.target_days_immediate if at_once else regime.target_days
    return Opened(opening, opens_on, None, _working_days(calendar, max(opening.on, opening.recorded_on), days))


def heir(plan_id: str, task: Task, part: Part, agency: str, reassignments: Mapping[str, str]) -> str:
    """Who owes what an event opens for `agency`: whom its waiting was passed on to, else itself."""
    waiting = [f"{plan_id}/{task.id}/{part.key or '-'}/{one.key}" for one in conditions(part.clauses)]
    seen: set[str] = set()
    while agency not in seen:
        seen.add(agency)
        agency = next((to for id in waiting if (to := reassignments.get(f"{id}/{agency}")) is not None), agency)
    return agency


def earliest(calendar: WorkCalendar, regime: Regime, today: date) -> date:
    """The first day to which a due day may be set or moved on `today`: nobody becomes late by being told late."""
    return _working_days(calendar, today, regime.redate_notice_days)


def _due(task: Task, part: Part, opening: Opening, calendar: WorkCalendar) -> date | None:
    """The day that the document sets, else the task's answering time, else the clause's length of time."""
    if opening.due_on is not None or opening.no_due:
        return opening.due_on
    if task.respond_within is not None:
        return _working_days(calendar, opening.on, task.respond_within)
    lengths = [clause for clause in part.clauses if isinstance(clause, Offset)]
    return _counted(lengths[0], opening.on, calendar) if lengths else None


def _counted(length: Offset, start: date, calendar: WorkCalendar) -> date:
    """The day itself is not counted (Bộ luật Dân sự 2015, Điều 147)."""
    amount = length.amount if length.side == "after" else -length.amount
    if length.unit == "working_day":
        return _working_days(calendar, start, amount)
    if length.unit == "month":
        found = pendulum.date(start.year, start.month, start.day).add(months=amount)
        return date(found.year, found.month, found.day)
    return start + timedelta(days=amount * (7 if length.unit == "week" else 1))


def _working_days(calendar: WorkCalendar, start: date, amount: int) -> date:
    """Where the calendar ends working days cannot be counted: twice as many civil days and one hold them."""
    found = calendar.try_add(start, amount)
    return found or start + timedelta(days=2 * amount + (1 if amount > 0 else -1 if amount < 0 else 0))


def dated_anew(task: Task, part: Part, planned: date, found: Sequence[Opened]) -> date:
    """The due day of what the plan dates `planned` beside a condition, once `found` is there.

    Joined by "và" the earlier day counts (a cap); joined by "hoặc" the recorded day replaces the planned one, of
    several the one of the latest event.
    """
    days = [one.due_on for one in found if one.due_on is not None]
    if not days:
        return planned
    return days[-1] if joined(task, part.clauses) == "or" else min(planned, *days)


def joined(task: Task, clauses: Sequence[AnyClause]) -> Joined:
    """How the words join the part's one date to its condition; a person's decision in the file counts before them.

    It is an alternative where "hoặc" parts the condition from every date; what stands inside the condition's own words
    does not count.
    """
    if task.joined is not None:
        return task.joined
    text = _plain(task.deadline)
    for words in _words(clauses):
        text = text.replace(_plain(words), _HIDDEN)
    segments = _OR.split(text)
    alone = [s for s in segments if _HIDDEN in s and not any(c.isdigit() for c in s)]
    return "or" if len(segments) > 1 and alone else "and"


def _words(clauses: Sequence[AnyClause]) -> Iterator[str]:
    yield from sorted((waiting.question for waiting in conditions(clauses)), key=len, reverse=True)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", fold(text)).casefold()
