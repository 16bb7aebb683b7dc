"""The claim: one worker takes the next message that may leave, under the channels' limits, before a byte of it does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Text, TextualSelect, column, func, select, text
from sqlalchemy.orm import Session

from dondoc.domain.moments import ZONE
from dondoc.store import kept, switches
from dondoc.store.messages import DIGEST, RECEIPT
from dondoc.store.models import AttemptRow, MessageRow
from dondoc.store.workers import SENDING_LIMIT

_LIMITS_LOCK = 0x646F6E646F630002
"""Who counts against a limit does it alone, until the claim is committed: else two workers take the same last place."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one channel may send. None means no limit of our own."""

    per_minute: int | None = None
    per_day: int | None = None


@dataclass(frozen=True)
class Terms:
    """Under which terms a message may be claimed: the channels that are open, their limits, the recipient's per day.

    `past_days`: digests of days before today too (the demo's history); else they are for `messages.expire`.
    `after`: the claim before, behind which to look first: before it lie mostly the dead entries of what was sent since
    the last vacuum. They are looked at too before a claim ends with nothing.
    """

    channels: tuple[str, ...] = ("email",)
    limits: Mapping[str, Limits] = field(default_factory=dict)
    recipient_per_day: int | None = None
    worker: int | None = None
    past_days: bool = False
    after: MessageRow | None = None

    @property
    def are_limited(self) -> bool:
        """Whether anything must be counted before a claim."""
        return self.recipient_per_day is not None or any(
            limits.per_minute or limits.per_day for limits in self.limits.values()
        )


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may now send, as attempt `n` (from 1) on its channel.

    `closed` says why its address gets nothing by this channel for now; None when it may be used.
    """

    message: MessageRow
    n: int
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Something is ready, but a channel's minute is full until `until` (aware)."""

    until: datetime


def claim_next(session: Session, now: datetime, terms: Terms = Terms()) -> Claimed | Wait | None:
    """Take the message that has waited longest, or None when nothing may leave at `now` or stop-all is on.

    Does NOT commit; the caller must, before a byte leaves: after a crash the message is then found as `sending` and is
    never sent again unasked. Call it with a session that holds no work but the attempt before.
    """
    open_channels, free_at = _open_channels(session, now, terms)
    claimed = _claim_one(session, now, terms, open_channels) if open_channels else None
    if claimed is None and open_channels and terms.after is not None:
        claimed = _claim_one(session, now, replace(terms, after=None), open_channels)
    if claimed is not None:
        return claimed
    if free_at is not None and _is_waiting(session, now, terms, open_channels):
        return Wait(free_at)
    return None


def _claim_one(session: Session, now: datetime, terms: Terms, channels: Sequence[str]) -> Claimed | None:
    statement = _CLAIM if terms.recipient_per_day is None else _CLAIM_COUNTED
    row = kept.row(session, statement, _claim_values(now, terms, channels))
    if row is None:
        return None
    *values, n, closed = row
    message = MessageRow()
    vars(message).update(zip(_KEYS, values, strict=True))  # it is only read: no need to trace changes
    return Claimed(message, n, closed)


def _claim_values(now: datetime, terms: Terms, channels: Sequence[str]) -> dict[str, Any]:
    day = _local_midnight(now)
    counted = {} if terms.recipient_per_day is None else {"per_recipient": terms.recipient_per_day, "receipt": RECEIPT}
    after = (terms.after.next_try_at, terms.after.id) if terms.after is not None else (_FIRST, 0)
    return counted | {
        "after_at": after[0], "after_id": after[1],
        "now": now, "channels": list(channels), "worker": terms.worker, "today": day.date(), "midnight": day,
        "stop": switches.STOP_ALL, "on": switches.ON, "digest": DIGEST, "past_days": terms.past_days,
    }  # fmt: skip


_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def _local_midnight(now: datetime) -> datetime:
    return now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


_COLUMNS = tuple(MessageRow.__table__.columns)
_KEYS = tuple(column.key for column in _COLUMNS)
# Receipts are neither limited by it nor counted: who answers a lot must not lose tomorrow's digest by it. They have a
# limit of their own (services.receipts).
_COUNTED = """
        AND (starts_with(m.klass, :receipt) OR :per_recipient > (
            SELECT count(*) FROM messages s
            WHERE s.recipient = m.recipient AND s.id <> m.id AND s.sent_at >= :midnight
            AND NOT starts_with(s.klass, :receipt)
        ) + (
            SELECT count(*) FROM messages s
            WHERE s.recipient = m.recipient AND s.id <> m.id AND s.status IN ('sending', 'unknown')
            AND NOT starts_with(s.klass, :receipt)
            AND (s.sent_at >= :midnight) IS NOT TRUE
            AND EXISTS (SELECT FROM attempts a WHERE a.message_id = s.id AND a.started_at >= :midnight)
        ))
"""


def _claim(counted: str) -> TextualSelect:
    """The statement that claims.

    All that is asked of a message but its turn stands in a CASE, where the planner cannot guess how rare it is: on a
    guess of one row it reads and sorts the whole queue for each claim instead of walking `ix_messages_open` up to the
    first that fits. For the same reason what is not counted does not stand in it: with it the planner would find that
    planning anew for each claim pays, and planning costs more than the claim.
    """
    return text(
        f"""
    WITH next AS (
        SELECT m.id FROM messages m
        WHERE m.status IN ('ready', 'retry') AND m.next_try_at <= :now
        AND (m.next_try_at, m.id) > (:after_at, :after_id) AND CASE WHEN m.channel = ANY(:channels)
        AND (m.klass <> :digest OR m.day >= :today OR m.released_at >= :midnight OR :past_days)
        AND NOT EXISTS (SELECT FROM switches WHERE name = :stop AND value = :on)
        AND NOT EXISTS (
            SELECT FROM suppressions x
            WHERE x.recipient = m.recipient AND x.lifted_at IS NULL AND (x.until IS NULL OR x.until >= :today)
        ) {counted} THEN true END IS NOT NULL
        ORDER BY m.next_try_at, m.id LIMIT 1 FOR UPDATE OF m SKIP LOCKED
    ), claimed AS (
        UPDATE messages SET status = 'sending' FROM next WHERE messages.id = next.id RETURNING messages.*
    ), tried AS (
        INSERT INTO attempts (message_id, channel, n, started_at, worker)
        SELECT c.id, c.channel,
            1 + (SELECT count(*) FROM attempts a WHERE a.message_id = c.id AND a.channel = c.channel), :now, :worker
        FROM claimed c RETURNING n
    )
    SELECT {", ".join(f"claimed.{column.name}" for column in _COLUMNS)}, tried.n, (
        SELECT min(x.why) FROM suppressions x
        WHERE x.address = claimed.address AND x.channel = claimed.channel AND x.lifted_at IS NULL
        AND (x.until IS NULL OR x.until >= :today)
    ) AS closed
    FROM claimed, tried
    """
    ).columns(*_COLUMNS, column("n", Integer), column("closed", Text))


_CLAIM, _CLAIM_COUNTED = _claim(""), _claim(_COUNTED)


def _open_channels(session: Session, now: datetime, terms: Terms) -> tuple[tuple[str, ...], datetime | None]:
    """The channels that have a place left at `now`, and when the next one gets one within a minute."""
    if not terms.are_limited:
        return terms.channels, None
    session.execute(select(func.pg_advisory_xact_lock(_LIMITS_LOCK)))
    used = _used(session, now, terms)
    left, free_at = [], []
    for channel in terms.channels:
        limits = terms.limits.get(channel, Limits())
        minute, today, oldest = used.get(channel, (0, 0, None))
        if limits.per_day is not None and today >= limits.per_day:
            continue
        if limits.per_minute is not None and minute >= limits.per_minute and oldest is not None:
            free_at.append(oldest + timedelta(minutes=1))
        else:
            left.append(channel)
    return tuple(left), min(free_at, default=None)


def _used(session: Session, now: datetime, terms: Terms) -> dict[str, tuple[int, int, datetime | None]]:
    """Tries of the last 60 seconds, of the local day, and the oldest of the former, by channel.

    What lies far ahead was written before a clock was set back: it takes no place in this minute.
    """
    minute_ago, midnight = now - timedelta(minutes=1), _local_midnight(now)
    recent = (AttemptRow.started_at > minute_ago) & (AttemptRow.started_at <= now + SENDING_LIMIT)
    statement = (
        select(
            AttemptRow.channel,
            func.count().filter(recent),
            func.count().filter(AttemptRow.started_at >= midnight),
            func.min(AttemptRow.started_at).filter(recent),
        )
        .where(AttemptRow.channel.in_(terms.channels), AttemptRow.started_at >= min(minute_ago, midnight))
        .group_by(AttemptRow.channel)
    )
    return {channel: (minute, today, oldest) for channel, minute, today, oldest in session.execute(statement)}


def _is_waiting(session: Session, now: datetime, terms: Terms, tried: Collection[str]) -> bool:
    others = [channel for channel in terms.channels if channel not in tried]
    waiting = select(MessageRow.id).where(
        MessageRow.status.in_(("ready", "retry")), MessageRow.next_try_at <= now, MessageRow.channel.in_(others),
        ~switches.stopped(),
    )  # fmt: skip
    return session.scalar(waiting.limit(1)) is not None
