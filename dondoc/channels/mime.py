"""An Envelope as the bytes of an RFC 5322 message.

`EmailMessage(policy=SMTP)` loses or doubles a space where a long Vietnamese subject or name folds (Python 3.11 to
3.13), so headers are built with `Header`, which splits encoded words itself (docs/decisions/0002-email-channel.md).
"""

from __future__ import annotations

import re
from datetime import datetime
from email.charset import Charset
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any, cast

from dondoc.channels.envelope import Attachment, Envelope

_LINE_LENGTH = 76
"""With the blank that folds a line, it leaves the 75 characters that RFC 2047 allows an encoded word."""
_UTF8 = Charset("utf-8")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def message_bytes(envelope: Envelope, sender: str, sender_name: str, reply_to: str | None, now: datetime) -> bytes:
    """The whole message with CRLF line ends, 7-bit clean. `envelope` has passed `envelope.check`; `now` is aware."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    # typeshed knows header values as str only; Message takes Header too.
    message = cast("Message[Any, Any]", _body(envelope))
    message["From"] = _mailbox(sender_name, sender)
    message["To"] = _mailbox(envelope.to_name, envelope.to_address)
    if answer_to := envelope.reply_to or reply_to:
        message["Reply-To"] = answer_to
    message["Subject"] = Header(envelope.subject, "utf-8", header_name="Subject")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = envelope.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Dondoc-Message"] = envelope.key
    for name, value in envelope.headers.items():
        message[name] = value if value.isascii() else Header(value, "utf-8", header_name=name)
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n", max_line_length=_LINE_LENGTH))


def _body(envelope: Envelope) -> MIMEMultipart:
    alternative = MIMEMultipart("alternative")
    alternative.attach(_text(envelope.text, "plain"))
    if envelope.html is not None:
        alternative.attach(_text(envelope.html, "html"))
    if not envelope.attachments:
        return alternative
    mixed = MIMEMultipart("mixed")
    mixed.attach(alternative)
    for attachment in envelope.attachments:
        mixed.attach(_file(attachment))
    return mixed


def _text(text: str, subtype: str) -> MIMEText:
    # RFC 2045 §6.8: line breaks are CRLF before the text is turned into base64.
    return MIMEText(_LINE_BREAK.sub("\r\n", text), subtype, "utf-8")


def _file(attachment: Attachment) -> MIMEBase:
    main, subtype = attachment.mime_type.split("/", 1)
    part = MIMEBase(main, subtype)
    part.set_payload(attachment.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", attachment.name))
    return part


def _mailbox(name: str, address: str) -> str:
    # One encoded word, though a name of over some 45 letters makes it longer than the 75 characters of RFC 2047:
    # split in two, Python's own reader (and who uses it) shows a blank at the seam, inside a word. Names in plain
    # ASCII are encoded too, or "=?utf-8?q?A?=" would arrive as "A".
    return f"{_UTF8.header_encode(name)} <{address}>" if name else address
