"""`dondoc plan check`: every problem of plan files with file and line, and how each deadline was understood."""

from __future__ import annotations

import json as jsonlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dondoc import settings
from dondoc.cli.workspace import CONFIG_HELP
from dondoc.domain.clause_words import describe
from dondoc.domain.plan import Plan, Task
from dondoc.errors import Problem, Severity
from dondoc.loading import load_workspace

SEVERITIES: dict[Severity, tuple[str, str]] = {
    "error": ("LỖI", "bold red"),
    "warning": ("Xem lại", "yellow"),
    "info": ("Cần biết", "cyan"),
}
SHOWN_TASKS = 4


def plan_check(
    files: Annotated[list[Path], typer.Argument(help="Một hoặc nhiều tệp kế hoạch (YAML)")],
    json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False,
    config: Annotated[Path | None, typer.Option(help=CONFIG_HELP)] = None,
) -> None:
    """Kiểm tra kế hoạch và cấu hình: mọi chỗ sai kèm tệp, dòng và cách sửa. Kết thúc 1 khi có lỗi."""
    folder = config or settings.read(os.environ).config
    loaded = [load_workspace(file, folder) for file in files]
    problems = list(dict.fromkeys(problem for one in loaded for problem in one.problems))
    if json:
        typer.echo(jsonlib.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=1))
    else:
        console = Console()
        _show_problems(console, [_nearby(problem) for problem in problems])
        for one in loaded:
            if one.value is not None:
                _show_deadlines(console, one.value.plan)
        _show_summary(console, problems, [one.value.plan for one in loaded if one.value is not None])
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


def _nearby(problem: Problem) -> Problem:
    """The same problem with its file named as seen from here, where that is shorter."""
    path = Path(problem.file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        return Problem(**{**asdict(problem), "file": str(path.relative_to(Path.cwd()))})
    return problem


def _show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """One table for each file, what stops it first."""
    order = list(SEVERITIES)
    for file in dict.fromkeys(problem.file for problem in problems):
        table = Table(title=Text(file), show_lines=True, title_justify="left")
        for heading in ("Mức", "Dòng", "Điều gì", "Làm gì"):
            table.add_column(heading, overflow="fold")
        own = [problem for problem in problems if problem.file == file]
        for problem in sorted(own, key=lambda problem: order.index(problem.severity)):
            name, style = SEVERITIES[problem.severity]
            line = str(problem.line) if problem.line else ""
            table.add_row(Text(name, style), Text(line), Text(problem.message), Text(problem.hint))
        console.print(table)


def _show_deadlines(console: Console, plan: Plan) -> None:
    """One row for each wording, since plans repeat the same few; tasks where a person decided stand by themselves."""
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for task in plan.tasks:
        rows.setdefault((task.deadline, _understood(task)), []).append(task.id)
    title = Text(f"Thời hạn được hiểu thế nào: {plan.title}", "table.title")
    table = Table(title=title, show_lines=True, title_justify="left")
    for heading in ("Kế hoạch ghi", "Được hiểu là", "Nhiệm vụ"):
        table.add_column(heading, overflow="fold")
    for (words, meanings), ids in rows.items():
        table.add_row(Text(words or "(để trống)"), Text("\n".join(meanings)), Text(_tasks(ids)))
    console.print(table)


def _understood(task: Task) -> tuple[str, ...]:
    clauses = task.clauses or tuple(clause for part in task.parts for clause in part.clauses)
    return tuple(describe(clause) for clause in clauses) or ("không có hạn riêng, trả lời trong báo cáo định kỳ",)


def _tasks(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:SHOWN_TASKS])
    rest = len(ids) - SHOWN_TASKS
    return f"{shown} và {rest} nhiệm vụ khác" if rest > 0 else shown


def _show_summary(console: Console, problems: Iterable[Problem], plans: Sequence[Plan]) -> None:
    for plan in plans:
        rows = sum(not task.is_duty for task in plan.tasks)
        duties = f", {len(plan.reporting_duties)} chế độ báo cáo" if plan.reporting_duties else ""
        console.print(Text(f"{plan.id}: {rows} nhiệm vụ, {len(plan.sections)} lĩnh vực{duties}."))
    count = Counter(problem.severity for problem in problems)
    words = f"{count['error']} lỗi, {count['warning']} điều cần xem lại, {count['info']} điều cần biết."
    console.print(Text(words, "bold red" if count["error"] else "bold green"))
