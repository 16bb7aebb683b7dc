"""`dondoc notice remind`, `suppress`, `suppressed`, `unsuppress`: who is reminded now, and who gets nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import (
    AsJson,
    Day,
    Number,
    Reason,
    day_words,
    departure_words,
    print_json,
    print_table,
    who,
)
from dondoc.intake.texts import clean_line
from dondoc.services import outbox_views, pressing, suppressing


def remind(
    plan: Annotated[str, typer.Argument(help="Mã kế hoạch")],
    task: Annotated[str, typer.Argument(help="Mã nhiệm vụ")],
    reason: Annotated[str, typer.Option(help="Vì sao; đơn vị sẽ đọc được")],
    agency: Annotated[str | None, typer.Option(help="Chỉ nhắc cơ quan này (mã hoặc tên)")] = None,
) -> None:
    """Nhắc ngay các cơ quan còn nợ báo cáo của một nhiệm vụ; mỗi cơ quan nhiều nhất một lần mỗi ngày."""
    with open_app() as app:
        now = app.now()
        found = pressing.press(app, plan, task, who(), reason, now, agency)
        leaves = departure_words(outbox_views.departure(app, now), now)
    if found.reminded:
        typer.echo(f"Đã ghi lời nhắc cho {found.reminded} cơ quan.")
        typer.echo(leaves)
    for why in found.waiting:
        typer.echo(clean_line(why))
    if found.missing:
        typer.echo(clean_line(found.missing), err=True)
        raise typer.Exit(1)


def suppress(
    recipient: Annotated[str, typer.Argument(help="Người nhận: mã cơ quan/focal hoặc mã cơ quan/head")],
    reason: Reason,
    until: Day = None,
) -> None:
    """Ngừng gửi cho một người nhận đến hết ngày --until, hoặc đến khi thôi."""
    with open_app() as app:
        number = suppressing.suppress(app, recipient, until, who(), reason, app.now())
    how_long = f" đến hết {until:%d/%m/%Y}" if until else ""
    typer.echo(f"Đã ngừng gửi cho {recipient}{how_long} (số {number}).")
    typer.echo(f"Gửi lại: dondoc notice unsuppress {number} --reason …")


def suppressed(json: AsJson = False) -> None:
    """Người nhận và địa chỉ đang được ngừng gửi, kèm lý do và ngày cuối."""
    with open_app() as app:
        rows = suppressing.in_force(app, app.now())
    if json:
        print_json(rows)
    elif not rows:
        typer.echo("Không ai đang được ngừng gửi.")
    else:
        print_table(
            ("Số", "Người nhận, địa chỉ", "Đến hết", "Lý do", "Ai quyết định"),
            (
                (
                    row["id"], row["recipient"] or f"{row['channel']} {row['address']}",
                    day_words(row["until"]) if row["until"] else "khi thôi", row["reason"], row["by"],
                )
                for row in rows
            ),
        )  # fmt: skip


def unsuppress(suppression: Number, reason: Reason) -> None:
    """Thôi ngừng gửi trước ngày đã định; số lấy ở suppressed."""
    with open_app() as app:
        suppressing.lift(app, suppression, who(), reason, app.now())
    typer.echo(f"Đã thôi ngừng gửi (số {suppression}).")
