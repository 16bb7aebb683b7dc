"""What others wrote is shown as it is: brackets are no markup of Rich, on no terminal and in no help."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
import typer
from notice_desk import FIRST, JANUARY, PLAN, Desk, open_desk
from town import only, shipped
from typer.testing import CliRunner

from dondoc.cli.lazy import LazyGroup, group
from dondoc.domain.plan import Lead
from dondoc.domain.workspace import Workspace

ODD = "12/[/x]"
"""A closing tag that was never opened: as markup it is an error."""
RED = "[red]đỏ[/red] :fire:"


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        yield opened


def said(desk: Desk, *words: str) -> str:
    found = desk.command(*words)
    assert (found.code, found.err) == (0, ""), found
    return found.out


@pytest.mark.parametrize("number", [ODD, RED])
def test_a_document_number(desk: Desk, number: str) -> None:
    desk.apply(JANUARY)
    said(desk, "report", "submit", FIRST, "--answer", "done", "--number", number, "--date", "02/01/2024")
    assert number in said(desk, "report", "list")
    assert [row["document_number"] for row in json.loads(said(desk, "report", "list", "--json"))] == [number]


def odd_names() -> Workspace:
    """The plan with odd names of a section, an agency and a conditional lead."""
    made = only(shipped(), JANUARY)
    sections = tuple(replace(section, title=f"{section.title} {ODD} {RED}") for section in made.plan.sections)
    agencies = tuple(
        replace(agency, name=f"Văn phòng {ODD} {RED}") if agency.id == "van-phong-ubnd-tinh" else agency
        for agency in made.directory.agencies
    )
    chosen = Lead(f"đơn vị có liên quan {ODD} {RED}", made.directory.groups[0].id, True, "có liên quan")
    tasks = tuple(
        replace(task, parts=tuple(replace(part, leads=(*part.leads, chosen)) for part in task.parts))
        for task in made.plan.tasks
    )
    plan = replace(made.plan, sections=sections, tasks=tasks)
    return replace(made, plan=plan, directory=replace(made.directory, agencies=agencies))


def test_names_in_the_counts(desk: Desk) -> None:
    desk.town.apply(odd_names(), assign=False)
    shown = said(desk, "status")
    assert f"Văn phòng {ODD} {RED}" in shown
    assert f"{ODD} {RED}" in shown[shown.index("Theo lĩnh vực") :]


def test_a_conditional_lead(desk: Desk) -> None:
    desk.town.apply(odd_names(), assign=False)
    assert f"đơn vị có liên quan {ODD} {RED}" in said(desk, "lead", "list", PLAN)


def test_titles_of_a_plan_file(desk: Desk, tmp_path: Path) -> None:
    plan, config = tmp_path / "plan.yaml", Path("config").resolve()
    text = Path("plans/hung-yen-2024.yaml").read_text(encoding="utf-8")
    lines = [f'title: "{ODD} {RED}"' if line.startswith("title:") else line for line in text.splitlines()]
    plan.write_text("\n".join(lines), encoding="utf-8")
    assert f"Thời hạn được hiểu thế nào: {ODD} {RED}" in said(desk, "plan", "check", str(plan), "--config", str(config))


@pytest.mark.parametrize("day", ["99999999999999999999/1/2024", "hôm qua", "31/2/2024"])
@pytest.mark.parametrize(
    "words", [("status", "--at"), ("explain", "I.2.5", "--at"), ("plan", "apply", "x.yaml", "--live-from"),
              ("notice", "alarms", "--day")],
)  # fmt: skip
def test_what_is_no_day_is_a_usage_mistake_in_clear_words(desk: Desk, words: tuple[str, ...], day: str) -> None:
    found = desk.command(*words, day)
    assert (found.code, found.out) == (2, "")
    assert f"“{day}” không phải ngày" in found.err


def bracketed(number: Annotated[int, typer.Option(help="Số [1-9] của thư")] = 1) -> None:
    """Xem [các thư] đang giữ."""


def test_brackets_stay_in_the_help_of_a_command() -> None:
    sys.modules.setdefault("bracketed_command", sys.modules[__name__])

    class Own(LazyGroup):
        commands_at: ClassVar = {"see": ("bracketed_command:bracketed", "Xem [các thư]")}

    for words in ([], ["see"]):
        shown = CliRunner().invoke(group(Own, "Nhóm [lệnh]."), [*words, "--help"]).output
        assert "Xem [các thư]" in shown
    assert "Số [1-9] của thư" in shown
    assert "╭" not in shown  # plain, as the group's own help
