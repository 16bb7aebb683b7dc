"""The officers' examples of tests/cases/obligations.yaml: the plan's words → what is owed, asked and told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from core_world import JUSTICE, lead, owed, report, run, task, told, world
from ruamel.yaml import YAML

from dondoc.domain import deadline
from dondoc.domain.obligations import Obligation
from dondoc.domain.simulate import Report, World

FILE = Path(__file__).resolve().parents[1] / "cases" / "obligations.yaml"
MORE = "…"


@dataclass(frozen=True)
class Example:
    """One entry of the file."""

    name: str
    deadline: str
    year: int = 2024
    lead: str = JUSTICE
    condition: str | None = None
    owed: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    ongoing: bool = False
    reports: list[str] = field(default_factory=list)
    told: list[str] | None = None

    @property
    def world(self) -> World:
        """The plan with this one task."""
        clauses = deadline.parse(self.deadline, self.year)
        return world(task("I.1", *clauses, leads=[lead(self.lead, self.condition)]), year=self.year)


def examples() -> list[Example]:
    """All entries; a misspelt key is an error of the file."""
    rows: list[dict[str, Any]] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return [Example(**row) for row in rows]


def written(obligation: Obligation) -> str:
    """An obligation as the file writes it."""
    late = obligation.late_after if obligation.late_after != obligation.due_on else None
    parts = [
        obligation.period,
        f"mở {obligation.opens_on:%d/%m/%Y}",
        f"hạn {obligation.due_on:%d/%m/%Y}",
        *([f"quá hạn sau {late:%d/%m/%Y}"] if late else []),
        *(f"mốc {mark:%d/%m/%Y}" for mark in obligation.checkpoints),
    ]
    return ", ".join(parts)


def answered(line: str) -> Report:
    """ "13/06/2024 ack 20/06/2024", "17/06/2024 done returned"."""
    on, kind, *rest = line.split()
    until = next((word for word in rest if "/" in word), "")
    review = next((word for word in rest if "/" not in word), "accepted")
    return report(on, "I.1", kind, until=until, review=review)  # type: ignore[arg-type]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_example(example: Example) -> None:
    found = owed(example.world).values()
    assert [written(o) for o in found if o.due_on] == example.owed
    assert [o.question for o in found if o.question] == example.asks
    assert any(o.kind == "ongoing" for o in found) is example.ongoing
    if example.told is not None:
        _compare(example)


def _compare(example: Example) -> None:
    agencies = {o.agency for o in owed(example.world).values()}
    reports = [
        Report(r.on, r.task, agency, r.answer, until=r.until, review=r.review)
        for r in map(answered, example.reports)
        for agency in agencies
    ]
    sim = run(example.world, reports)
    assert sim.unmatched == []
    (agency,) = agencies
    said, wanted = told(sim, agency), list(example.told or ())
    if wanted and wanted[-1] == MORE:
        wanted.pop()
        assert len(said) > len(wanted)
        said = said[: len(wanted)]
    assert said == wanted


def test_every_example_says_something_of_its_own() -> None:
    names = [example.name for example in examples()]
    assert len(names) == len(set(names)) > 30
