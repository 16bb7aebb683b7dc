"""A stored message as it leaves: by which channel, to whom, with its personal link put in at the last moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Sought
from dondoc.services import links
from dondoc.services.app import App
from dondoc.services.wording import LINK_PLACEHOLDER
from dondoc.store.models import MessageRow


def route(app: App, channel: str) -> str:
    """The channel by which messages of `channel` really leave: email while everything is redirected to one mailbox."""
    return "email" if app.settings.redirect_all_to is not None else channel


def sought(message: MessageRow, envelope: Envelope, attempted_at: datetime) -> Sought:
    """What the other side is asked about a message."""
    return Sought(envelope.message_id, envelope.to_address, envelope.short, attempted_at)


def issue_link(app: App, session: Session, row: MessageRow, now: datetime) -> None:
    """The message's personal link is valid from the moment its claim is committed."""
    links.issue_for_message(session, app.settings.home, key_of(row), row.recipient, row.agency, now)


def key_of(row: MessageRow) -> str:
    """What the message's link is derived from: its identity (`Draft.key`) and where it goes. Sent to another address,
    after a contact was corrected, it carries another link: the one that the old mailbox has is revoked."""
    return f"{row.recipient}/{row.day.isoformat()}/{row.klass}/{row.channel}:{row.address}"


def envelope_of(app: App, row: MessageRow) -> Envelope:
    """The message as it leaves: the personal link is put in now, the redirect for rehearsals applied."""
    token = links.message_token(links.server_key(app.settings.home), key_of(row))
    redirect = app.settings.redirect_all_to
    return Envelope(
        to_address=redirect or row.address,
        to_name=row.address_name,
        subject=row.subject,
        text=row.body_text.replace(LINK_PLACEHOLDER, token),
        html=row.body_html.replace(LINK_PLACEHOLDER, token),
        message_id=row.header_id,
        headers={"X-Dondoc-Redirected-From": row.address} if redirect else {},
        short=row.body_zalo.replace(LINK_PLACEHOLDER, token),
    )
