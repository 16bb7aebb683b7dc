"""Looks inside a Word or Excel file without unpacking it: the ZIP's central directory, and one small part by name.

No declared size is believed and nothing is written, so that a "zip bomb" costs what its directory costs. The part
`[Content_Types].xml` says what the document is; it is inflated up to a fixed number of bytes and no further.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Literal

OfficeKind = Literal["docx", "xlsx"]

MAX_ENTRIES = 5_000
MAX_UNPACKED = 300 * 1024 * 1024
MAX_DIRECTORY = 2 * 1024 * 1024
MAX_CONTENT_TYPES = 256 * 1024
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAIN: dict[str, OfficeKind] = {
    "wordprocessingml.document.main+xml": "docx",
    "spreadsheetml.sheet.main+xml": "xlsx",
}
_ACTIVE_SUFFIXES = {
    ".exe",
    ".dll",
    ".js",
    ".jse",
    ".vbs",
    ".vbe",
    ".wsf",
    ".hta",
    ".bat",
    ".cmd",
    ".ps1",
    ".scr",
    ".lnk",
}
_ACTIVE_FOLDERS = ("/macrosheets/", "/activex/", "/dialogsheets/")


class BadArchive(Exception):
    """The file is no Word or Excel document that can be taken; the text (Vietnamese) says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the central directory, as declared there."""

    name: str
    flags: int
    method: int
    packed: int
    unpacked: int
    offset: int


def office_kind(stream: BinaryIO, size: int) -> OfficeKind:
    """What kind of document the archive is. Raises BadArchive for macros, passwords, bombs and anything else."""
    entries = tuple(_entries(stream, size))
    _refuse_dangerous(entries)
    types = _content_types(stream, entries)
    if "macroenabled" in types or "vbaproject" in types:
        raise BadArchive("tệp có chứa macro")
    kinds = {kind for name, kind in _MAIN.items() if name in types}
    if len(kinds) != 1:
        raise BadArchive("đây là tệp nén, không phải tài liệu Word hay Excel")
    return kinds.pop()


def beginning(stream: BinaryIO, size: int, name: re.Pattern[str], most: int) -> bytes | None:
    """Up to `most` bytes, inflated, of the one part whose name matches; None when there is none, or more than one.

    Raises BadArchive. To be called for an archive that `office_kind` has let through.
    """
    found = [entry for entry in _entries(stream, size) if name.fullmatch(entry.name)]
    if len(found) != 1:
        return None
    text, _ = _inflate(stream, found[0], most)
    return text


def _entries(stream: BinaryIO, size: int) -> Iterator[Entry]:
    count, length, start = _end_record(stream, size)
    if count > MAX_ENTRIES or length > MAX_DIRECTORY or start + length > size:
        raise BadArchive("cấu trúc tệp không bình thường")
    stream.seek(start)
    directory = stream.read(length)
    position = 0
    for _ in range(count):
        try:
            fields = _ENTRY.unpack_from(directory, position)
        except struct.error as error:
            raise BadArchive("tệp bị hỏng hoặc bị cắt cụt") from error
        signature, flags, method = fields[0], fields[3], fields[4]
        if signature != b"PK\x01\x02":
            raise BadArchive("tệp bị hỏng hoặc bị cắt cụt")
        name_length, extra_length, comment_length = fields[10:13]
        raw = directory[position + _ENTRY.size : position + _ENTRY.size + name_length]
        yield Entry(raw.decode("utf-8", "replace"), flags, method, fields[8], fields[9], fields[16])
        position += _ENTRY.size + name_length + extra_length + comment_length


def _end_record(stream: BinaryIO, size: int) -> tuple[int, int, int]:
    """(entries, length, start) of the central directory."""
    tail_size = min(size, _END.size + 0xFFFF)
    stream.seek(size - tail_size)
    tail = stream.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise BadArchive("tệp bị hỏng hoặc bị cắt cụt")
    fields = _END.unpack_from(tail, at)
    return fields[4], fields[5], fields[6]


def _refuse_dangerous(entries: tuple[Entry, ...]) -> None:
    if sum(entry.unpacked for entry in entries) > MAX_UNPACKED:
        raise BadArchive("tệp phình to bất thường khi mở")
    if len({entry.name for entry in entries}) != len(entries):
        raise BadArchive("cấu trúc tệp không bình thường")
    for entry in entries:
        if entry.flags & 0x1:
            raise BadArchive("tệp được đặt mật khẩu")
        name = "/" + entry.name.casefold()
        if "\\" in name or "/../" in name or name.startswith("//"):
            raise BadArchive("cấu trúc tệp không bình thường")
        if "vbaproject" in name or any(folder in name for folder in _ACTIVE_FOLDERS):
            raise BadArchive("tệp có chứa macro")
        if PurePosixPath(name).suffix in _ACTIVE_SUFFIXES:
            raise BadArchive("tệp có gói kèm chương trình")


def _content_types(stream: BinaryIO, entries: tuple[Entry, ...]) -> str:
    entry = next((e for e in entries if e.name == "[Content_Types].xml"), None)
    if entry is None:
        raise BadArchive("đây là tệp nén, không phải tài liệu Word hay Excel")
    text = _inflated(stream, entry)
    if b"\x00" in text:
        raise BadArchive("cấu trúc tệp không bình thường")
    return text.decode("utf-8", "replace").casefold()


def _inflated(stream: BinaryIO, entry: Entry) -> bytes:
    """The part's bytes; refused when they do not end within MAX_CONTENT_TYPES."""
    text, whole = _inflate(stream, entry, MAX_CONTENT_TYPES)
    if not whole:
        raise BadArchive("cấu trúc tệp không bình thường")
    return text


def _inflate(stream: BinaryIO, entry: Entry, most: int) -> tuple[bytes, bool]:
    """At most `most` bytes of the part, and whether that is all of it."""
    stream.seek(entry.offset)
    header = stream.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise BadArchive("tệp bị hỏng hoặc bị cắt cụt")
    fields = _LOCAL.unpack(header)
    stream.seek(entry.offset + _LOCAL.size + fields[9] + fields[10])
    packed = stream.read(min(entry.packed, most))
    if entry.method == 0:
        return packed, True
    if entry.method != 8:
        raise BadArchive("cấu trúc tệp không bình thường")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return inflater.decompress(packed, most), inflater.eof
    except zlib.error as error:
        raise BadArchive("tệp bị hỏng hoặc bị cắt cụt") from error
