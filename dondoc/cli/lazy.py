"""Commands whose modules are imported only when they are used: `dondoc deadline` must not wait for Prefect."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
import typer
from typer.core import TyperGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("dondoc.cli.up:up", "Khởi động tất cả trên máy này"),
    "deadline": ("dondoc.cli.deadline:deadline", "Đọc cụm từ thời hạn, mỗi dòng một cụm"),
    "plan": ("dondoc.cli.plan:plan_app", "Kiểm tra, xem, diễn tập, áp dụng kế hoạch"),
    "explain": ("dondoc.cli.questions:explain", "Vì sao nhiệm vụ ở trạng thái này và tiếp theo là gì"),
    "status": ("dondoc.cli.questions:status", "Bốn con số: đúng hạn, quá hạn, trong hạn, chậm"),
    "report": ("dondoc.cli.report:report_app", "Nhận, duyệt, trả lại báo cáo"),
    "link": ("dondoc.cli.link:link_app", "Cấp, thu hồi liên kết cá nhân"),
    "lead": ("dondoc.cli.lead:lead_app", "Chọn đơn vị cho nhiệm vụ giao nhóm có điều kiện"),
    "notice": ("dondoc.cli.notice:notice_app", "Xem, cho gửi, bỏ các thư đang giữ"),
    "template": ("dondoc.cli.template:template_app", "Xem trước mẫu thư"),
    "sweep": ("dondoc.cli.operations:sweep", "Quét việc đến mốc"),
    "deliver": ("dondoc.cli.operations:deliver", "Soạn và gửi thư"),
    "audit": ("dondoc.cli.operations:audit", "Kiểm tra việc nào không còn bước tiếp theo"),
    "serve": ("dondoc.cli.serve:serve_app", "Các tiến trình do `up` khởi động"),
}
HIDDEN = frozenset({"serve"})


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and imports one when it is called or its help is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None for a name that is not ours."""
        if cmd_name not in COMMANDS:
            return None
        return _load(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing any of them."""
        rows = [(name, words) for name, (_, words) in COMMANDS.items() if name not in HIDDEN]
        with formatter.section("Lệnh"):
            formatter.write_dl(rows)


def _load(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name][0].partition(":")
    found: Any = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        return group
    single = typer.Typer(add_completion=False)
    single.command(name=name)(found)
    return typer.main.get_command(single)
