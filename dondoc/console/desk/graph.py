"""/theo-doi/ke-hoach/{plan}/so-do: what waits for what, as a drawing, as a table, and as files to take along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.addresses import graph_address, plan_address, task_address
from dondoc.console.desk.reading import Reading
from dondoc.console.desk.seats import Seats
from dondoc.console.downloads import FILE_POLICY
from dondoc.console.pages import Pages
from dondoc.console.wording import Badge
from dondoc.domain.dag import Dag, Link, Node
from dondoc.errors import Refused
from dondoc.rendering.graph_looks import LATE_WORDS, LINK_WORDS, counted, look, progress
from dondoc.rendering.graph_mermaid import mermaid
from dondoc.rendering.graph_svg import file_svg, page_svg
from dondoc.services import graphing
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import Book, books

EVERYTHING = "tat-ca"


def graph_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Graph(app, pages, seats, demo)
    return [
        Route("/theo-doi/ke-hoach/{plan}/so-do", page.page),
        Route("/theo-doi/ke-hoach/{plan}/so-do.svg", page.svg),
        Route("/theo-doi/ke-hoach/{plan}/so-do.mmd", page.text),
    ]


@dataclass(frozen=True, slots=True)
class LinkView:
    """A task before or after another; `remarks` say what is special about the link."""

    id: str
    title: str
    address: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """One task of the drawing, for who reads rather than looks."""

    id: str
    title: str
    address: str
    badge: Badge
    progress: str
    before: tuple[LinkView, ...]
    waits: tuple[str, ...]
    opens: tuple[LinkView, ...]


@dataclass(frozen=True)
class _Seen:
    """What one request is about. `drawn` None: it cannot be drawn, `why` says so."""

    seat: SignedIn
    book: Book
    now: datetime
    everything: bool
    drawn: Dag | None
    why: str


class _Graph(Reading):
    def page(self, request: Request) -> Response:
        """The page."""
        seen = self._seen(request)
        return self.show("graph", seen.seat, "ke-hoach", **_values(seen))

    def svg(self, request: Request) -> Response:
        """The drawing as a file of its own."""
        return self._file(request, "svg", "image/svg+xml", file_svg)

    def text(self, request: Request) -> Response:
        """The drawing as Mermaid text."""
        return self._file(request, "mmd", "text/plain; charset=utf-8", mermaid)

    def _seen(self, request: Request) -> _Seen:
        now, everything = self.app.now(), request.query_params.get(EVERYTHING) == "1"
        with self.reading(request) as (seat, session):
            book = books(self.app, session).get(request.path_params["plan"])
            if book is None:
                raise HTTPException(404)
            try:
                drawn = graphing.graph_of(session, book, now, everything=everything)
            except Refused as refused:
                return _Seen(seat, book, now, everything, None, str(refused))
        return _Seen(seat, book, now, everything, drawn, "")

    def _file(self, request: Request, ending: str, media_type: str, written: Callable[[Dag], str]) -> Response:
        seen = self._seen(request)
        if seen.drawn is None:
            raise HTTPException(404)
        name = f"{seen.book.plan.id}-so-do-{seen.now:%Y%m%d-%H%M}.{ending}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store",
            "Content-Security-Policy": FILE_POLICY,
        }  # fmt: skip
        return Response(written(seen.drawn), media_type=media_type, headers=headers)


def _values(seen: _Seen) -> dict[str, Any]:
    plan_id, drawn = seen.book.plan.id, seen.drawn
    shown = drawn if drawn is not None and drawn.nodes else None
    return {
        "now": seen.now, "book": seen.book, "everything": seen.everything, "why": seen.why,
        # Built as XML by ourselves: every text in it is escaped.
        "drawing": Markup(page_svg(shown, lambda id: task_address(plan_id, id))) if shown else None,
        "counted": counted(drawn) if drawn else "", "rows": _rows(drawn) if drawn else [],
        "plan_address": plan_address(plan_id),
        "addresses": {every: graph_address(plan_id, everything=every) for every in (False, True)},
        "files": [
            (name, graph_address(plan_id, ending, everything=seen.everything))
            for name, ending in (("SVG", ".svg"), ("Mermaid", ".mmd"))
        ],
    }  # fmt: skip


def _rows(drawn: Dag) -> list[RowView]:
    before: dict[str, list[LinkView]] = {}
    opens: dict[str, list[LinkView]] = {}
    for link in drawn.links:
        before.setdefault(link.task, []).append(_link(drawn, link, link.before))
        opens.setdefault(link.before, []).append(_link(drawn, link, link.task))
    return [_row(drawn, node, before.get(node.task.id, []), opens.get(node.task.id, [])) for node in drawn.nodes]


def _row(drawn: Dag, node: Node, before: list[LinkView], opens: list[LinkView]) -> RowView:
    task, seen = node.task, look(node.summary)
    badge = Badge("grey", "dash", seen.words) if node.summary is None else Badge(seen.tone, seen.sign, seen.words)
    more = progress(node.summary) if node.summary else ""
    address = task_address(drawn.plan.id, task.id)
    return RowView(task.id, task.activity, address, badge, more, tuple(before), node.waits, tuple(opens))


def _link(drawn: Dag, link: Link, id: str) -> LinkView:
    remarks = () if link.kind == "after" else (LINK_WORDS[link.kind],)
    late = (LATE_WORDS,) if link.late else ()
    return LinkView(id, drawn.plan.by_id[id].activity, task_address(drawn.plan.id, id), (*remarks, *late))
