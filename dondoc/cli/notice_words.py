"""What the commands of `dondoc notice` share: their options, and how an outcome is told to people and to machines."""

from __future__ import annotations

import getpass
import json as jsonlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from dondoc.domain.moments import ZONE, parse_day
from dondoc.intake.texts import clean_line
from dondoc.services.outbox_views import Departure
from dondoc.services.releasing import Moved

_LARGEST = 2**63 - 1  # of a BIGINT key: a longer number is a slip of the hand, not a fault of the database


def read_day(text: str) -> date:
    """The day as people or machines write it; a usage mistake (exit 2) otherwise."""
    try:
        return parse_day(text)
    except ValueError as error:
        raise typer.BadParameter(f"“{text}” không phải ngày: viết 2026-11-26 hoặc 26/11/2026") from error


Number = Annotated[int, typer.Argument(min=1, max=_LARGEST, metavar="SỐ", help="Số, xem ở danh sách")]
Numbers = Annotated[list[int], typer.Argument(min=1, max=_LARGEST, metavar="SỐ", help="Số của thư, xem ở list")]
SomeNumbers = Annotated[
    list[int] | None, typer.Argument(min=1, max=_LARGEST, metavar="SỐ", help="Số của thư, xem ở list")
]
Day = Annotated[date | None, typer.Option(parser=read_day, metavar="NGÀY", help="2026-11-26 hoặc 26/11/2026")]
Reason = Annotated[str, typer.Option(help="Vì sao; ghi vào nhật ký")]
AsJson = Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc")]


def who() -> str:
    """Who the journal says did it."""
    return f"dòng lệnh ({getpass.getuser()})"


def tell(found: Moved, done: str, json: bool, after: str = "") -> None:
    """How many moved and what happens `after`, then each that did not and why (stderr). Exit 1 when one did not."""
    if json:
        stayed = [{"id": number, "why": why} for number, why in found.stayed.items()]
        notes = [{"id": number, "note": note} for number, note in found.notes.items()]
        print_json({"moved": list(found.moved), "stayed": stayed, "notes": notes})
    else:
        for line in filter(None, (f"{done} {len(found.moved)} thư.", after, *found.notes.values())):
            typer.echo(clean_line(line))
        for why in found.stayed.values():
            typer.echo(clean_line(why), err=True)
    if found.stayed:
        raise typer.Exit(1)


def print_json(data: Any) -> None:
    """For machines: one line of UTF-8 on stdout."""
    typer.echo(jsonlib.dumps(data, ensure_ascii=False))


def print_table(columns: Iterable[str], rows: Iterable[Iterable[object]], *, whole_first: bool = False) -> None:
    """A table whose cells are shown as they are: a server's "[10.0.0.1]" is no markup and no command to a terminal.

    With `whole_first` the first column, by which a person names a row to the next command, is never cut.
    """
    first, *others = columns
    table = Table(Column(first, no_wrap=whole_first, overflow="fold"), *others)
    for row in rows:
        table.add_row(*map(as_it_is, row))
    Console().print(table)


def as_it_is(cell: object) -> Text:
    """For a cell or title of Rich: what somebody wrote, in one line."""
    return Text(clean_line(str(cell)))


def day_words(iso: str) -> str:
    """26/11/2026, of what a view writes for machines."""
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


def moment_words(iso: str | None) -> str:
    """08:00 26/11/2026, of what a view writes for machines; "" for no moment."""
    return f"{datetime.fromisoformat(iso).astimezone(ZONE):%H:%M %d/%m/%Y}" if iso else ""


def departure_words(leaves: Departure, now: datetime) -> str:
    """When what may leave now really leaves."""
    if leaves.stopped:
        return "Đang dừng gửi mọi thư: chưa đi cho đến khi gửi tiếp (dondoc notice stop-all --off --reason …)."
    if leaves.at is None:
        return "Đi trong giờ làm việc kế tiếp."
    if leaves.at <= now:
        return "Đang giờ làm việc: đi trong lần gửi kế tiếp."
    return f"Ngoài giờ làm việc: đi từ {leaves.at.astimezone(ZONE):%H:%M ngày %d/%m/%Y}."
