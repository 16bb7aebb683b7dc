"""Tells Prefect that an event was recorded. Without Prefect's client library, which takes seconds to import."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from dondoc.errors import DondocError
from dondoc.scheduling import announcing
from dondoc.services.app import App
from dondoc.store import events

log = logging.getLogger(__name__)

LATER = "Sự kiện đã được ghi. Prefect chưa nhận được tin, nên việc được mở và thư gấp chờ lần quét kế tiếp."


def announce(app: App, *event_ids: str) -> str | None:
    """Wake who answers these events, after their recording was committed; within about 3 s for all of them.

    None, or a Vietnamese sentence for who recorded them when Prefect did not hear of it: the next sweep does the same.
    Never raises: what was recorded stays recorded.
    """
    try:
        with app.sessions() as session:
            affected = {event_id: events.affected(session, event_id) for event_id in event_ids}
        announcing.announce_events(affected, api_url=app.settings.prefect_address)
    except DondocError as error:
        log.warning("event not announced", extra=_facts(event_ids))
        return f"{LATER} {error}"
    except Exception:
        log.exception("event not announced", extra=_facts(event_ids))
        return LATER
    return None


def _facts(event_ids: Sequence[str]) -> dict[str, str]:
    return {"action": "event_not_announced", "events": " ".join(event_ids)}
