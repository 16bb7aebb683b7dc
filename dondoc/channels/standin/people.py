"""A person on Zalo, and whether the Official Account may write to that person now (pure; `now` is an argument)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dondoc.channels.standin.codes import INACTIVE, NO_INTERACTION, NOT_FOLLOWED, RESTRICTED, Refused

FREE: timedelta = timedelta(hours=48)
"""Up to this long after the last interaction a customer-service (CS) message is free (Zalo OA documentation, CS)."""

OPEN: timedelta = timedelta(days=7)
"""Up to this long it is accepted, and charged after `FREE`; later it is refused (Zalo OA documentation, CS)."""

Window = Literal["free", "charged", "closed"]


@dataclass(frozen=True, slots=True)
class Person:
    """One user id as the Official Account sees it. `last_interaction` (aware) None means never.

    `blocked`: the person wants no message of this kind. `active` False: banned, or not seen on Zalo for 45 days.
    """

    user_id: str
    display_name: str
    follows: bool = True
    last_interaction: datetime | None = None
    blocked: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """One text in a conversation: from the Official Account, or (`from_oa` False) from the person.

    `sent_at` is aware. `charged`: sent 48 hours to 7 days after the last interaction. `tracking` is the caller's
    `tracking_id`, kept for tests although the CS call documents none.
    """

    message_id: str
    user_id: str
    text: str
    sent_at: datetime
    from_oa: bool = True
    charged: bool = False
    tracking: str | None = None


def window(person: Person, now: datetime) -> Window:
    """Where `now` lies after the last interaction; exactly 48 hours is still free, exactly 7 days still open."""
    if person.last_interaction is None or now - person.last_interaction > OPEN:
        return "closed"
    return "free" if now - person.last_interaction <= FREE else "charged"


def require_reachable(person: Person, now: datetime) -> None:
    """Return when a CS message may be sent now; raises Refused with the first reason against it."""
    if not person.follows:
        raise Refused(NOT_FOLLOWED)
    if not person.active:
        raise Refused(INACTIVE)
    if person.blocked:
        raise Refused(RESTRICTED)
    if window(person, now) == "closed":
        raise Refused(NO_INTERACTION)
