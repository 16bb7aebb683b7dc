"""`dondoc zalo …`: the pair of tokens that an administrator gets from Zalo, entered and watched. Never shown."""

from __future__ import annotations

import getpass
import json as jsonlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dondoc.bootstrap import open_app
from dondoc.domain.moments import ZONE
from dondoc.errors import Refused
from dondoc.services import zalo_tokens
from dondoc.services.zalo_tokens import CONNECT, OLD_GRANT
from dondoc.store.models import ZaloGrantRow

zalo_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
LONGEST_FILE = 20_000


@zalo_app.command()
def connect(
    pair_file: Annotated[
        Path | None,
        typer.Option("--pair-file", help="Tệp hai dòng: mã truy cập, mã làm mới; bỏ trống thì hỏi, không hiện"),
    ] = None,
) -> None:
    """Nhập cặp mã (access token, refresh token) lấy ở trang quản trị của Zalo; hỏi Zalo trước khi giữ."""
    access, refresh = _asked() if pair_file is None else _in_file(pair_file)
    with open_app() as app:
        name = zalo_tokens.tokens_of(app).checked_connect(access, refresh, app.now(), _who())
    typer.echo(f"Đã nối với OA “{name}”." if name else "Đã nối với OA.")
    if pair_file is not None:
        typer.echo(f"Hãy xóa tệp {pair_file}: cặp mã đã được mã hóa và giữ trong cơ sở dữ liệu.")


@zalo_app.command()
def status(json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False) -> None:
    """Đã nối chưa, mã cũ mới ra sao, có việc gì phải làm; mã thoát 1 khi Zalo chưa gửi được."""
    with open_app() as app:
        now = app.now()
        row = app.zalo.row() if app.zalo is not None else None
        facts = _facts(app.zalo is not None, row, now)
    if json:
        typer.echo(jsonlib.dumps(facts, ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(row, facts)))
    if not facts["connected"] or facts["consent_needed"]:
        raise typer.Exit(1)


def _asked() -> tuple[str, str]:
    access = typer.prompt("Mã truy cập (access token), không hiện khi gõ", hide_input=True)
    refresh = typer.prompt("Mã làm mới (refresh token), không hiện khi gõ", hide_input=True)
    return str(access).strip(), str(refresh).strip()


def _in_file(path: Path) -> tuple[str, str]:
    try:
        with path.open(encoding="utf-8") as file:
            lines = [line.strip() for line in file.read(LONGEST_FILE).splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "không phải UTF-8"
        raise Refused(f"Không đọc được tệp {path}: {reason}") from None
    if len(lines) != 2:
        raise Refused(f"Tệp {path} phải có đúng hai dòng: mã truy cập, rồi mã làm mới; tệp này có {len(lines)}.")
    return lines[0], lines[1]


def _facts(configured: bool, row: ZaloGrantRow | None, now: datetime) -> dict[str, Any]:
    moments = ("refreshed_at", "access_expires_at", "consented_at", "pending_since")
    told = {name: _iso(getattr(row, name, None)) for name in moments}
    facts = {"configured": configured, "connected": row is not None, **told}
    return facts | {"consent_needed": row.consent_needed if row else None, "todo": _todo(configured, row, now)}


def _todo(configured: bool, row: ZaloGrantRow | None, now: datetime) -> str:
    if not configured:
        return "Thêm mục zalo: vào config/channels.yaml và đặt DONDOC_ZALO_APP_SECRET (docs/zalo.md)."
    if row is None:
        return "Lấy cặp mã ở trang quản trị của Zalo rồi chạy `dondoc zalo connect`."
    if row.consent_needed is not None:
        return CONNECT
    if now - row.consented_at > OLD_GRANT:
        return f"Quyền đã cấp {(now - row.consented_at).days} ngày, có thể hết hiệu lực sau 90 ngày. {CONNECT}"
    if row.pending_since is not None:
        return "Không phải làm gì: lần gửi tới sẽ hỏi Zalo xem lần đổi mã trước có hiệu lực không."
    return ""


def _lines(row: ZaloGrantRow | None, facts: dict[str, Any]) -> list[str]:
    lines = ["Zalo: chưa nối." if row is None else "Zalo: đã nối."]
    if row is not None:
        lines.append(f"Cấp quyền lúc {_local(row.consented_at)}; đổi mã lần cuối lúc {_local(row.refreshed_at)}.")
        lines.append(f"Mã truy cập dùng được đến {_local(row.access_expires_at)}.")
        if row.pending_since is not None:
            lines.append(f"Lần đổi mã lúc {_local(row.pending_since)} chưa biết kết quả.")
        if row.consent_needed is not None:
            lines.append(f"Phải cấp quyền lại: {row.consent_needed}")
    return [*lines, *([f"Việc cần làm: {facts['todo']}"] if facts["todo"] else [])]


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(ZONE).isoformat() if moment else None


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%H:%M %d/%m/%Y}"


def _who() -> str:
    return f"dòng lệnh ({getpass.getuser()})"
