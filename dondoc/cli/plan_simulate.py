"""`dondoc plan simulate`: the whole year on a fake clock; nothing is sent or stored."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dondoc.cli.workspace import CONFIG_HELP, open_workspace
from dondoc.domain.explain import KIND_NAMES
from dondoc.domain.policy import NOTICE_KINDS
from dondoc.domain.simulate import Simulation
from dondoc.services import simulating


def simulate(
    file: Annotated[Path, typer.Argument(help="Tệp kế hoạch (YAML)")],
    json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False,
    reports: Annotated[Path | None, typer.Option(help="Các câu trả lời giả định, mỗi dòng một đối tượng JSON")] = None,
    config: Annotated[Path | None, typer.Option(help=CONFIG_HELP)] = None,
) -> None:
    """Diễn tập cả năm trên đồng hồ giả: không gửi, không lưu gì."""
    workspace = open_workspace(file, config)
    answers = simulating.read_reports(reports, workspace) if reports else ()
    simulation = simulating.rehearse(workspace, answers)
    for report in simulation.unmatched:
        typer.echo(f"Câu trả lời không khớp việc nào: {report.on} {report.task} {report.agency}", err=True)
    if json:
        typer.echo(jsonlib.dumps(simulating.to_json(workspace, simulation), ensure_ascii=False))
    else:
        _show(simulation)


def _show(simulation: Simulation) -> None:
    months = sorted({f"{issued.on:%Y-%m}" for issued in simulation.issued})
    table = Table(title=f"Diễn tập {simulation.starts_on:%d/%m/%Y} - {simulation.ends_on:%d/%m/%Y}: số dòng nhắc")
    table.add_column("Tháng")
    used = [kind for kind in NOTICE_KINDS if any(i.notice.kind == kind for i in simulation.issued)]
    for kind in used:
        table.add_column(KIND_NAMES[kind], justify="right")
    table.add_column("Thư", justify="right")
    table.add_column("giữ lại", justify="right")
    for month in months:
        counts = [sum(f"{i.on:%Y-%m}" == month and i.notice.kind == kind for i in simulation.issued) for kind in used]
        drafts = [d for d in simulation.drafts if f"{d.day:%Y-%m}" == month]
        held = sum(d.is_held for d in drafts)
        table.add_row(month, *(str(n or "") for n in counts), str(len(drafts)), str(held or ""))
    Console().print(table)
