"""Which waiting clauses a document is proposed for: the officers' cases, against the real clauses of two plans."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dondoc.domain.events import EventKind
from dondoc.domain.matching import Document, Proposal, Waiting, proposals
from dondoc.domain.occurrences import conditions
from dondoc.loading import load_plan

ROOT = Path(__file__).resolve().parents[2]
CASES: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / "tests" / "cases" / "de-xuat-su-kien.yaml")
KINDS: dict[str, EventKind] = {
    "hướng dẫn": "guidance", "quyết định": "decision", "kế hoạch": "plan", "quy định": "regulation",
    "chỉ đạo": "directive", "đề nghị": "request", "thay đổi": "change", "phát hiện": "finding", "khác": "other",
}  # fmt: skip


@cache
def waiting() -> tuple[Waiting, ...]:
    files = (ROOT / "plans" / f"{name}-2024.yaml" for name in ("hung-yen", "ha-tinh"))
    return tuple(
        Waiting(plan.id, task.id, part.key, one.key, one.question, task.activity)
        for plan in (load_plan(file, ROOT / "config").require() for file in files)
        for task in plan.tasks
        for part in task.parts
        for one in conditions(part.clauses)
    )


def proposed(text: dict[str, str]) -> tuple[Proposal, ...]:
    kind = KINDS[text["loại"]] if "loại" in text else None
    return proposals(Document(kind, text.get("cơ quan"), text["trích yếu"]), waiting())


def task(one: Proposal) -> str:
    return f"{one.waiting.plan_id}/{one.waiting.task_id}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["văn bản"]["trích yếu"][:40])
def test_an_officers_case(case: dict[str, Any]) -> None:
    found = proposed(case["văn bản"])
    assert (task(found[0]) if found else None) == case["đầu tiên"]
    why = found[0].why if found else ""
    assert [word for word in case.get("vì", []) if word not in why] == []
    assert set(case.get("không có", [])) & {task(one) for one in found} == set()


def test_the_order_in_which_clauses_are_given_changes_no_score() -> None:
    text = Document("guidance", "Bộ Nội vụ", "hướng dẫn xác định vị trí việc làm")
    mixed = random.Random(1).sample(waiting(), len(waiting()))
    assert {(one.waiting, one.score) for one in proposals(text, mixed)} == {
        (one.waiting, one.score) for one in proposals(text, waiting())
    }
