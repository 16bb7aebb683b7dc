"""`dondoc plan show`: the plan as its document says it; the JSON is a contract (DESIGN §5)."""

from __future__ import annotations

import json as jsonlib
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dondoc import settings
from dondoc.cli.workspace import CONFIG_HELP
from dondoc.domain.clauses import to_json
from dondoc.domain.counts import REPORTS_TITLE
from dondoc.domain.plan import DUTIES_SECTION, Plan, Section, Task
from dondoc.loading import load_plan

_NARRATIVE = ("overall_targets", "responsibilities", "responsibility_intros")
"""Shown where the document has them."""


def plan_show(
    file: Annotated[Path, typer.Argument(help="Tệp kế hoạch (YAML)")],
    json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False,
    config: Annotated[Path | None, typer.Option(help=CONFIG_HELP)] = None,
) -> None:
    """Xem các nhiệm vụ của kế hoạch, nguyên văn."""
    plan = load_plan(file, config or settings.read(os.environ).config).require()
    if json:
        typer.echo(jsonlib.dumps(as_contract(plan), ensure_ascii=False, indent=1))
    else:
        _show(Console(), plan)


def as_contract(plan: Plan) -> dict[str, Any]:
    """The JSON of `plan show`: names as in the plan, `deadline` the cell's words, `clauses` what they mean."""
    return {
        "plan_id": plan.id,
        "year": plan.year,
        "tasks": [_task(task) for task in plan.tasks if not task.is_duty],
        "targets": list(plan.targets),
        "reporting_duties": list(plan.reporting_duties),
        **{name: list(getattr(plan, name)) for name in _NARRATIVE if getattr(plan, name)},
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "no": task.no,
        "section": task.section,
        "objective_code": task.objective_code,
        "objective": task.objective,
        "code": task.code,
        "activity": task.activity,
        "activities": list(task.activities),
        "products": list(task.products),
        "leads": list(task.lead_names),
        "lead_raw": task.lead_raw,
        "coordinates": list(task.coordinate_names),
        "coordinate_raw": task.coordinate_raw,
        "deadline": task.deadline,
        "clauses": [to_json(clause) for clause in task.clauses],
        "budget_raw": task.budget_raw,
    }


def _show(console: Console, plan: Plan) -> None:
    duties = Section(DUTIES_SECTION, REPORTS_TITLE)
    for section in (*plan.sections, duties) if plan.reporting_duties else plan.sections:
        title = Text(section.title if section is duties else f"{section.no}. {section.title}", "table.title")
        table = Table(title=title, title_justify="left", show_lines=True)
        for heading in ("Mã", "Nhiệm vụ", "Sản phẩm", "Chủ trì", "Phối hợp", "Thời hạn"):
            table.add_column(heading, overflow="fold")
        for task in plan.tasks:
            if task.section == section.no:
                cells = (task.id, task.activity, "; ".join(task.products), task.lead_words, task.coordinate_raw)
                table.add_row(*(Text(cell) for cell in (*cells, task.deadline)))
        console.print(table)
