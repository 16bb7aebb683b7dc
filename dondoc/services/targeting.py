"""A plan's targets with what was reported of them: latest values, verdicts, trend, and the tasks that serve them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dondoc.domain.directory import Directory
from dondoc.domain.plan import Plan, Task
from dondoc.domain.targets import (
    Judged,
    Target,
    Trend,
    Verdict,
    judge,
    owners,
    proposed,
    readings_words,
    serving,
    targets_of,
    trend,
    worst,
)
from dondoc.services import books
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.store.target_values import TargetLine, target_lines


@dataclass(frozen=True, slots=True)
class Reported:
    """What one agency reported of a target in one period; `accepted` whether that report was accepted."""

    agency: str
    period: str
    period_name: str
    at: datetime
    judged: Judged
    accepted: bool


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target: everything reported, periods in order; whose value is still to come; the tasks that serve it, and
    those that are only proposed to."""

    target: Target
    reported: tuple[Reported, ...]
    owners: tuple[str, ...]
    tasks: tuple[Task, ...]
    proposed: tuple[Task, ...] = ()

    @property
    def latest(self) -> tuple[Reported, ...]:
        """The last report of each agency."""
        return tuple({one.agency: one for one in self.reported}.values())

    @property
    def verdict(self) -> Verdict:
        """The verdict on the latest values; several agencies' values are never added up, the worst one stands."""
        silent: list[Verdict] = ["not_reported" for one in self.owners if one not in {r.agency for r in self.reported}]
        return worst([*(one.judged.verdict for one in self.latest), *silent])

    @property
    def trends(self) -> tuple[Trend, ...]:
        """For each measure, how the last two periods of the first agency that reported compare."""
        agency = next((one.agency for one in self.reported), None)
        own = [one.judged.readings for one in self.reported if one.agency == agency]
        if len(own) < 2:
            return tuple("unknown" for _ in self.target.measures)
        return tuple(
            trend(measure, before, after)
            for measure, before, after in zip(self.target.measures, own[-2], own[-1], strict=False)
        )

    @property
    def trend(self) -> Trend:
        """One word for all measures; "unknown" where they disagree."""
        found = set(self.trends) - {"same"}
        return next(iter(found)) if len(found) == 1 else "same" if self.trends and not found else "unknown"


@dataclass(frozen=True, slots=True)
class TargetTable:
    """The targets of a plan at a moment."""

    plan: Plan
    directory: Directory
    at: datetime
    rows: tuple[TargetRow, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many targets have which verdict."""
        verdicts: tuple[Verdict, ...] = ("met", "not_met", "not_reported", "not_measurable")
        return {verdict: sum(row.verdict == verdict for row in self.rows) for verdict in verdicts}


def table(app: App, plan_id: str, now: datetime) -> TargetTable:
    """The plan's targets as they stood at `now`. Raises Refused when no such plan was applied."""
    with app.sessions() as session:
        found = books.book(app, session, plan_id)
        lines = target_lines(session, plan_id, now)
    return table_of(found, lines, now)


def table_of(found: Book, lines: Sequence[TargetLine], now: datetime) -> TargetTable:
    """As `table`, from lines already read."""
    plan = found.plan
    rows = tuple(
        TargetRow(
            target, tuple(_reported(found, target, _of(plan, target, n, lines))), owners(plan, target.code),
            serving(plan, target.code), proposed(plan, target.code),
        )
        for n, target in enumerate(targets_of(plan), 1 - len(plan.overall_targets))
    )  # fmt: skip
    return TargetTable(plan, found.directory, now, rows)


def line_ids(plan: Plan, target: Target, number: int) -> tuple[str, ...]:
    """The names under which a report's line may speak of a target: by its code, or by plan and place."""
    return f"target:{target.code}", f"{plan.id}/chi-tieu/{target.code}", f"{plan.id}/chi-tieu/{number}"


def to_json(found: TargetTable) -> dict[str, Any]:
    """For machines: verdicts are met, not_met, not_reported, not_measurable."""
    return {
        "plan_id": found.plan.id,
        "at": found.at.isoformat(),
        "counts": found.counts,
        "targets": [_row_json(row) for row in found.rows],
    }


def _of(plan: Plan, target: Target, number: int, lines: Iterable[TargetLine]) -> list[TargetLine]:
    ids = line_ids(plan, target, number)
    return [line for line in lines if line.line in ids]


def _reported(found: Book, target: Target, lines: Iterable[TargetLine]) -> Iterator[Reported]:
    names = [period.key for period in found.frozen.regime.periodic]
    words = {period.key: period.name for period in found.frozen.regime.periodic}

    def order(line: TargetLine) -> tuple[int, str]:
        key = line.period.partition("-")[2]
        return (names.index(key) if key in names else len(names)), line.agency

    for line in sorted(lines, key=order):
        key = line.period.partition("-")[2]
        judged = judge(target, line.value, line.happened)
        yield Reported(line.agency, line.period, words.get(key, line.period), line.at, judged, line.accepted)


def _row_json(row: TargetRow) -> dict[str, Any]:
    return {
        "code": row.target.code,
        "group": row.target.group,
        "text": row.target.text,
        "measures": [
            {"what": m.what, "comparator": m.comparator, "value": float(m.value), "unit": m.unit, "level": m.level}
            for m in row.target.measures
        ],
        "verdict": row.verdict,
        "trend": row.trend,
        "trends": list(row.trends),
        "owners": list(row.owners),
        "tasks": [task.id for task in row.tasks],
        "tasks_proposed": [task.id for task in row.proposed],
        "reported": [_reported_json(row.target, one) for one in row.reported],
    }


def _reported_json(target: Target, one: Reported) -> dict[str, Any]:
    return {
        "agency": one.agency,
        "period": one.period,
        "at": one.at.isoformat(),
        "value": readings_words(target, one.judged.readings),
        "verdict": one.judged.verdict,
        "verdicts": list(one.judged.verdicts),
        "contradicts": one.judged.contradicts,
        "accepted": one.accepted,
    }
