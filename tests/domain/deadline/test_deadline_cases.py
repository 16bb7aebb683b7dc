"""Every example of tests/cases/deadlines*: the words of a "Thời gian" cell → exactly these clauses (DEADLINES §2)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dondoc.domain.clauses import to_json
from dondoc.domain.deadline import parse

CASES = Path(__file__).resolve().parents[2] / "cases"
FILES = sorted([*CASES.glob("deadlines*.jsonl"), *CASES.glob("deadlines*.yaml")])
COMPARED_WITHOUT_CASE = ("event",)


def _entries(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else YAML(typ="safe").load(text)


def _plain(clause: dict[str, Any]) -> dict[str, Any]:
    """The clause with ISO days, and its event without letter case."""
    found = {name: value.isoformat() if isinstance(value, date) else value for name, value in clause.items()}
    return found | {name: found[name].casefold() for name in COMPARED_WITHOUT_CASE if name in found}


ENTRIES = [
    pytest.param(entry, id=f"{path.name}:{number}")
    for path in FILES
    for number, entry in enumerate(_entries(path), start=1)
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_case(entry: dict[str, Any]) -> None:
    read = [_plain(to_json(clause)) for clause in parse(entry["text"], entry.get("year", 2024))]
    assert read == [_plain(clause) for clause in entry["clauses"]], entry["text"]


def test_the_shared_examples_and_the_plans_are_all_here() -> None:
    counts = {path.name: len(_entries(path)) for path in FILES}
    assert (counts["deadlines.jsonl"], counts["deadlines-plans.jsonl"]) == (187, 84)
