"""The pages that only read: what they share, and all their routes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.services import standings
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App


class Reading:
    """A page for everybody who is signed in: nothing is changed but the cache of standings."""

    def __init__(self, app: App, pages: Pages, seats: Seats, demo: bool) -> None:
        self.app, self.pages, self.seats, self.demo = app, pages, seats, demo

    @contextmanager
    def reading(self, request: Request) -> Iterator[tuple[SignedIn, Session]]:
        """Who is looking, and a session in which the standings are true. Raises HTTPException as `Seats.require`."""
        with self.app.sessions.begin() as session:
            seat = self.seats.require(session, request)
            standings.refresh(self.app, session, self.app.now())
            yield seat, session

    def show(self, name: str, seat: SignedIn, here: str, status: int = 200, **values: Any) -> Response:
        """The page templates/pages/desk/<name>.html."""
        return self.pages.show(f"desk/{name}", status, seat=seat, here=here, demo=self.demo, **values)


def page_number(request: Request) -> int:
    """The page asked for, 1 where the address says nothing that can be read."""
    text = request.query_params.get("trang", "")
    return min(int(text), 1_000_000) if text.isascii() and text.isdigit() and len(text) < 8 else 1
