"""Notices, messages, attempts, and what holds them back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dondoc.store.models.base import Base


class NoticeRow(Base):
    """One line for one recipient, and the ledger of what has fired.

    status: queued, composed (is in a message), superseded, dropped, no_contact. `on` is the local day it fired.
    `carried` counts how often it went into a later message because nobody knew whether the one before had arrived.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("obligation_id", "rule", "firing", "recipient"),
        CheckConstraint(
            "status IN ('queued', 'composed', 'superseded', 'dropped', 'no_contact')", name="status_is_known"
        ),
        Index("ix_notices_queued", "recipient", postgresql_where=text("status = 'queued'")),
        Index("ix_notices_no_contact", "obligation_id", postgresql_where=text("status = 'no_contact'")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    obligation_id: Mapped[str] = mapped_column(ForeignKey("obligations.id"))
    rule: Mapped[str]
    firing: Mapped[str]
    recipient: Mapped[str]
    kind: Mapped[str]
    audience: Mapped[str]
    held: Mapped[bool]
    on: Mapped[date]
    created_at: Mapped[datetime]
    status: Mapped[str]
    reason: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    carried: Mapped[int] = mapped_column(server_default=text("0"))


class MessageRow(Base):
    """What is sent: one for each recipient, local day and class (digest, held, urgent or an event key).

    status: held, ready, sending, sent, retry, refused, unknown, dropped, administrator. `header_id` is the RFC 5322
    Message-ID, fixed before the first attempt. `names_late`: it names an agency late to somebody else, and the database
    itself refuses to let it go without a release. `confirmed_at`: the other side was asked and has it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("recipient", "day", "klass"),
        CheckConstraint(
            "status IN ('held', 'ready', 'sending', 'sent', 'retry', 'refused', 'unknown', 'dropped', 'administrator')",
            name="status_is_known",
        ),
        CheckConstraint("status NOT IN ('ready', 'retry') OR next_try_at IS NOT NULL", name="open_has_next_try"),
        CheckConstraint(
            "NOT names_late OR released_at IS NOT NULL OR status IN ('held', 'dropped')", name="late_names_are_released"
        ),
        Index("ix_messages_open", "next_try_at", "id", postgresql_where=text("status IN ('ready', 'retry')")),
        Index("ix_messages_status", "status", postgresql_where=text("status NOT IN ('sent', 'dropped')")),
        Index("ix_messages_unconfirmed", "sent_at", postgresql_where=text("status = 'sent' AND confirmed_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recipient: Mapped[str]
    day: Mapped[date]
    klass: Mapped[str]
    plan_id: Mapped[str | None]
    agency: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    address_name: Mapped[str]
    header_id: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    body_text: Mapped[str]
    body_html: Mapped[str]
    body_zalo: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    names_late: Mapped[bool] = mapped_column(server_default=text("false"))


class AttemptRow(Base):
    """One try to send a message; written before the send, its outcome after it.

    `worker` names the process that tries (an advisory lock it holds while it lives); `remote_id` is the other side's
    name for what it took; `settled` says how an unknown fate was found out.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("message_id", "channel", "n"),
        Index("ix_attempts_started", "channel", "started_at"),
        Index("ix_attempts_unfinished", "started_at", postgresql_where=text("outcome IS NULL")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    channel: Mapped[str]
    n: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    code: Mapped[int | None]
    text: Mapped[str | None]
    worker: Mapped[int | None] = mapped_column(BigInteger)
    remote_id: Mapped[str | None]
    settled: Mapped[str | None]


class SuppressionRow(Base):
    """Who or what gets nothing for a while, why and until which day (included; None: until it is lifted).

    Either a recipient, by a person's decision, or one address of one channel, after the other side refused it.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint("(recipient IS NULL) <> (channel IS NULL OR address IS NULL)", name="one_target"),
        Index("ix_suppressions_recipient", "recipient", postgresql_where=text("lifted_at IS NULL")),
        Index("ix_suppressions_address", "address", "channel", postgresql_where=text("lifted_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recipient: Mapped[str | None]
    channel: Mapped[str | None]
    address: Mapped[str | None]
    why: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    until: Mapped[date | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]


class GuardRow(Base):
    """A guard that stopped something and asks (DESIGN §2.10): `found` of `of` were more than it lets pass.

    Of one plan and day at most one waits for its answer; after the answer there may be another question.
    """

    __tablename__ = "guards"
    __table_args__ = (
        Index("ix_guards_waiting", "name", "plan_id", "day", unique=True, postgresql_where=text("decision IS NULL")),
        CheckConstraint("decision IN ('allowed', 'refused')", name="decision_is_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_with_decision"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"))
    day: Mapped[date]
    found: Mapped[int]
    of: Mapped[int]
    at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    why: Mapped[str | None]


class AlarmRow(Base):
    """An operator's alarm, once per key and local day."""

    __tablename__ = "alarms"
    key: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    words: Mapped[str]
    heard: Mapped[bool] = mapped_column(server_default=text("false"))


class ZaloGrantRow(Base):
    """The token pair of one Zalo Official Account; both tokens are encrypted (services.zalo_tokens).

    `pending_since` is written before a refresh leaves: found later, it tells of a refresh whose answer was lost.
    `consent_needed` says why a person must consent again; then nothing is sent until a new pair is entered.
    """

    __tablename__ = "zalo_grants"
    id: Mapped[str] = mapped_column(primary_key=True)
    access_token: Mapped[bytes]
    refresh_token: Mapped[bytes]
    access_expires_at: Mapped[datetime]
    refreshed_at: Mapped[datetime]
    consented_at: Mapped[datetime]
    pending_since: Mapped[datetime | None]
    consent_needed: Mapped[str | None]
