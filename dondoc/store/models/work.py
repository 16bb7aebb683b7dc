"""What is owed: obligations, waivers, reassignments, and the cache of where each stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dondoc.store.models.base import Base


class ObligationRow(Base):
    """One agency owing one occurrence; `next_on` is when a sweep must look at it again (partial index).

    `planned_on` is the nominal due day the plan says, `due_on` the one in force (an extension moves only the latter).
    `target_on` is only reminded of; `opening` is the opening that brought it about.
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
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    target_on: Mapped[date | None]
    opening: Mapped[int | None] = mapped_column(BigInteger)


class WaiverRow(Base):
    """Nothing is owed, by a person's decision, until it is lifted; at most one waiver of an obligation stands."""

    __tablename__ = "waivers"
    __table_args__ = (
        Index("ix_waivers_standing", "obligation_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    obligation_id: Mapped[str] = mapped_column(ForeignKey("obligations.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_why: Mapped[str | None]


class ReassignmentRow(Base):
    """What one agency owed is another's, by the supervisor's decision; `obligation_id` is the first one's."""

    __tablename__ = "reassignments"
    __table_args__ = (
        Index("ix_reassignments_standing", "obligation_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), index=True)
    obligation_id: Mapped[str] = mapped_column(ForeignKey("obligations.id"))
    agency: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    undone_why: Mapped[str | None]


class StandingRow(Base):
    """Where an obligation stands, as `domain.cases.standing` said last: a cache for lists and counts, never a source.

    Triggers set `stale` when a fact changes; `services.standings.refresh` asks the core again before anybody reads.
    `work` is `open` for what is not open yet: days (`opens_on`, `soon_from`, `late_after`) tell the rest for any today.
    """

    __tablename__ = "standings"
    __table_args__ = (
        Index("ix_standings_stale", "obligation_id", postgresql_where=text("stale")),
        Index("ix_standings_agency", "agency", "plan_id"),
        Index("ix_standings_list", "plan_id", "position"),
        Index("ix_standings_task", "plan_id", "task_id", "position"),
        Index("ix_standings_withdrawn", "obligation_id", postgresql_where=text("is_withdrawn")),
    )
    obligation_id: Mapped[str] = mapped_column(ForeignKey("obligations.id"), primary_key=True)
    stale: Mapped[bool] = mapped_column(server_default=text("true"))
    plan_id: Mapped[str | None]
    task_id: Mapped[str | None]
    section: Mapped[str | None]
    agency: Mapped[str | None]
    reviewer: Mapped[str | None]
    kind: Mapped[str | None]
    work: Mapped[str | None]
    late: Mapped[bool | None]
    is_dated: Mapped[bool | None]
    is_withdrawn: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int | None]
    submitted_on: Mapped[date | None]
    opens_on: Mapped[date | None]
    soon_from: Mapped[date | None]
    due_on: Mapped[date | None]
    late_after: Mapped[date | None]
