"""The plan of Hưng Yên 2023, which has no appendix: word for word, leads only where its own words give them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dondoc.cli.plan import plan_app
from dondoc.domain import codec
from dondoc.domain.obligations import Scope, expand
from dondoc.domain.shift import shift
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_workspace

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "plans" / "hung-yen-2023.yaml"
CONFIG = ROOT / "config"
DATA = json.loads((ROOT / "tests" / "data" / "hung-yen-2023.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load_workspace(FILE, CONFIG).require()


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    result = CliRunner().invoke(plan_app, ["show", str(FILE), "--json", "--config", str(CONFIG)])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def duty(data: dict[str, Any]) -> dict[str, Any]:
    """One reporting duty of the data file in the contract's words."""
    rest = {key: data[key] for key in data if key not in ("deadline", "deadline_raw")}
    return {**rest, "deadline": data["deadline_raw"], "clauses": data["deadline"]}


def test_plan_show_equals_the_data_cell_by_cell(shown: dict[str, Any]) -> None:
    assert (shown["plan_id"], shown["year"]) == (DATA["plan_id"], DATA["year"])
    titles = {section.no: section.title for section in load_workspace(FILE, CONFIG).require().plan.sections}
    got = [{"id": t["id"], "group": titles[t["section"]], "text": t["activity"]} for t in shown["tasks"]]
    assert got == DATA["tasks"]
    for key in ("targets", "overall_targets", "responsibilities", "responsibility_intros"):
        own = [{k: v for k, v in entry.items() if k != "group" or v is not None} for entry in shown[key]]
        assert own == DATA[key], key
    assert shown["reporting_duties"] == [duty(one) for one in DATA["reporting_duties"]]
    # The document has no cells for these: nothing is made up.
    assert {(t["lead_raw"], t["deadline"], t["coordinate_raw"], t["budget_raw"]) for t in shown["tasks"]} == {
        ("", "", "", None)
    }


def test_plan_check_finds_no_error_and_says_from_where_the_leads_are(shown: dict[str, Any]) -> None:
    result = CliRunner().invoke(plan_app, ["check", str(FILE), "--json", "--config", str(CONFIG)])
    assert result.exit_code == 0
    codes = Counter(problem["code"] for problem in json.loads(result.stdout))
    # The calendar of 2022 would only be needed for steps before January 2023.
    assert codes == {
        "number-missing": 1,
        "date-missing": 1,
        "lead-from-responsibility": 6,
        "calendar-missing": 1,
        "proposed-links": 2,
    }


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ('responsibility: "4.a"', 'responsibility: "4.aa"', "unknown-responsibility", "Có phải là “4.a”?"),
        ("as: ubnd-cap-huyen}", "as: ubnd-huyen}", "unknown-agency", "không có mã “ubnd-huyen”"),
    ],
)
def test_a_link_to_what_the_document_does_not_say_is_an_error_at_its_line(
    tmp_path: Path, old: str, new: str, code: str, words: str
) -> None:
    text = FILE.read_text(encoding="utf-8")
    file = tmp_path / FILE.name
    file.write_text(text.replace(old, new), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    found = [p for p in load_workspace(file, CONFIG).problems if (p.severity, p.line, p.code) == ("error", line, code)]
    assert words in f"{found[0].message} {found[0].hint}"


def test_leads_are_those_whom_the_documents_words_make_answerable(workspace: Workspace) -> None:
    words = {one["code"]: one for one in DATA["responsibilities"]}
    phrases = {
        "1": ("5", "cải cách thể chế"),
        "2": ("4.a", "cải cách TTHC"),
        "3": ("3.d", "cải cách tổ chức bộ máy hành chính nhà nước"),
        "4": ("3.d", "cải cách chế độ công vụ"),
        "5": ("6.a", "cải cách tài chính công"),
        "6": ("7", "xây dựng chính quyền điện tử, chính quyền số"),
    }
    for task in (task for task in workspace.plan.tasks if not task.is_duty):
        code, phrase = phrases[task.section]
        assert f"kết quả thực hiện các mục tiêu, nhiệm vụ{':' if code == '3.d' else ''}" in words[code]["text"]
        assert phrase in words[code]["text"]
        assert task.lead_names == (words[code]["agency"],)
        assert task.lead_words == words[code]["agency"]


def test_tasks_without_a_deadline_are_lines_of_the_periodic_reports_that_all_named_bodies_owe(
    workspace: Workspace,
) -> None:
    w = workspace
    owed = expand(Scope(w.plan, w.directory, w.calendar, w.regime, w.ladder.id, {}))
    # Duties beside the 44 tasks: two ongoing summaries of Sở Nội vụ; ad hoc reports wait until somebody asks for them.
    assert Counter(o.kind for o in owed) == {"ongoing": 46, "awaiting": 56, "unassigned": 1, "periodic_report": 116}
    assert {o.task_id for o in owed if o.kind == "awaiting"} == {"BC.1", "BC.3", "BC.6"}
    reporting = {o.agency for o in owed if o.kind == "periodic_report"}
    # 17 departments, 10 districts, the radio (III.2.e), and the office of the committee, which leads section 2.
    assert len(reporting) == 29
    assert {"ubnd-huyen-van-lam", "so-y-te", "van-phong-ubnd-tinh"} <= reporting
    assert "ubnd-tinh" not in reporting


def test_the_plan_survives_the_store_and_the_demo_shift(workspace: Workspace) -> None:
    plan = workspace.plan
    assert codec.plan_from_json(json.loads(json.dumps(codec.plan_to_json(plan)))) == plan
    assert [t["code"] for t in shift(workspace, 2026).plan.overall_targets] == ["II"]
