"""Files that nobody claimed: sent with a form that was never completed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from dondoc.intake.files import kept_before
from dondoc.services.app import App
from dondoc.store.models import FileRow

UNCLAIMED_DAYS = 2
"""Longer than any session lives, so that no open form loses the files it has sent."""


def drop_unclaimed(app: App, now: datetime) -> int:
    """Delete kept files that no answer speaks of and that were last used some days ago; how many."""
    old = list(kept_before(app.settings.home, now - timedelta(days=UNCLAIMED_DAYS)))
    with app.sessions() as session:
        claimed = set(session.scalars(select(FileRow.sha256).where(FileRow.sha256.in_([path.name for path in old]))))
    unclaimed = [path for path in old if path.name not in claimed]
    for path in unclaimed:
        path.unlink(missing_ok=True)
    return len(unclaimed)
