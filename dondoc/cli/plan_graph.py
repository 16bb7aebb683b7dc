"""`dondoc plan graph`: which task waits for which, as Mermaid text or an SVG drawing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dondoc import settings
from dondoc.bootstrap import has_store, open_app
from dondoc.cli.workspace import CONFIG_HELP
from dondoc.domain.dag import Dag, dag
from dondoc.domain.plan import Plan
from dondoc.domain.task_states import Summary
from dondoc.errors import DondocError, Refused
from dondoc.loading import load_plan
from dondoc.rendering.graph_looks import counted
from dondoc.rendering.graph_mermaid import mermaid
from dondoc.rendering.graph_svg import file_svg
from dondoc.services import graphing


class Format(StrEnum):
    """What the graph is written as."""

    mermaid = "mermaid"
    svg = "svg"


ENDINGS: Mapping[str, Format] = {".svg": Format.svg, ".mmd": Format.mermaid, ".mermaid": Format.mermaid}
NO_STORE = "Máy này chưa có cơ sở dữ liệu."
States = tuple[Mapping[str, Summary] | None, datetime | None]


def graph(
    file: Annotated[Path, typer.Argument(help="Tệp kế hoạch (YAML)")],
    format: Annotated[
        Format | None, typer.Option(help="Mặc định: theo đuôi của --output, không có thì mermaid")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Ghi vào tệp .mmd hoặc .svg")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Cả nhiệm vụ không nối với nhiệm vụ nào")] = False,
    section: Annotated[
        str | None, typer.Option(metavar="SỐ", help="Chỉ một lĩnh vực, cùng những việc nối với nó")
    ] = None,
    states: Annotated[
        bool | None, typer.Option("--states/--no-states", help="Tình trạng; mặc định: khi kế hoạch đang được theo dõi")
    ] = None,
    config: Annotated[Path | None, typer.Option(help=CONFIG_HELP)] = None,
) -> None:
    """Sơ đồ: nhiệm vụ nào chờ nhiệm vụ nào, chờ sự kiện gì, đang ở đâu. Tệp kế hoạch có lỗi thì kết thúc 1."""
    wanted = _format(format, output)
    plan = load_plan(file, config or settings.read(os.environ).config).require()
    if section is not None and section not in (known := [one.no for one in plan.sections]):
        raise typer.BadParameter(f"kế hoạch có các lĩnh vực {', '.join(known)}", param_hint="--section")
    found, at = _states(plan, states)
    drawn = dag(plan, found, at, everything=everything, section=section)
    text = file_svg(drawn) if wanted is Format.svg else mermaid(drawn)
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text, drawn)


def _format(asked: Format | None, output: Path | None) -> Format:
    if asked is not None:
        return asked
    if output is None:
        return Format.mermaid
    if output.suffix.lower() not in ENDINGS:
        raise typer.BadParameter(
            f"“{output.name}” không có đuôi .mmd hoặc .svg: đổi tên, hoặc thêm --format", param_hint="--output"
        )
    return ENDINGS[output.suffix.lower()]


def _states(plan: Plan, wanted: bool | None) -> States:
    """The states when the plan is followed. Nobody need have a store to look at a file: without `--states` only a line
    tells that there are none."""
    if wanted is False:
        return None, None
    try:
        if not has_store():
            raise Refused(NO_STORE)
        with open_app() as app:
            now = app.now()
            return graphing.applied_states(app, plan.id, now), now
    except DondocError as error:
        if wanted:
            raise
        typer.echo(f"Sơ đồ không có tình trạng. {error}", err=True)
        return None, None


def _write(output: Path, text: str, drawn: Dag) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"Không ghi được tệp {output}: {error.strerror}.") from error
    typer.echo(f"{output}: {counted(drawn)}.")
