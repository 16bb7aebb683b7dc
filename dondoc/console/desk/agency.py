"""/theo-doi/co-quan/{agency}: what one agency owes, whom its messages go to, what it was sent and answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console import wording
from dondoc.console.desk.addresses import agency_address, plan_address, task_address, with_query
from dondoc.console.desk.fates import CHANNEL_NAMES, fates
from dondoc.console.desk.overview import bar
from dondoc.console.desk.reading import Reading, page_number
from dondoc.console.desk.rows import groups
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.console.views import HistoryView
from dondoc.domain.directory import Recipient, Role
from dondoc.services import agency_view
from dondoc.services.accounts import SignedIn
from dondoc.services.agency_view import AgencyView, Answered
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.listing import agencies_in_order
from dondoc.services.status import COUNT_NAMES
from dondoc.store.answers import to_answer

ROLE_NAMES: Mapping[Role, str] = {"focal": "Đầu mối", "head": "Lãnh đạo"}


def agency_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    return [Route("/theo-doi/co-quan/{agency}", _Agency(app, pages, seats, demo).agency)]


@dataclass(frozen=True, slots=True)
class ContactView:
    """Whom messages go to. `via` names the agency whose contact it is, "" for its own."""

    role: str
    name: str
    via: str
    email: str
    phone: str
    zalo: str
    prefers: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer with what it speaks of."""

    task: str
    address: str
    history: HistoryView


class _Agency(Reading):
    def agency(self, request: Request) -> Response:
        """The page, over all followed plans."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            known = books(self.app, session, live=True)
            wanted = request.path_params["agency"]
            found = agency_view.agency_view(self.app, session, known, wanted, now, page_number(request))
            if found is None:
                raise HTTPException(404)
        return self.show("agency", seat, "co-quan", **_values(found, known, seat, now))


def _values(found: AgencyView, known: Mapping[str, Book], seat: SignedIn, now: datetime) -> dict[str, Any]:
    here, names = agency_address(found.agency.id), agencies_in_order(known)
    return {
        "now": now, "agency": found.agency, "plans": found.plans, "names": COUNT_NAMES, "bar": bar,
        "total": {name: sum(plan.numbers.get(name, 0) for plan in found.plans) for name in COUNT_NAMES},
        "contacts": [
            contact_view(found, words, found.contacts[role], names, seat.role == "supervisor")
            for role, words in ROLE_NAMES.items()
        ],
        "page": found.page, "groups": groups(found.page.rows, now), "messages": fates(found.messages, names),
        "answers": [_answer(one, known) for one in found.answers], "links": found.links,
        "own": any(book.plan.supervisor == found.agency.id for book in known.values()),
        "plan_address": plan_address, "many_plans": len(known) > 1,
        "page_address": lambda number: with_query(here, {"trang": str(number)}),
    }  # fmt: skip


def contact_view(
    found: AgencyView, role: str, recipient: Recipient | None, names: Mapping[str, str], in_full: bool
) -> ContactView | None:
    """The contact in words. Only the supervisor, who has to call people, sees personal numbers and addresses whole."""
    if recipient is None:
        return None
    contact = recipient.contact
    via = "" if recipient.agency_id == found.agency.id else names.get(recipient.agency_id, recipient.agency_id)
    show = (lambda text: text or "") if in_full else masked
    email = contact.email or ""
    return ContactView(
        role, contact.name or "", via, email if contact.name is None else show(email), show(contact.phone),
        show(contact.zalo_user_id), CHANNEL_NAMES[contact.prefers],
    )  # fmt: skip


def masked(text: str | None) -> str:
    """ "an.nguyen@hungyen.gov.vn" → "an…@hungyen.gov.vn", "0912345678" → "09…78"; "" for nothing."""
    if not text:
        return ""
    name, at, domain = text.partition("@")
    return f"{name[:2]}…{at}{domain}" if at else f"{text[:2]}…{text[-2:]}" if len(text) > 6 else "…"


def _answer(one: Answered, known: Mapping[str, Book]) -> AnswerView:
    owed = one.obligation
    book = known.get(owed.plan_id)
    task = book.plan.by_id.get(owed.task_id) if book else None
    words = f"{task.id} {task.activity}" if task else owed.name
    return AnswerView(
        words, task_address(owed.plan_id, owed.task_id), HistoryView(wording.answered(to_answer(one.row)), one.files)
    )
