"""What agencies answered, and what was decided on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dondoc.store.models.base import Base

WAITING = "outcome IS NULL AND kind IN ('done', 'extension', 'not_applicable', 'not_mine')"
"""What a reviewer still has to decide."""


class AnswerRow(Base):
    """One answer of an agency and, once reviewed, the decision on it. `submission` makes a replayed form harmless.

    `whose`: the agency (id) that a `not_mine` names.
    """

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("obligation_id", "submission"),
        CheckConstraint("(outcome IS NULL) = (reviewed_at IS NULL)", name="reviewed_with_outcome"),
        Index("ix_answers_submission", "submission"),
        Index("ix_answers_waiting", "obligation_id", "id", postgresql_where=text(WAITING)),
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
    whose: Mapped[str | None]


class UndoneReviewRow(Base):
    """A decision on an answer that was taken back; it was in force from `reviewed_at` until `undone_at`."""

    __tablename__ = "undone_reviews"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), index=True)
    outcome: Mapped[str]
    reviewed_at: Mapped[datetime]
    reviewed_by: Mapped[str]
    reason: Mapped[str | None]
    correct_by: Mapped[date | None]
    granted_until: Mapped[date | None]
    document_date_counts: Mapped[bool]
    undone_at: Mapped[datetime]
    undone_by: Mapped[str]
    undone_why: Mapped[str]


class ReportLineRow(Base):
    """One line of a periodic report. `line` is the id of the obligation or target it speaks of.

    kind: ongoing, progress (of a dated task), question (has it happened?), target, cases (how many were received,
    answered on time and late).
    """

    __tablename__ = "report_lines"
    __table_args__ = (
        UniqueConstraint("answer_id", "line"),
        CheckConstraint("kind IN ('ongoing', 'progress', 'question', 'target', 'cases')", name="kind_is_known"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    line: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str | None]
    happened: Mapped[bool | None]
    document_number: Mapped[str | None]
    document_date: Mapped[date | None]
    value: Mapped[str | None]
    received: Mapped[int | None]
    on_time: Mapped[int | None]
    late: Mapped[int | None]


class DraftRow(Base):
    """What somebody typed and has not sent yet, by recipient and form (`answer:<hash of the chosen ids>` or
    `periodic:<obligation id>`)."""

    __tablename__ = "drafts"
    recipient: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    obligation_ids: Mapped[list[Any]]
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class FileRow(Base):
    """An attached file; the bytes lie under DONDOC_HOME/files by their SHA-256, outside the web root."""

    __tablename__ = "files"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
