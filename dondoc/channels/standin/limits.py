"""How much the Official Account may do: calls per minute, messages per day, hours of a token (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dondoc.channels.standin.codes import TOO_MANY, Refused

PER_MINUTE = 4000
"""Calls of one application in a minute (Zalo OA documentation, rate limits)."""

TOKEN_HOURS = 25.0
"""The life of an access token (Zalo OA documentation, OAuth v4)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`daily_quota` counts the delivered messages of one day in Asia/Ho_Chi_Minh; None means no such limit."""

    per_minute: int = PER_MINUTE
    daily_quota: int | None = None
    token_hours: float = TOKEN_HOURS


class Meter:
    """Counts the calls of the present calendar minute; it forgets at a restart."""

    def __init__(self) -> None:
        self._minute = ""
        self._used = 0

    def count(self, now: datetime, limit: int) -> None:
        """Count one call; raises Refused -32 when the minute has no more."""
        if self.left(now, limit) == 0:
            raise Refused(TOO_MANY)
        self._used += 1

    def left(self, now: datetime, limit: int) -> int:
        """How many calls the minute of `now` still has."""
        minute = f"{now:%Y-%m-%d %H:%M}"
        if minute != self._minute:
            self._minute, self._used = minute, 0
        return max(0, limit - self._used)
