"""`dondoc event …`: what tasks without a date wait for, recorded, tied to them and taken back, as the pages do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dondoc.bootstrap import open_app
from dondoc.cli import event_views
from dondoc.cli.decisions import AsJson, ByWhom, day_of, this_person, to_json
from dondoc.cli.event_cases import cases
from dondoc.cli.event_options import (
    Again,
    Agencies,
    DryRun,
    Due,
    EventDay,
    EventId,
    Issuer,
    Kind,
    NoDue,
    Number,
    PartLabel,
    PlanId,
    Subject,
    Tasks,
    Why,
    choices_of,
    kind_of,
    print_proposals,
    proposals,
    tell,
)
from dondoc.cli.kept_files import kept
from dondoc.domain.events import Event
from dondoc.errors import Refused
from dondoc.services import events
from dondoc.store.events import NewFile

event_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
event_app.command("list")(event_views.show_list)
event_app.command("show")(event_views.show)
event_app.command("waiting")(event_views.show_waiting)
event_app.command("propose")(event_views.propose)
event_app.command("cases")(cases)


@event_app.command()
def record(
    kind: Kind,
    date_: EventDay,
    subject: Subject,
    number: Number = None,
    issuer: Issuer = None,
    file: Annotated[list[Path] | None, typer.Option(help="Tệp văn bản, có thể nhiều lần")] = None,
    task: Tasks = None,
    plan: PlanId = None,
    agency: Agencies = None,
    due: Due = None,
    no_due: NoDue = False,
    part: PartLabel = None,
    note: Annotated[str | None, typer.Option(help="Ghi chú")] = None,
    again: Again = 1,
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Ghi một sự kiện vào sổ; có --task thì mở việc ngay, không thì chờ gắn với nhiệm vụ và hiện đề xuất."""
    choices = choices_of(task, plan, agency, due, no_due, part)
    event = _event(kind, date_, subject, number, issuer, again)
    with open_app() as app:
        files = [NewFile(one.name, one.media_type, one.size, one.sha256) for one in kept(app, file or [])]
        done = events.record(
            app, event, choices, by=by or this_person(), now=app.now(), note=note, files=files, dry_run=dry_run
        )
        will = "Sẽ ghi" if dry_run else "Đã ghi"
        said = f"{will} sự kiện {done.event_id}: {event.name.removeprefix('Theo ')}."
        offered = () if choices else proposals(app, event, plan)
        tell(app, done, said, len(choices), dry_run, json, offered)
    if not choices and not json:
        typer.echo("Chưa mở việc nào: sự kiện chờ gắn với nhiệm vụ.")
        print_proposals(offered, done.event_id)


@event_app.command()
def correct(
    event_id: EventId,
    kind: Kind,
    date_: EventDay,
    subject: Subject,
    number: Number = None,
    issuer: Issuer = None,
    again: Again = 1,
    by: ByWhom = None,
    json: AsJson = False,
) -> None:
    """Ghi lại cho đúng một văn bản đã vào sổ mà chưa mở việc nào; tệp đi theo, bản ghi cũ ở lại."""
    event = _event(kind, date_, subject, number, issuer, again)
    with open_app() as app:
        new_id = events.correct(app, event_id, event, by=by or this_person(), now=app.now())
    typer.echo(to_json({"event": new_id, "before": event_id}) if json else f"Đã ghi lại cho đúng: sự kiện {new_id}.")


def _event(kind: str, day: str, subject: str, number: str | None, issuer: str | None, again: int) -> Event:
    on = day_of(day, "--date")
    if on is None:
        raise Refused("--date: ghi ngày của sự kiện, ví dụ 29/3/2024.")
    return Event(kind_of(kind), on, subject, number, issuer, again)


@event_app.command()
def tie(
    event_id: EventId,
    task: Tasks = None,
    plan: PlanId = None,
    agency: Agencies = None,
    due: Due = None,
    no_due: NoDue = False,
    part: PartLabel = None,
    by: ByWhom = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Gắn sự kiện đã ghi với nhiệm vụ: xác nhận đề xuất, mở việc. Gắn thêm nhiều lần được."""
    choices = choices_of(task, plan, agency, due, no_due, part)
    with open_app() as app:
        done = events.tie(app, event_id, choices, by=by or this_person(), now=app.now(), dry_run=dry_run)
        will = "Sẽ gắn" if dry_run else "Đã gắn"
        tell(app, done, f"{will} sự kiện {event_id} với {len(choices)} nhiệm vụ.", len(choices), dry_run, json)


@event_app.command()
def retract(event_id: EventId, why: Why, by: ByWhom = None, dry_run: DryRun = False, json: AsJson = False) -> None:
    """Lấy lại một sự kiện: việc đã mở được rút, lịch sử được giữ, cơ quan đã được báo thì được báo lại."""
    with open_app() as app:
        done = events.retract(app, event_id, by=by or this_person(), now=app.now(), why=why, dry_run=dry_run)
        will = "Sẽ lấy lại" if dry_run else "Đã lấy lại"
        tell(app, done, f"{will} sự kiện {event_id}.", 0, dry_run, json)


@event_app.command()
def dismiss(event_id: EventId, why: Why, by: ByWhom = None, json: AsJson = False) -> None:
    """Ghi rằng một văn bản không mở việc nào: thôi chờ gắn, vẫn ở trong sổ."""
    with open_app() as app:
        events.dismiss(app, event_id, by=by or this_person(), now=app.now(), why=why)
    typer.echo(to_json({"event": event_id, "state": "dismissed"}) if json else f"Sự kiện {event_id} không mở việc nào.")
