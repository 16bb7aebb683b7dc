"""A plan and its directory moved together to another year: the demo runs last year's plan as if it were this year's.

Years move by the same distance wherever the document speaks of its own time (deadlines, titles, "giai đoạn 2022-2025");
the numbers and dates of the documents it cites stay, and the shifted plan cites no document of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dondoc.domain import deadline
from dondoc.domain.clauses import AnyClause, By, Offset, Per, Unknown, Upon, Within, to_json
from dondoc.domain.directory import Directory
from dondoc.domain.plan import Citation, Part, Plan, Task
from dondoc.domain.workspace import Workspace

_YEAR = re.compile(r"(?<![0-9])(?P<day>[0-9]{1,2}/[0-9]{1,2}/)?(?P<year>(?:19|20)[0-9]{2})(?![0-9])(?P<slash>/)?")
_CITED = re.compile(r"[0-9]+[^\s]*/[^\s]*[A-ZĐ][^\s]* ngày $")
_NUMBERED = re.compile(r"(?<![0-9])(?:1[3-9]|[2-9][0-9]|[0-9]{3,})/$")


def shift(workspace: Workspace, to_year: int) -> Workspace:
    """The workspace as if its plan were of `to_year`, marked as a demo. Calendar, regime and ladder stay."""
    plan = shift_plan(workspace.plan, to_year)
    directory = shift_directory(workspace.directory, to_year - workspace.plan.year, plan.directory)
    return replace(workspace, plan=plan, directory=directory)


def shift_plan(plan: Plan, to_year: int) -> Plan:
    """The plan of `to_year`: deadlines read anew, everything a person decided moved along."""
    distance = to_year - plan.year
    return replace(
        plan,
        id=_renamed(plan.id, plan.year, to_year),
        title=_moved(plan.title, distance, plan.year),
        year=to_year,
        directory=_renamed(plan.directory, plan.year, to_year),
        sections=tuple(replace(s, title=_moved(s.title, distance, plan.year)) for s in plan.sections),
        tasks=tuple(_task(task, plan.year, to_year) for task in plan.tasks),
        citation=Citation(None, None),
        targets=tuple(_texts(target, distance, plan.year) for target in plan.targets),
        reporting_duties=tuple(_duty(duty, plan.year, to_year) for duty in plan.reporting_duties),
        overall_targets=tuple(_texts(target, distance, plan.year) for target in plan.overall_targets),
        responsibilities=tuple(_texts(one, distance, plan.year) for one in plan.responsibilities),
        demo=True,
    )


def shift_directory(directory: Directory, distance: int, id: str) -> Directory:
    """The directory with every validity moved by `distance` years, so that its bodies exist in the new year."""
    return replace(
        directory,
        id=id,
        agencies=tuple(
            replace(
                agency,
                valid_from=agency.valid_from and _day(agency.valid_from, distance),
                valid_to=agency.valid_to and _day(agency.valid_to, distance),
            )
            for agency in directory.agencies
        ),
    )


def _renamed(id: str, year: int, to_year: int) -> str:
    return id.replace(str(year), str(to_year)) if str(year) in id else f"{id}-{to_year}"


def _moved(text: str, distance: int, plan_year: int) -> str:
    """The text with its years moved. A day before the plan's year is history: it dates a document, so it stays."""

    def year(match: re.Match[str]) -> str:
        before = text[: match.start()]
        stays = match["slash"] or _CITED.search(before) or _NUMBERED.search(before)
        if stays or (match["day"] and int(match["year"]) < plan_year):
            return match[0]
        return f"{match['day'] or ''}{int(match['year']) + distance}"

    return _YEAR.sub(year, text)


def _task(task: Task, year: int, to_year: int) -> Task:
    distance = to_year - year
    words = _moved(task.deadline, distance, year)
    if deadline.parse(task.deadline, year) == task.clauses:
        clauses = deadline.parse(words, to_year)
    else:
        clauses = _clauses(task.clauses, distance, year)
    return replace(
        task,
        objective=task.objective and _moved(task.objective, distance, year),
        activity=_moved(task.activity, distance, year),
        products=tuple(_moved(product, distance, year) for product in task.products),
        deadline=words,
        clauses=clauses,
        parts=tuple(_part(part, task.clauses, clauses, distance, year) for part in task.parts),
        activities=tuple(_texts(activity, distance, year) for activity in task.activities),
        note=task.note and _moved(task.note, distance, year),
    )


def _part(part: Part, old: Sequence[AnyClause], new: Sequence[AnyClause], distance: int, year: int) -> Part:
    """The part bound to the new clauses in the places of the old ones; a clause of its own is moved by itself."""
    places = [next((n for n, clause in enumerate(old) if _same(clause, own)), None) for own in part.clauses]
    if len(old) != len(new) or None in places:
        return replace(part, clauses=_clauses(part.clauses, distance, year))
    return replace(part, clauses=tuple(replace(new[n], label=part.label) for n in places if n is not None))


def _same(one: AnyClause, other: AnyClause) -> bool:
    return replace(one, label=None) == replace(other, label=None) and (one.label is None) == (other.label is None)


def _clauses(clauses: Sequence[AnyClause], distance: int, year: int) -> tuple[AnyClause, ...]:
    return tuple(_clause(clause, distance, year) for clause in clauses)


def _clause(clause: AnyClause, distance: int, year: int) -> AnyClause:
    if isinstance(clause, By):
        return replace(clause, date=_day(clause.date, distance))
    if isinstance(clause, Within):
        return replace(clause, start=_day(clause.start, distance), end=_day(clause.end, distance))
    if isinstance(clause, Upon):
        return replace(clause, event=_moved(clause.event, distance, year))
    if isinstance(clause, Offset):
        return replace(clause, from_=_moved(clause.from_, distance, year))
    if isinstance(clause, Per):
        return replace(clause, reference=_moved(clause.reference, distance, year))
    if isinstance(clause, Unknown):
        return replace(clause, text=_moved(clause.text, distance, year))
    return clause


def _duty(duty: dict[str, Any], year: int, to_year: int) -> dict[str, Any]:
    moved = _texts(duty, to_year - year, year)
    words = str(moved.get("deadline") or "")
    return {**moved, "clauses": [to_json(clause) for clause in deadline.parse(words, to_year)]}


def _texts(value: Any, distance: int, year: int) -> Any:
    """The same structure with every text moved."""
    if isinstance(value, str):
        return _moved(value, distance, year)
    if isinstance(value, dict):
        return {key: _texts(item, distance, year) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, distance, year) for item in value]
    return value


def _day(day: date, distance: int) -> date:
    try:
        return day.replace(year=day.year + distance)
    except ValueError:  # 29 February
        return day.replace(year=day.year + distance, day=28)
