"""The answer to a recorded event: its tasks are looked at, what is urgent is sent, their own deployments are woken."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dondoc.scheduling import announcing
from dondoc.scheduling.errors import PrefectError
from dondoc.services import scheduling
from dondoc.services.app import App
from dondoc.services.delivering import deliver_urgent
from dondoc.services.sweeping import SweepResult, sweep
from dondoc.store import events

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Responded:
    """Counts of one answer: tasks that the event affects, notices queued, messages written, held and sent (everything
    that was ready, the event's among them), task deployments started."""

    tasks: int = 0
    queued: int = 0
    composed: int = 0
    held: int = 0
    sent: int = 0
    started: int = 0


def respond(app: App, event_id: str, now: datetime) -> Responded:
    """Sweep the tasks that the event affects, compose and send what is urgent while the office works, then start the
    tasks' own deployments. A second call finds nothing to queue or send. Without Prefect the first two are done."""
    with app.sessions() as session:
        tasks = events.affected(session, event_id)
    swept = SweepResult()
    for plan_id, task_id in tasks:
        swept += sweep(app, now, plan_id, task_id, wait=True)
    sent = deliver_urgent(app, now)
    return Responded(len(tasks), swept.queued, sent.composed, sent.held, sent.sent, _start(app, tasks))


def _start(app: App, tasks: Sequence[tuple[str, str]]) -> int:
    """Start the tasks' deployments and give them their new days; how many. A Prefect that is away is for the log."""
    started = 0
    try:
        started = announcing.announce_tasks(tasks, api_url=scheduling.api_url(app))
        scheduling.sync_tasks(app, tasks, log.info)
    except PrefectError as error:
        log.warning("tasks not in step: %s", error, extra={"action": "tasks_not_in_step"})
    return started
