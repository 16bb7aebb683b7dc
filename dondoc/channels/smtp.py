"""One persistent SMTP connection, and one transaction on it whose every end has a kind.

The phase is remembered, because the same broken connection means "try again" before the final dot of DATA and
"nobody knows" after it (facts measured in docs/decisions/0002-email-channel.md).
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from contextlib import suppress

from dondoc.channels.outcomes import DeliveryError, Outcome, OutcomeKind
from dondoc.channels.settings import EmailSettings
from dondoc.channels.smtp_replies import Phase, rule_for

CLOSING = 421
UNREADABLE = -1
"""What smtplib gives for a reply that does not begin with a code."""
MAX_REPLY = 300
_DOT = b".\r\n"
_QUEUE_ID = re.compile(r"queued as\s+<?([^\s>]+)|\bid=([^\s>]+)|^2\.\d\.\d\s+(\S+)\s+Message accepted", re.IGNORECASE)


class SmtpConnection:
    """A connection that outlives its messages. Not for use by two threads at once."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._client: smtplib.SMTP | None = None
        self._phase: Phase = "session"
        self._is_clean = False
        """The message before was taken, which ended its transaction: nothing is left to reset (RFC 5321 §4.1.1.4)."""

    def submit(self, recipient: str, data: bytes) -> Outcome:
        """Hand `data` (CRLF line ends) to the server for one recipient; returns only when the server took it.

        Raises DeliveryError for every other end. A connection that the server closed while it lay idle is opened
        anew once, as long as the server has not seen the message yet.
        """
        self._phase = "session"
        try:
            self._begin(len(data))
            self._expect("rcpt", *self._open().docmd("RCPT", f"TO:<{recipient}>"))
            return self._finish(data)
        except smtplib.SMTPResponseException as error:
            raise self._rejected(error) from None
        except smtplib.SMTPServerDisconnected as error:
            raise self._broken("retry", error) from None
        except smtplib.SMTPException as error:  # STARTTLS or AUTH is not offered
            raise self._broken("administrator", error) from None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            raise self._broken("retry", error) from None
        except ssl.SSLError as error:
            raise self._broken("administrator", error) from None
        except OSError as error:
            raise self._broken("retry", error) from None

    def close(self) -> None:
        """Say QUIT if anybody is still listening, and let the connection go."""
        if self._client is not None:
            with suppress(OSError):
                self._client.quit()
            self._drop()

    def _begin(self, size: int) -> None:
        if self._client is None or not self._resumed(self._client, size):
            self._drop()
            self._connect()
            self._mail(size)

    def _resumed(self, client: smtplib.SMTP, size: int) -> bool:
        """Whether the connection of the message before has begun this one; False when the server has left it."""
        try:
            if not self._is_clean:
                self._expect("session", *client.rset())
            self._mail(size)
        except smtplib.SMTPServerDisconnected:
            return False
        except smtplib.SMTPResponseException as error:
            if self._phase == "mail" and error.smtp_code != CLOSING:
                raise
            return False
        return True

    def _connect(self) -> None:
        settings, self._phase = self._settings, "session"
        context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
        where, timeout = (settings.host, settings.port, settings.domain), settings.timeout
        client = smtplib.SMTP(*where, timeout) if settings.mode != "ssl" else _over_tls(where, timeout, context)
        self._client = client
        client.ehlo_or_helo_if_needed()
        if settings.mode == "starttls":
            client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
        if settings.user and settings.password:
            client.login(settings.user, settings.password)
        # The final dot goes out in a packet of its own; Nagle would hold it back until the rest is acknowledged.
        self._socket(client).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _mail(self, size: int) -> None:
        client = self._open()
        option = f" size={size}" if client.has_extn("size") else ""
        # Not client.mail(): it parses the address each time as people write them. Ours are plain (`is_address`).
        code, reply = client.docmd("MAIL", f"FROM:<{self._settings.sender}>{option}")
        self._is_clean = False
        self._expect("mail", code, reply)

    def _finish(self, data: bytes) -> Outcome:
        client = self._open()
        self._expect("data", *client.docmd("DATA"), wanted=3)
        client.send(_quoted(data))
        client.send(_DOT)
        # From here on the server may have the whole message, whatever becomes of the connection.
        self._phase = "sent"
        code, reply = client.getreply()
        if code // 100 != 2:
            raise smtplib.SMTPResponseException(code, reply)
        self._is_clean = True
        text = self._clean(reply.decode("utf-8", "replace"))
        found = _QUEUE_ID.search(text)
        return Outcome("sent", code, text, next(filter(None, found.groups()), None) if found else None)

    def _expect(self, phase: Phase, code: int, reply: bytes, wanted: int = 2) -> None:
        self._phase = phase
        if code // 100 != wanted:
            raise smtplib.SMTPResponseException(code, reply)

    def _rejected(self, error: smtplib.SMTPResponseException) -> DeliveryError:
        code, reply = error.smtp_code, error.smtp_error
        if isinstance(reply, str):  # not the server's words but smtplib's, about a line too long to be read
            code = UNREADABLE
        else:
            reply = reply.decode("utf-8", "replace")
        # Only inside a transaction does the connection stay good for the next message after a refusal.
        if self._phase == "session" or code == CLOSING or code // 100 not in (4, 5):
            self._drop()
        rule = rule_for(self._phase, code, reply)
        given = None if code == UNREADABLE else code
        return DeliveryError(rule.kind, given, self._clean(reply), closes_days=rule.closes_days)

    def _broken(self, kind: OutcomeKind, error: Exception) -> DeliveryError:
        self._drop()
        return DeliveryError("unknown" if self._phase == "sent" else kind, None, self._clean(str(error)))

    def _clean(self, text: str) -> str:
        """The server's words in one line fit for a log and the database, never with our password in them."""
        user, password = self._settings.user, self._settings.password
        if user and password:
            encoded = (base64.b64encode(secret.encode()).decode() for secret in (f"\0{user}\0{password}", password))
            for secret in (*encoded, password):
                text = text.replace(secret, "***")
        printable = "".join(char if char.isprintable() else " " for char in text)
        return " ".join(printable.split())[:MAX_REPLY]

    def _open(self) -> smtplib.SMTP:
        if self._client is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @staticmethod
    def _socket(client: smtplib.SMTP) -> socket.socket:
        if client.sock is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        return client.sock


def _over_tls(where: tuple[str, int, str], timeout: float, context: ssl.SSLContext) -> smtplib.SMTP:
    return smtplib.SMTP_SSL(*where, timeout=timeout, context=context)


def _quoted(data: bytes) -> bytes:
    """`data` with leading dots doubled (RFC 5321 §4.5.2) and a line end at its end."""
    quoted = re.sub(rb"(?m)^\.", b"..", data) if data.startswith(b".") or b"\n." in data else data
    return quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n"
