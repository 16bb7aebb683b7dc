"""Links given and taken back by hand: for an agency that lost its mail, or whose link went astray."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dondoc.domain.directory import Agency, Recipient, Role
from dondoc.errors import Refused
from dondoc.services import links
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.owed import live_books
from dondoc.store import journal


@dataclass(frozen=True, slots=True)
class Issued:
    """A new link. `address` is a secret: to be handed to the recipient and to nobody else; it is not kept."""

    recipient: str
    address: str
    expires_at: datetime


def issue_link(
    app: App, agency: str, *, by: str, now: datetime, role: Role = "focal", days: int = links.LINK_DAYS
) -> Issued:
    """A link for the contact of an agency (its id or a name of it). Journaled.

    Raises Refused when no followed plan knows the agency, it has no such contact, or the days make no sense;
    SettingsError without a public address.
    """
    public_url = app.settings.require_public_url()
    if not 1 <= days <= 366:
        raise Refused("Liên kết có hiệu lực từ 1 đến 366 ngày.")
    with app.sessions.begin() as session:
        recipient = _recipient(app, session, agency, role)
        token = links.issue(session, recipient.id, recipient.agency_id, now, days=days)
        why = f"Cấp liên kết bằng tay, {days} ngày."
        journal.write(session, now, by, "link-issued", recipient.id, None, None, why)
    return Issued(recipient.id, links.address(public_url, token), now + timedelta(days=days))


def revoke_links(app: App, agency: str, *, by: str, now: datetime, why: str) -> int:
    """End every open link and session of an agency's contacts; how many links. Journaled. Raises Refused as above."""
    with app.sessions.begin() as session:
        found, _ = _agency(app, session, agency)
        return links.revoke(session, found.id, by, now, why)


def _recipient(app: App, session: Session, agency: str, role: Role) -> Recipient:
    found, book = _agency(app, session, agency)
    recipient = book.directory.recipient(found.id, role)
    if recipient is None:
        raise Refused(f"{found.name} không có đầu mối ({role}) trong danh bạ.")
    return recipient


def _agency(app: App, session: Session, name: str) -> tuple[Agency, Book]:
    for book in live_books(app, session).values():
        found = book.directory.by_id.get(name) or book.directory.lookup(name)
        if isinstance(found, Agency):
            return found, book
    raise Refused(f"Không có cơ quan “{name}” trong danh bạ của kế hoạch đang theo dõi.")
