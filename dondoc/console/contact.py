"""/viec/dau-moi: whom the messages go to, a correction of it, and what became of that."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console import wording
from dondoc.console.pages import Pages
from dondoc.console.periodic_form import kept_text
from dondoc.console.visits import Visits
from dondoc.console.wording import Badge
from dondoc.errors import Refused
from dondoc.rendering.wording import leading_capital
from dondoc.services import contacts
from dondoc.services.answering import NotYours
from dondoc.services.app import App
from dondoc.services.contacts import Change, OwnContact, Wish
from dondoc.services.links import Visitor
from dondoc.services.owed import live_books
from dondoc.services.replies import NotAllowed

ADDRESS = "/viec/dau-moi"
FIELDS = {"name": "ho_ten", "email": "thu", "phone": "dien_thoai", "prefers": "kenh"}
"""A Wish's fields by the names that the form gives them."""
ROLE_NAMES = {"focal": "Cán bộ đầu mối", "head": "Lãnh đạo đơn vị"}
MOST_FIELDS = 20
LONGEST_FIELD = 8 * 1024
Wrong = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ContactView:
    """One contact with its form: `typed` as it came, `wrong` by the form's fields."""

    directory: str
    role: str
    email: str
    name: str
    phone: str
    channel: str
    zalo: str
    waiting: Change | None
    waiting_at: str
    last: Badge | None
    last_why: str
    typed: Wish
    wrong: Wrong


def contact_routes(app: App, pages: Pages, visits: Visits) -> list[BaseRoute]:
    """The routes of one's own contact."""
    page = ContactPage(app, pages, visits)
    return [
        Route(ADDRESS, page.show, methods=["GET"]),
        Route(ADDRESS, page.ask, methods=["POST"]),
        Route(f"{ADDRESS}/rut", page.withdraw, methods=["POST"]),
    ]


class ContactPage:
    """Shows the visitor's contact; takes a correction, or takes it back."""

    def __init__(self, app: App, pages: Pages, visits: Visits) -> None:
        self.app, self.pages, self.visits = app, pages, visits

    def show(self, request: Request) -> Response:
        """The contact in force, what waits, and the form."""
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            told = next((key for key in ("da-gui", "da-rut") if key in request.query_params), "")
            return self._page(session, visitor, None, Wish(), {}, 200, told)

    async def ask(self, request: Request) -> Response:
        """Take a correction: it waits for the supervisor."""
        visitor, form = await self._form(request)
        return await run_in_threadpool(self._ask, visitor, form)

    async def withdraw(self, request: Request) -> Response:
        """Take back what waits."""
        visitor, form = await self._form(request)
        return await run_in_threadpool(self._withdraw, visitor, form)

    async def _form(self, request: Request) -> tuple[Visitor, FormData]:
        visitor = await run_in_threadpool(self._visitor, request)
        try:
            form = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
        except HTTPException:
            await run_in_threadpool(self.visits.refused, visitor, "form", "Dữ liệu gửi lên không đúng dạng.")
            raise
        if not hmac.compare_digest(_text(form, "csrf").encode(), visitor.csrf.encode()):
            await run_in_threadpool(self.visits.refused, visitor, "form", "Biểu mẫu không có mã của phiên làm việc.")
            raise HTTPException(403, "form")
        return visitor, form

    def _visitor(self, request: Request) -> Visitor:
        with self.app.sessions() as session:
            return self.visits.require(session, request)

    def _ask(self, visitor: Visitor, form: FormData) -> Response:
        wish, directory = Wish(**{key: _text(form, name) for key, name in FIELDS.items()}), _text(form, "danh_ba")
        try:
            contacts.ask(self.app, visitor.recipient, directory, wish, self.app.now())
        except NotYours as error:
            raise HTTPException(404) from error
        except NotAllowed as error:
            wrong: dict[str, tuple[str, ...]] = {}
            for objection in error.objections:
                name = FIELDS.get(objection.field, "dau-moi")
                wrong[name] = (*wrong.get(name, ()), objection.message)
            with self.app.sessions() as session:
                return self._page(session, visitor, directory, wish, wrong, 422)
        return RedirectResponse(f"{ADDRESS}?da-gui", 303)

    def _withdraw(self, visitor: Visitor, form: FormData) -> Response:
        number = _text(form, "de_nghi")
        try:
            contacts.withdraw(self.app, visitor.recipient, int(number) if number.isdecimal() else 0, self.app.now())
        except NotYours as error:
            raise HTTPException(404) from error
        except Refused:  # decided meanwhile, or a second press: the page says how it stands
            return RedirectResponse(ADDRESS, 303)
        return RedirectResponse(f"{ADDRESS}?da-rut", 303)

    def _page(
        self, session: Session, visitor: Visitor, directory: str | None, wish: Wish, wrong: Wrong, status: int,
        told: str = "",
    ) -> Response:  # fmt: skip
        own = contacts.of_recipient(self.app, session, visitor.recipient)
        books = live_books(self.app, session)
        views = [_view(one, wish, wrong) if one.directory == directory else _view(one, _wish(one), {}) for one in own]
        return self.pages.show(
            "contact", status, who=own[0].agency_name if own else visitor.agency, csrf=visitor.csrf, contacts=views,
            demo=any(book.plan.demo for book in books.values()), told=told, wrong=wrong,
            longest={name: getattr(contacts, f"LONGEST_{name.upper()}") for name in ("name", "email", "phone")},
        )  # fmt: skip


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return kept_text(value) if isinstance(value, str) and name not in FIELDS.values() else str(value or "")


def _wish(own: OwnContact) -> Wish:
    """The form starts with what waits, else with what is in force."""
    start = own.waiting.new if own.waiting else own.contact
    return Wish(start.name or "", start.email or "", start.phone or "", start.prefers)


def _view(own: OwnContact, typed: Wish, wrong: Wrong) -> ContactView:
    contact, waiting, last = own.contact, own.waiting, own.last
    return ContactView(
        own.directory, ROLE_NAMES[contact.role], contact.email or "", contact.name or "", contact.phone or "",
        leading_capital(contacts.CHANNEL_NAMES[contact.prefers]), contacts.masked(contact.zalo_user_id) or "", waiting,
        wording.moment(waiting.asked_at) if waiting else "", _decided(last, own), (last.why or "") if last else "",
        typed, wrong,
    )  # fmt: skip


def _decided(last: Change | None, own: OwnContact) -> Badge | None:
    """The last decision, where it is newer than what waits."""
    if last is None or last.decided_at is None or own.waiting is not None:
        return None
    when: datetime = last.decided_at
    if last.decision == "confirmed":
        return Badge("green", "check", f"Đã được xác nhận {wording.moment(when)}")
    return Badge("violet", "back", f"Không được xác nhận {wording.moment(when)}")
