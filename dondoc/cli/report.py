"""`dondoc report …`: answers entered and reviewed by command, as the pages do."""

from __future__ import annotations

import getpass
import json as jsonlib
import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import print_table
from dondoc.errors import Problem, ProblemsFound, Refused
from dondoc.intake.files import Checked
from dondoc.intake.texts import parse_day
from dondoc.rendering.wording import full_day
from dondoc.services import answering, attachments, reviewing
from dondoc.services.app import App
from dondoc.services.replies import REPLY_KINDS, REPLY_NAMES, Reply, ReplyKind
from dondoc.services.reviewing import Reviewed, Waiting

report_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ObligationId = Annotated[str, typer.Argument(help="Mã việc: kế hoạch/nhiệm vụ/phần/kỳ/cơ quan")]
ByWhom = Annotated[str | None, typer.Option("--by", help="Ai: mã cơ quan hoặc tên; mặc định người chạy lệnh")]
AnswerId = Annotated[int | None, typer.Option("--answer-id", help="Số báo cáo đã đọc; từ chối nếu đã có bản mới")]
AsJson = Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")]

_KINDS_HELP = (
    "ack (hẹn ngày), progress (đang thực hiện; việc chờ sự kiện: đã xảy ra), done (hoàn thành), extension (xin gia "
    "hạn), not_applicable (không phát sinh, không thuộc thẩm quyền), not_mine (không phải đơn vị tôi), not_happened "
    "(chưa xảy ra)"
)


@report_app.command()
def submit(
    obligations: Annotated[list[str], typer.Argument(help="Một hoặc nhiều mã việc")],
    answer: Annotated[str, typer.Option(help=_KINDS_HELP)],
    until: Annotated[str | None, typer.Option(help="Ngày hẹn (ack), ngày đề nghị (extension)")] = None,
    number: Annotated[str | None, typer.Option(help="Số, ký hiệu văn bản")] = None,
    date_: Annotated[str | None, typer.Option("--date", help="Ngày văn bản")] = None,
    note: Annotated[str | None, typer.Option(help="Nội dung")] = None,
    file: Annotated[list[Path] | None, typer.Option(help="Tệp minh chứng, có thể nhiều lần")] = None,
    whose: Annotated[str | None, typer.Option(help="Việc của ai (not_mine): mã cơ quan trong danh bạ")] = None,
    submission: Annotated[str | None, typer.Option(help="Khóa của lần gửi: gửi lại cùng khóa là vô hại")] = None,
    by: ByWhom = None,
    json: AsJson = False,
) -> None:
    """Ghi một câu trả lời thay đơn vị, cho một hoặc nhiều việc cùng lúc."""
    with open_app() as app:
        files = _kept(app, file or [])
        reply = Reply(_kind(answer), _day(until, "--until"), number, _day(date_, "--date"), note, files, whose)
        receipt = answering.submit(
            app, obligation_ids=obligations, reply=reply, by=by or _who(),
            submission=submission or secrets.token_urlsafe(24), now=app.now(),
        )  # fmt: skip
    if json:
        row = {"number": receipt.number, "at": receipt.at.isoformat(), "obligations": list(receipt.obligation_ids)}
        typer.echo(jsonlib.dumps({**row, "answer": receipt.reply.kind, "repeated": receipt.repeated}))
        return
    again = " (đã ghi nhận từ trước)" if receipt.repeated else ""
    count = len(receipt.obligation_ids)
    typer.echo(f"Đã ghi nhận số {receipt.number}{again}: {REPLY_NAMES[receipt.reply.kind].lower()}, {count} việc.")


@report_app.command()
def accept(
    obligation: ObligationId,
    document_date: Annotated[bool, typer.Option("--document-date", help="Tính đúng hạn theo ngày văn bản")] = False,
    answer_id: AnswerId = None,
    by: ByWhom = None,
    json: AsJson = False,
) -> None:
    """Chấp nhận báo cáo hoàn thành đang chờ duyệt."""
    with open_app() as app:
        found = reviewing.accept(
            app, obligation, by=by or _who(), now=app.now(), answer_id=answer_id, document_date_counts=document_date
        )
    how = "quá hạn" if found.late else "đúng hạn"
    _told(found, json, f"Đã chấp nhận: hoàn thành {how} (tính theo ngày {full_day(found.submitted_on)}).")


@report_app.command("return")
def return_(
    obligation: ObligationId,
    reason: Annotated[str, typer.Option(help="Lý do, đơn vị sẽ đọc được")],
    correct_by: Annotated[str | None, typer.Option("--correct-by", help="Bổ sung trước hết ngày này")] = None,
    answer_id: AnswerId = None,
    by: ByWhom = None,
    json: AsJson = False,
) -> None:
    """Trả lại báo cáo hoàn thành đang chờ duyệt, kèm lý do và ngày bổ sung."""
    day = _day(correct_by, "--correct-by")
    with open_app() as app:
        found = reviewing.return_(
            app, obligation, by=by or _who(), now=app.now(), reason=reason, answer_id=answer_id, correct_by=day
        )
    until = full_day(found.correct_by) if found.correct_by else ""
    _told(found, json, f"Đã trả lại; đề nghị bổ sung trước hết {until}.")


@report_app.command("list")
def show(
    plan: Annotated[str | None, typer.Option(help="Mã kế hoạch")] = None,
    json: AsJson = False,
) -> None:
    """Các báo cáo hoàn thành đang chờ duyệt, cũ nhất trước."""
    with open_app() as app:
        found = reviewing.waiting(app, plan)
    if json:
        typer.echo(jsonlib.dumps([_row(one) for one in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("Không có báo cáo nào chờ duyệt.")
        return
    print_table(
        ("Số", "Việc", "Gửi lúc", "Hạn", "Văn bản", "Người duyệt"),
        (
            (
                one.answer_id, one.obligation_id, f"{one.submitted_at:%H:%M %d/%m/%Y}",
                f"{one.due_on:%d/%m/%Y}" if one.due_on else "", one.document_number or "", one.reviewer,
            )
            for one in found
        ),
    )  # fmt: skip


def _row(one: Waiting) -> dict[str, Any]:
    return {
        "answer_id": one.answer_id, "obligation": one.obligation_id, "agency": one.agency, "reviewer": one.reviewer,
        "submitted_at": one.submitted_at.isoformat(), "document_number": one.document_number,
        "document_date": one.document_date.isoformat() if one.document_date else None,
        "due": one.due_on.isoformat() if one.due_on else None,
    }  # fmt: skip


def _told(found: Reviewed, json: bool, words: str) -> None:
    if not json:
        typer.echo(words)
        return
    row = {
        "obligation": found.obligation_id, "answer_id": found.answer_id, "outcome": found.outcome,
        "submitted_on": found.submitted_on.isoformat(), "late": found.late,
        "correct_by": found.correct_by.isoformat() if found.correct_by else None,
    }  # fmt: skip
    typer.echo(jsonlib.dumps(row))


def _kind(text: str) -> ReplyKind:
    kind = next((known for known in REPLY_KINDS if known == text), None)
    if kind is None:
        raise Refused(f"Không có câu trả lời “{text}”: chọn {', '.join(REPLY_KINDS)}.")
    return kind


def _day(text: str | None, option: str) -> date | None:
    day = parse_day(text) if text else None
    if text and day is None:
        raise Refused(f"{option}: không đọc được ngày “{text}”; ghi 29/3/2024 hoặc 2024-03-29.")
    return day


def _kept(app: App, paths: list[Path]) -> tuple[Checked, ...]:
    """The files, checked and kept; raises ProblemsFound naming every one that is not taken."""
    kept, problems = [], []
    for path in paths:
        try:
            with path.open("rb") as stream:
                judged = attachments.take(app, path.name, stream)
        except OSError as error:
            judged = Problem(path.name, None, "error", "file-unreadable", f"không đọc được ({error.strerror}).")
        kept.append(judged) if isinstance(judged, Checked) else problems.append(judged)
    if problems:
        raise ProblemsFound(problems)
    return tuple(kept)


def _who() -> str:
    return f"dòng lệnh ({getpass.getuser()})"
