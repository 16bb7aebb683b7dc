"""`dondoc criteria …`: PAR INDEX against a plan."""

from __future__ import annotations

import json as jsonlib
import os
from pathlib import Path
from typing import Annotated

import typer

from dondoc import settings
from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import AsJson, Day, print_table
from dondoc.domain.criteria import Total
from dondoc.domain.moments import end_of_day
from dondoc.domain.plan import Plan, Task
from dondoc.domain.targets import number_words
from dondoc.loading import load_plan
from dondoc.services import assessing, books
from dondoc.services.assessing import Assessed, Assessment

criteria_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
NO_POINTS = (
    "Chưa nạp bảng điểm của năm {year} (config/par-index/{year}.yaml): chỉ có minh chứng, không có điểm nào được tính."
)


@criteria_app.command()
def gaps(
    plan: Annotated[
        str, typer.Argument(metavar="KẾ HOẠCH", help="Tệp kế hoạch (.yaml) hoặc mã kế hoạch đang theo dõi")
    ],
    json: AsJson = False,
) -> None:
    """Tiêu chí PAR INDEX chưa có nhiệm vụ nào phục vụ; liên kết mới đề xuất không lấp chỗ trống."""
    found = _plan(plan)
    index = assessing.index_of(settings.read(os.environ).config)
    missing = assessing.gaps(index, found)
    if json:
        typer.echo(jsonlib.dumps(assessing.gaps_json(found, missing), ensure_ascii=False, indent=1))
        return
    print_table(
        ("Tiêu chí", "Nội dung", "Cơ quan chịu trách nhiệm", "Nhiệm vụ được đề xuất"),
        (
            (one.criterion.code, one.criterion.title, "; ".join(one.criterion.agencies), _ids(one.proposed))
            for one in missing
        ),
    )
    typer.echo(f"{len(missing)} trên {len(index.leaves)} tiêu chí chưa có nhiệm vụ nào của {found.id} phục vụ.")


@criteria_app.command()
def assess(
    plan: Annotated[str, typer.Argument(metavar="KẾ HOẠCH", help="Mã kế hoạch đang theo dõi")],
    at: Day = None,
    json: AsJson = False,
) -> None:
    """Tự đánh giá cả năm: minh chứng từ báo cáo đã duyệt, điểm tự chấm và thẩm định nếu cơ quan đã nạp bảng điểm."""
    with open_app() as app:
        found = assessing.assess(app, plan, end_of_day(at) if at else app.now())
    if json:
        typer.echo(jsonlib.dumps(assessing.to_json(found), ensure_ascii=False, indent=1))
    else:
        _tell(found)


def _plan(named: str) -> Plan:
    if named.endswith((".yaml", ".yml")):
        return load_plan(Path(named), settings.read(os.environ).config).require()
    with open_app() as app, app.sessions() as session:
        return books.book(app, session, named).plan


def _tell(found: Assessment) -> None:
    print_table(
        ("Tiêu chí", "Nội dung", "Nhiệm vụ", "Minh chứng", "Tối đa", "Tự chấm", "Thẩm định"),
        (_cells(row) for row in found.rows),
    )
    if found.table is None:
        typer.echo(NO_POINTS.format(year=found.year))
        return
    for component, total in found.totals:
        typer.echo(f"{component.code}. {component.title}: {_sum(total)}")
    typer.echo(f"Cộng: {_sum(found.total)} (bảng điểm: {found.table.cites})")


def _cells(row: Assessed) -> tuple[str, ...]:
    points, criterion = row.points, row.served.criterion
    shown = "; ".join(
        " ".join(
            filter(None, (one.agency, one.name, one.document_number, f"{len(one.files)} tệp" if one.files else ""))
        )
        for one in row.evidence
    )
    scores = (points.maximum, points.self_score, points.appraised) if points else (None, None, None)
    numbers = ("" if score is None else number_words(score) for score in scores)
    return criterion.code, criterion.title, _ids(row.served.tasks), shown, *numbers


def _sum(total: Total) -> str:
    own = "chưa tự chấm" if total.self_score is None else f"tự chấm {number_words(total.self_score)}"
    judged = "chưa thẩm định" if total.appraised is None else f"thẩm định {number_words(total.appraised)}"
    return (
        f"tối đa {number_words(total.maximum)}, {own}, {judged}"
        f" ({total.with_points}/{total.criteria} tiêu chí có điểm, {total.scored} đã tự chấm)"
    )


def _ids(tasks: tuple[Task, ...]) -> str:
    return ", ".join(task.id for task in tasks)
