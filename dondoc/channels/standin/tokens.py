"""The pairs of tokens that were given out, and which of them still open the door (pure; `now` is an argument)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dondoc.channels.standin.codes import BAD_REFRESH, BAD_TOKEN, OAUTH_WORDS, OLD_TOKEN, Refused

REFRESH_LIFE: timedelta = timedelta(days=90)
"""A refresh token lives 3 months from its own minting (Zalo OA documentation, OAuth v4), counted short."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token and the refresh token that came with it; each is dead from its `_until` (aware) on."""

    access_token: str = field(repr=False)
    access_until: datetime
    refresh_token: str = field(repr=False)
    refresh_until: datetime


def mint(now: datetime, hours: float) -> Pair:
    """A pair nobody has seen yet, whose access token lives for `hours`."""
    return Pair(secrets.token_urlsafe(96), now + timedelta(hours=hours), secrets.token_urlsafe(96), now + REFRESH_LIFE)


class Tokens:
    """The pair in force, and the access tokens that it killed."""

    def __init__(self) -> None:
        self.current: Pair | None = None
        self._killed: set[str] = set()

    def replace(self, pair: Pair) -> None:
        """Put `pair` in force; the one before it is dead at once, both of its tokens."""
        if self.current is not None:
            self._killed.add(self.current.access_token)
        self.current = pair

    def check_access(self, token: str, now: datetime) -> None:
        """Raises Refused: -220 for a token that expired or was replaced, -216 for one that never was."""
        if self.current is None or token != self.current.access_token:
            raise Refused(OLD_TOKEN if token in self._killed else BAD_TOKEN)
        if now >= self.current.access_until:
            raise Refused(OLD_TOKEN)

    def check_refresh(self, token: str, now: datetime) -> None:
        """Raises Refused -14020 for every refresh token but the newest, and for that one after its 3 months."""
        if self.current is None or token != self.current.refresh_token or now >= self.current.refresh_until:
            raise Refused(BAD_REFRESH, OAUTH_WORDS[BAD_REFRESH])
