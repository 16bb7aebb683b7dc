"""The email channel: our Apprise plugin around one persistent SMTP connection per delivery thread.

Apprise's own `mailto://` swallows every reason and every queue id inside its `send()`, so this small `NotifyBase`
class sends the finished message itself and raises `DeliveryError`, which `instance.notify()` lets through.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from apprise import NotifyType
from apprise.plugins import NotifyBase

from dondoc.channels import envelope as envelopes
from dondoc.channels.envelope import Envelope
from dondoc.channels.mail_lookup import MailLookup
from dondoc.channels.mime import message_bytes
from dondoc.channels.outcomes import DeliveryError, Outcome, Sought
from dondoc.channels.settings import EmailSettings
from dondoc.channels.smtp import SmtpConnection

log = logging.getLogger(__name__)

SETTLING = timedelta(minutes=10)
"""How long a server may work on a message after its final dot (RFC 5321 §4.5.3.2.6): absence proves nothing before."""

_STAND_IN = "dondoc"
"""Apprise wants a non-empty body; the message itself is already written."""


class SmtpPlugin(NotifyBase):  # type: ignore[no-untyped-call]  # Apprise is only partly typed
    """Sends one finished message. One instance per thread: the connection and the message belong to the instance."""

    service_name = "dondoc email"  # type: ignore[assignment]  # the base class declares it as None
    body_maxlen = 100_000_000
    title_maxlen = 0
    request_rate_per_sec = 0

    def __init__(self, settings: EmailSettings, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._settings = settings
        self._connection = SmtpConnection(settings)
        self._outgoing: tuple[str, bytes] | None = None
        self._outcome: Outcome | None = None

    def deliver(self, recipient: str, data: bytes) -> Outcome:
        """Send through Apprise's `notify()`. Raises DeliveryError unless the server took the message."""
        self._outgoing, self._outcome = (recipient, data), None
        try:
            taken = bool(self.notify(body=_STAND_IN))
        finally:
            self._outgoing = None
        if not taken or self._outcome is None:
            raise DeliveryError("administrator", None, "Apprise did not call the email plugin")
        return self._outcome

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **kwargs: Any) -> bool:
        """Apprise's entry: submit the message that `deliver` laid ready. True, or DeliveryError with the reason."""
        if self._outgoing is None:
            raise DeliveryError("administrator", None, "the email plugin is used by EmailChannel only")
        self._outcome = self._connection.submit(*self._outgoing)
        return True

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        """Where it sends, without any secret: it names the instance in Apprise's own logs."""
        return f"dondoc-email://{self._settings.host}:{self._settings.port}/"

    def close(self) -> None:
        """End the SMTP session."""
        self._connection.close()


class EmailChannel:
    """Sends envelopes by SMTP. May be shared by threads: each gets its own plugin and connection."""

    def __init__(self, settings: EmailSettings, lookup: MailLookup | None = None) -> None:
        self._settings = settings
        self._lookup = lookup
        self._local = threading.local()
        self._plugins: list[SmtpPlugin] = []
        self._lock = threading.Lock()

    def send(self, envelope: Envelope, now: datetime) -> Outcome:
        """Try once, and say how it ended; never raises for what the server or the network did.

        `now` (aware) becomes the Date header. Side effects: the mail, and one log line without personal data (the
        server's words often repeat the address, so they are in the outcome only).
        """
        settings = self._settings
        try:
            envelopes.check(envelope)
            data = message_bytes(envelope, settings.sender, settings.sender_name, settings.reply_to, now)
            outcome = self._plugin().deliver(envelope.to_address, data)
        except DeliveryError as error:
            outcome = error.outcome
        level = logging.INFO if outcome.kind == "sent" else logging.WARNING
        log.log(level, "email %s %s", outcome.kind, outcome.code or "", extra=_facts(envelope, outcome))
        return outcome

    @property
    def can_be_asked(self) -> bool:
        """Whether there is anybody to ask what became of a message."""
        return self._lookup is not None

    def arrived(self, sought: Sequence[Sought], now: datetime) -> dict[str, bool]:
        """Which messages are there (True) and which are not (False), by Message-ID; never raises.

        A message of which nothing can be said has no entry: nobody could be asked, or it is absent but was tried less
        than SETTLING before `now` (aware), so that the server may still be storing it.
        """
        found = self._lookup.found([each.key for each in sought]) if self._lookup else None
        if found is None:
            return {}
        return {
            each.key: each.key in found for each in sought if each.key in found or now - each.attempted_at >= SETTLING
        }

    def close(self) -> None:
        """Close every thread's connection. Call when no thread is sending any more."""
        with self._lock:
            plugins, self._plugins = self._plugins, []
            self._local = threading.local()
        for plugin in plugins:
            plugin.close()

    def _plugin(self) -> SmtpPlugin:
        plugin: SmtpPlugin | None = getattr(self._local, "plugin", None)
        if plugin is None:
            plugin = self._local.plugin = SmtpPlugin(self._settings)
            with self._lock:
                self._plugins.append(plugin)
        return plugin


def _facts(envelope: Envelope, outcome: Outcome) -> dict[str, Any]:
    return {
        "action": f"email_{outcome.kind}",
        "email_message_id": envelope.message_id,
        "smtp_code": outcome.code,
        "remote_id": outcome.remote_id,
    }
