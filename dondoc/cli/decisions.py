"""`dondoc extension …`, `waive`, `reassign`: what the supervisor decides, by command, as the pages do.

With `--dry-run` a command only tells what the decision would do.
"""

from __future__ import annotations

import getpass
import json as jsonlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import typer

from dondoc.bootstrap import open_app
from dondoc.errors import Refused
from dondoc.intake.texts import parse_day
from dondoc.rendering.wording import full_day
from dondoc.services import extending, reassigning, waiving
from dondoc.services.app import App
from dondoc.services.extending import Extended
from dondoc.services.foretelling import Grant, Lift, Planned, Reassign, Refuse, Waive, foretell
from dondoc.services.waiving import Waived

R = TypeVar("R")
extension_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ObligationId = Annotated[str, typer.Argument(help="Mã việc: kế hoạch/nhiệm vụ/phần/kỳ/cơ quan")]
ByWhom = Annotated[str | None, typer.Option("--by", help="Ai: mã cơ quan hoặc tên; mặc định người chạy lệnh")]
AnswerId = Annotated[int | None, typer.Option("--answer-id", help="Số câu trả lời đã đọc; từ chối nếu đã có bản mới")]
AsJson = Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Chỉ nói quyết định sẽ có tác dụng gì, không ghi")]
Reason = Annotated[str, typer.Option(help="Lý do, đơn vị sẽ đọc được")]


@extension_app.command()
def grant(
    obligation: ObligationId,
    until: Annotated[str | None, typer.Option(help="Gia hạn đến ngày này; để trống là ngày đơn vị xin")] = None,
    reason: Annotated[str, typer.Option(help="Lý do; bắt buộc khi đơn vị không xin")] = "",
    answer_id: AnswerId = None,
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Cho gia hạn một việc."""
    day, who = day_of(until, "--until"), by or this_person()
    decide(
        Grant(obligation, who, day, answer_id, reason), dry_run, json,
        lambda app, now: extending.grant(
            app, obligation, by=who, now=now, until=day, answer_id=answer_id, why=reason
        ),
        lambda found: f"Đã gia hạn; hạn mới: {_due(found)}.",
    )  # fmt: skip


@extension_app.command()
def refuse(
    obligation: ObligationId,
    reason: Reason,
    answer_id: AnswerId = None,
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Không cho gia hạn một việc."""
    who = by or this_person()
    decide(
        Refuse(obligation, who, answer_id, reason), dry_run, json,
        lambda app, now: extending.refuse(app, obligation, by=who, now=now, reason=reason, answer_id=answer_id),
        lambda found: f"Đã từ chối gia hạn; hạn vẫn là {_due(found)}.",
    )  # fmt: skip


def waive(
    obligation: ObligationId,
    reason: Reason,
    lift: Annotated[bool, typer.Option("--lift", help="Thôi miễn, thay vì miễn")] = False,
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Miễn một việc, hoặc thôi miễn."""
    who = by or this_person()
    planned: Planned = Lift(obligation, who, reason) if lift else Waive(obligation, who, reason)
    act = waiving.lift if lift else waiving.waive
    decide(
        planned, dry_run, json,
        lambda app, now: act(app, obligation, by=who, now=now, why=reason),
        lambda found: "Đã miễn." if found.is_waived else f"Đã thôi miễn; hạn: {_due(found)}.",
    )  # fmt: skip


def reassign(
    obligation: ObligationId,
    agency: Annotated[str, typer.Argument(help="Cơ quan nhận việc (mã hoặc tên)")],
    reason: Reason,
    answer_id: AnswerId = None,
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Chuyển một việc cho cơ quan khác."""
    who = by or this_person()
    decide(
        Reassign(obligation, who, agency, answer_id, reason), dry_run, json,
        lambda app, now: reassigning.reassign(
            app, obligation, agency, by=who, now=now, why=reason, answer_id=answer_id
        ),
        lambda found: f"Đã chuyển: {found.new_obligation_id}, hạn {_day(found.due_on)}.",
    )  # fmt: skip


def decide(
    planned: Planned, dry_run: bool, json: bool, act: Callable[[App, datetime], R], words: Callable[[R], str]
) -> None:
    """Make the decision and say what was done, or only tell what it would do."""
    with open_app() as app:
        if dry_run:
            foretold = list(foretell(app, planned, app.now()))
            typer.echo(to_json({"foretold": foretold}) if json else "\n".join(foretold))
            return
        found = act(app, app.now())
    typer.echo(to_json(asdict(found)) if json else words(found))  # type: ignore[call-overload]


def to_json(row: Any) -> str:
    """One line for machines; days and moments in ISO form."""
    return jsonlib.dumps(row, ensure_ascii=False, default=lambda value: value.isoformat())


def day_of(text: str | None, option: str) -> date | None:
    """The day that was typed for an option. Raises Refused for what is no day."""
    day = parse_day(text) if text else None
    if text and day is None:
        raise Refused(f"{option}: không đọc được ngày “{text}”; ghi 29/3/2024 hoặc 2024-03-29.")
    return day


def this_person() -> str:
    """Who runs the command, as the journal tells it."""
    return f"dòng lệnh ({getpass.getuser()})"


def _due(found: Extended | Waived) -> str:
    return _day(found.due_on)


def _day(day: date | None) -> str:
    return full_day(day) if day else "không có"
