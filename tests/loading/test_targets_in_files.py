"""Mistakes in a plan's targets: each with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from dondoc.domain.targets import owners
from dondoc.loading import load_workspace

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
PLAN = ROOT / "plans" / "hung-yen-2023.yaml"

MISTAKES = [
    ('    value: 23\n    unit: biên chế\n', '    value: 23\n', 0, "measure-without-unit", "thiếu đơn vị tính"),
    ('    comparator: ">"\n', '    comparator: "≥"\n', 0, "wrong-type", "một trong: =, >=, <=, >, <"),
    ('    comparator: ">"\n', '', -1, "missing-field", "thiếu mục “comparator”"),
    ("targets_proposed: [II.6.c]", "targets: [II.6.cc]", -5, "unknown-target", "Có phải là “II.6.c”?"),
    ("- code: II.1.b\n", "- code: II.1.a\n", None, "duplicate-id", "Chỉ tiêu “II.1.a” ghi hai lần"),
    ("- group: Cải cách thể chế\n", "- code: II.1.aa\n", 0, "unknown-target", "Có phải là “II.1.a”?"),
    ('  responsibility: "5"\n- group', '  agency: so-tu-phapp\n- group', 0, "unknown-agency", "“so-tu-phap”?"),
    ("- group: Cải cách thể chế\n", "- group: Cải cách thể chê\n", 0, "unknown-target", "“Cải cách thể chế”?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "offset", "code", "words"), MISTAKES, ids=[m[3] + m[1][:12] for m in MISTAKES])
def test_a_mistake_is_found_with_its_line(
    tmp_path: Path, old: str, new: str, offset: int | None, code: str, words: str
) -> None:
    text = PLAN.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / PLAN.name
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    loaded = load_workspace(file, CONFIG)
    found = [problem for problem in loaded.problems if problem.code == code]
    assert loaded.value is None
    assert any(words in f"{problem.message} {problem.hint}" for problem in found), found
    if offset is not None:
        assert text[: text.index(old)].count("\n") + 1 + offset in [problem.line for problem in found]


def test_proposed_links_are_told_and_count_for_nothing() -> None:
    loaded = load_workspace(PLAN, CONFIG)
    assert [p.severity for p in loaded.problems if p.code == "proposed-links"] == ["info", "info"]
    assert all(task.targets == () for task in loaded.require().plan.tasks)


def test_who_reports_one_target_or_an_overall_one_can_be_named_by_a_person(tmp_path: Path) -> None:
    file = tmp_path / PLAN.name
    decided = "target_owners:\n- code: II\n  agency: so-noi-vu\n- code: II.1.a\n  agency: so-y-te\n"
    file.write_text(PLAN.read_text(encoding="utf-8").replace("target_owners:\n", decided, 1), encoding="utf-8")
    plan = load_workspace(file, CONFIG).require().plan
    assert owners(plan, "II") == ("so-noi-vu",)
    assert owners(plan, "II.1.a") == ("so-y-te",)  # the first that names it, before its group
    assert owners(plan, "II.1.b") == ("so-tu-phap",)
