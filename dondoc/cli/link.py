"""`dondoc link …`: personal links given and taken back by hand."""

from __future__ import annotations

import getpass
import json as jsonlib
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.domain.directory import Role
from dondoc.errors import Refused
from dondoc.services import linking
from dondoc.services.links import LINK_DAYS

link_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
AgencyName = Annotated[str, typer.Argument(help="Cơ quan: mã hoặc tên trong danh bạ")]


@link_app.command()
def issue(
    agency: AgencyName,
    role: Annotated[str, typer.Option(help="Đầu mối: focal (cán bộ phụ trách) hoặc head (lãnh đạo)")] = "focal",
    days: Annotated[int, typer.Option(help="Số ngày có hiệu lực")] = LINK_DAYS,
    json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False,
) -> None:
    """Cấp một liên kết cá nhân; địa chỉ chỉ hiện một lần, chỉ giao cho đúng người nhận."""
    with open_app() as app:
        issued = linking.issue_link(app, agency, by=_who(), now=app.now(), role=_role(role), days=days)
    if json:
        row = {
            "recipient": issued.recipient, "address": issued.address, "expires_at": issued.expires_at.isoformat(),
        }  # fmt: skip
        typer.echo(jsonlib.dumps(row, ensure_ascii=False))
        return
    typer.echo(f"Liên kết cho {issued.recipient}, có hiệu lực đến {issued.expires_at:%d/%m/%Y}:")
    typer.echo(issued.address)


@link_app.command()
def revoke(
    agency: AgencyName,
    reason: Annotated[str, typer.Option(help="Vì sao thu hồi")],
) -> None:
    """Thu hồi mọi liên kết còn hiệu lực của đầu mối một cơ quan; phiên đang mở cũng kết thúc."""
    with open_app() as app:
        ended = linking.revoke_links(app, agency, by=_who(), now=app.now(), why=reason)
    typer.echo(f"Đã thu hồi {ended} liên kết.")


def _role(text: str) -> Role:
    if text == "focal":
        return "focal"
    if text == "head":
        return "head"
    raise Refused(f"Không có đầu mối “{text}”: chọn focal hoặc head.")


def _who() -> str:
    return f"dòng lệnh ({getpass.getuser()})"
