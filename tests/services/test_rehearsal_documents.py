"""The rehearsed years of Hà Tĩnh and Nam Định, Sở Xây dựng 2024: golden, humane, fast enough to rehearse together."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from time import process_time

import pytest
from town import CONFIG, ROOT

from dondoc.domain.obligations import expand
from dondoc.domain.simulate import Report, Simulation
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_workspace
from dondoc.services import simulating

HA_TINH, NAM_DINH = "ha-tinh-2024", "nam-dinh-so-xay-dung-2024"
both = pytest.mark.parametrize("plan_id", [HA_TINH, NAM_DINH])


@dataclass(frozen=True)
class Year:
    """A plan's year when nobody answers, and when everybody reports four working days before the due day."""

    workspace: Workspace
    silent: Simulation
    good: Simulation


@cache
def year(plan_id: str) -> Year:
    workspace = load_workspace(ROOT / "plans" / f"{plan_id}.yaml", CONFIG).require()
    owed = expand(simulating.world_of(workspace).scope)
    in_time = tuple(
        Report(max(workspace.calendar.add(o.due_on, -4), o.opens_on), o.task_id, o.agency, "done", o.period)
        for o in owed
        if o.due_on is not None and o.kind != "unassigned"
    )
    return Year(workspace, simulating.rehearse(workspace), simulating.rehearse(workspace, in_time))


def message_days(simulation: Simulation) -> Counter[tuple[str, str]]:
    """Days with a message, by recipient and quarter."""
    days = {(d.recipient.id, d.day) for d in simulation.drafts}
    return Counter((recipient, f"{day.year}-Q{(day.month + 2) // 3}") for recipient, day in days)


def summary(plan_id: str) -> dict[str, object]:
    found = year(plan_id)
    owed = [c.obligation for c in found.silent.cases.values() if c.obligation.kind in ("task", "periodic_report")]
    return {
        "from": found.silent.starts_on.isoformat(),
        "obligations": len(owed),
        "most_for_one_agency": max(Counter(o.agency for o in owed).values()),
        "nobody_answers": simulating.to_json(found.workspace, found.silent)["summary"],
        "all_in_time": simulating.to_json(found.workspace, found.good)["summary"],
        "most_message_days_a_quarter_all_in_time": max(message_days(found.good).values()),
        "most_message_days_a_quarter_nobody_answers": max(message_days(found.silent).values()),
    }


@both
def test_the_year_is_the_golden_year(plan_id: str) -> None:
    found = json.loads(json.dumps(summary(plan_id)))
    golden = ROOT / "tests" / "golden" / f"{plan_id}-year.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(golden.read_text(encoding="utf-8"))


@both
def test_the_year_is_humane(plan_id: str) -> None:
    found = summary(plan_id)
    assert found["most_for_one_agency"] <= 24  # type: ignore[operator]
    assert found["most_message_days_a_quarter_all_in_time"] <= 8  # type: ignore[operator]
    # Silence all year is followed up, yet never every working day (a quarter has more than sixty of them).
    assert found["most_message_days_a_quarter_nobody_answers"] <= 24  # type: ignore[operator]


@both
def test_nothing_late_is_told_to_a_head_without_being_held(plan_id: str) -> None:
    to_heads = [draft for draft in year(plan_id).silent.drafts if draft.recipient.contact.role == "head"]
    assert to_heads
    assert all(draft.is_held for draft in to_heads)


@both
def test_both_start_with_their_first_work_in_december_before(plan_id: str) -> None:
    assert year(plan_id).silent.starts_on.isoformat() == "2023-12-01"
    assert min(issued.on for issued in year(plan_id).silent.issued).isoformat() == "2023-12-01"


def test_all_shipped_years_are_rehearsed_in_fifteen_seconds() -> None:
    worlds = [load_workspace(file, CONFIG).require() for file in sorted((ROOT / "plans").glob("*.yaml"))]
    assert len(worlds) >= 4
    started = process_time()
    for workspace in worlds:
        simulating.rehearse(workspace)
    assert process_time() - started < 15
