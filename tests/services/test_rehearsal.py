"""The rehearsed year of Hưng Yên 2024: the same on every run, humane, and by the JSON contract."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from town import ROOT, shipped

from dondoc.domain.obligations import expand
from dondoc.domain.policy import NOTICE_KINDS
from dondoc.domain.simulate import Report, Simulation
from dondoc.domain.workspace import Workspace
from dondoc.errors import ProblemsFound
from dondoc.services import simulating

GOLDEN = ROOT / "tests" / "golden" / "hung-yen-2024-year.json"
NOTICE_FIELDS = frozenset(
    [
        "id",
        "date",
        "obligation",
        "task",
        "agency",
        "occurrence",
        "kind",
        "due",
        "channel",
        "recipient",
        "message",
        "reason",
    ]
)


@cache
def workspace() -> Workspace:
    return shipped()


def answers_in_time() -> tuple[Report, ...]:
    """Everybody reports done four working days before the due day, or on the day after the opening."""
    calendar = workspace().calendar
    owed = expand(simulating.world_of(workspace()).scope)
    return tuple(
        Report(max(calendar.add(o.due_on, -4), o.opens_on), o.task_id, o.agency, "done", o.period)
        for o in owed
        if o.due_on is not None and o.kind != "unassigned"
    )


@cache
def silent_year() -> Simulation:
    return simulating.rehearse(workspace())


@cache
def good_year() -> Simulation:
    return simulating.rehearse(workspace(), answers_in_time())


def message_days(simulation: Simulation) -> Counter[tuple[str, int]]:
    """Days with a message, by recipient and quarter."""
    days = {(d.recipient.id, d.day) for d in simulation.drafts}
    return Counter((recipient, (day.month + 2) // 3) for recipient, day in days)


def summary() -> dict[str, object]:
    owed = [c.obligation for c in silent_year().cases.values() if c.obligation.kind in ("task", "periodic_report")]
    return {
        "obligations": len(owed),
        "most_for_one_agency": max(Counter(o.agency for o in owed).values()),
        "nobody_answers": simulating.to_json(workspace(), silent_year())["summary"],
        "all_in_time": simulating.to_json(workspace(), good_year())["summary"],
        "most_message_days_a_quarter_all_in_time": max(message_days(good_year()).values()),
    }


def test_the_year_is_the_golden_year() -> None:
    found = json.loads(json.dumps(summary()))
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_the_year_is_humane() -> None:
    found = summary()
    assert 330 <= found["obligations"] <= 390  # type: ignore[operator]
    assert found["most_for_one_agency"] <= 36  # type: ignore[operator]
    departments = {a.id for a in workspace().directory.agencies if a.kind in ("department", "office", "district")}
    days = {key: n for key, n in message_days(good_year()).items() if key[0].split("/")[0] in departments}
    assert max(days.values()) <= 10


def test_two_runs_are_identical() -> None:
    again = simulating.to_json(workspace(), simulating.rehearse(shipped()))
    assert json.dumps(again) == json.dumps(simulating.to_json(workspace(), silent_year()))


def test_nothing_about_lateness_goes_to_others_without_being_held() -> None:
    for draft in silent_year().drafts:
        if draft.recipient.contact.role == "head":
            assert draft.is_held, draft.key


def test_the_json_keeps_the_contract() -> None:
    found = simulating.to_json(workspace(), silent_year())
    assert set(found) == {"plan_id", "from", "to", "notices", "messages", "summary"}
    assert (found["plan_id"], found["from"], found["to"]) == ("hung-yen-2024", "2024-01-01", "2024-12-31")
    assert {frozenset(notice) for notice in found["notices"]} == {NOTICE_FIELDS}
    assert {notice["kind"] for notice in found["notices"]} <= set(NOTICE_KINDS)
    assert {m["status"] for m in found["messages"]} == {"sent", "held"}
    ids = {notice["id"] for notice in found["notices"]}
    assert all(set(m["notices"]) <= ids for m in found["messages"])
    assert len({m["id"] for m in found["messages"]}) == len(found["messages"])
    assert len({(m["recipient"], m["date"]) for m in found["messages"] if "/digest" in m["id"]}) == sum(
        "/digest" in m["id"] for m in found["messages"]
    )


def test_a_report_stops_the_ladder_and_a_return_lets_it_go_on(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    rows = [
        {"date": "2024-03-22", "task": "I.2.5", "agency": "Sở Tư pháp", "answer": "done", "review": "returned"},
        {"date": "2024-04-03", "task": "I.2.5", "agency": "so-tu-phap", "answer": "done"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    simulation = simulating.rehearse(workspace(), simulating.read_reports(file, workspace()))
    own = [(i.on, i.notice.rule) for i in simulation.issued if i.obligation.id.startswith("hung-yen-2024/I.2.5/")]
    # Due Sunday 31/3. Returned on 25/3 with three working days to correct; the ladder goes on after 28/3 and stops
    # with the second report.
    assert [(f"{on:%d/%m}", rule) for on, rule in own if on > date(2024, 3, 10)] == [
        ("21/03", "remind_7"), ("29/03", "remind_1"), ("01/04", "outlook"), ("02/04", "overdue"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "Không đọc được"),
        ('{"date": "2024-01-02", "task": "I.2.5", "agency": "Sở Không Có", "answer": "done"}', "Sở Không Có"),
        ('{"date": "2024-01-02", "task": "I.2.5", "agency": "so-tu-phap", "answer": "xong"}', "xong"),
        ('{"date": "2024-01-02", "agency": "so-tu-phap", "answer": "done"}', "task"),
        ('{"date": "32/01", "task": "I.2.5", "agency": "so-tu-phap", "answer": "done"}', "32/01"),
        ("[]", "Không đọc được"),
    ],
)
def test_a_wrong_line_of_answers_is_a_problem_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(ProblemsFound) as caught:
        simulating.read_reports(file, workspace())
    (problem,) = caught.value.problems
    assert problem.line == 2
    assert words in problem.message
