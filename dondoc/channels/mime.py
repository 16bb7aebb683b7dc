"""An Envelope as the bytes of an RFC 5322 message.

`EmailMessage(policy=SMTP)` loses or doubles a space where a long Vietnamese subject or name folds (Python 3.11 to
3.13), so encoded words are split here or by `Header` (docs/decisions/0002-email-channel.md). The message is put
together here and not by `email.generator`, which takes several times as long for the same bytes.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.charset import Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.utils import format_datetime
from functools import lru_cache

from dondoc.channels.envelope import Attachment, Envelope

_LINE_LENGTH = 76
"""With the blank that folds a line, it leaves the 75 characters that RFC 2047 allows an encoded word."""
_UTF8 = Charset("utf-8")


def message_bytes(envelope: Envelope, sender: str, sender_name: str, reply_to: str | None, now: datetime) -> bytes:
    """The whole message with CRLF line ends, 7-bit clean. `envelope` has passed `envelope.check`; `now` is aware.

    The same bytes each time for the same arguments.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    kind, body = _body(envelope)
    head = [
        f"Content-Type: {kind}",
        "MIME-Version: 1.0",
        _from(sender_name, sender),
        _header("To", _mailbox(envelope.to_name, envelope.to_address)),
        *_rest(envelope, reply_to, now),
    ]
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + body


def _rest(envelope: Envelope, reply_to: str | None, now: datetime) -> Iterator[str]:
    if answer_to := envelope.reply_to or reply_to:
        yield _header("Reply-To", answer_to)
    yield f"Subject: {_words(envelope.subject, _LINE_LENGTH - len('Subject: '))}"
    yield _header("Date", format_datetime(now))
    yield _header("Message-ID", envelope.message_id)
    yield "Auto-Submitted: auto-generated"
    yield _header("X-Dondoc-Message", envelope.key)
    for name, value in envelope.headers.items():
        yield _header(name, value)


@lru_cache(maxsize=64)
def _from(name: str, address: str) -> str:
    return _header("From", _mailbox(name, address))


def _header(name: str, value: str) -> str:
    """One header; in one line where it fits, else folded."""
    line = f"{name}: {value}"
    if value.isascii() and len(line) <= _LINE_LENGTH:
        return line
    return f"{name}: {_folded(name, value, None if value.isascii() else _UTF8)}"


def _words(text: str, first: int) -> str:
    """`text` as encoded words (RFC 2047), each of whole characters, one in a line; `first`: the first line's length.

    `Header` does the same, but measures all that stands in the line anew for each character.
    """
    words, word, room = [], b"", _bytes_in(first)
    for character in map(str.encode, text):
        if len(word) + len(character) > room:
            words.append(word)
            word, room = b"", _bytes_in(_LINE_LENGTH - 1)
        word += character
    return "\r\n ".join(f"=?utf-8?b?{b2a_base64(each, newline=False).decode('ascii')}?=" for each in (*words, word))


def _bytes_in(length: int) -> int:
    """How many bytes of text an encoded word of that length holds."""
    return (length - len("=?utf-8?b??=")) // 4 * 3


def _folded(name: str, value: str, charset: Charset | None) -> str:
    return Header(value, charset, header_name=name).encode(linesep="\r\n", maxlinelen=_LINE_LENGTH)


def _body(envelope: Envelope) -> tuple[str, bytes]:
    """The content type, and what follows the headers."""
    name = hashlib.sha256(envelope.message_id.encode()).hexdigest()[:32]
    texts = [_text(envelope.text, "plain")] + ([] if envelope.html is None else [_text(envelope.html, "html")])
    kind, body = _multipart("alternative", f"=_alternative_{name}", texts)
    if not envelope.attachments:
        return kind, body
    parts = [f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode("ascii") + body]
    return _multipart("mixed", f"=_mixed_{name}", parts + [_file(attachment) for attachment in envelope.attachments])


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> tuple[str, bytes]:
    # No line of a part can be taken for the boundary: headers and base64 never begin with "--".
    line = f"--{boundary}".encode("ascii")
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'multipart/{subtype};\r\n boundary="{boundary}"', body


def _text(text: str, subtype: str) -> bytes:
    # RFC 2045 §6.8: line breaks are CRLF before the text is turned into base64.
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64'
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return head.encode("ascii") + b"\r\n\r\n" + _base64(lines.encode())


def _base64(content: bytes) -> bytes:
    encoded = b2a_base64(content, newline=False)
    lines = [encoded[start : start + _LINE_LENGTH] for start in range(0, len(encoded), _LINE_LENGTH)]
    return b"\r\n".join([*lines, b""])


def _file(attachment: Attachment) -> bytes:
    main, subtype = attachment.mime_type.split("/", 1)
    part = MIMEBase(main, subtype)
    part.set_payload(attachment.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", attachment.name))
    return part.as_bytes(policy=part.policy.clone(linesep="\r\n", max_line_length=_LINE_LENGTH))


def _mailbox(name: str, address: str) -> str:
    # One encoded word, though a name of over some 45 letters makes it longer than the 75 characters of RFC 2047:
    # split in two, Python's own reader (and who uses it) shows a blank at the seam, inside a word. Names in plain
    # ASCII are encoded too, or "=?utf-8?q?A?=" would arrive as "A".
    return f"{_UTF8.header_encode(name)} <{address}>" if name else address
