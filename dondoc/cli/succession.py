"""`dondoc succession …`: what ended bodies still owe, and passing it on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli.notice_words import AsJson, Day, print_json, print_table, who
from dondoc.domain.moments import at as moment_of
from dondoc.services import succession
from dondoc.services.app import App
from dondoc.services.succession import Succession

succession_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
PlanId = Annotated[str, typer.Argument(metavar="KẾ HOẠCH", help="Mã kế hoạch đang theo dõi")]
Choices = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="CŨ=MỚI", help="Cơ quan đã kết thúc=cơ quan nhận việc (mã); có thể nhiều lần"),
]


@succession_app.command()
def show(plan: PlanId, at: Day = None, to: Choices = None, json: AsJson = False) -> None:
    """Việc còn mở của cơ quan đã kết thúc: chuyển cho ai, việc nào phải hỏi người. Không ghi gì."""
    with open_app() as app:
        found = succession.survey(app, plan, moment_of(at) if at else app.now(), _choices(to))
    _tell(found, json, "sẽ chuyển")


@succession_app.command()
def apply(plan: PlanId, to: Choices = None, json: AsJson = False) -> None:
    """Chuyển việc còn mở cho cơ quan kế thừa, giữ lịch sử, hạn mới công bằng; chạy lại thì không làm gì thêm."""
    with open_app() as app:
        found = _carry_out(app, plan, app.now(), to)
    _tell(found, json, "đã chuyển")


def _carry_out(app: App, plan: str, now: datetime, to: list[str] | None) -> Succession:
    return succession.carry_out(app, plan, now, who() if to else succession.BY, _choices(to))


def _choices(to: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in to or ():
        old, equals, new = pair.partition("=")
        if not equals or not old.strip() or not new.strip():
            raise typer.BadParameter(f"“{pair}”: viết CŨ=MỚI, ví dụ so-cu=so-moi")
        found[old.strip()] = new.strip()
    return found


def _tell(found: Succession, json: bool, done: str) -> None:
    if json:
        print_json(succession.to_json(found))
        return
    if found.moves:
        rows = ((m.obligation_id, m.to, "đã phải thực hiện cùng việc này" if m.merged else "") for m in found.moves)
        print_table(("Việc", "Cơ quan kế thừa", "Ghi chú"), rows)
    for question in found.questions:
        heirs = ", ".join(question.heirs) or "danh bạ không ghi cơ quan nào"
        typer.echo(
            f"Cần người chỉ định: {len(question.obligation_ids)} việc của {question.agency} (kết thúc"
            f" {question.ended_on:%d/%m/%Y}; kế thừa: {heirs}). Dùng --to {question.agency}=<mã>."
        )
    if found.unreviewed:
        typer.echo(f"Chờ duyệt trước đã: {', '.join(found.unreviewed)}.")
    typer.echo(f"{len(found.moves)} việc {done}.")
