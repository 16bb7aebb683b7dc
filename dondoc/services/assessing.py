"""PAR INDEX and a plan: criteria that no task serves, and the yearly self-assessment with its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from dondoc.domain.criteria import Component, Criterion, Index, Points, PointsTable, Total, total
from dondoc.domain.plan import Plan, Task
from dondoc.errors import ProblemsFound
from dondoc.loading.criteria import FILE, load_index, load_points
from dondoc.services import books
from dondoc.services.app import App
from dondoc.store import evidence
from dondoc.store.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Served:
    """A criterion that is scored, the tasks linked to it, and those that are only proposed."""

    criterion: Criterion
    tasks: tuple[Task, ...]
    proposed: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """One criterion of a year's assessment: evidence from accepted reports, and points where the office has them."""

    served: Served
    evidence: tuple[Evidence, ...]
    points: Points | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A plan's year against the whole index. Without a `table` of the office's points nothing is scored."""

    plan_id: str
    year: int
    table: PointsTable | None
    rows: tuple[Assessed, ...]
    totals: tuple[tuple[Component, Total], ...]
    total: Total


def index_of(config: Path) -> Index:
    """The index of that configuration folder. Raises ProblemsFound."""
    return load_index(config / FILE).require()


def points_of(config: Path, year: int, index: Index) -> PointsTable | None:
    """The office's points for a year; None when it has none. Raises ProblemsFound when they are wrong."""
    file = config / "par-index" / f"{year}.yaml"
    if not file.is_file():
        return None
    loaded = load_points(file, index)
    if loaded.value is None:
        raise ProblemsFound(loaded.problems)
    return loaded.value


def served(index: Index, plan: Plan) -> tuple[Served, ...]:
    """Every criterion that is scored, with the plan's tasks for it, in the index's order."""
    return tuple(Served(leaf, index.serving(leaf, plan), index.proposed(leaf, plan)) for leaf in index.leaves)


def gaps(index: Index, plan: Plan) -> tuple[Served, ...]:
    """The criteria that no task serves by decision; a proposal fills no gap."""
    return tuple(one for one in served(index, plan) if not one.tasks)


def assess(app: App, plan_id: str, now: datetime) -> Assessment:
    """The assessment as things stood at `now`. Raises Refused for an unknown plan, ProblemsFound for wrong files."""
    index = index_of(app.settings.config)
    with app.sessions() as session:
        return assess_in(app, session, books.book(app, session, plan_id).plan, index, now)


def assess_in(app: App, session: Session, plan: Plan, index: Index, now: datetime) -> Assessment:
    """The same in a session, of a plan and an index already read."""
    linked = [task.id for task in plan.tasks if task.criteria]
    found = evidence.accepted(session, plan.id, linked, now) if linked else ()
    return assessment(index, plan, found, points_of(app.settings.config, plan.year, index))


def assessment(index: Index, plan: Plan, found: Iterable[Evidence], table: PointsTable | None) -> Assessment:
    """As `assess`, from what was read."""
    found = tuple(found)
    rows = tuple(
        Assessed(
            one, tuple(e for e in found if e.task_id in {task.id for task in one.tasks}),
            table.of(one.criterion.code) if table else None,
        )
        for one in served(index, plan)
    )  # fmt: skip
    totals = tuple(
        (
            component,
            total(row.points for row in rows if index.component_of(row.served.criterion.code) == component.code),
        )
        for component in index.components
    )
    return Assessment(plan.id, plan.year, table, rows, totals, total(row.points for row in rows))


def gaps_json(plan: Plan, found: Iterable[Served]) -> dict[str, Any]:
    """For machines."""
    return {"plan_id": plan.id, "gaps": [_served_json(one) for one in found]}


def to_json(found: Assessment) -> dict[str, Any]:
    """For machines; numbers are JSON numbers, null where nobody gave any."""
    return {
        "plan_id": found.plan_id,
        "year": found.year,
        "points_loaded": found.table is not None,
        "cites": found.table.cites if found.table else None,
        "criteria": [_row_json(row) for row in found.rows],
        "components": [{"code": c.code, "title": c.title, **_total_json(t)} for c, t in found.totals],
        "total": _total_json(found.total),
    }


def _served_json(one: Served) -> dict[str, Any]:
    return {
        "code": one.criterion.code,
        "title": one.criterion.title,
        "agencies": list(one.criterion.agencies),
        "tasks": [task.id for task in one.tasks],
        "tasks_proposed": [task.id for task in one.proposed],
    }


def _row_json(row: Assessed) -> dict[str, Any]:
    points = row.points
    return {
        **_served_json(row.served),
        "max_points": _plain(points.maximum if points else None),
        "self_score": _plain(points.self_score if points else None),
        "appraised": _plain(points.appraised if points else None),
        "evidence": [_evidence_json(one) for one in row.evidence],
    }


def _evidence_json(one: Evidence) -> dict[str, Any]:
    day = one.document_date.isoformat() if one.document_date else None
    return {**asdict(one), "at": one.at.isoformat(), "document_date": day, "files": list(one.files)}


def _total_json(found: Total) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(found).items()}


def _plain(value: Decimal | int | None) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value
