"""Delivery: sweep, compose, send what the outbox holds. Commit before send; every attempt leaves a typed outcome."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Outcome
from dondoc.domain.backoff import next_try
from dondoc.domain.moments import in_working_hours, local_day
from dondoc.services import links
from dondoc.services.app import App
from dondoc.services.composing import Composed, compose_day, may_compose
from dondoc.services.sweeping import sweep
from dondoc.services.wording import LINK_PLACEHOLDER
from dondoc.store import messages, switches
from dondoc.store.messages import Claimed
from dondoc.store.models import MessageRow

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeliverResult:
    """Messages by what became of them in this run."""

    composed: int = 0
    held: int = 0
    sent: int = 0
    retry: int = 0
    refused: int = 0
    unknown: int = 0
    administrator: int = 0
    stopped: bool = False


def deliver(app: App, now: datetime) -> DeliverResult:
    """Compose the day's messages after a full sweep at the same `now`, then send what is ready in working hours."""
    sweep(app, now)
    composed = compose_day(app, now) if may_compose(app.calendar, now) else Composed()
    kinds = Counter[str]()
    with app.sessions() as session:
        stopped = switches.is_stopped(session)
    if not stopped and app.calendar.is_working(local_day(now)) and in_working_hours(now):
        kinds = send_ready(app, now)
    return DeliverResult(
        composed.messages, composed.held, kinds["sent"], kinds["retry"], kinds["refused"], kinds["unknown"],
        kinds["administrator"], stopped,
    )  # fmt: skip


def send_ready(app: App, now: datetime) -> Counter[str]:
    """Send every message whose time has come, one at a time; stops early when an administrator is needed."""
    kinds = Counter[str]()
    settle_unfinished(app, now)
    with app.sessions.begin() as session:
        messages.resume(session, now)
    while (kind := _send_next(app, now)) is not None:
        kinds[kind] += 1
        if kind == "administrator":
            break
    return kinds


def _send_next(app: App, now: datetime) -> str | None:
    with app.sessions() as session:
        claimed = messages.claim_next(session, now)
    if claimed is None:
        return None
    outcome = _attempt(app, claimed, now)
    _record(app, claimed, outcome, now)
    return outcome.kind


def _attempt(app: App, claimed: Claimed, now: datetime) -> Outcome:
    """Build the envelope and send it. A fault of ours before anything left is told as such, not left as unknown."""
    try:
        with app.sessions.begin() as session:
            envelope = envelope_of(app, session, claimed.message, now)
        channel = app.channels[claimed.message.channel]
    except (OSError, LookupError, SQLAlchemyError) as error:
        log.exception("envelope failed", extra={"action": "envelope_failed", "message": claimed.message.id})
        return Outcome("administrator", None, f"Chưa gửi: không dựng được thư ({type(error).__name__}).")
    return channel.send(envelope, now)


def settle_unfinished(app: App, now: datetime) -> int:
    """A worker died between claim and outcome: whether the message left cannot be known, so it is not sent again."""
    with app.sessions.begin() as session:
        left = messages.unfinished(session, now)
        for claimed in left:
            why = "Tiến trình dừng giữa lúc gửi: không biết thư đã đi hay chưa."
            messages.record(session, claimed.message.id, claimed.n, "unknown", None, why, None, now)
    return len(left)


def envelope_of(app: App, session: Session, row: MessageRow, now: datetime) -> Envelope:
    """The message as it leaves: the personal link is put in now, the redirect for rehearsals applied."""
    key = f"{row.recipient}/{row.day.isoformat()}/{row.klass}"
    token = links.issue_for_message(session, app.settings.home, key, row.recipient, row.agency, now)
    redirect = app.settings.redirect_all_to
    headers = {"X-Dondoc-Redirected-From": row.address} if redirect else {}
    return Envelope(
        to_address=redirect or row.address,
        to_name=row.address_name,
        subject=row.subject,
        text=row.body_text.replace(LINK_PLACEHOLDER, token),
        html=row.body_html.replace(LINK_PLACEHOLDER, token),
        message_id=row.header_id,
        headers=headers,
    )


def _record(app: App, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    again = next_try(claimed.n, now) if outcome.kind == "retry" else None
    with app.sessions.begin() as session:
        messages.record(
            session, claimed.message.id, claimed.n, outcome.kind, outcome.code, outcome.text, again, now
        )  # fmt: skip
    facts = {"action": "message_attempted", "message": claimed.message.id, "outcome": outcome.kind}
    log.info("message attempted", extra=facts)
