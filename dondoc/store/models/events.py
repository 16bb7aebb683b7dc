"""The register of events, and what each one opened."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from dondoc.store.models.base import Base


class EventRow(Base):
    """Something that happened on the civil day `on`; its id says what it is (`domain.events.Event.id`).

    `source`: person, folder (a document that arrived), report (an accepted product; `sources` are the obligations whose
    acceptance it rests on). Retracted: it opens nothing any more. Dismissed: a document that opens nothing, by a
    person's decision. What is neither and opened nothing waits for a person.
    """

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("source IN ('person', 'folder', 'report')", name="source_is_known"),
        CheckConstraint("(retracted_at IS NULL) = (retracted_by IS NULL)", name="retracted_by_somebody"),
        CheckConstraint("(dismissed_at IS NULL) = (dismissed_by IS NULL)", name="dismissed_by_somebody"),
        Index("ix_events_on", "on"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[str | None]
    issuer: Mapped[str | None]
    on: Mapped[date]
    subject: Mapped[str]
    note: Mapped[str | None]
    source: Mapped[str]
    sources: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    retracted_at: Mapped[datetime | None]
    retracted_by: Mapped[str | None]
    retracted_why: Mapped[str | None]
    dismissed_at: Mapped[datetime | None]
    dismissed_by: Mapped[str | None]
    dismissed_why: Mapped[str | None]


class EventFileRow(Base):
    """A document of an event; the bytes lie under DONDOC_HOME/files by their SHA-256, outside the web root."""

    __tablename__ = "event_files"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]


class OpeningRow(Base):
    """An event opens one part of a task, for all who owe it or for `agencies`; at most one opening of a part stands.

    `on` is the day from which the work counts. `due_on` is what the document sets; without it the task and its clause
    decide, with `no_due` there is none. Closed when the event is retracted or the choice is changed; its id is the
    number by which what it opens is announced once.
    """

    __tablename__ = "openings"
    __table_args__ = (
        Index(
            "ix_openings_standing", "event_id", "plan_id", "task_id", "part", unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_openings_plan", "plan_id", "task_id", postgresql_where=text("closed_at IS NULL")),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),
        CheckConstraint("NOT (no_due AND due_on IS NOT NULL)", name="due_or_none"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), index=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"))
    task_id: Mapped[str]
    part: Mapped[str]
    on: Mapped[date]
    agencies: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    due_on: Mapped[date | None]
    no_due: Mapped[bool] = mapped_column(server_default=text("false"))
    at: Mapped[datetime]
    by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closed_why: Mapped[str | None]
