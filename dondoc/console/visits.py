"""Who is looking: the session cookie, and the record of what was refused."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dondoc.intake.texts import clean_line
from dondoc.services import links
from dondoc.services.app import App
from dondoc.services.links import Visitor
from dondoc.store import journal

_log = logging.getLogger("dondoc.console")
STRANGER = "khách không rõ"
MOST_STRANGERS_AN_HOUR = 60
"""Rows that visitors without a session may add to the journal; beyond that only the log counts them."""


class Visits:
    """Reads and sets the session cookie; journals refusals."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.secure = (app.settings.public_url or "").startswith("https://")
        self.cookie = "__Host-dondoc" if self.secure else "dondoc"
        self._hour: datetime | None = None
        self._strangers = 0

    def find(self, session: Session, request: Request) -> Visitor | None:
        """Whose request it is; None without a valid session."""
        return links.visitor(session, request.cookies.get(self.cookie, ""), self._app.now())

    def require(self, session: Session, request: Request) -> Visitor:
        """Whose request it is. Raises HTTPException 403 without a valid session."""
        found = self.find(session, request)
        if found is None:
            raise HTTPException(403, "session")
        return found

    def remember(self, response: Response, opened: links.Opened) -> None:
        """Set the cookie: for the browser session only, unreadable to scripts, sent over https where that is used."""
        response.set_cookie(self.cookie, opened.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")

    def refused(self, visitor: Visitor | None, what: str, why: str) -> None:
        """Journal a refusal: always for a known visitor, up to a limit for strangers (the journal only grows)."""
        self.refused_by(visitor.recipient if visitor else None, what, why)

    def refused_by(self, who: str | None, what: str, why: str) -> None:
        """As `refused`, with the journal's name of the visitor; None is a stranger."""
        name = who or STRANGER
        _log.warning("refused: %s", why, extra={"action": "refused", "who": name, "what": what})
        if who is None and not self._stranger_may_write():
            return
        with self._app.sessions.begin() as session:
            journal.write(session, self._app.now(), name, "refused", clean_line(what)[:200] or "-", None, None, why)

    def _stranger_may_write(self) -> bool:
        now = self._app.now()
        if self._hour is None or now - self._hour >= timedelta(hours=1):
            self._hour, self._strangers = now, 0
        self._strangers += 1
        return self._strangers <= MOST_STRANGERS_AN_HOUR
