"""`dondoc event cases`: work by cases, as agencies counted it in their periodic reports."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import AsJson, Day, print_table
from dondoc.domain.case_counts import CaseCount
from dondoc.domain.moments import end_of_day
from dondoc.services import case_counts
from dondoc.services.case_counts import TaskCounts


def cases(
    plan_id: Annotated[str, typer.Option("--plan", metavar="KẾ HOẠCH", help="Mã kế hoạch đang theo dõi")],
    task_id: Annotated[str | None, typer.Option("--task", metavar="NHIỆM VỤ", help="Chỉ một nhiệm vụ")] = None,
    at: Day = None,
    json: AsJson = False,
) -> None:
    """Việc theo vụ việc: số nhận, giải quyết đúng hạn, quá hạn, đang giải quyết; không vụ nào đếm hai lần."""
    with open_app() as app:
        found = case_counts.table(app, plan_id, end_of_day(at) if at else app.now(), task_id)
    if json:
        typer.echo(jsonlib.dumps(case_counts.to_json(found), ensure_ascii=False, indent=1))
        return
    if not found.tasks:
        typer.echo("Kế hoạch này không có nhiệm vụ nào theo vụ việc (cases: counted).")
        return
    heads = ("Nhiệm vụ", "Cơ quan", "Kỳ đã báo cáo", "Nhận", "Đúng hạn", "Quá hạn", "Đang giải quyết")
    print_table(heads, (row for task in found.tasks for row in _rows(task)))
    typer.echo(f"Cả kế hoạch: {found.total.words}")


def _rows(task: TaskCounts) -> list[tuple[str, ...]]:
    name = f"{task.task.id} {task.task.activity}"
    rows = [
        (name, one.name, ", ".join(report.period_name for report in one.reported), *_numbers(one.total))
        for one in task.agencies
    ]
    waiting = f"{len(task.silent)} đơn vị chưa báo cáo" if task.silent else ""
    return [*rows, (name, "Cộng", waiting, *_numbers(task.total))]


def _numbers(count: CaseCount) -> tuple[str, ...]:
    return tuple(f"{number}" for number in (count.received, count.on_time, count.late, count.pending))
