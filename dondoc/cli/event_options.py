"""What the commands of `dondoc event` share: their options, the kinds as people write them, and what is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dondoc.cli.decisions import day_of, to_json
from dondoc.cli.notice_words import print_table
from dondoc.domain.events import EVENT_KINDS, Event, EventKind
from dondoc.domain.slug import slug
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.event_choices import Choice
from dondoc.services.event_words import closed_words, done_words, opened_words
from dondoc.services.events import Recorded
from dondoc.services.proposing import Proposed, proposed_among
from dondoc.services.waiting_clauses import clauses

KIND_WORDS: Mapping[str, EventKind] = {
    **{kind: kind for kind in EVENT_KINDS},
    "huong-dan": "guidance", "van-ban-huong-dan": "guidance", "quyet-dinh": "decision", "ke-hoach": "plan",
    "de-an": "plan", "phuong-an": "plan", "quy-dinh": "regulation", "van-ban-quy-pham-phap-luat": "regulation",
    "qppl": "regulation", "chi-dao": "directive", "van-ban-chi-dao": "directive", "chu-truong": "directive",
    "yeu-cau": "request", "de-nghi": "request", "ho-so": "request", "thay-doi": "change", "phat-hien": "finding",
    "ket-qua": "product", "khac": "other", "su-kien-khac": "other",
}  # fmt: skip
"""The kinds in English, and as officers call them, without accents."""

_KINDS_HELP = (
    "guidance (huong-dan), decision (quyet-dinh), plan (ke-hoach), regulation (quy-dinh), directive (chi-dao), request "
    "(yeu-cau), change (thay-doi), finding (phat-hien), other (khac)"
)
EventId = Annotated[str, typer.Argument(metavar="EVENT", help="Mã sự kiện, xem ở list")]
Kind = Annotated[str, typer.Option(help=_KINDS_HELP)]
EventDay = Annotated[str, typer.Option("--date", help="Ngày của văn bản hoặc sự kiện")]
Subject = Annotated[str, typer.Option(help="Trích yếu, nội dung")]
Number = Annotated[str | None, typer.Option(help="Số, ký hiệu văn bản")]
Issuer = Annotated[str | None, typer.Option(help="Cơ quan ban hành")]
Again = Annotated[int, typer.Option(min=1, max=999, help="Lần thứ mấy trong ngày, khi xảy ra nhiều lần")]
Tasks = Annotated[list[str] | None, typer.Option("--task", help="Nhiệm vụ mà sự kiện mở, có thể nhiều lần")]
PlanId = Annotated[str | None, typer.Option("--plan", help="Mã kế hoạch, khi theo dõi nhiều kế hoạch")]
Agencies = Annotated[
    list[str] | None, typer.Option("--agency", help="Chỉ cơ quan này (mã hoặc tên), có thể nhiều lần; mặc định tất cả")
]
Due = Annotated[str | None, typer.Option("--due", help="Hạn mà văn bản đặt")]
NoDue = Annotated[bool, typer.Option("--no-due", help="Văn bản không đặt hạn: chỉ có mốc phấn đấu, không tính quá hạn")]
PartLabel = Annotated[str | None, typer.Option("--part", help="Chỉ phần việc này của nhiệm vụ")]
Why = Annotated[str, typer.Option(help="Vì sao; ghi vào nhật ký")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Chỉ nói sẽ có tác dụng gì, không ghi")]


def kind_of(text: str) -> EventKind:
    """The kind that was typed. Raises Refused for an unknown one."""
    found = KIND_WORDS.get(slug(text))
    if found is None:
        raise Refused(f"--kind: không có loại sự kiện “{text}”; chọn {_KINDS_HELP}.")
    return found


def choices_of(
    tasks: list[str] | None, plan: str | None, agencies: list[str] | None, due: str | None, no_due: bool,
    part: str | None,
) -> tuple[Choice, ...]:  # fmt: skip
    """One choice for each task; everything else holds for all of them. Raises Refused when it stands without a task."""
    if not tasks and (agencies or due or no_due or part):
        raise Refused("--agency, --due, --no-due, --part chỉ dùng cùng với --task.")
    day = day_of(due, "--due")
    return tuple(Choice(task, plan, tuple(agencies or ()), day, no_due, part) for task in tasks or ())


def tell(
    app: App, done: Recorded, said: str, choices: int, dry_run: bool, json: bool, offered: tuple[Proposed, ...] = ()
) -> None:
    """What was done or would be: in sentences and a table, or for machines."""
    if json:
        typer.echo(to_json({**_row(done, dry_run), "proposals": proposal_rows(offered)}))
        return
    with app.sessions() as session:
        known = books(app, session)
    for words in (said, *done_words(done, known, choices, would=dry_run)):
        typer.echo(words)
    if done.opened:
        columns = ("Cơ quan", "Nhiệm vụ", "Ngày", "")
        print_table(columns, (opened_words(one, known) for one in done.opened))
    if done.closed:
        print_table(("Cơ quan", "Việc được rút"), (closed_words(key, known) for key in done.closed))


def _row(done: Recorded, dry_run: bool) -> dict[str, Any]:
    opened = [
        {
            "obligation": one.obligation_id, "plan": one.plan_id, "task": one.task_id, "agency": one.agency,
            "due": one.due_on, "target": one.target_on, "new": one.is_new,
        }
        for one in done.opened
    ]  # fmt: skip
    return {"event": done.event_id, "dry_run": dry_run, "opened": opened, "closed": done.closed, "note": done.unheard}


def proposals(app: App, event: Event, plan: str | None = None) -> tuple[Proposed, ...]:
    """What the event may open, by wording."""
    with app.sessions() as session:
        known: dict[str, Book] = books(app, session, live=True)
        found = clauses(session, known)
    return proposed_among(event, (one for one in found if plan in (None, one.book.plan.id)))


def print_proposals(found: tuple[Proposed, ...], event_id: str) -> None:
    """The proposals as a table, and how to confirm one."""
    if not found:
        typer.echo("Không có điều kiện nào giống văn bản này; xem mọi điều kiện đang chờ: dondoc event waiting.")
        return
    typer.echo("Có thể mở (chưa mở gì, một người xác nhận):")
    print_table(
        ("Nhiệm vụ", "Kế hoạch", "Đang chờ", "Vì sao"),
        ((one.clause.task.id, one.clause.book.plan.id, "; ".join(one.clause.questions), one.why) for one in found),
    )
    first = found[0].clause
    typer.echo(f"Xác nhận: dondoc event tie {event_id} --task {first.task.id} --plan {first.book.plan.id}")


def proposal_rows(found: tuple[Proposed, ...]) -> list[dict[str, Any]]:
    """The proposals for machines."""
    return [
        {
            "plan": one.clause.book.plan.id, "task": one.clause.task.id, "part": one.clause.part.label,
            "words": list(one.clause.questions), "why": one.why,
        }
        for one in found
    ]  # fmt: skip
