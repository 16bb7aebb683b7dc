"""The plan of Hưng Yên 2024: word for word, every name resolved, every decision of a person where it belongs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dondoc.cli.plan import plan_app
from dondoc.domain.clauses import Every, Ongoing, Within
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_workspace

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "plans" / "hung-yen-2024.yaml"
CONFIG = ROOT / "config"
DATA = json.loads((ROOT / "tests" / "data" / "hung-yen-2024.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load_workspace(FILE, CONFIG).require()


def contract(task: dict[str, Any]) -> dict[str, Any]:
    """One task of the data file in the contract's words (DESIGN §5)."""
    return {
        **{key: task[key] for key in task if key not in ("deadline", "deadline_raw")},
        "id": f"{task['section']}.{task['code']}",
        "deadline": task["deadline_raw"],
        "clauses": task["deadline"],
        "activities": [],
        "budget_raw": None,
    }


def test_plan_show_equals_the_data_cell_by_cell() -> None:
    result = CliRunner().invoke(plan_app, ["show", str(FILE), "--json", "--config", str(CONFIG)])
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert (shown["plan_id"], shown["year"]) == ("hung-yen-2024", 2024)
    assert len(shown["tasks"]) == 130
    for got, task in zip(shown["tasks"], DATA["tasks"], strict=True):
        assert got == contract(task)
    assert (shown["targets"], shown["reporting_duties"]) == ([], [])


def test_sections_are_the_documents(workspace: Workspace) -> None:
    assert [{"no": s.no, "title": s.title} for s in workspace.plan.sections] == DATA["sections"]


def test_plan_check_finds_no_error_and_asks_what_is_open() -> None:
    result = CliRunner().invoke(plan_app, ["check", str(FILE), "--json", "--config", str(CONFIG)])
    assert result.exit_code == 0
    problems = json.loads(result.stdout)
    assert all(set(p) == {"file", "line", "severity", "code", "message", "hint"} for p in problems)
    assert {p["code"] for p in problems} == {
        "number-missing", "date-missing", "doubtful", "unknown-coordinating", "proposed-links",
    }  # fmt: skip
    assert not [p for p in problems if p["severity"] == "error"]


def test_plan_check_for_people_shows_how_deadlines_were_understood() -> None:
    result = CliRunner().invoke(plan_app, ["check", str(FILE), "--config", str(CONFIG)], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for words in ("Muộn nhất là ngày 31/01/2024", "chậm nhất ngày 31/01/2024", "130 nhiệm vụ, 7 lĩnh vực", "0 lỗi"):
        assert words in result.stdout


def test_plan_check_ends_with_1_on_an_error_and_says_all_of_it_on_stdout() -> None:
    broken = ROOT / "tests" / "broken" / "plans" / "several-mistakes.yaml"
    result = CliRunner().invoke(plan_app, ["check", str(broken), str(FILE), "--json", "--config", str(CONFIG)])
    assert result.exit_code == 1
    errors = [p for p in json.loads(result.stdout) if p["severity"] == "error"]
    assert {p["file"] for p in errors} == {str(broken)}
    assert len(errors) == 5


CONDITIONAL = {
    "II.2.19": "được giao chủ trì soạn thảo các dự thảo văn bản QPPL có quy định về TTHC",
    "II.2.24": "được trao quyền tiếp nhận, giải quyết TTHC",
    "II.2.40": "được giao chủ trì rà soát, đánh giá TTHC",
    "II.2.41": "được UBND tỉnh giao nhiệm vụ chủ trì xây dựng",
    "II.2.44": "được trao quyền tiếp nhận, giải quyết TTHC trên địa bàn tỉnh",
    "III.2.55": "có liên quan",
    "III.2.70": "có liên quan",
    "III.2.71": "có liên quan",
    "III.2.72": "có liên quan",
    "III.2.73": "có liên quan",
    "III.2.74": "có liên quan",
    "III.2.75": "có liên quan",
    "V.2.103": "có đơn vị SNCL trực thuộc",
    "VI.2.108": "được giao quản lý, vận hành các HTTT dùng chung của tỉnh",
}


def test_conditional_leads_carry_their_condition(workspace: Workspace) -> None:
    found = {
        task.id: lead.condition
        for task in workspace.plan.tasks
        for part in task.parts
        for lead in part.leads
        if lead.condition is not None
    }
    assert found == CONDITIONAL


def test_every_lead_is_a_body_of_2024_that_can_be_written_to(workspace: Workspace) -> None:
    directory, plan = workspace.directory, workspace.plan
    for task in plan.tasks:
        assert task.parts
        for lead in (lead for part in task.parts for lead in part.leads):
            if lead.is_group:
                bodies = directory.members(directory.groups_by_id[lead.ref], plan.starts_on)
            else:
                bodies = (directory.by_id[lead.ref],)
            assert bodies, lead
            assert all(body.is_valid(plan.starts_on) and body.is_valid(plan.ends_on) for body in bodies)
            assert all(directory.recipient(body.id, role) for body in bodies for role in ("focal", "head"))


def test_only_the_office_publishes_what_everybody_follows(workspace: Workspace) -> None:
    follow, publish = workspace.plan.by_id["II.2.32"].parts
    assert [lead.ref for lead in follow.leads] == ["cac-so-ban-nganh", "ubnd-cap-huyen", "ubnd-cap-xa"]
    assert [type(clause) for clause in follow.clauses] == [Ongoing]
    assert [lead.ref for lead in publish.leads] == ["van-phong-ubnd-tinh"]
    assert [type(clause) for clause in publish.clauses] == [Every]
    assert (follow.key, publish.key) == ("theo-doi", "cong-bo-cong-khai")


def test_one_lead_owes_both_labelled_halves(workspace: Workspace) -> None:
    estimate, settlement = workspace.plan.by_id["V.2.104"].parts
    assert (estimate.label, settlement.label) == ("dự toán", "Quyết toán")
    assert {lead.ref for part in (estimate, settlement) for lead in part.leads} == {"so-tai-chinh"}
    assert all(isinstance(clause, Within) for part in (estimate, settlement) for clause in part.clauses)


def test_the_supervisor_leads_33_and_the_lost_words_are_noted(workspace: Workspace) -> None:
    plan = workspace.plan
    assert sum("Sở Nội vụ" in task.lead_names for task in plan.tasks) == 33
    noted = {task.no for task in plan.tasks if task.note}
    assert {1, 69, 70, 75, 103, 106, 107} <= noted
    assert {task.no for task in plan.tasks if "ban, ngành" in task.lead_names} == {106, 107}


def test_no_address_outside_the_reserved_name(workspace: Workspace) -> None:
    for agency in workspace.directory.agencies:
        assert all((contact.email or "").endswith(".hungyen.example") for contact in agency.contacts)
        assert all(contact.zalo_user_id is None for contact in agency.contacts)


def test_the_directory_of_2024(workspace: Workspace) -> None:
    agencies = workspace.directory.agencies
    count = {kind: sum(agency.kind == kind for agency in agencies) for kind in {agency.kind for agency in agencies}}
    assert count == {
        "people_committee": 1, "office": 1, "department": 17, "press": 2, "district": 10, "commune_group": 10,
    }  # fmt: skip
    assert sum(agency.members or 0 for agency in agencies) == 161
