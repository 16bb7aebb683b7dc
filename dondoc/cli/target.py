"""`dondoc target …`: what a plan promised to reach, and what was reported of it."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import AsJson, Day, print_table
from dondoc.domain.directory import Directory
from dondoc.domain.moments import end_of_day
from dondoc.domain.targets import TREND_WORDS, VERDICT_WORDS, readings_words
from dondoc.services import targeting
from dondoc.services.targeting import TargetRow

target_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@target_app.callback()
def _group() -> None:
    """Chỉ tiêu của kế hoạch."""


@target_app.command("list")
def show(
    plan_id: Annotated[str, typer.Argument(metavar="KẾ HOẠCH", help="Mã kế hoạch đang theo dõi")],
    at: Day = None,
    json: AsJson = False,
) -> None:
    """Từng chỉ tiêu: số liệu gần nhất, đạt hay chưa, xu hướng, nhiệm vụ phục vụ."""
    with open_app() as app:
        found = targeting.table(app, plan_id, end_of_day(at) if at else app.now())
    if json:
        typer.echo(jsonlib.dumps(targeting.to_json(found), ensure_ascii=False, indent=1))
        return
    print_table(
        ("Mã", "Chỉ tiêu", "Cần đạt", "Số liệu gần nhất", "Kết luận", "Xu hướng", "Nhiệm vụ"),
        (_cells(row, found.directory) for row in found.rows),
    )
    typer.echo(", ".join(f"{count} {VERDICT_WORDS[verdict]}" for verdict, count in found.counts.items()) + ".")


def _cells(row: TargetRow, directory: Directory) -> tuple[str, ...]:
    values = "; ".join(
        f"{one.period_name}, {directory.by_id[one.agency].short}: {readings_words(row.target, one.judged.readings)}"
        + ("" if one.accepted else " (chưa duyệt)")
        for one in row.latest
    )
    wanted = "; ".join(measure.wanted for measure in row.target.measures) or "không ghi con số"
    tasks = ", ".join([*(task.id for task in row.tasks), *(f"{task.id} (đề xuất)" for task in row.proposed)])
    return row.target.code, row.target.text, wanted, values, VERDICT_WORDS[row.verdict], TREND_WORDS[row.trend], tasks
