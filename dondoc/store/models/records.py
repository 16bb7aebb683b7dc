"""The journal and the operating switches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from dondoc.store.models.base import Base


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
