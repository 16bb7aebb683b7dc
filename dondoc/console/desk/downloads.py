"""A list as a file that Excel opens, and an attached file as a download."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from datetime import date, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.reading import Reading
from dondoc.console.desk.seats import Seats
from dondoc.console.downloads import attached
from dondoc.console.pages import Pages
from dondoc.services import listing
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.listing import Line
from dondoc.services.owed import any_file
from dondoc.services.status import COUNT_NAMES, agency_name
from dondoc.store.listings import Order, Wanted

_log = logging.getLogger("dondoc.console")
BOM = "\ufeff"
"""Without it Excel reads UTF-8 as the machine's old code page."""
DELIMITER = ";"
"""With Vietnamese regional settings the decimal sign is a comma, so Excel splits at semicolons."""
HEAD = (
    "Mã nhiệm vụ", "Nhiệm vụ", "Sản phẩm", "Cơ quan", "Kỳ", "Thời hạn trong kế hoạch", "Hạn", "Tính quá hạn sau ngày",
    "Tình hình", "Ngày báo cáo", "Mã việc",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(app: App, book: Book, wanted: Wanted, order: Order, now: datetime) -> Iterator[str]:
    """The list, line by line, in a session of its own: it is read while it is sent."""
    yield BOM + _line(HEAD)
    with app.sessions() as session:
        for line in listing.lines(session, {book.plan.id: book}, wanted, order, now):
            yield _line(_cells(line, book))


def _cells(line: Line, book: Book) -> tuple[str, ...]:
    task = book.plan.by_id.get(line.task_id)
    state = "Đã báo cáo, chờ duyệt" if line.work == "reported" else COUNT_NAMES[line.count]
    return (
        line.task_id, task.activity if task else "Báo cáo định kỳ", "; ".join(task.products) if task else "",
        agency_name(book, line.agency), line.name, task.deadline if task else "", _day(line.due_on),
        _day(line.late_after), state, _day(line.submitted_on), line.obligation_id,
    )  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=DELIMITER).writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) or cell.startswith(_FORMULA) else cell


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def file_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of attached files."""
    return [Route("/theo-doi/tep/{id:int}", _Files(app, pages, seats, demo).file)]


class _Files(Reading):
    def file(self, request: Request) -> Response:
        """An attached file, as a download, to everybody who is signed in."""
        with self.app.sessions() as session:
            self.seats.require(session, request)
            row = any_file(session, request.path_params["id"])
        if row is None:
            raise HTTPException(404)
        return attached(self.app.settings.home, row)
