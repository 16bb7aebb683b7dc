"""Who leaves the question of what a task waits for unanswered: report after report, by tables of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from core_world import FINANCE, HEALTH, JUSTICE, REGIME, answer, day, owed, task, world

from dondoc.domain.cases import Case, Fired, Waiver
from dondoc.domain.clauses import Upon
from dondoc.domain.moments import at
from dondoc.domain.policy import WAITING_SILENT
from dondoc.domain.silence import is_still_silent, passed_reports, silent_reports, silent_tasks

WAITS = Upon(event="có hướng dẫn của bộ", relation="when")
WORLD = world(
    task("I.1", WAITS, leads=[JUSTICE, FINANCE, HEALTH]), task("I.2", WAITS, leads=[FINANCE]), regime=REGIME
)  # fmt: skip
CASES = {key: Case(o) for key, o in owed(WORLD).items() if o.kind == "awaiting"}
CASE = CASES[f"I.1/-/cho-1/{JUSTICE}"]
NEVER = date.min


def silent(on: str, *answered: str, since: date = NEVER) -> list[str]:
    """Which reports in a row are silent on that day, of a case answered on those days."""
    case = replace(CASE, answers=tuple(answer(one, "not_happened") for one in answered))
    return [report.key for report in silent_reports(case, passed_reports(WORLD.scope, day(on)), since)]


@pytest.mark.parametrize(("on", "answered", "expected"), [
    # The reports are due on 17/3 (a Sunday, so late after the 18th), 17/6, 17/9 and 17/12.
    ("18/3/2024", [], []),
    ("19/3/2024", [], ["2024-Q1"]),
    ("17/9/2024", [], ["2024-Q1", "2024-H1"]),
    ("18/9/2024", [], ["2024-Q1", "2024-H1", "2024-Q3"]),
    ("18/12/2024", [], ["2024-Q1", "2024-H1", "2024-Q3", "2024-Y"]),
    ("18/9/2024", ["18/3/2024"], ["2024-H1", "2024-Q3"]),  # the last day in time
    ("18/12/2024", ["18/3/2024"], ["2024-H1", "2024-Q3", "2024-Y"]),
    ("18/12/2024", ["19/3/2024"], ["2024-Q3", "2024-Y"]),  # an answer of the second report's time
    ("18/9/2024", ["16/9/2024"], []),
    ("20/9/2024", ["19/9/2024"], []),  # late, and still an answer
    ("18/12/2024", ["19/9/2024"], []),  # and within the time of the next one
    ("18/12/2024", ["2/1/2024", "17/6/2024"], ["2024-Q3", "2024-Y"]),
])  # fmt: skip
def test_the_last_reports_in_a_row_without_an_answer(on: str, answered: list[str], expected: list[str]) -> None:
    assert silent(on, *answered) == expected


@pytest.mark.parametrize(("since", "expected"), [
    ("14/3/2024", ["2024-Q1", "2024-H1", "2024-Q3"]),  # waiting when the data of the first one closed
    ("15/3/2024", ["2024-H1", "2024-Q3"]),
    ("20/9/2024", []),
])  # fmt: skip
def test_a_report_asks_only_what_waited_when_its_data_closed(since: str, expected: list[str]) -> None:
    assert silent("18/9/2024", since=day(since)) == expected


def test_one_line_a_task_counts_who_is_silent_and_since_when() -> None:
    finance = replace(CASES[f"I.1/-/cho-1/{FINANCE}"], answers=(answer("11/3/2024", "progress"),))
    health = replace(CASES[f"I.1/-/cho-1/{HEALTH}"], answers=(answer("1/12/2024", "not_happened"),))
    other = replace(CASES[f"I.2/-/cho-1/{FINANCE}"], answers=(answer("1/7/2024", "not_happened"),))
    found = silent_tasks((finance, health, CASE, other), passed_reports(WORLD.scope, day("18/12/2024")), {})
    assert [(one.task_id, one.obligation.agency, one.agencies) for one in found] == [
        ("I.1", FINANCE, (FINANCE, JUSTICE))
    ]
    assert (found[0].reports, found[0].first.name, found[0].last.key, found[0].is_alike) == (
        3, "6 tháng đầu năm", "2024-Y", False,
    )  # fmt: skip
    assert found[0].questions == ("có hướng dẫn của bộ",)


def test_a_line_holds_until_it_is_answered_waived_or_no_longer_waits() -> None:
    said = replace(CASE, fired=(Fired(WAITING_SILENT, "2024-Q3", day("18/9/2024")),))
    assert is_still_silent(replace(said, answers=(answer("17/3/2024", "not_happened"),)), "2024-Q3")
    assert not is_still_silent(replace(said, answers=(answer("18/9/2024", "progress"),)), "2024-Q3")
    assert not is_still_silent(replace(said, waivers=(Waiver(at(day("18/9/2024"))),)), "2024-Q3")
    assert not is_still_silent(replace(said, obligation=replace(said.obligation, kind="task")), "2024-Q3")
