"""Whose work a late task holds up: told to leads whose own day is still ahead, by tables of days."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_world import FINANCE, HEALTH, JUSTICE, REGIME, answer, day, morning, owed, task, world

from dondoc.domain.cases import Case
from dondoc.domain.clauses import By, Ongoing, Upon
from dondoc.domain.plan import After
from dondoc.domain.upstream import Lookout, held_up, linked

WORLD = world(
    task("I.1", By(date=day("31/1/2024")), leads=[JUSTICE, HEALTH]),
    task("I.2", By(date=day("31/3/2024")), leads=[FINANCE, JUSTICE], after=After(("I.1",))),
    task("I.3", Ongoing(), leads=[FINANCE], after=After(("I.1",))),
    task("I.4", Upon(event="có kết quả", relation="when"), leads=[FINANCE], after=After(("I.1",))),
    task("I.5", By(date=day("28/2/2024")), leads=[FINANCE]),
    task("I.6", By(date=day("31/3/2024")), leads=[FINANCE], after=After(("I.1", "I.5"), mode="any")),
    task("I.7", By(date=day("31/3/2024")), leads=[FINANCE], after=After(proposed=("I.1",))),
    regime=replace(REGIME, periodic=()),
)
PLAN = WORLD.scope.plan
BEFORE = {f"I.1/-/1/{agency}" for agency in (JUSTICE, HEALTH)}


def accepted(on: str) -> tuple[object, ...]:
    return (answer(on, "done", outcome="accepted", reviewed=on),)


DONE, WAITING = accepted("30/1/2024"), (answer("31/1/2024", "done"),)


def told(on: str, ends: dict[str, str] | None = None, **answers: tuple[object, ...]) -> list[str]:
    """What is held up that morning; answers by agency for I.1, by task (I_2) for the others."""
    cases = []
    for key, obligation in owed(WORLD).items():
        own = (
            answers.get(obligation.agency.replace("-", "_"))
            if key in BEFORE
            else answers.get(key[:3].replace(".", "_"))
        )
        cases.append(Case(obligation, answers=own or ()))  # type: ignore[arg-type]
    lookout = Lookout(WORLD.rules, morning(on), {agency: day(last) for agency, last in (ends or {}).items()})
    return [
        f"{one.obligation.task_id} {one.obligation.agency} ← {one.before.id} {one.firing}"
        for one in held_up(PLAN, cases, lookout)
    ]


FINANCE_2 = f"I.2 {FINANCE} ← I.1 2024-01-31"
JUSTICE_2 = f"I.2 {JUSTICE} ← I.1 2024-01-31"
FINANCE_6 = f"I.6 {FINANCE} ← I.1 2024-01-31"


@pytest.mark.parametrize(("on", "answers", "expected"), [
    ("31/1/2024", {}, []),  # its last day
    # The day after; Sở Tư pháp is late itself, ongoing and awaiting work slips no day, a proposal counts for nothing.
    ("1/2/2024", {}, [FINANCE_2, FINANCE_6]),
    ("1/2/2024", {"so_tu_phap": DONE}, [FINANCE_2, JUSTICE_2]),  # I.6: the first product is enough
    ("1/2/2024", {"so_tu_phap": DONE, "so_y_te": DONE}, []),
    ("1/2/2024", {"so_tu_phap": DONE, "so_y_te": WAITING}, []),  # a slow review makes nobody late
    ("1/2/2024", {"I_2": WAITING}, [FINANCE_6]),  # its own work is reported
    ("1/4/2024", {"I_5": DONE}, [FINANCE_2]),  # 31/3 is a Sunday; of I.1 and I.5 one is enough
    ("2/4/2024", {"I_5": DONE}, []),  # its own day has slipped
    ("1/3/2024", {}, [FINANCE_2, FINANCE_6]),  # who is late with I.5 hears of that itself
])  # fmt: skip
def test_who_is_told_of_a_late_task_before(
    on: str, answers: dict[str, tuple[object, ...]], expected: list[str]
) -> None:
    assert told(on, **answers) == expected


def test_who_has_ended_is_neither_late_nor_told() -> None:
    assert told("1/2/2024", ends={JUSTICE: "15/1/2024", HEALTH: "15/1/2024"}) == []
    assert told("1/2/2024", ends={FINANCE: "15/1/2024"}) == []


def test_only_plans_with_links_are_looked_at() -> None:
    assert linked(PLAN) == {"I.1", "I.2", "I.3", "I.4", "I.5", "I.6"}
    assert linked(replace(PLAN, tasks=(PLAN.by_id["I.7"],))) == frozenset()
