"""What was applied: plans, selections, frozen ladders."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dondoc.store.models.base import Base


class PlanRow(Base):
    """A plan that was applied. `workspace` freezes plan, directory, regime and ladder as they were (domain codec)."""

    __tablename__ = "plans"
    id: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int]
    title: Mapped[str]
    digest: Mapped[str]
    workspace: Mapped[dict[str, Any]] = mapped_column(deferred=True)
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
