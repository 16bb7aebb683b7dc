"""Values are read as the words a person wrote, whatever other YAML readers would make of them."""

from __future__ import annotations

from pathlib import Path

from dondoc.domain.clauses import By, Offset
from dondoc.domain.plan import Plan
from dondoc.loading import Loaded, load_plan

ROOT = Path(__file__).resolve().parents[2]
HEAD = (ROOT / "tests" / "broken" / "plans" / "doubtful.yaml").read_text(encoding="utf-8").split("  - code:")[0]


def loaded(tmp_path: Path, tasks: str, head: str = HEAD) -> Loaded[Plan]:
    file = tmp_path / "plan.yaml"
    file.write_text(head + tasks, encoding="utf-8")
    return load_plan(file, ROOT / "config")


TASK = """\
  - code: 2.10
    activity: No
    lead: Sở Tư pháp; UBND cấp huyện có liên quan.
    deadline: Quý I/2024
"""


def test_a_code_is_not_a_number(tmp_path: Path) -> None:
    task = loaded(tmp_path, TASK).require().tasks[0]
    assert (task.id, task.code, task.activity, task.no) == ("I.2.10", "2.10", "No", None)


def test_a_cell_of_names_splits_at_semicolons_only(tmp_path: Path) -> None:
    task = loaded(tmp_path, TASK).require().tasks[0]
    assert task.lead_raw == "Sở Tư pháp; UBND cấp huyện có liên quan."
    assert task.lead_names == ("Sở Tư pháp", "UBND cấp huyện có liên quan")
    assert [(lead.ref, lead.condition) for lead in task.parts[0].leads] == [
        ("so-tu-phap", None),
        ("ubnd-cap-huyen", "có liên quan"),
    ]


def test_days_are_written_either_way(tmp_path: Path) -> None:
    either = [HEAD, HEAD.replace("2023-12-29", "29/12/2023")]
    days = {loaded(tmp_path, TASK, head).require().citation.issued_on for head in either}
    assert len(days) == 1


def test_what_a_person_decided_stands_over_the_words(tmp_path: Path) -> None:
    decided = TASK.replace("deadline: Quý I/2024", "deadline: Khi nào xong thì xong") + (
        "    clauses:\n"
        "    - {type: by, date: 2024-06-30}\n"
        "    - {type: offset, amount: 5, unit: working_day, from: có văn bản, immediate: true}\n"
        "    respond_within: 5\n    absorb: false\n    occurrences: each\n    criteria: [1.2.1]\n"
    )
    task = loaded(tmp_path, decided).require().tasks[0]
    assert [type(clause) for clause in task.clauses] == [By, Offset]
    assert task.clauses[1].immediate
    assert task.deadline == "Khi nào xong thì xong"
    assert (task.respond_within, task.absorb, task.occurrences, task.criteria) == (5, False, "each", ("1.2.1",))


def test_a_lead_that_a_person_decided(tmp_path: Path) -> None:
    decided = TASK + "    leads:\n    - {name: Nhóm lạ, as: cac-so-ban-nganh, condition: được chọn}\n"
    task = loaded(tmp_path, decided).require().tasks[0]
    lead = task.parts[0].leads[0]
    assert (lead.name, lead.ref, lead.is_group, lead.condition) == ("Nhóm lạ", "cac-so-ban-nganh", True, "được chọn")


def test_tasks_in_a_flat_list_targets_and_duties(tmp_path: Path) -> None:
    text = HEAD.replace("  tasks:\n", "") + (
        "tasks:\n- id: I.2.1\n  section: I\n  objective: Mục tiêu\n  activity: Việc\n  lead: Sở Y tế\n  deadline:\n"
        "  activities:\n  - {code: 3.1, text: Bước một}\n"
        "targets:\n- code: 1.1\n  text: 100% cơ quan\n  measures:\n"
        "  - {what: cơ quan, comparator: '>=', value: 99.5, unit: '%'}\n"
        "reporting_duties:\n- {who: Sở Y tế, what: kế hoạch, to: UBND tỉnh, deadline: trước ngày 15/01/2024}\n"
    )
    plan = loaded(tmp_path, "", text).require()
    task = plan.tasks[0]
    assert (task.id, task.objective, task.deadline, task.clauses) == ("I.2.1", "Mục tiêu", "", ())
    assert task.activities == ({"code": "3.1", "text": "Bước một"},)
    assert plan.targets[0]["measures"] == [{"what": "cơ quan", "comparator": ">=", "value": 99.5, "unit": "%"}]
    assert plan.reporting_duties[0]["clauses"] == [{"type": "by", "date": "2024-01-14"}]
    duty = plan.tasks[1]
    assert (duty.id, duty.activity, duty.is_duty) == ("BC.1", "Kế hoạch, gửi UBND tỉnh", True)
    assert [lead.ref for lead in duty.parts[0].leads] == ["so-y-te"]
