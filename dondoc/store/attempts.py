"""Attempts: a row for every try to send a message, with its fate once that is known.

A message whose worker is dead is found by the advisory lock that a living worker holds (`workers`), not by the clock
alone: a clock that jumps must not declare a sending worker dead.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from dondoc.store import kept
from dondoc.store.claims import Claimed
from dondoc.store.models import AttemptRow, MessageRow
from dondoc.store.workers import SENDING_LIMIT

AttemptOutcome = Literal["sent", "retry", "refused", "unknown", "administrator"]


@dataclass(frozen=True, slots=True)
class Finished:
    """How the attempt `n` on `channel` ended, to be written with the next claim."""

    message_id: int
    channel: str
    n: int
    outcome: AttemptOutcome
    code: int | None
    text: str
    remote_id: str | None = None


def record(session: Session, done: Finished, next_try_at: datetime | None, now: datetime) -> bool:
    """Write how an attempt ended; the message takes the outcome as its status, and its words as the reason.

    `next_try_at` goes with `retry` and only with it. An outcome stands once written, with one exception: what was
    unknown may turn out to be sent or refused. False when it changed nothing for that reason, or when `n` is not the
    latest attempt on the message's channel; in a turn (`kept`), where the answer is not waited for, always True.
    """
    if (next_try_at is not None) != (done.outcome == "retry"):
        raise ValueError(f"{done.outcome} with next try {next_try_at}: a retry has one, an end has none")
    values = {
        "message_id": done.message_id, "channel": done.channel, "n": done.n, "outcome": done.outcome,
        "code": done.code, "text": done.text, "remote_id": done.remote_id, "now": now, "next_try_at": next_try_at,
        "news": done.outcome in ("sent", "refused"), "sent_at": now if done.outcome == "sent" else None,
    }  # fmt: skip
    if kept.is_turn(session):
        kept.run(session, _RECORD, values)
        return True
    changed = session.execute(_RECORD, values).one_or_none() is not None
    session.expire_all()
    return changed


# By the message's id: the CASE keeps the planner from reading all that are being sent or unknown instead (`_claim`).
_RECORD = text(
    """
    WITH ended AS (
        UPDATE attempts a
        SET outcome = :outcome, code = :code, text = :text, remote_id = :remote_id, finished_at = :now
        WHERE a.message_id = :message_id AND a.channel = :channel AND a.n = :n
        AND (a.outcome IS NULL OR (a.outcome = 'unknown' AND :news))
        AND NOT EXISTS (
            SELECT FROM attempts later
            WHERE later.message_id = a.message_id AND later.channel = a.channel AND later.n > a.n
        )
        RETURNING a.message_id
    )
    UPDATE messages m
    SET status = :outcome, next_try_at = :next_try_at, sent_at = :sent_at,
        reason = CASE WHEN :outcome = 'sent' THEN '' ELSE :text END
    FROM ended WHERE m.id = ended.message_id AND m.channel = :channel
    AND CASE WHEN m.status IN ('sending', 'unknown') THEN true END IS NOT NULL
    RETURNING m.id
    """
)


def lost(session: Session, now: datetime, older_than: timedelta = SENDING_LIMIT) -> list[Claimed]:
    """Messages whose worker died between claim and outcome: their fate is unknown until somebody is asked.

    A start that lies in the future by as much tells of a clock that was set back; its worker is looked at too.
    """
    statement = (
        select(MessageRow, AttemptRow.n, AttemptRow.worker)
        .join(AttemptRow, (AttemptRow.message_id == MessageRow.id) & (AttemptRow.channel == MessageRow.channel))
        .where(MessageRow.status == "sending", AttemptRow.outcome.is_(None))
        .where(or_(AttemptRow.started_at <= now - older_than, AttemptRow.started_at > now + older_than))
        .order_by(MessageRow.id)
    )
    found = session.execute(statement).all()
    dead = {worker: _is_dead(session, worker) for worker in {row.worker for row in found}}
    return [Claimed(message, n) for message, n, worker in found if dead[worker]]


def _is_dead(session: Session, worker: int | None) -> bool:
    return worker is None or bool(session.scalar(select(func.pg_try_advisory_xact_lock(worker))))


def of_message(session: Session, message_id: int) -> Sequence[AttemptRow]:
    """Every try to send it, oldest first."""
    statement = select(AttemptRow).where(AttemptRow.message_id == message_id).order_by(AttemptRow.id)
    return session.scalars(statement, execution_options={"populate_existing": True}).all()


def ended(session: Session, message_id: int, channel: str, outcome: AttemptOutcome) -> int:
    """How many tries by that channel ended so: what the backoff counts, and what tells a person that it is enough."""
    statement = select(func.count()).where(
        AttemptRow.message_id == message_id, AttemptRow.channel == channel, AttemptRow.outcome == outcome
    )
    return session.scalars(statement).one()


def latest(session: Session, message_ids: Collection[int]) -> dict[int, AttemptRow]:
    """The newest attempt of each message on its present channel."""
    statement = (
        select(AttemptRow)
        .join(MessageRow, (MessageRow.id == AttemptRow.message_id) & (MessageRow.channel == AttemptRow.channel))
        .where(AttemptRow.message_id.in_(list(message_ids)))
        .distinct(AttemptRow.message_id)
        .order_by(AttemptRow.message_id, AttemptRow.n.desc())
    )
    return {row.message_id: row for row in session.scalars(statement)}


def settle(session: Session, attempt_id: int, how: str) -> None:
    """Say on the attempt how its fate was found out."""
    session.get_one(AttemptRow, attempt_id).settled = how
    session.flush()


def tried_channels(session: Session, message_id: int) -> set[str]:
    """The channels by which it was tried already."""
    return set(session.scalars(select(AttemptRow.channel).where(AttemptRow.message_id == message_id).distinct()))
