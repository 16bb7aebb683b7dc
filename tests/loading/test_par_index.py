"""PAR INDEX as its document prints it, and the mistakes that a person may make in it, in points and in links."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dondoc.loading import load_index, load_points, load_workspace

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
FILE = CONFIG / "par-index.yaml"
DATA = json.loads((ROOT / "tests" / "data" / "par-index.json").read_text(encoding="utf-8"))


def test_the_index_equals_the_data_word_for_word() -> None:
    loaded = load_index(FILE)
    index = loaded.require()
    assert loaded.problems == ()
    assert [{"code": c.code, "title": c.title} for c in index.components] == DATA["components"]
    leaves = {leaf.code for leaf in index.leaves}
    for got, row in zip(index.criteria, DATA["criteria"], strict=True):
        assert {
            "code": got.code, "title": got.title, "parent": got.parent, "agencies": list(got.agencies),
            "leaf": got.code in leaves,
        } == {key: row[key] for key in row if key != "scoring"}  # fmt: skip
        assert [{"text": t, "points": p} for t, p in got.scoring] == row.get("scoring", [])
    assert {c.code for c in index.criteria if c.note} == {doubt["code"] for doubt in DATA["doubts"]}


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ('- code: "1.3.1"', '- code: "1.3"', "duplicate-id", "Mã “1.3” đã dùng (dòng"),
        ('- code: "8.1"', '- code: "8"', "duplicate-id", "Mã “8” đã dùng."),
        ('parent: "1.3"', 'parent: "1.33"', "unknown-parent", "Có phải là “1.3”?"),
        ('- code: "4.3"\n  title: Thực hiện phân cấp, phân quyền trong quản lý nhà nước\n  parent: "4"',
         '- code: "4.3"\n  title: Thực hiện phân cấp, phân quyền trong quản lý nhà nước\n  parent: "4.3.1"',
         "criterion-cycle", "đi vòng"),
        ("  agencies: [Sở Tư pháp]\n", "", "missing-field", "thiếu mục “agencies”"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_index_is_found_with_its_line(
    tmp_path: Path, old: str, new: str, code: str, words: str
) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / FILE.name
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    loaded = load_index(file)
    found = [problem for problem in loaded.problems if problem.code == code]
    assert loaded.value is None
    assert words in found[0].message + found[0].hint
    entry = text[: text.index(old)].count("\n") + 1
    assert found[0].line is not None
    assert abs(found[0].line - entry) <= 3


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ('{code: "1.11", max_points: 1}', "unknown-criterion", "Có phải là “1.1”?"),
        ('{code: "1.3", max_points: 1}', "heading-with-points", "tổng của chúng"),
        ('{code: "1.2", max_points: "1,5", self_score: 1.75}', "score-too-high", "1.75 lớn hơn điểm tối đa 1.5"),
        ('{code: "1.2", max_points: nhiều}', "wrong-type", "không phải là số điểm"),
        ('{code: "1.2"}', "missing-field", "max_points"),
        ('{code: "1.1", max_points: 2}', "duplicate-id", "dòng 4"),
    ],
)
def test_a_mistake_in_the_offices_points_is_found_with_its_line(
    tmp_path: Path, row: str, code: str, words: str
) -> None:
    file = tmp_path / "2024.yaml"
    file.write_text(f'year: 2024\ncites: mẫu\npoints:\n- {{code: "1.1", max_points: 1}}\n- {row}\n', encoding="utf-8")
    loaded = load_points(file, load_index(FILE).require())
    assert loaded.value is None
    assert [(p.line, p.code) for p in loaded.problems] == [(5, code)]
    assert words in loaded.problems[0].message + loaded.problems[0].hint


@pytest.mark.parametrize(
    ("entry", "code", "words"),
    [
        ("criteria: [2.2.11]", "unknown-criterion", "Có phải là “2.2.1”?"),
        ('criteria: ["1"]', "unknown-criterion", "Gần nhất: “1.1” (Thực hiện kế hoạch CCHC)"),
        ("criteria_proposed: [9.9.9]", "unknown-criterion", "Ghi mã một tiêu chí"),
    ],
)
def test_a_task_that_names_an_unknown_criterion_is_an_error_at_its_line(
    tmp_path: Path, entry: str, code: str, words: str
) -> None:
    text = (ROOT / "plans" / "hung-yen-2024.yaml").read_text(encoding="utf-8")
    file = tmp_path / "plan.yaml"
    file.write_text(text.replace("criteria_proposed: [2.2.1]", entry, 1), encoding="utf-8")
    loaded = load_workspace(file, CONFIG)
    found = [problem for problem in loaded.problems if problem.code == code]
    assert loaded.value is None
    assert found[0].file == str(file)
    assert found[0].line == text[: text.index("    - no: 8\n")].count("\n") + 1
    assert words in found[0].message + found[0].hint


def test_the_shipped_links_are_proposals_and_nothing_else() -> None:
    for name in ("hung-yen-2023", "hung-yen-2024"):
        plan = load_workspace(ROOT / "plans" / f"{name}.yaml", CONFIG).require().plan
        assert not any(task.criteria for task in plan.tasks)
        assert sum(bool(task.criteria_proposed) for task in plan.tasks) > 20
