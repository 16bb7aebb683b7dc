"""The web application: its routes, and what each of them shows to whom."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dondoc.console import drafting, views
from dondoc.console.answer import AnswerForm
from dondoc.console.contact import contact_routes
from dondoc.console.desk import desk_routes
from dondoc.console.downloads import attached
from dondoc.console.guard import HEADERS, BodyLimit, SecurityHeaders
from dondoc.console.history import history_routes
from dondoc.console.logs import hide_tokens
from dondoc.console.pages import STATIC, Pages
from dondoc.console.periodic import periodic_routes
from dondoc.console.refusals import REFUSALS, refusal
from dondoc.console.visits import Visits
from dondoc.services import links, owed, status
from dondoc.services.app import App
from dondoc.services.attachments import drop_unclaimed
from dondoc.services.drafts import drop_old

_log = logging.getLogger("dondoc.console")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the demo's other pages are; None outside the demo."""

    sink: str | None = None
    prefect: str | None = None
    zalo: str | None = None


def console_app(app: App, addresses: Addresses | None = None) -> Starlette:
    """The pages of one App, for an ASGI server. Link tokens are masked in the server's logs from here on."""
    hide_tokens()
    console = _Console(app, addresses or Addresses())
    form = AnswerForm(app, console.pages, console.visits, console.is_demo)
    return Starlette(
        routes=[
            Route("/", console.start),
            Route("/healthz", console.health),
            Route("/l/{token}", console.open),
            Route("/viec", console.work),
            Route("/viec/tra-loi", form.show, methods=["GET"]),
            Route("/viec/tra-loi", form.take, methods=["POST"]),
            Route("/viec/bien-nhan/{submission}", form.receipt),
            Route("/viec/nhap/xoa", form.forget, methods=["POST"]),
            *periodic_routes(app, console.pages, console.visits),
            *contact_routes(app, console.pages, console.visits),
            *history_routes(app, console.pages, console.visits),
            Route("/tep/{id:int}", console.file),
            *desk_routes(app, console.pages, console.visits, console.is_demo),
            Mount("/static", _Static(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(BodyLimit)],
        exception_handlers={HTTPException: console.refuse, Exception: console.fail},
        lifespan=console.tidy,
    )


class _Console:
    """Everything but the answer form."""

    def __init__(self, app: App, addresses: Addresses) -> None:
        self.app, self.addresses = app, addresses
        self.pages = Pages(app.templates)
        self.visits = Visits(app)
        self.is_demo = addresses.sink is not None or addresses.prefect is not None

    @asynccontextmanager
    async def tidy(self, web: Starlette) -> AsyncIterator[None]:
        """At each start: old drafts go, and files that came with forms which were never completed."""
        await run_in_threadpool(drop_old, self.app, self.app.now())
        gone = await run_in_threadpool(drop_unclaimed, self.app, self.app.now())
        _log.info("unclaimed files dropped: %s", gone, extra={"action": "unclaimed-dropped", "count": gone})
        yield

    def start(self, request: Request) -> Response:
        """What this is and how to answer; in the demo also the way to the other pages and the counts."""
        counted = status.counts(self.app, self.app.now()) if self.is_demo else []
        plans = [(book.plan, [(key, name, tally.total[key]) for key, name in _FOUR]) for book, tally in counted]
        return self.pages.show("start", demo=self.is_demo, addresses=self.addresses, plans=plans)

    def health(self, request: Request) -> Response:
        """Whether the page and its database answer."""
        with self.app.sessions() as session:
            session.execute(text("SELECT 1"))
        return PlainTextResponse("ok\n")

    def open(self, request: Request) -> Response:
        """Swap a personal link for a session cookie. Changes nothing else: mail scanners open links too."""
        with self.app.sessions.begin() as session:
            opened = links.open_link(session, request.path_params["token"], self.app.now())
        if isinstance(opened, str):
            why = {"unknown": "không có", "expired": "hết hạn", "revoked": "đã thu hồi"}[opened]
            self.visits.refused(None, "link", f"Mở liên kết {why}.")
            response = refusal(self.pages, f"link-{opened}", 404 if opened == "unknown" else 410, self.is_demo)
        else:
            response = RedirectResponse("/viec", 303)
            self.visits.remember(response, opened)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def work(self, request: Request) -> Response:
        """What the visitor's agencies owe."""
        now = self.app.now()
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            desk = owed.desk(self.app, session, visitor.recipient, now)
            agencies = views.agency_views(desk.owed, now)
            said = [name for name in ("chua-chon", "da-luu-nhap", "da-xoa-nhap") if name in request.query_params]
            return self.pages.show(
                "work", who=owed.name_of(desk, visitor.agency), demo=desk.is_demo, agencies=agencies, now=now,
                said=said, drafts=drafting.draft_views(session, visitor.recipient, desk.owed), csrf=visitor.csrf,
                several_plans=owed.has_several_plans(desk),
            )  # fmt: skip

    def file(self, request: Request) -> Response:
        """An attached file, as a download, to those whose answer it came with."""
        with self.app.sessions() as session:
            visitor = self.visits.require(session, request)
            row = owed.file_of(self.app, session, visitor.recipient, request.path_params["id"])
        if row is None:
            self.visits.refused(visitor, f"file:{request.path_params['id']}", "Mở tệp không thuộc đơn vị.")
            raise HTTPException(404)
        return attached(self.app.settings.home, row)

    def refuse(self, request: Request, error: Exception) -> Response:
        """A clear page for every refusal; a redirect for who must sign in first."""
        assert isinstance(error, HTTPException)
        if 300 <= error.status_code < 400 and error.headers:
            return RedirectResponse(error.headers["Location"], error.status_code)
        name = error.detail if error.detail in REFUSALS else str(error.status_code)
        response = refusal(self.pages, name, error.status_code, self.is_demo, request.url.path)
        response.headers.update(error.headers or {})
        return response

    def fail(self, request: Request, error: Exception) -> Response:
        """Our own fault: the page says so, the log has the rest. Sent outside the middleware, so with its headers."""
        response = refusal(self.pages, "500", 500, self.is_demo, request.url.path)
        response.headers.update(HEADERS)
        return response


_FOUR = tuple((key, status.COUNT_NAMES[key]) for key in ("done_on_time", "done_late", "in_term", "overdue"))


class _Static(StaticFiles):
    """Style and fonts may be kept by browsers: their address carries a version, or they never change."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """As the base class, with a cache time."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response
