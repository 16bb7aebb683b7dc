"""`dondoc report …`: answers entered and reviewed by command, as the pages do."""

from __future__ import annotations

import json as jsonlib
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.decisions import (
    AnswerId,
    AsJson,
    ByWhom,
    DryRun,
    ObligationId,
    Reason,
    day_of,
    decide,
    this_person,
    to_json,
)
from dondoc.cli.kept_files import kept
from dondoc.cli.notice_words import print_table
from dondoc.domain.moments import ZONE
from dondoc.errors import Refused
from dondoc.rendering.wording import full_day
from dondoc.services import answering, inbox, reviewing, undoing
from dondoc.services.foretelling import Accept, Return, Undo
from dondoc.services.replies import REPLY_KINDS, REPLY_NAMES, Reply, ReplyKind
from dondoc.services.reviewing import Reviewed
from dondoc.services.undoing import DECISION_NAMES

ALL = 1_000_000
report_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

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
        files = kept(app, file or [])
        reply = Reply(_kind(answer), day_of(until, "--until"), number, day_of(date_, "--date"), note, files, whose)
        receipt = answering.submit(
            app, obligation_ids=obligations, reply=reply, by=by or this_person(),
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
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Chấp nhận câu trả lời đang chờ duyệt: hoàn thành, không phát sinh, không phải đơn vị tôi."""
    who = by or this_person()
    decide(
        Accept(obligation, who, answer_id, document_date), dry_run, json,
        lambda app, now: _Told.of(reviewing.accept(
            app, obligation, by=who, now=now, answer_id=answer_id, document_date_counts=document_date
        )),
        _accepted,
    )  # fmt: skip


@report_app.command("return")
def return_(
    obligation: ObligationId,
    reason: Reason,
    correct_by: Annotated[str | None, typer.Option("--correct-by", help="Bổ sung trước hết ngày này")] = None,
    answer_id: AnswerId = None,
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Trả lại câu trả lời đang chờ duyệt, kèm lý do và ngày bổ sung."""
    day, who = day_of(correct_by, "--correct-by"), by or this_person()
    decide(
        Return(obligation, who, answer_id, day, reason), dry_run, json,
        lambda app, now: _Told.of(reviewing.return_(
            app, obligation, by=who, now=now, reason=reason, answer_id=answer_id, correct_by=day
        )),
        lambda found: f"Đã trả lại; đề nghị bổ sung trước hết {_full(found.correct_by)}.",
    )  # fmt: skip


@report_app.command()
def undo(
    obligation: ObligationId,
    reason: Annotated[str, typer.Option(help="Vì sao lấy lại")],
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Lấy lại quyết định gần nhất về một việc: chấp nhận, trả lại, gia hạn, từ chối gia hạn, miễn, chuyển."""
    who = by or this_person()
    decide(
        Undo(obligation, who, reason), dry_run, json,
        lambda app, now: undoing.undo(app, obligation, by=who, now=now, why=reason),
        lambda found: f"Đã lấy lại quyết định {DECISION_NAMES[found.decision.kind]}; hạn: {_full(found.due_on)}.",
    )  # fmt: skip


@report_app.command("list")
def show(
    plan: Annotated[str | None, typer.Option(help="Mã kế hoạch")] = None,
    reviewer: Annotated[str | None, typer.Option(help="Chỉ những gì cơ quan này duyệt")] = None,
    json: AsJson = False,
) -> None:
    """Các câu trả lời đang chờ quyết định, cũ nhất trước."""
    with open_app() as app, app.sessions() as session:
        found = inbox.inbox(app, session, app.now(), reviewer=reviewer, plan_id=plan, size=ALL).items
    if json:
        typer.echo(to_json([_row(one) for one in found]))
        return
    if not found:
        typer.echo("Không có báo cáo nào chờ duyệt.")
        return
    print_table(
        ("Số", "Việc", "Trả lời", "Gửi lúc", "Đã chờ", "Hạn", "Văn bản", "Người duyệt"),
        (
            (
                one.answer_id, one.obligation_id, REPLY_NAMES[one.kind], f"{one.at.astimezone(ZONE):%H:%M %d/%m/%Y}",
                "" if one.waited is None else f"{one.waited} ngày làm việc",
                f"{one.due_on:%d/%m/%Y}" if one.due_on else "", one.document_number or "", one.reviewer,
            )
            for one in found
        ),
    )  # fmt: skip


def _row(one: inbox.Item) -> dict[str, Any]:
    return {
        "answer_id": one.answer_id, "obligation": one.obligation_id, "agency": one.agency, "reviewer": one.reviewer,
        "kind": one.kind, "submitted_at": one.at, "document_number": one.document_number,
        "document_date": one.document_date, "until": one.until, "whose": one.whose, "due": one.due_on,
        "waited": one.waited,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    """A review as `--json` tells it."""

    obligation: str
    answer_id: int
    kind: str
    outcome: str
    submitted_on: date
    late: bool
    correct_by: date | None
    reassigned_to: str | None

    @classmethod
    def of(cls, found: Reviewed) -> Self:
        return cls(
            found.obligation_id, found.answer_id, found.kind, found.outcome, found.submitted_on, found.late,
            found.correct_by, found.reassigned_to,
        )  # fmt: skip


def _accepted(found: _Told) -> str:
    if found.reassigned_to is not None:
        return f"Đã chấp nhận: việc chuyển cho {found.reassigned_to}."
    if found.kind != "done":
        return "Đã chấp nhận: việc được miễn."
    how = "quá hạn" if found.late else "đúng hạn"
    return f"Đã chấp nhận: hoàn thành {how} (tính theo ngày {full_day(found.submitted_on)})."


def _full(day: date | None) -> str:
    return full_day(day) if day else "không có"


def _kind(text: str) -> ReplyKind:
    kind = next((known for known in REPLY_KINDS if known == text), None)
    if kind is None:
        raise Refused(f"Không có câu trả lời “{text}”: chọn {', '.join(REPLY_KINDS)}.")
    return kind
