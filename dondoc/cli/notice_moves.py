"""`dondoc notice release`, `drop`, `undrop`, `settle`, `hold-all`, `stop-all`: what becomes of messages."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import (
    AsJson,
    Day,
    Number,
    Numbers,
    Reason,
    SomeNumbers,
    departure_words,
    tell,
    who,
)
from dondoc.errors import Refused
from dondoc.services import outbox_views, releasing, settling
from dondoc.services.app import App
from dondoc.services.outbox_views import STATUS_NAMES
from dondoc.services.releasing import RELEASED, Moved


def release(
    ids: SomeNumbers = None,
    day: Day = None,
    all_: Annotated[bool, typer.Option("--all", help="Mọi thư ở tình trạng ấy")] = False,
    status: Annotated[str, typer.Option(help=f"Với --day, --all: {', '.join(RELEASED)}")] = "held",
    json: AsJson = False,
) -> None:
    """Cho gửi các thư đang giữ, nêu từng số hoặc cả một ngày; mỗi thư được xét lại trước khi đi."""
    if bool(ids) == (day is not None or all_) or (day is not None and all_):
        raise typer.BadParameter("nêu số của thư, hoặc --day, hoặc --all", param_hint="SỐ")
    with open_app() as app:
        now = app.now()
        chosen = ids or _chosen(app, status, day)
        found = releasing.release_each(app, chosen, who(), now) if chosen else Moved()
        leaves = departure_words(outbox_views.departure(app, now), now) if found.moved else ""
    if not chosen and not json:
        typer.echo(f"Không có thư nào {STATUS_NAMES[status]}.")
        return
    tell(found, "Đã cho gửi", json, leaves)


def _chosen(app: App, status: str, day: date | None) -> list[int]:
    wanted = outbox_views.status_of(status)
    if wanted not in RELEASED:
        raise Refused(f"Thư {STATUS_NAMES[wanted]} không cho gửi được (được: {', '.join(RELEASED)}).")
    return [row["id"] for row in outbox_views.listed(app, [wanted], day=day)]


def drop(ids: Numbers, reason: Reason, json: AsJson = False) -> None:
    """Không gửi các thư này nữa; nội dung và lý do được giữ trong nhật ký."""
    with open_app() as app:
        found = releasing.drop_each(app, ids, who(), reason, app.now())
    tell(found, "Đã bỏ", json)


def undrop(ids: Numbers, reason: Reason, json: AsJson = False) -> None:
    """Lấy lại các thư đã bỏ trong ngày: thư được giữ, chờ cho gửi."""
    with open_app() as app:
        found = releasing.undrop(app, ids, who(), reason, app.now())
    tell(found, "Đã lấy lại, đang giữ chờ cho gửi:", json)


def settle(
    message: Number,
    reason: Reason,
    arrived: Annotated[bool, typer.Option("--arrived", help="Thư đã đến")] = False,
    not_arrived: Annotated[bool, typer.Option("--not-arrived", help="Thư chưa đến: gửi lại")] = False,
) -> None:
    """Ghi điều đã hỏi được về một thư chưa rõ: đã đến thì thôi, chưa đến thì gửi lại."""
    if arrived == not_arrived:
        raise typer.BadParameter("chọn --arrived (đã đến) hoặc --not-arrived (chưa đến)", param_hint="--arrived")
    with open_app() as app:
        settling.settle_by_hand(app, message, arrived, who(), reason, app.now())
    fate = "đã đến" if arrived else "chưa đến: gửi lại, hoặc chuyển nội dung còn đúng sang thư sau"
    typer.echo(f"Đã ghi: thư {message} {fate}.")


def hold_all(reason: Reason, json: AsJson = False) -> None:
    """Giữ lại mọi thư đang chờ gửi; từng thư phải được cho gửi lại bằng tay."""
    with open_app() as app:
        found = releasing.hold_all(app, who(), reason, app.now())
    tell(Moved(tuple(found)), "Đã giữ lại", json)


def stop_all(reason: Reason, off: Annotated[bool, typer.Option("--off", help="Thôi dừng, gửi tiếp")] = False) -> None:
    """Dừng gửi mọi thư ngay lập tức; việc theo dõi và soạn thư vẫn tiếp tục. --off để gửi tiếp."""
    with open_app() as app:
        releasing.stop_all(app, not off, who(), reason, app.now())
    typer.echo("Đã cho gửi tiếp." if off else "Đã dừng gửi. Gửi tiếp: dondoc notice stop-all --off --reason …")
