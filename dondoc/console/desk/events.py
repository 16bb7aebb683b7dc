"""/theo-doi/su-kien: the register of events, one event with all that it opened, its documents; taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk import event_tasks
from dondoc.console.desk.addresses import task_address, with_query
from dondoc.console.desk.bench import NO_REASON, Bench, Preview, Typed, hidden
from dondoc.console.desk.event_form import document_words
from dondoc.console.desk.event_record import HERE, HOME, event_address, record_routes
from dondoc.console.desk.reading import Reading, page_number
from dondoc.console.desk.rows import groups
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.timeline import timeline, who
from dondoc.console.downloads import attached
from dondoc.console.pages import Pages
from dondoc.console.wording import Badge
from dondoc.domain.events import EVENT_KIND_NAMES
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.intake.texts import clean_line
from dondoc.rendering.wording import full_day, leading_capital
from dondoc.services import event_register, events
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.event_register import STATE_NAMES, Entered, Listed
from dondoc.services.event_words import who_words
from dondoc.services.proposing import Proposed, proposed_among
from dondoc.services.waiting_clauses import clauses
from dondoc.store import events as event_rows
from dondoc.store.events import EventState
from dondoc.store.models import OpeningRow

LONGEST_SEARCH = 100
_STATES: Mapping[str, EventState] = {
    "cho-gan": "waiting", "da-mo": "open", "da-lay-lai": "retracted", "khong-mo": "dismissed",
}  # fmt: skip
_TONES: Mapping[EventState, tuple[str, str]] = {
    "waiting": ("amber", "wait"), "open": ("green", "check"), "retracted": ("grey", "back"),
    "dismissed": ("grey", "dash"),
}  # fmt: skip
SAID = {"": "", "sau": "Prefect hiện không trả lời: việc vừa mở được xem trong lần quét kế tiếp."}


def event_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of the register; recording before the page of one event, whose address would hold it."""
    reading, page = _Register(app, pages, seats, demo), _Event(Bench(app, pages, seats, demo))
    return [
        Route(HOME, reading.list),
        *record_routes(app, pages, seats, demo),
        Route(f"{HOME}/tep/{{id:int}}", reading.file),
        Route(f"{HOME}/{{event}}", reading.one),
        Route(f"{HOME}/{{event}}/lay-lai", page.retract, methods=["POST"]),
        Route(f"{HOME}/{{event}}/khong-mo", page.dismiss, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class EventRowView:
    """One event in the list."""

    address: str
    title: str
    subject: str
    badge: Badge
    tasks: tuple[tuple[str, str], ...]
    files: int


@dataclass(frozen=True, slots=True)
class OpeningView:
    """One task that an event opened: whose, by which day, by whom; `closed` says when and why it was taken back."""

    code: str
    title: str
    address: str
    plan: str
    who: str
    day: str
    opened: str
    closed: str


class _Register(Reading):
    def list(self, request: Request) -> Response:
        """The register, narrowed as the address says."""
        asked = {name: clean_line(request.query_params.get(name, ""))[:LONGEST_SEARCH] for name in ("tim", "loc")}
        state = _STATES.get(asked["loc"])
        with self.reading(request) as (seat, session):
            known = books(self.app, session)
            plan = clean_line(request.query_params.get("ke-hoach", ""))
            found = event_register.register(
                session, state=state, plan_id=plan if plan in known else None, text=asked["tim"],
                number=page_number(request),
            )  # fmt: skip
        query = {"tim": asked["tim"], "loc": asked["loc"] if state else "", "ke-hoach": plan if plan in known else ""}
        return self.show(
            "events", seat, HERE, rows=[_row(one, known) for one in found.rows], page=found, typed=query,
            states=[(key, leading_capital(STATE_NAMES[name])) for key, name in _STATES.items()],
            plans=[(key, book.plan.title) for key, book in known.items()], longest=LONGEST_SEARCH,
            page_address=lambda number: with_query(HOME, {**query, "trang": str(number)}),
        )  # fmt: skip

    def one(self, request: Request) -> Response:
        """One event."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            known = books(self.app, session)
            found = event_register.entered(session, known, request.path_params["event"], now)
            if found is None:
                raise HTTPException(404)
            offered: tuple[Proposed, ...] = ()
            if found.state == "waiting":
                live = {key: book for key, book in known.items() if not book.archived}
                offered = proposed_among(event_rows.to_event(found.row), clauses(session, live))
        said = request.query_params.get("xong")
        return self.show("event", seat, HERE, **_values(found, known, offered, now), said=SAID.get(said or "", ""),
                         done=said is not None)  # fmt: skip

    def file(self, request: Request) -> Response:
        """A document of an event, as a download, to everybody who is signed in."""
        with self.app.sessions() as session:
            self.seats.require(session, request)
            row = event_register.file_of(session, request.path_params["id"])
        if row is None:
            raise HTTPException(404)
        return attached(self.app.settings.home, row)


def _row(one: Listed, known: Mapping[str, Book]) -> EventRowView:
    tasks = tuple((task, task_address(plan, task)) for plan, task in one.tasks if plan in known)
    return EventRowView(
        event_address(one.row.id), document_words(event_rows.to_event(one.row)), one.row.subject, _badge(one.state),
        tasks, one.files,
    )  # fmt: skip


def _badge(state: EventState) -> Badge:
    tone, sign = _TONES[state]
    return Badge(tone, sign, leading_capital(STATE_NAMES[state]))


def _values(found: Entered, known: Mapping[str, Book], offered: Sequence[Proposed], now: datetime) -> dict[str, Any]:
    row, event = found.row, event_rows.to_event(found.row)
    first = next(iter(known.values()), None)
    views = [_opening(one, known) for one in found.openings]
    return {
        "now": now, "row": row, "event": event, "kind": EVENT_KIND_NAMES[event.kind], "title": document_words(event),
        "badge_": _badge(found.state), "state": found.state, "files": found.files,
        "address": event_address(row.id), "groups": groups(found.owed, now),
        "opened": [view for view in views if not view.closed], "closed": [view for view in views if view.closed],
        "events": timeline(found.journal, first) if first else (),
        "by": who(row.recorded_by, first) if first else row.recorded_by,
        "by_product": row.source == "report",
        "offered": [
            (one.clause.task.id, one.clause.task.activity, task_address(one.clause.book.plan.id, one.clause.task.id),
             one.why)
            for one in offered
        ],
    }  # fmt: skip


def _opening(one: OpeningRow, known: Mapping[str, Book]) -> OpeningView:
    book = known.get(one.plan_id)
    task = book.plan.by_id.get(one.task_id) if book else None
    names = [who_words(known, one.plan_id, agency) for agency in one.agencies or ()]
    day = f"hạn {full_day(one.due_on)}" if one.due_on else "không hạn" if one.no_due else "theo quy tắc của việc"
    closed = f"{full_day(local_day(one.closed_at))}: {one.closed_why}" if one.closed_at else ""
    return OpeningView(
        one.task_id, task.activity if task else "", task_address(one.plan_id, one.task_id),
        book.plan.title if book else one.plan_id, "; ".join(names) or "mọi cơ quan thực hiện", day,
        full_day(local_day(one.at)), closed,
    )  # fmt: skip


class _Event:
    """What the supervisor does with a recorded event."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    async def retract(self, request: Request) -> Response:
        """Take it back: first told what closes, then done."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._retract, seat, request.path_params["event"], Typed(form))

    async def dismiss(self, request: Request) -> Response:
        """Say that it opens nothing."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._dismiss, seat, request.path_params["event"], Typed(form))

    def _retract(self, seat: SignedIn, event_id: str, typed: Typed) -> Response:
        why, confirmed = typed.text("ly_do"), typed.is_confirmed
        here = Preview(
            "Lấy lại sự kiện", f"{event_address(event_id)}/lay-lai", event_address(event_id), "Xác nhận: lấy lại", (),
            (("Lý do", why),), hidden(ly_do=why),
        )  # fmt: skip
        if not why:
            return self._refused(seat, event_id, here, NO_REASON)
        try:
            done = events.retract(self.app, event_id, by=seat.by, now=self.app.now(), why=why, dry_run=not confirmed)
        except Refused as error:
            return self._refused(seat, event_id, here, str(error))
        if confirmed:
            return RedirectResponse(f"{event_address(event_id)}?xong", 303)
        with self.app.sessions() as session:
            known = books(self.app, session)
        told = (*event_tasks.effects(self.app, done, known, 0), *_AFTER)
        return self.bench.preview(seat, HERE, replace(here, items=event_tasks.items(done, known), effects=told))

    def _dismiss(self, seat: SignedIn, event_id: str, typed: Typed) -> Response:
        why = typed.text("ly_do")
        here = Preview(
            "Văn bản không mở việc nào", f"{event_address(event_id)}/khong-mo", event_address(event_id),
            "Xác nhận: không mở việc nào", (), (("Lý do", why),), hidden(ly_do=why), _DISMISSED,
        )  # fmt: skip
        if not why:
            return self._refused(seat, event_id, here, NO_REASON)
        if not typed.is_confirmed:
            return self.bench.preview(seat, HERE, here)
        try:
            events.dismiss(self.app, event_id, by=seat.by, now=self.app.now(), why=why)
        except Refused as error:
            return self._refused(seat, event_id, here, str(error))
        return RedirectResponse(f"{event_address(event_id)}?xong", 303)

    def _refused(self, seat: SignedIn, event_id: str, here: Preview, why: str) -> Response:
        self.bench.refused(seat, event_id[:200], why)
        wrong = Preview(here.title, here.action, here.back, here.button, (), wrong=(why,), possible=False)
        return self.bench.preview(seat, HERE, wrong)


_AFTER = ("Lịch sử được giữ. Ghi lại đúng sự kiện này thì mở lại được như cũ.",)
_DISMISSED = (
    "Văn bản thôi chờ gắn với nhiệm vụ, vẫn ở trong sổ; không ai được báo gì.", "Sau này vẫn gắn với nhiệm vụ được.",
)  # fmt: skip
