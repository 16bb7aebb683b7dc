"""Who may come in: personal links, accounts, sessions; and the contacts that agencies correct."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from dondoc.store.models.base import Base


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


class ContactChangeRow(Base):
    """What an agency says its contact is now; it holds once the supervisor confirms it.

    `old` and `new` are contacts as the domain codec writes them. A confirmed change stands in for the directory file as
    long as the file still says `old`: an edited file wins.
    """

    __tablename__ = "contact_changes"
    __table_args__ = (
        CheckConstraint("decision IN ('confirmed', 'refused', 'withdrawn')", name="decision_is_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_with_decision"),
        Index("ix_contact_changes_agency", "agency", "role"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    directory: Mapped[str]
    agency: Mapped[str]
    role: Mapped[str]
    old: Mapped[dict[str, Any]]
    new: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    why: Mapped[str | None]


class AccountRow(Base):
    """Somebody of the supervisor or a reviewing agency who signs in. `password` is an argon2id hash (PHC string).

    role: supervisor (may decide everything), reviewer (decides where `agency` is the reviewer), read.
    """

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("role IN ('supervisor', 'reviewer', 'read')", name="role_is_known"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    agency: Mapped[str]
    role: Mapped[str]
    password: Mapped[str]
    password_at: Mapped[datetime]
    must_change: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None]


class AccountSessionRow(Base):
    """Somebody signed in: the cookie's SHA-256 and its CSRF token."""

    __tablename__ = "account_sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
