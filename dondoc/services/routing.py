"""By which channel a message goes: the contact's preference, another one only where that one is closed or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.domain.directory import ChannelName, Contact
from dondoc.domain.moments import local_day
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.store import attempts, journal, messages, suppressions
from dondoc.store.attempts import Finished
from dondoc.store.models import MessageRow

OTHERS: dict[ChannelName, ChannelName] = {"email": "zalo", "zalo": "email"}
NO_WAY = "Đầu mối không còn kênh nào dùng được"


@dataclass(frozen=True, slots=True)
class Way:
    """One channel and the contact's address on it."""

    channel: ChannelName
    address: str


def ways(app: App, contact: Contact) -> tuple[Way, ...]:
    """The contact's channels that this installation has, the preferred one first.

    While everything is redirected to one mailbox, email is the only way.
    """
    if app.settings.redirect_all_to is not None:
        return (Way("email", contact.email or app.settings.redirect_all_to),)
    addresses = {"email": contact.email, "zalo": contact.zalo_user_id}
    order = (contact.prefers, OTHERS[contact.prefers])
    return tuple(
        Way(channel, address) for channel in order if (address := addresses[channel]) and channel in app.channels
    )


def closed(app: App, session: Session, found: tuple[Way, ...], now: datetime) -> Mapping[tuple[str, str], str]:
    """Why each of these ways is not used today; none is closed while everything goes to one mailbox."""
    if app.settings.redirect_all_to is not None:
        return {}
    return suppressions.closed_addresses(session, local_day(now), [way.address for way in found])


def fall_back(
    app: App, session: Session, message: MessageRow, done: Finished, found: Mapping[str, Book], now: datetime
) -> Way | None:
    """After a refusal: the same message by the contact's next channel that was not tried and is open.

    None when there is none: the message stays refused, for a person. Journaled; does not commit.
    """
    contact = contact_of(message, found)
    tried = attempts.tried_channels(session, message.id)
    options = tuple(way for way in ways(app, contact) if way.channel not in tried) if contact else ()
    shut = closed(app, session, options, now)
    for way in options:
        if (way.channel, way.address) in shut:
            continue
        if messages.switch_channel(session, message.id, way.channel, way.address, message.address_name, now):
            why = f"{done.channel} từ chối: {done.text}"
            journal.write(
                session, now, "dondoc", "channel-switched", f"message/{message.id}", done.channel, way.channel, why
            )
            return way
    return None


def contact_of(message: MessageRow, found: Mapping[str, Book]) -> Contact | None:
    """The contact behind a message's recipient, as the directory of its plan has it now; None when it has gone."""
    book = found.get(message.plan_id or "")
    agency_id, _, role = message.recipient.partition("/")
    agency = book.directory.by_id.get(agency_id) if book is not None else None
    return next((contact for contact in agency.contacts if contact.role == role), None) if agency else None


def close_for(app: App, session: Session, message: MessageRow, days: int, why: str, now: datetime) -> None:
    """The other side said that this address cannot be reached: not used for so many days, journaled."""
    until = local_day(now).fromordinal(local_day(now).toordinal() + days)
    suppressions.close_address(session, message.channel, message.address, until, why, "dondoc", now)
    journal.write(session, now, "dondoc", "address-closed", message.recipient, message.channel, until.isoformat(), why)
