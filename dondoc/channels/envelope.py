"""What one recipient shall get, by whichever channel; what email asks of it is checked before anything is sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dondoc.channels.outcomes import DeliveryError

MAX_SUBJECT = 500
MAX_NAME = 200
MAX_FILE_NAME_BYTES = 255
"""What file systems allow; percent-encoded (RFC 2231) it still fits the 998 characters of a line."""
MAX_HEADER_VALUE = 900

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_MESSAGE_ID = re.compile(r"<(?P<key>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128})@[A-Za-z0-9.-]{1,100}>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_MIME_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BODY_CONTROL = re.compile(r"[\x00\ud800-\udfff]")
_RESERVED = {
    *("from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "return-path"),
    *("mime-version", "auto-submitted", "x-dondoc-message"),
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file: `name` as the receiver shall see it (Vietnamese is fine), `mime_type` like `application/pdf`."""

    name: str
    content: bytes = field(repr=False)
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one recipient shall get. `message_id` comes from `message_id()` and is the same on every try.

    `to_address` is a mailbox, or the user id on Zalo; `short` is the plain text for channels of short texts.
    """

    to_address: str
    to_name: str
    subject: str
    text: str
    html: str | None
    message_id: str
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    reply_to: str | None = None
    short: str = ""

    @property
    def key(self) -> str:
        """The part of the Message-ID before "@", repeated in X-Dondoc-Message because gateways rewrite Message-IDs."""
        found = _MESSAGE_ID.fullmatch(self.message_id)
        if not found:
            raise ValueError(f"not a Message-ID: {self.message_id!r}")
        return found["key"]


def message_id(key: str, domain: str) -> str:
    """The Message-ID that belongs to a message key: stable, and telling nothing about the key."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def is_address(text: str) -> bool:
    """Whether `text` is a plain ASCII mailbox address (RFC 5321 dot-string, at most 254 characters)."""
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(text) <= 254 and len(found["local"]) <= 64


def check(envelope: Envelope) -> None:
    """Raise DeliveryError("refused") for the first part that could not be sent as it stands.

    Line breaks and control characters in a header part are an attempt (or an accident) of header injection: they are
    refused, not cleaned, so that the wrong source is noticed.
    """
    for problem in _problems(envelope):
        raise DeliveryError("refused", None, problem)


def _problems(envelope: Envelope) -> list[str]:
    problems = []
    for what, address in (("to_address", envelope.to_address), ("reply_to", envelope.reply_to)):
        if address is not None and not is_address(address):
            problems.append(f"{what} is not a mailbox address: {address!r}")
    if not _MESSAGE_ID.fullmatch(envelope.message_id):
        problems.append(f"not a Message-ID: {envelope.message_id!r}")
    problems += _line("subject", envelope.subject, MAX_SUBJECT) + _line("to_name", envelope.to_name, MAX_NAME)
    if any(_BODY_CONTROL.search(body) for body in (envelope.text, envelope.html or "")):
        problems.append("the body holds a NUL or half a surrogate pair")
    for name, value in envelope.headers.items():
        problems += _header(name, value)
    for attachment in envelope.attachments:
        problems += _attachment(attachment)
    return problems


def _line(what: str, text: str, longest: int) -> list[str]:
    if _CONTROL.search(text):
        return [f"{what} holds a line break or control character: {text!r}"]
    return [f"{what} is longer than {longest} characters"] if len(text) > longest else []


def _header(name: str, value: str) -> list[str]:
    lowered = name.lower()
    if not _HEADER_NAME.fullmatch(name) or lowered in _RESERVED or lowered.startswith("content-"):
        return [f"header {name!r} cannot be set from outside"]
    return _line(f"header {name}", value, MAX_HEADER_VALUE)


def _attachment(attachment: Attachment) -> list[str]:
    problems = _line("attachment name", attachment.name, MAX_FILE_NAME_BYTES)
    if not attachment.name.strip(" .") or "/" in attachment.name or "\\" in attachment.name:
        problems.append(f"not a file name: {attachment.name!r}")
    if len(attachment.name.encode("utf-8", "replace")) > MAX_FILE_NAME_BYTES:
        problems.append(f"attachment name is longer than {MAX_FILE_NAME_BYTES} bytes")
    if not _MIME_TYPE.fullmatch(attachment.mime_type):
        problems.append(f"not a MIME type: {attachment.mime_type!r}")
    return problems
