"""Tells Prefect that an event was recorded. Without Prefect's client library, which takes seconds to import."""

from __future__ import annotations

import logging

from dondoc.errors import DondocError
from dondoc.scheduling import announcing
from dondoc.services.app import App
from dondoc.store import events

log = logging.getLogger(__name__)

LATER = "Sự kiện đã được ghi. Prefect chưa nhận được tin, nên việc được mở và thư gấp chờ lần quét kế tiếp."


def announce(app: App, event_id: str) -> str | None:
    """Wake who answers the event, after its recording was committed; within about 3 s.

    None, or a Vietnamese sentence for who recorded it when Prefect did not hear of it: the next sweep does the same.
    Never raises: what was recorded stays recorded.
    """
    try:
        with app.sessions() as session:
            tasks = events.affected(session, event_id)
        announcing.announce_event(event_id, tasks, api_url=app.settings.prefect_address)
    except DondocError as error:
        log.warning("event not announced", extra={"action": "event_not_announced", "event": event_id})
        return f"{LATER} {error}"
    except Exception:
        log.exception("event not announced", extra={"action": "event_not_announced", "event": event_id})
        return LATER
    return None
