"""How one attempt to deliver one message to one recipient ended (DESIGN §2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

OutcomeKind = Literal["sent", "retry", "refused", "unknown", "administrator"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The typed result of one attempt.

    `sent`: the server took responsibility. `retry`: nothing was delivered, a later try may work. `refused`: the
    server will never take this message for this recipient. `unknown`: the connection died after the data had left,
    so it must not be sent again by itself. `administrator`: our own account, certificate or settings are wrong, so
    the queue is to be held until a person mends them.

    `code` is the server's reply code where one was given, `text` the reason fit for a log (it never holds a secret),
    `remote_id` the other side's name for an accepted message (SMTP queue id, Zalo message_id). `again_at` (aware)
    goes with `retry`: not before that moment. `closes_days` goes with `refused`: for so many days this channel cannot
    reach that address at all.
    """

    kind: OutcomeKind
    code: int | None = None
    text: str = ""
    remote_id: str | None = None
    again_at: datetime | None = None
    closes_days: int | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """A message whose fate the other side is asked for: its Message-ID, where it went, its words, when it was tried."""

    key: str
    address: str
    text: str
    attempted_at: datetime


class DeliveryError(Exception):
    """Raised inside a channel plugin for every end but `sent`; the channel turns it into an Outcome.

    It exists because `NotifyBase.notify()` can only answer True or False but lets an exception of `send()` through.
    """

    def __init__(
        self,
        kind: OutcomeKind,
        code: int | None,
        text: str,
        *,
        again_at: datetime | None = None,
        closes_days: int | None = None,
    ) -> None:
        self.kind = kind
        self.code = code
        self.text = text
        self.again_at = again_at
        self.closes_days = closes_days
        super().__init__(f"{kind} {code or ''} {text}".strip())

    @property
    def outcome(self) -> Outcome:
        """The same facts as a value."""
        return Outcome(self.kind, self.code, self.text, None, self.again_at, self.closes_days)
