"""/theo-doi/ke-hoach/{plan}: every obligation of a plan as a table to filter, and the same list as a file."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.addresses import plan_address, with_query
from dondoc.console.desk.downloads import csv_lines
from dondoc.console.desk.reading import Reading, page_number
from dondoc.console.desk.rows import groups
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.counts import REPORTS_SECTION, REPORTS_TITLE
from dondoc.intake.texts import clean_line
from dondoc.services import listing
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.status import COUNT_NAMES
from dondoc.store.listings import Order, State, Wanted

LONGEST_SEARCH = 100
STATES: Mapping[str, tuple[State, str]] = {
    "qua-han": ("overdue", COUNT_NAMES["overdue"]),
    "sap-den-han": ("due_soon", "Sắp đến hạn"),
    "14-ngay": ("due_14_days", "Đến hạn trong 14 ngày"),
    "trong-han": ("in_term", COUNT_NAMES["in_term"]),
    "da-bao-cao": ("reported", "Đã báo cáo, chờ duyệt"),
    "tra-lai": ("returned", "Được trả lại để bổ sung"),
    "chua-den-ky": ("not_open", "Chưa đến kỳ"),
    "hoan-thanh-dung-han": ("done_on_time", COUNT_NAMES["done_on_time"]),
    "hoan-thanh-qua-han": ("done_late", COUNT_NAMES["done_late"]),
    "thuong-xuyen": ("ongoing", COUNT_NAMES["ongoing"]),
    "cho-su-kien": ("awaiting", COUNT_NAMES["awaiting"]),
    "chua-ro-don-vi": ("unassigned", COUNT_NAMES["unassigned"]),
    "duoc-mien": ("waived", COUNT_NAMES["waived"]),
}
SLUGS = {state: slug for slug, (state, _) in STATES.items()}
ORDERS: Mapping[str, tuple[Order, str]] = {
    "ke-hoach": ("plan", "Thứ tự kế hoạch"), "han": ("due", "Ngày hạn"), "co-quan": ("agency", "Cơ quan"),
}  # fmt: skip
FIELDS = ("linh-vuc", "co-quan", "trang-thai", "thang", "tim", "sap-xep")


def plan_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Plan(app, pages, seats, demo)
    return [
        Route("/theo-doi/ke-hoach/{plan}", page.table),
        Route("/theo-doi/ke-hoach/{plan}/danh-sach.csv", page.download),
    ]


@dataclass(frozen=True)
class Choices:
    """What the form offers: (value, words) of each list."""

    sections: list[tuple[str, str]]
    agencies: list[tuple[str, str]]
    states: list[tuple[str, str]]
    months: list[tuple[str, str]]
    orders: list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the values as typed, the list they mean, and the values that mean nothing."""

    typed: Mapping[str, str]
    wanted: Wanted
    order: Order
    ignored: tuple[str, ...]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return any(value for name, value in self.typed.items() if name != "sap-xep")


def choices(found: Book) -> Choices:
    """The lists of the form. Agencies are those of the plan's directory, in alphabetical order."""
    plan = found.plan
    sections = [(s.no, f"{s.no}. {s.title}") for s in plan.sections]
    months = [(f"{plan.year}-{month:02d}", f"Tháng {month}/{plan.year}") for month in range(1, 13)]
    quarters = [(f"{plan.year}-q{n}", f"Quý {'I' * n if n < 4 else 'IV'}/{plan.year}") for n in range(1, 5)]
    return Choices(
        [*sections, (REPORTS_SECTION, REPORTS_TITLE)],
        list(listing.agencies_in_order({plan.id: found}).items()),
        [(slug, words) for slug, (_, words) in STATES.items()],
        quarters + months,
        [(slug, words) for slug, (_, words) in ORDERS.items()],
    )


def asked(request: Request, found: Book, offered: Choices) -> Asked:
    """What the address asks for; a value that the form does not offer narrows nothing, and is told."""
    typed = {name: clean_line(request.query_params.get(name, ""))[:LONGEST_SEARCH] for name in FIELDS}
    lists = (
        ("linh-vuc", offered.sections), ("co-quan", offered.agencies), ("trang-thai", offered.states),
        ("thang", offered.months), ("sap-xep", offered.orders),
    )  # fmt: skip
    ignored = [name for name, known in lists if typed[name] and typed[name] not in dict(known)]
    told = tuple(typed[name] for name in ignored)
    typed |= dict.fromkeys(ignored, "")
    state = STATES[typed["trang-thai"]][0] if typed["trang-thai"] else None
    wanted = Wanted(
        plan_id=found.plan.id, section=typed["linh-vuc"] or None, agency=typed["co-quan"] or None, state=state,
        due_in=_days(typed["thang"]) if typed["thang"] else None,
    )  # fmt: skip
    order = ORDERS[typed["sap-xep"] or "ke-hoach"][0]
    return Asked(typed, listing.narrowed(wanted, found.plan, typed["tim"]), order, told)


def _days(period: str) -> tuple[date, date]:
    """The first and last day of "2024-03" or "2024-q1"."""
    year, _, rest = period.partition("-")
    first, last = (3 * int(rest[1]) - 2, 3 * int(rest[1])) if rest.startswith("q") else (int(rest), int(rest))
    return date(int(year), first, 1), date(int(year), last, calendar.monthrange(int(year), last)[1])


class _Plan(Reading):
    def table(self, request: Request) -> Response:
        """One page of the list."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            found = self._book(session, request)
            offered = choices(found)
            question = asked(request, found, offered)
            plan_books = {found.plan.id: found}
            page = listing.listed(
                self.app, session, plan_books, question.wanted, question.order, page_number(request), now
            )
        return self.show("plan", seat, "ke-hoach", **_values(found, offered, question, page, now))

    def download(self, request: Request) -> Response:
        """The whole list as a file."""
        now = self.app.now()
        with self.reading(request) as (_, session):
            found = self._book(session, request)
            question = asked(request, found, choices(found))
        name = f"{found.plan.id}-{now:%Y%m%d-%H%M}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        lines = csv_lines(self.app, found, question.wanted, question.order, now)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

    def _book(self, session: Session, request: Request) -> Book:
        found = books(self.app, session).get(request.path_params["plan"])
        if found is None:
            raise HTTPException(404)
        return found


def _values(found: Book, offered: Choices, question: Asked, page: listing.Listed, now: datetime) -> dict[str, Any]:
    here = plan_address(found.plan.id)
    return {
        "now": now, "book": found, "offered": offered, "typed": question.typed, "ignored": question.ignored,
        "is_narrowed": question.is_narrowed, "narrowed_by": _narrowed_by(offered, question.typed),
        "page": page, "groups": groups(page.rows, now), "address": here,
        "file_address": with_query(f"{here}/danh-sach.csv", question.typed), "longest": LONGEST_SEARCH,
        "page_address": lambda number: with_query(here, {**question.typed, "trang": str(number)}),
    }  # fmt: skip


def _narrowed_by(offered: Choices, typed: Mapping[str, str]) -> list[str]:
    """What narrows the list, in words: on paper the form is not there to tell."""
    lists = (
        ("trang-thai", offered.states), ("co-quan", offered.agencies), ("linh-vuc", offered.sections),
        ("thang", offered.months),
    )  # fmt: skip
    chosen = [dict(known)[typed[name]] for name, known in lists if typed[name]]
    return [*chosen, f"tìm “{typed['tim']}”"] if typed["tim"] else chosen
