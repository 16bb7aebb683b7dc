"""When the safety net and the delivery last came to their end: what tells a supervisor that the system lives."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.services.app import App
from dondoc.store import switches

SWEEP, DELIVERY = "last-sweep", "last-delivery"


def note(app: App, name: str, now: datetime, what: str) -> None:
    """Put on record that a run has come to its end; `what` says for people what it found."""
    with app.sessions.begin() as session:
        switches.put(session, name, now.isoformat(), now, "dondoc", what)


def last(session: Session, name: str) -> datetime | None:
    """The aware moment of the last run that came to its end; None when there was none."""
    found = switches.get(session, name)
    return found.at if found is not None else None
