"""Every error number of Zalo ends as tests/cases/zalo-errors.yaml says, over real HTTP; operators find it written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from standin_desk import NOW, Desk, desk, fresh
from zalo_wire import channel_of, envelope

from dondoc.channels.zalo.errors import RULES, UNKNOWN, again_at, rule_for
from dondoc.domain.moments import ZONE

ROOT = Path(__file__).parents[2]
CASES: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / "tests" / "cases" / "zalo-errors.yaml")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=[str(case["code"]) for case in CASES])
def test_each_number_ends_as_the_table_says(zalo: Desk, case: dict[str, Any]) -> None:
    zalo.fault("error", code=case["code"])
    outcome = channel_of(zalo).send(envelope(), NOW)
    again = datetime.fromisoformat(case["again"]).replace(tzinfo=ZONE) if "again" in case else None
    assert (outcome.kind, outcome.code) == (case["decision"], case["code"])
    assert (outcome.again_at, outcome.closes_days) == (again, case.get("closes"))
    assert outcome.text.startswith(case["meaning"])
    assert zalo.texts() == []


def test_the_cases_are_the_whole_table_and_more() -> None:
    listed = {case["code"] for case in CASES}
    assert {code for family, code in RULES if family == "oa"} == {
        code for code in listed if rule_for("oa", code) is not UNKNOWN
    }
    assert rule_for("oa", -99999) is UNKNOWN


def test_a_family_does_not_answer_for_another() -> None:
    assert rule_for("oauth", -32) is UNKNOWN
    assert rule_for("oa", -14020) is UNKNOWN


@pytest.mark.parametrize(("family", "code"), sorted(RULES))
def test_operators_find_each_number_with_its_meaning(family: str, code: int) -> None:
    rule = RULES[family, code]  # type: ignore[index]  # the keys are the table's own
    rows = [line for line in (ROOT / "docs" / "zalo.md").read_text().splitlines() if line.startswith(f"| {code} |")]
    assert len(rows) == 1, f"{code} must have one row in docs/zalo.md"
    assert f"| {rule.meaning} |" in rows[0]
    decision = rule.kind + (f", {rule.closes_days} ngày" if rule.closes_days else "")
    assert f"| {decision} |" in rows[0]


@pytest.mark.parametrize(
    ("again", "now", "expected"),
    [
        ("none", "2024-03-25T08:00+07:00", None),
        ("next_minute", "2024-03-25T23:59:30+07:00", "2024-03-26T00:00:30+07:00"),
        ("after_6", "2024-03-25T22:30+07:00", "2024-03-26T06:00+07:00"),
        ("after_6", "2024-03-25T05:59+07:00", "2024-03-25T06:00+07:00"),
        ("after_6", "2024-03-25T22:00+00:00", "2024-03-26T06:00+07:00"),
        ("next_day", "2024-03-25T16:59+00:00", "2024-03-26T07:30+07:00"),
        ("next_day", "2024-03-25T17:01+00:00", "2024-03-27T07:30+07:00"),
        ("next_day", "2024-12-31T08:00+07:00", "2025-01-01T07:30+07:00"),
    ],
)
def test_nights_and_days_are_viet_nams(again: Any, now: str, expected: str | None) -> None:
    found = again_at(again, datetime.fromisoformat(now))
    assert found == (datetime.fromisoformat(expected) if expected else None)
