"""`dondoc contact …`: contacts that agencies corrected: decided on, and put into the directory file."""

from __future__ import annotations

import getpass
import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import print_table
from dondoc.domain import codec
from dondoc.loading.directories import load_directory
from dondoc.services import contact_decisions
from dondoc.services.app import App
from dondoc.services.contact_decisions import Followed
from dondoc.services.contacts import Change

contact_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ChangeId = Annotated[int, typer.Argument(help="Số của đề nghị (dondoc contact list)")]
ByWhom = Annotated[str | None, typer.Option("--by", help="Ai: mã cơ quan hoặc tên; mặc định người chạy lệnh")]
Why = Annotated[str, typer.Option("--reason", help="Lý do")]
WAITS, UNWRITTEN, WRITTEN = "chờ xác nhận", "đã xác nhận, tệp danh bạ chưa ghi", "tệp đã ghi, chờ áp dụng kế hoạch"


@contact_app.command("list")
def show(json: Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")] = False) -> None:
    """Đề nghị đang chờ, và đề nghị đã xác nhận mà tệp danh bạ chưa ghi."""
    with open_app() as app, app.sessions() as session:
        found = _listed(app, session)
    if json:
        typer.echo(jsonlib.dumps([_row(change, state, warned) for change, state, warned in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("Không có đề nghị nào chờ xác nhận; tệp danh bạ đã ghi đủ.")
        return
    rows = ((c.id, c.recipient, _differences(c), state, " ".join(warned)) for c, state, warned in found)
    print_table(("Số", "Đầu mối", "Thay đổi", "Tình trạng", "Lưu ý"), rows)


@contact_app.command()
def confirm(change: ChangeId, by: ByWhom = None) -> None:
    """Xác nhận: thư đang chờ đi địa chỉ mới, liên kết của địa chỉ cũ hết hiệu lực. Sau đó ghi vào tệp danh bạ."""
    with open_app() as app:
        moved = contact_decisions.confirm(app, change, by or _who(), app.now())
    typer.echo(f"Đã xác nhận. {_moved(moved)}")
    typer.echo("Ghi đầu mối mới vào tệp danh bạ rồi áp dụng lại kế hoạch (xem: dondoc contact list).")


@contact_app.command()
def refuse(change: ChangeId, reason: Why, by: ByWhom = None) -> None:
    """Không xác nhận; đơn vị đọc được lý do."""
    with open_app() as app:
        contact_decisions.refuse(app, change, by or _who(), app.now(), reason)
    typer.echo("Đã ghi: không xác nhận.")


@contact_app.command()
def undo(change: ChangeId, reason: Why, by: ByWhom = None) -> None:
    """Lấy lại quyết định: đề nghị chờ trở lại, đầu mối cũ có hiệu lực."""
    with open_app() as app:
        moved = contact_decisions.undo(app, change, by or _who(), app.now(), reason)
    typer.echo(f"Đã lấy lại quyết định, đề nghị chờ trở lại. {_moved(moved)}")


def _listed(app: App, session: Session) -> list[tuple[Change, str, tuple[str, ...]]]:
    waiting = [(c, WAITS, contact_decisions.warnings(app, session, c)) for c in contact_decisions.waiting(session)]
    confirmed = contact_decisions.not_in_file(app, session)
    return waiting + [(c, WRITTEN if _is_written(app.settings.config, c) else UNWRITTEN, ()) for c in confirmed]


def _is_written(config: Path, change: Change) -> bool:
    """Whether the file on disk says the new contact already; a file that cannot be read does not."""
    path = config / "agencies" / f"{change.directory}.yaml"
    directory = load_directory(path).value if path.is_file() else None
    agency = directory.by_id.get(change.agency) if directory is not None else None
    return agency is not None and change.new in agency.contacts


def _row(change: Change, state: str, warned: tuple[str, ...]) -> dict[str, Any]:
    states = {WAITS: "waiting", UNWRITTEN: "confirmed", WRITTEN: "written"}
    return {
        "id": change.id, "state": states[state], "directory": change.directory, "agency": change.agency,
        "role": change.old.role, "old": codec.contact_to_json(change.old), "new": codec.contact_to_json(change.new),
        "asked_at": change.asked_at.isoformat(), "asked_by": change.asked_by,
        "decided_at": change.decided_at.isoformat() if change.decided_at else None, "decided_by": change.decided_by,
        "warnings": list(warned),
    }  # fmt: skip


def _differences(change: Change) -> str:
    return "; ".join(f"{name}: {old or '–'} → {new or '–'}" for name, old, new in change.differences)


def _moved(moved: Followed) -> str:
    return f"{moved.messages} thư đang chờ đổi địa chỉ, {moved.links} liên kết hết hiệu lực."


def _who() -> str:
    return f"dòng lệnh ({getpass.getuser()})"
