"""The sink's folder: one numbered .eml file a mail, in the order they came. The files are the whole store.

Mail is written by anybody who can reach the port, so nothing in it is trusted: every decoding falls back instead of
raising, and texts come out as plain Unicode for the page to escape.
"""

from __future__ import annotations

import itertools
import os
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

_FILE = re.compile(r"(\d{8})\.eml")
_HEAD_BYTES = 65536
_HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. `to` are the envelope's recipients; `to_names` what the To header shows; `id` orders."""

    id: str
    to: tuple[str, ...]
    to_names: str
    sender: str
    subject: str
    date: datetime | None
    message_id: str
    key: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One attachment as received."""

    name: str
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail opened. `headers` in their order, decoded; `text` and `html` are None where the mail has none."""

    entry: Entry
    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    files: tuple[StoredFile, ...]


class Mailbox:
    """Reads and writes the folder. Several processes may read while one writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._entries: dict[str, Entry] = {}
        self._newest = 0

    def store(self, sender: str, recipients: list[str], content: bytes, received: datetime) -> str:
        """Write one mail under the next number, with the trace headers a server adds, and return its id.

        The file is complete and on disk before its name exists. Raises OSError when it cannot be kept.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        trace = [f"Return-Path: <{sender}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
        trace.append(f"Received: by dondoc-sink; {format_datetime(received)}")
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".incoming-") as file:
            file.write("".join(f"{line}\r\n" for line in trace).encode("utf-8", "replace") + content)
            file.flush()
            os.fsync(file.fileno())
            return self._publish(Path(file.name))

    def ids(self) -> list[str]:
        """Every mail, newest first."""
        if not self.folder.is_dir():
            return []
        found = (_FILE.fullmatch(file.name) for file in self.folder.iterdir())
        return sorted((match[1] for match in found if match), reverse=True)

    def entries(self) -> list[Entry]:
        """The list, newest first. Files never change, so each is read once."""
        ids = self.ids()
        for id in ids:
            if id not in self._entries:
                with suppress(FileNotFoundError):
                    self._entries[id] = _entry(id, message_from_bytes(self._head(id)))
        return [self._entries[id] for id in ids if id in self._entries]

    def holding(self, message_ids: Iterable[str]) -> set[str]:
        """Which of these Message-IDs belong to a mail that is in the folder now, whoever stored it."""
        return {entry.message_id for entry in self.entries() if entry.message_id}.intersection(message_ids)

    def raw(self, id: str) -> bytes | None:
        """The file as received, or None when there is no such mail."""
        if not _FILE.fullmatch(f"{id}.eml"):
            return None
        try:
            return self._path(id).read_bytes()
        except FileNotFoundError:
            return None

    def open(self, id: str) -> Mail | None:
        """One mail taken apart, or None when there is no such mail."""
        content = self.raw(id)
        return None if content is None else _mail(id, message_from_bytes(content))

    def _publish(self, file: Path) -> str:
        self._newest = self._newest or int(next(iter(self.ids()), "0"))
        for number in itertools.count(self._newest + 1):
            with suppress(FileExistsError):
                os.link(file, self._path(f"{number:08}"))
                self._newest = number
                return f"{number:08}"
        raise AssertionError("itertools.count ended")

    def _head(self, id: str) -> bytes:
        with self._path(id).open("rb") as file:
            head = file.read(_HEAD_BYTES)
        end = _HEAD_END.search(head)
        return head[: end.end()] if end else head

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.eml"


def _entry(id: str, message: Message) -> Entry:
    return Entry(
        id=id,
        to=tuple(_decoded(value) for value in message.get_all("Delivered-To", [])),
        to_names=_decoded(message["To"]),
        sender=_decoded(message["From"]),
        subject=_decoded(message["Subject"]),
        date=_date(message["Date"]),
        message_id=_decoded(message["Message-ID"]).strip(),
        key=_decoded(message["X-Dondoc-Message"]),
    )


def _mail(id: str, message: Message) -> Mail:
    bodies: dict[str, str] = {}
    files: list[StoredFile] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        content_type, name = part.get_content_type(), _file_name(part)
        if name or content_type not in ("text/plain", "text/html") or content_type in bodies:
            files.append(StoredFile(name or f"phần-{len(files) + 1}", content_type, _content(part)))
        else:
            bodies[content_type] = _text(part)
    headers = tuple((name, _decoded(value)) for name, value in message.items())
    return Mail(_entry(id, message), headers, bodies.get("text/plain"), bodies.get("text/html"), tuple(files))


def _decoded(value: object) -> str:
    """A header as people read it, in one line."""
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(value)))  # type: ignore[arg-type]  # str or Header, as Message gives it
    except (HeaderParseError, LookupError, ValueError):
        text = str(value)
    return _clean(re.sub(r"\r?\n", "", text))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _date(value: object) -> datetime | None:
    try:
        return parsedate_to_datetime(str(value))
    except (TypeError, ValueError):
        return None


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return _decoded(name)


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    content = _content(part)
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    return _clean(text.replace("\r\n", "\n"))
