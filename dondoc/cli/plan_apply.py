"""`dondoc plan apply` and `plan undo`: make a plan live, atomically and undoably."""

from __future__ import annotations

import getpass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import read_day
from dondoc.scheduling.errors import PrefectError
from dondoc.services import applying, scheduling, succession
from dondoc.services.app import App
from dondoc.services.applying import Applied
from dondoc.services.succession import Succession

NoPrefect = Annotated[bool, typer.Option("--no-prefect", help="Không cập nhật lịch chạy trong Prefect")]


def apply(
    file: Annotated[Path, typer.Argument(help="Tệp kế hoạch (YAML)")],
    force: Annotated[bool, typer.Option("--force", help="Vẫn áp dụng khi đổi hơn 30 % số việc")] = False,
    live_from: Annotated[
        date | None,
        typer.Option(parser=read_day, metavar="NGÀY", help="Nhắc việc từ ngày này, kể cả kế hoạch của năm đã qua"),
    ] = None,
    no_prefect: NoPrefect = False,
) -> None:
    """Đưa kế hoạch vào theo dõi; chạy lại cùng tệp thì không ghi gì."""
    with open_app() as app:
        applied = applying.apply_file(app, file, app.now(), _who(), force=force, live_from=live_from)
        _tell(applied)
        _tell_passed_on(succession.after_apply(app, applied, app.now()))
        if not no_prefect:
            _sync(app)


def undo(
    plan_id: Annotated[str, typer.Argument(help="Mã kế hoạch")],
    no_prefect: NoPrefect = False,
) -> None:
    """Quay lại kế hoạch như trước lần áp dụng gần nhất; lịch sử và câu trả lời giữ nguyên."""
    with open_app() as app:
        _tell(applying.undo(app, plan_id, app.now(), _who()))
        if not no_prefect:
            _sync(app)


def _tell(applied: Applied) -> None:
    if not applied.written:
        typer.echo(f"{applied.plan_id}: không có gì thay đổi.")
        return
    found = applied.diff
    archive = " (lưu trữ, không nhắc)" if applied.archived else ""
    typer.echo(
        f"{applied.plan_id}{archive}: {len(found.new)} việc mới, {len(found.changed)} việc đổi, "
        f"{len(found.gone)} việc bỏ, {found.unchanged} việc giữ nguyên; "
        f"{applied.queued} dòng danh mục việc của năm chờ cho gửi."
    )


def _tell_passed_on(found: Succession | None) -> None:
    if found is not None and found.moves:
        typer.echo(f"{len(found.moves)} việc của cơ quan đã kết thúc chuyển cho cơ quan kế thừa.")
    if found is not None and found.questions:
        number = sum(len(question.obligation_ids) for question in found.questions)
        typer.echo(
            f"{number} việc của {len(found.questions)} cơ quan đã kết thúc chờ người chỉ định:"
            f" dondoc succession show {found.plan_id}, hoặc trang /theo-doi/can-lam."
        )


def _sync(app: App) -> None:
    """The plan is live already; a Prefect that sleeps is told about, not an error: `dondoc up` catches up."""
    try:
        found = scheduling.sync_all(app, typer.echo)
    except PrefectError as error:
        typer.echo(f"Chưa cập nhật lịch chạy trong Prefect: {error}", err=True)
        return
    for plan_id, result in found.items():
        typer.echo(f"{plan_id}: {result}")


def _who() -> str:
    return f"dòng lệnh ({getpass.getuser()})"
