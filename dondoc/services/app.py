"""What every use case is given: settings, the store, the calendar, the channels and the clock (built by bootstrap)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Outcome, Sought
from dondoc.domain.calendar import WorkCalendar
from dondoc.services.zalo_tokens import StoredTokens
from dondoc.settings import Settings
from dondoc.store.claims import Limits


class Channel(Protocol):
    """A way out: sends one message to one address, says what became of it, and may be asked later."""

    @property
    def can_be_asked(self) -> bool:
        """Whether the other side can be asked if a message is there."""

    def send(self, envelope: Envelope, now: datetime) -> Outcome:
        """One attempt; never raises for what the other side answers."""

    def arrived(self, sought: Sequence[Sought], now: datetime) -> dict[str, bool]:
        """By key: True is there, False surely is not. No entry where the other side cannot say; never raises."""


@dataclass(frozen=True)
class App:
    """The composition that flows, pages and commands share. `now` is the only clock a service may use.

    `mail_domain` is the right side of the Message-IDs we make. `limits` are kept by the claim, across processes.
    `pause` waits for a channel's next minute (seconds). `zalo` keeps the tokens of the Zalo channel, if there is one.
    """

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    calendar: WorkCalendar
    templates: Path
    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    mail_domain: str = "dondoc.example"
    limits: Mapping[str, Limits] = field(default_factory=dict)
    recipient_per_day: int | None = None
    pause: Callable[[float], None] = time.sleep
    zalo: StoredTokens | None = None
