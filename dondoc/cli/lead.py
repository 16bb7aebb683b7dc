"""`dondoc lead …`: who a conditional lead ("có liên quan", "được giao …") is."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import print_table
from dondoc.services import selecting

lead_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@lead_app.command("list")
def show(plan_id: Annotated[str, typer.Argument(help="Mã kế hoạch")]) -> None:
    """Các nhiệm vụ giao cho nhóm có điều kiện và đơn vị đã chọn."""
    with open_app() as app:
        rows = selecting.conditional_leads(app, plan_id)
    print_table(
        ("Nhiệm vụ", "Chủ trì theo kế hoạch", "Đã chọn"),
        ((task_id, lead.name, ", ".join(chosen) or "chưa chọn") for task_id, lead, chosen in rows),
    )


@lead_app.command()
def select(
    plan_id: Annotated[str, typer.Argument(help="Mã kế hoạch")],
    task: Annotated[str, typer.Argument(help="Mã nhiệm vụ")],
    agencies: Annotated[list[str] | None, typer.Argument(help="Cơ quan (mã hoặc tên); để trống là bỏ chọn")] = None,
    lead: Annotated[str | None, typer.Option(help="Tên nhóm, khi nhiệm vụ có nhiều nhóm")] = None,
) -> None:
    """Chọn đơn vị phải thực hiện; việc của các đơn vị đó được mở, lần chọn trước được thay."""
    with open_app() as app:
        who = f"dòng lệnh ({getpass.getuser()})"
        applied = selecting.select_lead(app, plan_id, task, lead, agencies or [], who, app.now())
    typer.echo(f"{len(applied.diff.new)} việc được mở, {len(applied.diff.gone)} việc được rút.")
