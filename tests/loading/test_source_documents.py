"""Hà Tĩnh 2024 and Nam Định, Sở Xây dựng 2024: word for word, every name resolved, every doubt said."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dondoc.cli.plan import plan_app
from dondoc.domain.directory import Agency
from dondoc.domain.plan import Lead
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_directory, load_workspace

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
HA_TINH, NAM_DINH = "ha-tinh-2024", "nam-dinh-so-xay-dung-2024"
SIZES = {HA_TINH: (79, 26, 7, 9), NAM_DINH: (43, 17, 1, 9)}
"""Tasks, targets, duties and sections of each document."""

both = pytest.mark.parametrize("plan_id", SIZES)


def file(plan_id: str) -> Path:
    return ROOT / "plans" / f"{plan_id}.yaml"


@cache
def data(plan_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "tests" / "data" / f"{plan_id}.json").read_text(encoding="utf-8"))
    return found


@cache
def workspace(plan_id: str) -> Workspace:
    return load_workspace(file(plan_id), CONFIG).require()


@cache
def command(verb: str, plan_id: str) -> Any:
    result = CliRunner().invoke(plan_app, [verb, str(file(plan_id)), "--json", "--config", str(CONFIG)])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def task_contract(task: dict[str, Any]) -> dict[str, Any]:
    """One task of a data file in the contract's words (DESIGN §5): goal → objective, task → activity."""
    return {
        "id": task.get("id") or f"{task['section']}.{task['no']}",
        "no": task.get("no"),
        "section": task["section"],
        "objective_code": task.get("goal_code"),
        "objective": task.get("goal"),
        "code": task.get("task_code"),
        "activity": task.get("task") or task["activity"],
        "activities": task.get("activities", []),
        "products": task["products"],
        "leads": task["leads"],
        "lead_raw": task["lead_raw"],
        "coordinates": task["coordinates"],
        "coordinate_raw": task["coordinate_raw"],
        "deadline": task["deadline_raw"],
        "clauses": task["deadline"],
        "budget_raw": task["budget_raw"],
    }


def duty_contract(duty: dict[str, Any]) -> dict[str, Any]:
    """One reporting duty of a data file in the contract's words; what the document does not say is None."""
    return {
        **{key: duty.get(key) for key in ("who", "what", "to", "source", "text")},
        "deadline": duty["deadline_raw"],
        "clauses": duty["deadline"],
    }


@both
def test_plan_show_equals_the_data_cell_by_cell(plan_id: str) -> None:
    shown, source = command("show", plan_id), data(plan_id)
    assert (shown["plan_id"], shown["year"]) == (source["plan_id"], source["year"])
    for got, task in zip(shown["tasks"], source["tasks"], strict=True):
        assert got == task_contract(task)
    assert shown["targets"] == source["targets"]
    assert shown["reporting_duties"] == [duty_contract(duty) for duty in source["reporting_duties"]]


@both
def test_the_whole_document_is_there(plan_id: str) -> None:
    shown, plan = command("show", plan_id), workspace(plan_id).plan
    found = (len(shown["tasks"]), len(shown["targets"]), len(shown["reporting_duties"]), len(plan.sections))
    assert found == SIZES[plan_id]
    assert [{"no": s.no, "title": s.title} for s in plan.sections] == data(plan_id)["sections"]


@both
def test_plan_check_has_no_error_and_says_what_a_person_must_confirm(plan_id: str) -> None:
    problems = command("check", plan_id)
    codes = {"number-missing", "date-missing", "doubtful"}
    codes |= {"empty-group", "unknown-coordinating"} if plan_id == HA_TINH else set()
    assert {problem["code"] for problem in problems} == codes
    assert not [problem for problem in problems if problem["severity"] == "error"]


def bodies(work: Workspace, lead: Lead) -> tuple[Agency, ...]:
    if not lead.is_group:
        return (work.directory.by_id[lead.ref],)
    return work.directory.members(work.directory.groups_by_id[lead.ref], work.plan.starts_on)


@both
def test_every_lead_exists_all_year_and_can_be_written_to(plan_id: str) -> None:
    work = workspace(plan_id)
    for task in work.plan.tasks:
        assert task.parts
        for lead in (lead for part in task.parts for lead in part.leads):
            found = bodies(work, lead)
            assert found or lead.ref == "co-quan-trung-uong", (task.id, lead)
            assert all(body.is_valid(work.plan.starts_on) and body.is_valid(work.plan.ends_on) for body in found)
            assert all(work.directory.recipient(body.id, role) for body in found for role in ("focal", "head"))


def test_one_id_is_one_body_in_a_whole_installation() -> None:
    """A digest is one per agency id and day: two bodies with one id would read each other's work."""
    owners: dict[str, set[str | None]] = {}
    for path in sorted((CONFIG / "agencies").glob("*.yaml")):
        for agency in load_directory(path).require().agencies:
            mailboxes = owners.setdefault(agency.id, set())
            mailboxes |= {contact.email for contact in agency.contacts if contact.role == "focal"}
    assert {id: found for id, found in owners.items() if len(found) > 1} == {}


@both
def test_no_address_outside_the_reserved_name(plan_id: str) -> None:
    for agency in workspace(plan_id).directory.agencies:
        assert all((contact.email or "").endswith(".example") for contact in agency.contacts)
        assert all((contact.name, contact.phone, contact.zalo_user_id) == (None,) * 3 for contact in agency.contacts)


def test_conditional_leads_of_ha_tinh() -> None:
    found = {
        (task.id, lead.ref): lead.condition
        for task in workspace(HA_TINH).plan.tasks
        for part in task.parts
        for lead in part.leads
        if lead.condition is not None
    }
    assert found == {
        ("I.2.12", "cac-co-quan"): "là thành viên Đoàn kiểm tra CCHC tỉnh",
        ("I.2.13", "cac-co-quan"): "có thành viên trong Hội đồng thẩm định CCHC tỉnh",
        ("II.2.1/b", "cac-so-ban-nganh"): "có liên quan",
        ("III.2.12", "cac-co-quan"): "có thành viên trong Tổ công tác",
        ("VII.A.2.12", "cac-co-quan"): "liên quan",
        ("VII.B.2.1", "cac-co-quan"): "áp dụng hệ thống TCVN ISO 9001:2015",
        ("BC.4", "co-quan-trung-uong"): "do Sở Nội vụ xác định",
        ("BC.6", "co-quan-trung-uong"): "do Sở Nội vụ xác định",
    }


def test_a_labelled_lead_cell_gives_each_its_own_part() -> None:
    models, ideas = workspace(HA_TINH).plan.by_id["I.2.9"].parts
    assert (models.label, [lead.ref for lead in models.leads]) == ("nhân rộng mô hình hay", ["so-noi-vu-ha-tinh"])
    assert (ideas.label, [lead.ref for lead in ideas.leads]) == (
        "áp dụng các sáng kiến CCHC",
        ["so-khoa-hoc-va-cong-nghe-ha-tinh"],
    )


def test_the_directory_of_ha_tinh() -> None:
    agencies = workspace(HA_TINH).directory.agencies
    count = {kind: sum(agency.kind == kind for agency in agencies) for kind in {agency.kind for agency in agencies}}
    assert count == {
        "people_committee": 1, "office": 1, "department": 18, "centre": 2, "press": 2, "district": 13,
        "commune_group": 13,
    }  # fmt: skip
    assert sum(agency.members or 0 for agency in agencies) == 216


def test_inside_a_department_the_office_follows_and_the_board_judges_the_office() -> None:
    work = workspace(NAM_DINH)
    assert (work.plan.supervisor, work.plan.leader) == (
        "van-phong-so-xay-dung-nam-dinh",
        "giam-doc-so-xay-dung-nam-dinh",
    )
    assert (work.regime.id, work.regime.own_tasks_reviewer) == (
        "so-xay-dung-nam-dinh",
        "ban-giam-doc-so-xay-dung-nam-dinh",
    )
    assert [period.due for period in work.regime.periodic] == [(3, 15), (6, 15), (9, 15), (12, 15)]
    # What the entry leaves unsaid is as in the regime written out above it.
    assert work.regime.correction_days == workspace(HA_TINH).regime.correction_days


def test_every_doubt_about_a_task_of_nam_dinh_is_a_note() -> None:
    noted = {task.no for task in workspace(NAM_DINH).plan.tasks if task.note and not task.is_duty}
    assert {6, 11, 18, 29, 34, 35, 37} <= noted
    collective = {t.no for t in workspace(NAM_DINH).plan.tasks if any(name.startswith("Các ") for name in t.lead_names)}
    assert collective == {3, 4, 20, 30, 33} <= noted
