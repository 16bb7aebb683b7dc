"""PAR INDEX: components, criteria and sub-criteria, which tasks serve them, and the points of a year's assessment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from dondoc.domain.plan import Plan, Task


@dataclass(frozen=True, slots=True)
class Component:
    """One field of the index (lĩnh vực), such as "CẢI CÁCH THỂ CHẾ"."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the index in its own words. `parent` is a component or another criterion.

    `agencies` are names as printed, `scoring` lines of a scale that the source happens to print: (words, points) as
    text, for people only. `note`: what the source leaves unclear.
    """

    code: str
    title: str
    parent: str
    agencies: tuple[str, ...]
    note: str | None = None
    scoring: tuple[tuple[str, str], ...] = ()
    line: int | None = None


@dataclass(frozen=True)
class Index:
    """The whole index."""

    id: str
    title: str
    components: tuple[Component, ...]
    criteria: tuple[Criterion, ...]

    @cached_property
    def by_code(self) -> dict[str, Criterion]:
        """Criteria by code."""
        return {criterion.code: criterion for criterion in self.criteria}

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """The criteria that are scored themselves: those that no other one stands under."""
        headings = {criterion.parent for criterion in self.criteria}
        return tuple(criterion for criterion in self.criteria if criterion.code not in headings)

    def above(self, code: str) -> Iterator[str]:
        """The criterion's own code, then those above it, the component last."""
        while code in self.by_code:
            yield code
            code = self.by_code[code].parent
        yield code

    def component_of(self, code: str) -> str:
        """The code of the component that a criterion belongs to."""
        return list(self.above(code))[-1]

    def serving(self, criterion: Criterion, plan: Plan) -> tuple[Task, ...]:
        """The tasks linked to the criterion by decision (`criteria:`), itself or a heading above it."""
        codes = set(self.above(criterion.code))
        return tuple(task for task in plan.tasks if codes & set(task.criteria))

    def proposed(self, criterion: Criterion, plan: Plan) -> tuple[Task, ...]:
        """The tasks that are only proposed for it (`criteria_proposed:`); they count for nothing."""
        codes, serving = set(self.above(criterion.code)), self.serving(criterion, plan)
        return tuple(task for task in plan.tasks if codes & set(task.criteria_proposed) and task not in serving)


@dataclass(frozen=True, slots=True)
class Points:
    """What the office's own table says of one criterion. Scores are None until somebody gave them."""

    code: str
    maximum: Decimal
    self_score: Decimal | None = None
    appraised: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PointsTable:
    """The office's table of points and scores for one year."""

    year: int
    cites: str
    points: tuple[Points, ...]

    def of(self, code: str) -> Points | None:
        """The row of a criterion."""
        return next((row for row in self.points if row.code == code), None)


@dataclass(frozen=True, slots=True)
class Total:
    """Points added up. A sum of scores is None when not one was given; `scored` of `criteria` have a self-score."""

    criteria: int = 0
    with_points: int = 0
    maximum: Decimal = field(default_factory=Decimal)
    scored: int = 0
    self_score: Decimal | None = None
    appraised_of: int = 0
    appraised: Decimal | None = None


def total(rows: Iterable[Points | None]) -> Total:
    """The sum over criteria, of which some may have no points."""
    rows = list(rows)
    known = [row for row in rows if row is not None]
    own = [row.self_score for row in known if row.self_score is not None]
    judged = [row.appraised for row in known if row.appraised is not None]
    return Total(
        criteria=len(rows), with_points=len(known), maximum=sum((row.maximum for row in known), Decimal()),
        scored=len(own), self_score=sum(own, Decimal()) if own else None,
        appraised_of=len(judged), appraised=sum(judged, Decimal()) if judged else None,
    )  # fmt: skip
