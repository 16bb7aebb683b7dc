"""Work by cases in the periodic report: three numbers in place of the question, added up so that none counts twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
from office import AWAITING, JUSTICE, PLAN_ID, Office, open_office, small
from sqlalchemy import event
from test_periodic import H1, Q1, filled, line, send, sheet_of, told
from typer.testing import CliRunner

from dondoc.cli.event_cases import cases
from dondoc.domain.events import Event
from dondoc.domain.workspace import Workspace
from dondoc.errors import Refused
from dondoc.services import case_counts, events, reviewing, worklist
from dondoc.services.books import books
from dondoc.services.event_choices import Choice
from dondoc.services.replies import NotAllowed
from dondoc.store.report_lines import ReportLine

CASES = "II.2.21"


def counted() -> Workspace:
    """The small plan, its waiting task as work by cases."""
    tasks = tuple(replace(one, cases="counted") if one.id == CASES else one for one in small().plan.tasks)
    return replace(small(), plan=replace(small().plan, tasks=tasks))


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The office on Friday 15/3/2024, two days before the first report is due."""
    with open_office(database_url, tmp_path / "home", counted(), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 15))
        yield opened


def lines(office: Office, key: str = Q1, **numbers: object) -> tuple[ReportLine, ...]:
    """Every line filled in, the cases with these numbers."""
    found = sheet_of(office, key)
    return tuple(line(found, one.line, **numbers) if one.kind == "cases" else one for one in filled(found))


def numbers(office: Office) -> dict[str, object]:
    return case_counts.to_json(case_counts.table(office.app, PLAN_ID, office.moment))


def test_three_numbers_take_the_place_of_the_question(office: Office) -> None:
    assert sheet_of(office).by_id[AWAITING].kind == "cases"
    sent = send(office, lines(office, received=5, on_time=3, late=1, text="Một vụ phức tạp"))
    words = "Nhận 5 vụ việc: giải quyết đúng hạn 3, quá hạn 1, đang giải quyết 1. Một vụ phức tạp"
    assert [(a.kind, a.note) for a in office.case(AWAITING).answers] == [("progress", words)]
    assert [one.words for one in told(office, sent.number).lines if one.kind == "cases"] == [words]
    with office.app.sessions() as session:  # that cases came is no event that waits to be recorded
        assert worklist.happened(session, books(office.app, session)) == ()
    with pytest.raises(NotAllowed, match="số vụ việc được báo cáo trong báo cáo định kỳ"):
        office.submit(AWAITING, kind="progress", note="đã xảy ra")


@pytest.mark.parametrize(("said", "wrong"), [
    ({}, ["received", "on_time", "late"]),  # "0" must be said
    ({"received": 0, "on_time": 0, "late": 0}, []),
    ({"received": 4, "on_time": -1, "late": 0}, ["on_time"]),
    ({"received": 1_000_000, "on_time": 0, "late": 0}, ["received"]),
    ({"received": 4, "on_time": 3, "late": 2}, ["received"]),
    ({"received": 4, "on_time": 2, "late": 2, "text": "x" * 4_001}, ["text"]),
])  # fmt: skip
def test_numbers_that_cannot_be(office: Office, said: dict[str, object], wrong: list[str]) -> None:
    try:
        send(office, lines(office, **said))
        found: list[str] = []
    except NotAllowed as refused:
        found = [one.field for one in refused.objections if one.obligation_id == AWAITING]
    assert found == wrong


def test_the_register_is_a_hint_and_changed_numbers_are_marked(office: Office) -> None:
    for day, subject in ((date(2024, 3, 14), "Hồ sơ A"), (date(2024, 3, 14), "Hồ sơ B"), (date(2024, 3, 15), "Kỳ sau")):
        events.record(
            office.app, Event("request", day, subject), (Choice(CASES),), by="kiểm thử", now=office.moment
        )  # fmt: skip
    assert sheet_of(office).by_id[AWAITING].recorded == 2
    send(office, lines(office, received=2, on_time=2, late=0))
    office.set(date(2024, 6, 14))
    sent = send(office, lines(office, H1, received=6, on_time=5, late=0), key=H1, form="sáu tháng")
    changes = {one.id: (one.change, one.before) for one in told(office, sent.number).lines}
    before = "Nhận 2 vụ việc: giải quyết đúng hạn 2, quá hạn 0, đang giải quyết 0."
    assert changes[AWAITING] == ("changed", before)
    assert numbers(office)["total"] == {"received": 6, "on_time": 5, "late": 0, "pending": 1}


def test_totals_follow_what_was_decided_and_cost_the_same_for_many_reports(office: Office) -> None:
    seen: list[str] = []
    event.listen(office.app.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def cost() -> int:
        seen.clear()
        numbers(office)
        return len(seen)

    empty = cost()
    send(office, lines(office, received=2, on_time=1, late=1))
    assert (numbers(office)["total"], cost()) == ({"received": 2, "on_time": 1, "late": 1, "pending": 0}, empty)
    (task,) = numbers(office)["tasks"]  # type: ignore[misc]
    assert json.dumps(task["agencies"][0]["periods"], ensure_ascii=False) == json.dumps(
        [{"period": "2024-Q1", "name": "quý I", "received": 2, "on_time": 1, "late": 1, "pending": 0, "adds_up": True}],
        ensure_ascii=False,
    )
    reviewing.return_(office.app, Q1, by="so-noi-vu", now=office.set(date(2024, 3, 18)), reason="Xem lại số vụ việc")
    assert numbers(office)["total"] == {"received": 0, "on_time": 0, "late": 0, "pending": 0}
    assert JUSTICE.startswith("so-tu-phap") and "Sở Tư pháp" in numbers(office)["tasks"][0]["silent"]  # type: ignore[index]


def test_the_command_for_people_and_machines(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    send(office, lines(office, received=2, on_time=1, late=1))
    monkeypatch.setattr("dondoc.cli.event_cases.open_app", lambda: nullcontext(office.app))
    command = typer.Typer()
    command.command()(cases)
    machine = CliRunner().invoke(command, ["--plan", PLAN_ID, "--task", CASES, "--json"])
    assert json.loads(machine.stdout) == numbers(office)
    people = CliRunner().invoke(command, ["--plan", PLAN_ID], env={"COLUMNS": "200"})
    assert "Cả kế hoạch: Nhận 2 vụ việc: giải quyết đúng hạn 1, quá hạn 1, đang giải quyết 0." in people.stdout
    with pytest.raises(Refused, match="không theo vụ việc"):
        case_counts.table(office.app, PLAN_ID, office.moment, "I.2.5")
