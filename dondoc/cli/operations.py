"""`dondoc sweep`, `deliver`, `collect`, `audit`: what the Prefect flows do, for an operator's own hand or scheduler."""

from __future__ import annotations

import json as jsonlib
from dataclasses import asdict
from typing import Annotated, Any

import typer

from dondoc.bootstrap import open_app
from dondoc.services import auditing, delivering, incoming, sweeping

Json = Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")]

_NAMES = {
    "looked_at": "việc đã xem", "queued": "nội dung nhắc mới", "superseded": "bỏ qua vì có bậc sát hơn",
    "missed": "bị lỡ mốc, nay đã bù", "composed": "thư đã soạn", "held": "giữ lại chờ cho gửi", "sent": "đã gửi",
    "retry": "gửi lại sau", "refused": "bị từ chối", "unknown": "chưa rõ kết quả",
    "administrator": "cần quản trị viên", "stopped": "đang dừng gửi", "settled": "đã rõ kết quả",
    "guarded": "chờ người xem vì quá nhiều việc quá hạn cùng lúc",
    "taken": "văn bản mới đã nhận, chờ gắn với nhiệm vụ", "added": "thêm tệp cho văn bản đã có",
    "known": "tệp đã nhận từ trước", "waiting": "tệp chưa chép xong, xem lại lần sau", "failed": "chưa xử lý được",
    "passed_on": "chuyển cho cơ quan kế thừa",
    "opened": "mở hoặc đổi ngày theo kết quả, kế hoạch khác",
}  # fmt: skip


def sweep(json: Json = False) -> None:
    """Quét mọi việc đã đến mốc và lập nội dung nhắc; không gửi gì."""
    with open_app() as app:
        _print(asdict(sweeping.sweep(app, app.now())), json)


def deliver(json: Json = False) -> None:
    """Quét, soạn thư trong ngày, gửi các thư đến giờ; chỉ gửi trong giờ làm việc."""
    with open_app() as app:
        _print(asdict(delivering.deliver(app, app.now())), json)


def collect(json: Json = False) -> None:
    """Nhận văn bản trong thư mục công văn đến (DONDOC_INCOMING); mỗi văn bản chờ người gắn với nhiệm vụ."""
    with open_app() as app:
        _print(asdict(incoming.collect(app, app.now())), json)


def audit(json: Json = False) -> None:
    """Kiểm tra mọi việc chưa xong đều có bước tiếp theo hoặc lý do; mã thoát 1 khi có việc bị bỏ sót."""
    with open_app() as app:
        found = auditing.audit_and_report(app, app.now())
    if json:
        rows = asdict(found)
        del rows["markdown"]
        typer.echo(jsonlib.dumps(rows, ensure_ascii=False))
    else:
        typer.echo(found.markdown)
    if found.without_next:
        raise typer.Exit(1)


def _print(numbers: dict[str, Any], json: bool) -> None:
    if json:
        typer.echo(jsonlib.dumps(numbers, ensure_ascii=False))
        return
    for name, number in numbers.items():
        typer.echo(f"{_NAMES.get(name, name)}: {_words(number)}")


def _words(value: Any) -> str:
    return str(value) if not isinstance(value, bool) else "có" if value else "không"
