"""What every use case is given: settings, the store, the calendar, the channels and the clock (built by bootstrap)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Outcome
from dondoc.domain.calendar import WorkCalendar
from dondoc.settings import Settings


class Channel(Protocol):
    """A way out: sends one message to one address and says what became of it."""

    def send(self, envelope: Envelope, now: datetime) -> Outcome:
        """One attempt; never raises for what the other side answers."""


@dataclass(frozen=True)
class App:
    """The composition that flows, pages and commands share. `now` is the only clock a service may use.

    `mail_domain` is the right side of the Message-IDs we make.
    """

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    calendar: WorkCalendar
    templates: Path
    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    mail_domain: str = "dondoc.example"
