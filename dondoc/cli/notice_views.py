"""`dondoc notice list`, `show`: what is in the outbox, and all about one message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import AsJson, Day, Number, day_words, moment_words, print_json, print_table
from dondoc.domain.explain import KIND_NAMES
from dondoc.intake.texts import clean_line, clean_text
from dondoc.services import outbox_views
from dondoc.services.outbox_views import FOR_A_PERSON, STATUS_NAMES, STATUSES
from dondoc.store.messages import MessageStatus

MOST_ROWS = 500
"""So many rows a person is shown at once; machines get all."""
CLASS_NAMES = {
    "digest": "thư trong ngày", "held": "thư nêu tên đơn vị chậm", "apply": "danh mục việc của năm",
    "event": "việc do sự kiện mở", "urgent": "nhắc bằng tay", "receipt": "biên nhận",
}  # fmt: skip
LINE_STATES = {"dropped": " (đã bỏ)", "superseded": " (đã có nội dung sát hơn)"}
ACTION_NAMES = {
    "released": "cho gửi", "dropped": "bỏ", "undropped": "lấy lại", "held": "giữ lại", "reworded": "sửa lời",
    "settled": "rõ kết quả", "channel-switched": "đổi kênh", "expired": "quá ngày",
    "carried-on": "chuyển nội dung sang thư sau",
}  # fmt: skip


def list_(
    status: Annotated[str | None, typer.Option(help=", ".join(STATUSES))] = None,
    day: Day = None,
    recipient: Annotated[
        str | None, typer.Option(help="Người nhận (cơ quan/focal, cơ quan/head) hoặc mã cơ quan")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Thư ở mọi tình trạng")] = False,
    json: AsJson = False,
) -> None:
    """Các thư chờ người xem: đang giữ, bị từ chối, chưa rõ, chờ quản trị viên; mới nhất trước."""
    statuses = _statuses(status, all_)
    with open_app() as app:
        rows = outbox_views.listed(app, statuses, day=day, recipient=recipient)
    if json:
        print_json(rows)
    elif not rows:
        filtered = day or recipient or statuses != FOR_A_PERSON
        typer.echo("Không có thư nào như vậy." if filtered else "Không có thư nào chờ người xem.")
    else:
        _print_rows(rows)


def _statuses(status: str | None, every: bool) -> tuple[MessageStatus, ...]:
    if status is not None and every:
        raise typer.BadParameter("chọn --status hoặc --all, không cả hai", param_hint="--all")
    if every:
        return STATUSES
    return FOR_A_PERSON if status is None else (outbox_views.status_of(status),)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    print_table(
        ("Số", "Ngày", "Tình trạng", "Người nhận", "Kênh", "Lần gửi", "Tiêu đề", "Lý do"),
        (
            (
                row["id"], day_words(row["day"]), STATUS_NAMES[row["status"]], row["recipient"], row["channel"],
                row["attempts"], row["subject"], row["reason"],
            )
            for row in rows[:MOST_ROWS]
        ),
    )  # fmt: skip
    if len(rows) > MOST_ROWS:
        typer.echo(f"Còn {len(rows) - MOST_ROWS} thư nữa; thu hẹp bằng --day, --recipient hoặc --status.")


def show(message: Number, json: AsJson = False) -> None:
    """Toàn bộ một thư: lời, nội dung nhắc, các lần gửi, nhật ký; liên kết cá nhân không hiện ra."""
    with open_app() as app:
        data = outbox_views.shown(app, message)
    if json:
        print_json(data)
        return
    for line in (*_head(data), *_lines(data), *_attempts(data), *_journal(data)):
        typer.echo(line)
    typer.echo("\nLời thư:\n")
    typer.echo(clean_text(data["text"]))


def _head(data: dict[str, Any]) -> Iterator[str]:
    klass = data["class"].partition(":")[0]
    yield f"Thư {data['id']}: {STATUS_NAMES[data['status']]}"
    release = data["release"]
    facts = {
        "Ngày": f"{day_words(data['day'])}, {CLASS_NAMES.get(klass, klass)}",
        "Người nhận": f"{data['recipient']} ({data['address_name']}), {data['channel']} {data['address']}",
        "Tiêu đề": data["subject"],
        "Lý do": data["reason"],
        "Cho gửi": f"{moment_words(release['at'])}, {release['by']}" if release else "",
        "Thử lại từ": moment_words(data["next_try_at"]) if data["status"] == "retry" else "",
        "Gửi lúc": moment_words(data["sent_at"]),
        "Nơi nhận xác nhận": moment_words(data["confirmed_at"]),
        "Mã thư": data["message_id"],
    }
    yield from (f"  {name}: {clean_line(words)}" for name, words in facts.items() if words)


def _lines(data: dict[str, Any]) -> Iterator[str]:
    yield "\nNội dung nhắc:"
    for line in data["lines"]:
        kind = KIND_NAMES.get(line["kind"], line["kind"])
        state = LINE_STATES.get(line["status"], "")
        yield clean_line(f"- {kind}{state}: {line['obligation']}. {line['reason']}")
    if not data["lines"]:
        yield "Không còn nội dung nào: đã chuyển sang thư sau."


def _attempts(data: dict[str, Any]) -> Iterator[str]:
    yield "\nLần gửi:"
    for one in data["attempts"]:
        ended = STATUS_NAMES[one["outcome"]] if one["outcome"] else "chưa có kết quả"
        code = f" {one['code']}" if one["code"] else ""
        said = f" {one['text']}" if one["text"] else ""
        settled = f" ({one['settled']})" if one["settled"] else ""
        when = moment_words(one["started_at"])
        yield clean_line(f"- {one['channel']} lần {one['n']}, {when}: {ended}.{code}{said}{settled}")
    if not data["attempts"]:
        yield "Chưa gửi lần nào."


def _journal(data: dict[str, Any]) -> Iterator[str]:
    yield "\nNhật ký:"
    for one in data["journal"]:
        action = ACTION_NAMES.get(one["action"], one["action"])
        yield clean_line(f"- {moment_words(one['at'])}, {one['who']}: {action}. {one['why']}")
    if not data["journal"]:
        yield "Chưa ai quyết định gì về thư này."
