"""Personal links: issued with each message, swapped once per visit for a session cookie, revocable, soon out of date.

The store keeps only the SHA-256 of a link's token and of a cookie. So that a message which is rendered or sent again
carries the same link, its token is derived from the message's key with a secret of the server, and never kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from sqlalchemy import ColumnElement, delete, exists, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from dondoc.services import key_files
from dondoc.store import journal, kept
from dondoc.store.models import LinkRow, SessionRow

LINK_DAYS = 60
"""How long a link opens the page; each new message carries a link of its own."""
SESSION_HOURS = 12
KEPT_AFTER = timedelta(days=LINK_DAYS)
"""How long a link's last session is kept after its end."""
LONGEST_TOKEN = 128
Closed = Literal["unknown", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that was swapped: the cookie's secret value (its only copy) and the aware moment it ends."""

    cookie: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is looking: a directory recipient id (`<agency>/<role>`), its agency, and the token their forms carry."""

    recipient: str
    agency: str
    csrf: str


@lru_cache(maxsize=8)
def server_key(home: Path) -> bytes:
    """The secret that message links are derived with: `secret/link.key` under DONDOC_HOME, 0600, made on first use.

    Read once in a process: a key that is there never changes.
    """
    return key_files.read_or_make(home / "secret" / "link.key", lambda: secrets.token_bytes(32))


def message_token(key: bytes, message_key: str) -> str:
    """The token that a message's link carries, the same each time the message with that key is rendered."""
    digest = hmac.digest(key, f"link:{message_key}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def address(public_url: str, token: str) -> str:
    """The web address of a link."""
    return f"{public_url.rstrip('/')}/l/{token}"


def issue(
    session: Session,
    recipient: str,
    agency: str,
    now: datetime,
    *,
    token: str | None = None,
    days: int = LINK_DAYS,
) -> str:
    """Make a link valid for so many days and return its token, the only time it is seen. Does not commit.

    Without `token` a random one is made. Issuing the same token again (a message rendered twice) changes nothing: a
    link that was revoked stays revoked.
    """
    token = token or secrets.token_urlsafe(32)
    row = {
        "token_hash": _hashed(token),
        "recipient": recipient,
        "agency": agency,
        "created_at": now,
        "expires_at": now + timedelta(days=days),
    }
    kept.run(session, _ISSUE, row)
    return token


# As text: SQLAlchemy compiles an insert with ON CONFLICT anew each time, and a link is issued with every message.
_ISSUE = text(
    """
    INSERT INTO links (token_hash, recipient, agency, created_at, expires_at)
    VALUES (:token_hash, :recipient, :agency, :created_at, :expires_at) ON CONFLICT (token_hash) DO NOTHING
    """
)


def issue_for_message(
    session: Session, home: Path, message_key: str, recipient: str, agency: str, now: datetime
) -> str:
    """The token of the message with that key (`Draft.key`); its link is issued on the first call. Does not commit."""
    return issue(session, recipient, agency, now, token=message_token(server_key(home), message_key))


def open_link(session: Session, token: str, now: datetime) -> Opened | Closed:
    """Swap a link's token for a session, or say why it opens nothing. Does not commit.

    Opening changes nothing that matters: mail scanners open links too.
    """
    row = session.scalar(select(LinkRow).where(LinkRow.token_hash == _hashed(token))) if _plausible(token) else None
    if row is None:
        return "unknown"
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= now:
        return "expired"
    cookie = secrets.token_urlsafe(32)
    expires_at = min(now + timedelta(hours=SESSION_HOURS), row.expires_at)
    session.add(
        SessionRow(
            token_hash=_hashed(cookie),
            link_id=row.id,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()
    _sweep_away(session, now)
    return Opened(cookie, expires_at)


def _sweep_away(session: Session, now: datetime) -> None:
    """Ended sessions go, but for the last one of each link: it tells for a while when the link was opened."""
    newer = aliased(SessionRow)
    is_followed = exists().where(newer.link_id == SessionRow.link_id, newer.created_at > SessionRow.created_at)
    is_old = SessionRow.expires_at <= now - KEPT_AFTER
    session.execute(
        delete(SessionRow)
        .where(SessionRow.expires_at <= now, or_(is_followed, is_old))
        .execution_options(synchronize_session=False)
    )


def visitor(session: Session, cookie: str, now: datetime) -> Visitor | None:
    """Whose session the cookie is; None when it has ended, or its link was revoked or has run out."""
    if not _plausible(cookie):
        return None
    found = session.execute(
        select(SessionRow, LinkRow)
        .join(LinkRow, LinkRow.id == SessionRow.link_id)
        .where(
            SessionRow.token_hash == _hashed(cookie),
            SessionRow.expires_at > now,
            LinkRow.expires_at > now,
            LinkRow.revoked_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    return Visitor(found.LinkRow.recipient, found.LinkRow.agency, found.SessionRow.csrf)


def revoke(session: Session, agency: str, by: str, now: datetime, why: str) -> int:
    """End every open link of an agency's contacts, and with it their sessions; how many. Journaled; does not commit."""
    ended = _end(session, LinkRow.agency == agency, now)
    journal.write(session, now, by, "link-revoked", f"agency:{agency}", None, str(ended), why)
    return ended


def revoke_recipient(session: Session, recipient: str, by: str, now: datetime, why: str) -> int:
    """The same for one contact (`<agency>/<role>`) alone."""
    ended = _end(session, LinkRow.recipient == recipient, now)
    journal.write(session, now, by, "link-revoked", recipient, None, str(ended), why)
    return ended


def _end(session: Session, whose: ColumnElement[bool], now: datetime) -> int:
    still_open = (LinkRow.revoked_at.is_(None), LinkRow.expires_at > now)
    statement = update(LinkRow).where(whose, *still_open).values(revoked_at=now).returning(LinkRow.id)
    return len(session.execute(statement).all())


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _plausible(token: str) -> bool:
    return token.isascii() and 0 < len(token) <= LONGEST_TOKEN
