"""Delivery: sweep, compose, send what the outbox holds, and find out what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from dondoc.domain.moments import in_working_hours, local_day
from dondoc.services import last_runs
from dondoc.services.app import App
from dondoc.services.composing import Composed, compose_day, may_compose, may_compose_urgent
from dondoc.services.rejudging import rejudge
from dondoc.services.sending import send_ready
from dondoc.services.settling import confirm, settle
from dondoc.services.sweeping import sweep
from dondoc.store import messages, switches


@dataclass(frozen=True)
class DeliverResult:
    """Messages by what became of them in this run; `settled` were of unknown fate and are known now."""

    composed: int = 0
    held: int = 0
    sent: int = 0
    retry: int = 0
    refused: int = 0
    unknown: int = 0
    administrator: int = 0
    settled: int = 0
    stopped: bool = False


def deliver(app: App, now: datetime) -> DeliverResult:
    """Compose the day's messages after a full sweep at the same `now`, then send what is ready in working hours."""
    sweep(app, now, wait=True)
    # Before composing: what is known to have arrived is not said again, what surely did not goes into the next message.
    settled, confirmed = settle(app, now), confirm(app, now)
    composed = _compose(app, now)
    with app.sessions() as session:
        stopped = switches.is_stopped(session)
    kinds = Counter[str]() if stopped else _send(app, now)
    last_runs.note(app, last_runs.DELIVERY, now, f"Đã gửi {kinds['sent']} thư.")
    return _result(composed, kinds, settled.arrived + settled.absent + confirmed.absent, stopped)


def deliver_urgent(app: App, now: datetime) -> DeliverResult:
    """While the office works: compose what an event opened or a person pressed, then send what is ready.

    Without a sweep, and without asking what became of earlier messages: `deliver` does both. Outside working hours
    nothing is done; the next delivery in them finds it.
    """
    if not may_compose_urgent(app.calendar, now):
        return DeliverResult()
    composed = compose_day(app, now, urgent_only=True)
    with app.sessions() as session:
        stopped = switches.is_stopped(session)
    kinds = Counter[str]() if stopped else _send(app, now)
    return _result(composed, kinds, 0, stopped)


def _result(composed: Composed, kinds: Counter[str], settled: int, stopped: bool) -> DeliverResult:
    return DeliverResult(
        composed.messages, composed.held, kinds["sent"], kinds["retry"], kinds["refused"], kinds["unknown"],
        kinds["administrator"], settled, stopped,
    )  # fmt: skip


def _compose(app: App, now: datetime) -> Composed:
    if may_compose(app.calendar, now):
        return compose_day(app, now)
    return compose_day(app, now, urgent_only=True) if may_compose_urgent(app.calendar, now) else Composed()


def _send(app: App, now: datetime) -> Counter[str]:
    if not (app.calendar.is_working(local_day(now)) and in_working_hours(now)):
        return Counter()
    with app.sessions.begin() as session:
        messages.resume(session, now)
    rejudge(app, now)
    return send_ready(app, now)
