"""`dondoc notice guards`, `allow`, `refuse`, `alarms`: what stopped and asks, and what the operators were told."""

from __future__ import annotations

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import AsJson, Day, Number, Reason, day_words, moment_words, print_json, print_table, who
from dondoc.domain.moments import local_day
from dondoc.services import guarding, outbox_views


def guards(json: AsJson = False) -> None:
    """Các điểm dừng chờ trả lời: quá nhiều việc sắp bị gọi là quá hạn cùng lúc."""
    with open_app() as app:
        rows = guarding.waiting(app)
    if json:
        print_json(rows)
    elif not rows:
        typer.echo("Không có điểm dừng nào chờ trả lời.")
    else:
        print_table(
            ("Số", "Kế hoạch", "Ngày", "Việc sắp bị gọi quá hạn", "Trên số việc đang mở"),
            ((row["id"], row["plan"], day_words(row["day"]), row["found"], row["of"]) for row in rows),
        )


def allow(guard: Number, reason: Reason) -> None:
    """Cho điểm dừng đi tiếp, cả điểm dừng đã từ chối hôm nay: các việc ấy được báo quá hạn trong lần quét kế tiếp."""
    with open_app() as app:
        guarding.answer(app, guard, "allowed", who(), reason, app.now())
    typer.echo(f"Điểm dừng {guard}: cho đi tiếp, báo quá hạn từ lần quét kế tiếp.")


def refuse(guard: Number, reason: Reason) -> None:
    """Không cho điểm dừng đi tiếp: hôm nay chưa báo ai; ngày làm việc sau, hoặc nhiều hơn nữa, thì hỏi lại."""
    with open_app() as app:
        guarding.answer(app, guard, "refused", who(), reason, app.now())
    typer.echo(f"Điểm dừng {guard}: chưa báo ai; ngày sau còn như vậy thì hỏi lại.")
    typer.echo(f"Đổi ý trong ngày: dondoc notice allow {guard} --reason …")


def alarms(day: Day = None, json: AsJson = False) -> None:
    """Các báo động của một ngày (mặc định hôm nay), cũ nhất trước."""
    with open_app() as app:
        wanted = day or local_day(app.now())
        rows = outbox_views.alarms_of(app, wanted)
    if json:
        print_json(rows)
    elif not rows:
        typer.echo(f"Ngày {wanted:%d/%m/%Y} không có báo động nào.")
    else:
        print_table(
            ("Lúc", "Nội dung", "Đã báo ra ngoài"),
            ((moment_words(row["at"]), row["words"], "rồi" if row["heard"] else "chưa") for row in rows),
        )
