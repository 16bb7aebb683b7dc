"""`dondoc notice …`: the supervisor's hand on what is held."""

from __future__ import annotations

import getpass
import json as jsonlib
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dondoc.bootstrap import open_app
from dondoc.services import releasing

notice_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Ids = Annotated[list[int], typer.Argument(help="Số của thư, xem ở `notice list`")]


@notice_app.command("list")
def show(
    status: Annotated[str, typer.Option(help="held, ready, sent, retry, refused, unknown, dropped")] = "held",
    json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False,
) -> None:
    """Các thư theo tình trạng; mặc định là thư đang giữ chờ cho gửi."""
    with open_app() as app:
        rows = releasing.listed(app, status)
    if json:
        typer.echo(jsonlib.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        typer.echo("Không có thư nào.")
        return
    table = Table("Số", "Ngày", "Người nhận", "Tiêu đề", "Lý do")
    for row in rows:
        table.add_row(str(row["id"]), row["day"], row["recipient"], row["subject"], row["reason"])
    Console().print(table)


@notice_app.command()
def release(ids: Ids) -> None:
    """Cho gửi các thư đang giữ; thư đi trong giờ làm việc kế tiếp."""
    with open_app() as app:
        found = releasing.release(app, ids, _who(), app.now())
    typer.echo(f"Đã cho gửi {len(found)} thư.")


@notice_app.command()
def drop(ids: Ids, reason: Annotated[str, typer.Option(help="Vì sao không gửi")]) -> None:
    """Không gửi các thư này nữa; nội dung và lý do được giữ trong nhật ký."""
    with open_app() as app:
        found = releasing.drop(app, ids, _who(), reason, app.now())
    typer.echo(f"Đã bỏ {len(found)} thư.")


@notice_app.command("hold-all")
def hold_all(reason: Annotated[str, typer.Option(help="Vì sao giữ lại")]) -> None:
    """Giữ lại mọi thư đang chờ gửi; từng thư phải được cho gửi lại bằng tay."""
    with open_app() as app:
        found = releasing.hold_all(app, _who(), reason, app.now())
    typer.echo(f"Đã giữ lại {len(found)} thư.")


@notice_app.command("stop-all")
def stop_all(
    reason: Annotated[str, typer.Option(help="Vì sao dừng hoặc gửi tiếp")],
    off: Annotated[bool, typer.Option("--off", help="Thôi dừng, gửi tiếp")] = False,
) -> None:
    """Dừng gửi mọi thư ngay lập tức; việc theo dõi và soạn thư vẫn tiếp tục. --off để gửi tiếp."""
    with open_app() as app:
        releasing.stop_all(app, not off, _who(), reason, app.now())
    typer.echo("Đã cho gửi tiếp." if off else "Đã dừng gửi. Gửi tiếp: dondoc notice stop-all --off --reason …")


def _who() -> str:
    return f"dòng lệnh ({getpass.getuser()})"
