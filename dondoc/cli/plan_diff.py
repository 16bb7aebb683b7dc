"""`dondoc plan diff OLD NEW`: what changed between two plan files; nothing is applied."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from dondoc import clock
from dondoc.cli.workspace import CONFIG_HELP, open_workspace
from dondoc.domain.moments import local_day
from dondoc.services import comparing
from dondoc.services.comparing import Comparison

FIELD_NAMES = {
    "activity": "nội dung", "products": "sản phẩm", "lead_raw": "chủ trì", "lead_names": "chủ trì (tách)",
    "coordinate_raw": "phối hợp", "coordinate_names": "phối hợp (tách)", "deadline": "thời hạn",
    "clauses": "thời hạn (đã hiểu)", "note": "ghi chú", "code": "mã", "no": "số thứ tự", "objective": "mục tiêu",
    "criteria": "tiêu chí", "criteria_proposed": "tiêu chí (đề xuất)", "targets": "chỉ tiêu",
    "targets_proposed": "chỉ tiêu (đề xuất)",
}  # fmt: skip


def plan_diff(
    old: Annotated[Path, typer.Argument(help="Tệp kế hoạch cũ")],
    new: Annotated[Path, typer.Argument(help="Tệp kế hoạch mới")],
    json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False,
    config: Annotated[Path | None, typer.Option(help=CONFIG_HELP)] = None,
) -> None:
    """Nhiệm vụ thêm, bỏ, đổi và việc phải nộp đổi theo; không áp dụng gì."""
    found = comparing.compare(open_workspace(old, config), open_workspace(new, config), local_day(clock.now()))
    if json:
        typer.echo(jsonlib.dumps(comparing.to_json(found), ensure_ascii=False))
    else:
        _tell(found)


def _tell(found: Comparison) -> None:
    if found.is_empty:
        typer.echo("Hai kế hoạch như nhau.")
        return
    for key in found.added:
        typer.echo(f"+ {key}")
    for key in found.removed:
        typer.echo(f"- {key}")
    for key, values in found.changed.items():
        typer.echo(f"~ {key}")
        for name, (before, after) in values.items():
            typer.echo(f"    {FIELD_NAMES.get(name, name)}: {before} → {after}")
    owed = found.obligations
    typer.echo(
        f"Việc phải nộp: {len(owed.new)} mới, {len(owed.gone)} bỏ, {len(owed.changed)} đổi "
        f"({sum(c.is_redated for c in owed.changed)} đổi hạn), {owed.unchanged} giữ nguyên."
    )
