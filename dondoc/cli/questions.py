"""`dondoc explain` and `dondoc status`: the state of things, today or on any past day."""

from __future__ import annotations

import json as jsonlib
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import as_it_is
from dondoc.domain.counts import COUNTS
from dondoc.domain.moments import end_of_day, parse_day
from dondoc.services import status as status_service
from dondoc.services import tracking
from dondoc.services.app import App

At = Annotated[str | None, typer.Option(help="Xem như vào cuối ngày này (YYYY-MM-DD hoặc dd/mm/yyyy)")]
Plan = Annotated[str | None, typer.Option(help="Mã kế hoạch, khi theo dõi nhiều kế hoạch")]


def explain(
    task: Annotated[str, typer.Argument(help="Mã nhiệm vụ (I.2.5) hoặc mã việc (kế hoạch/nhiệm vụ/…)")],
    at: At = None,
    plan: Plan = None,
) -> None:
    """Vì sao nhiệm vụ ở trạng thái này và tiếp theo sẽ có gì, bằng lời."""
    with open_app() as app:
        found = tracking.explain_task(app, task, _moment(app, at), plan)
    for heading, sentences in found:
        typer.echo(heading)
        for sentence in sentences:
            typer.echo(f"  {sentence}")


def status(
    at: At = None,
    json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False,
    plan: Plan = None,
) -> None:
    """Đúng hạn, quá hạn, trong hạn, chậm: theo cơ quan và lĩnh vực, hôm nay hoặc một ngày đã qua."""
    with open_app() as app:
        moment = _moment(app, at)
        data = status_service.to_json(moment, status_service.counts(app, moment, plan))
    if json:
        typer.echo(jsonlib.dumps(data, ensure_ascii=False))
    else:
        _tables(data)


def _moment(app: App, at: str | None) -> datetime:
    if at is None:
        return app.now()
    try:
        return end_of_day(parse_day(at))
    except ValueError as error:
        raise typer.BadParameter(
            f"“{at}” không phải ngày: viết 2024-03-31 hoặc 31/03/2024", param_hint="--at"
        ) from error


def _tables(data: dict[str, Any]) -> None:
    console = Console()
    _table(console, "Toàn bộ", [{"name": "Tổng số việc", **data["total"]}])
    _table(console, "Theo cơ quan", [row for row in data["agencies"] if not row["own_tasks"]])
    _table(console, "Việc của chính cơ quan theo dõi", [row for row in data["agencies"] if row["own_tasks"]])
    _table(console, "Theo lĩnh vực", [{**row, "name": f"{row['section']}. {row['title']}"} for row in data["sections"]])


def _table(console: Console, title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in COUNTS:
        table.add_column(status_service.COUNT_NAMES[name], justify="right")
    for row in rows:
        table.add_row(as_it_is(row["name"]), *(str(row[name] or "") for name in COUNTS))
    console.print(table)
