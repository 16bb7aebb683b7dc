"""The tables (SQLAlchemy 2.0, PostgreSQL). Instants are timestamptz, days are civil days in Asia/Ho_Chi_Minh.

Once-only is a unique key here, never an `if` elsewhere: notice (obligation, rule, firing, recipient), message
(recipient, day, class), attempt (message, channel, n).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Naming convention: Alembic and the models must agree on every constraint's name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: TIMESTAMP(timezone=True),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


class PlanRow(Base):
    """A plan that was applied. `workspace` freezes plan, directory, regime and ladder as they were (domain codec)."""

    __tablename__ = "plans"
    id: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int]
    title: Mapped[str]
    digest: Mapped[str]
    workspace: Mapped[dict[str, Any]]
    applied_at: Mapped[datetime]
    archived: Mapped[bool] = mapped_column(server_default=text("false"))
    live_from: Mapped[date | None]


class ApplicationRow(Base):
    """Each apply that changed something: the workspace before it, so that it can be undone; none before the first.

    `digest` is that of the workspace it applied.
    """

    __tablename__ = "applications"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    plan_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    digest: Mapped[str]
    workspace: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    summary: Mapped[dict[str, Any]]


class SelectionRow(Base):
    """The supervisor's choice of who a conditional lead is."""

    __tablename__ = "selections"
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    lead: Mapped[str] = mapped_column(primary_key=True)
    agency: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]


class LadderRow(Base):
    """A ladder as it was when obligations opened under it, kept once for all of them (a trigger refuses changes).

    `key` is `<ladder id>@<first 8 hex digits of the body's SHA-256>`: an edited ladder is another row.
    """

    __tablename__ = "ladders"
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    frozen_at: Mapped[datetime]


class ObligationRow(Base):
    """One agency owing one occurrence; `next_on` is when a sweep must look at it again (partial index).

    `planned_on` is the nominal due day the plan says, `due_on` the one in force (an extension moves only the latter).
    `position` is the plan's order; `withdrawn_at` is set when an apply no longer has it, its history stays.
    """

    __tablename__ = "obligations"
    __table_args__ = (
        Index("ix_obligations_due", "next_on", postgresql_where=text("next_on IS NOT NULL")),
        Index("ix_obligations_task", "plan_id", "task_id"),
        Index("ix_obligations_agency", "agency", "plan_id"),
        CheckConstraint("reviewer <> agency", name="reviewer_is_another"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"))
    task_id: Mapped[str]
    part: Mapped[str]
    period: Mapped[str]
    agency: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    opens_on: Mapped[date]
    planned_on: Mapped[date | None]
    due_on: Mapped[date | None]
    late_after: Mapped[date | None]
    reviewer: Mapped[str]
    ladder: Mapped[str] = mapped_column(ForeignKey("ladders.key"))
    checkpoints: Mapped[list[Any]]
    question: Mapped[str | None]
    condition: Mapped[str | None]
    is_window: Mapped[bool]
    position: Mapped[int]
    next_on: Mapped[date | None]
    waived_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AnswerRow(Base):
    """One answer of an agency and, once reviewed, the decision on it. `submission` makes a replayed form harmless."""

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("obligation_id", "submission"),
        CheckConstraint("(outcome IS NULL) = (reviewed_at IS NULL)", name="reviewed_with_outcome"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    obligation_id: Mapped[str] = mapped_column(ForeignKey("obligations.id"))
    submission: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    until: Mapped[date | None]
    document_number: Mapped[str | None]
    document_date: Mapped[date | None]
    note: Mapped[str | None]
    outcome: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None]
    reason: Mapped[str | None]
    correct_by: Mapped[date | None]
    granted_until: Mapped[date | None]
    document_date_counts: Mapped[bool] = mapped_column(server_default=text("false"))


class FileRow(Base):
    """An attached file; the bytes lie under DONDOC_HOME/files by their SHA-256, outside the web root."""

    __tablename__ = "files"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]


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


class LinkRow(Base):
    """A personal link: only the SHA-256 of its token is kept. It opens one recipient's work."""

    __tablename__ = "links"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str] = mapped_column(index=True)
    agency: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SessionRow(Base):
    """What a link was swapped for: the cookie's SHA-256 and its CSRF token."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("links.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class JournalRow(Base):
    """Who, when, what, old, new, why. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_subject", "subject", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    why: Mapped[str]


class SwitchRow(Base):
    """Operating switches, such as `stop-all`, with who set them and why."""

    __tablename__ = "switches"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str]
