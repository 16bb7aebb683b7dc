"""Attached files: judged by their content, named for display, kept by their SHA-256 under DONDOC_HOME/files."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO

from dondoc.errors import Problem
from dondoc.intake.archive import BadArchive, office_kind
from dondoc.intake.texts import clean_line

MAX_FILE = 20 * 1024 * 1024
"""Bytes of one file (20 MB as people say it: 20 × 1,024 × 1,024)."""
MAX_FILES = 5
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
}
ACCEPT = ".pdf,.docx,.xlsx,.png,.jpg,.jpeg"
ALLOWED = "PDF, Word (.docx), Excel (.xlsx), ảnh PNG hoặc JPEG"
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"PK\x03\x04", "office"),
)
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "tệp Office đời cũ (.doc, .xls) hoặc tệp được đặt mật khẩu"),
    (b"MZ", "một chương trình Windows"),
    (b"\x7fELF", "một chương trình"),
    (b"Rar!", "một tệp nén RAR"),
    (b"7z\xbc\xaf", "một tệp nén 7z"),
    (b"GIF8", "ảnh GIF"),
    (b"<", "một trang web hoặc tệp văn bản đánh dấu"),
    (b"#!", "một chương trình"),
)
_CHUNK = 1024 * 1024
_NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: its name for display, true media type, size in bytes and SHA-256 (hex)."""

    name: str
    media_type: str
    size: int
    sha256: str


def check_file(raw_name: str, stream: BinaryIO) -> Checked | Problem:
    """Judge a file by its bytes: what may be kept, or the Problem to show to who sent it. Leaves the stream rewound."""
    name = display_name(raw_name)
    size, digest = _measure(stream)
    if size == 0:
        return _refusal(name, "file-empty", "tệp trống (0 byte).", "Chọn lại tệp có nội dung.")
    if size > MAX_FILE:
        return _refusal(name, "file-too-big", "tệp lớn hơn 20 MB.", "Nén ảnh quét hoặc tách thành nhiều tệp.")
    stream.seek(0)
    kind = _kind(stream.read(8))
    try:
        kind = office_kind(stream, size) if kind == "office" else kind
    except BadArchive as error:
        return _refusal(name, "file-refused", f"{error}.", "Lưu lại dưới dạng PDF rồi gửi.")
    finally:
        stream.seek(0)
    if kind is None or kind != _claimed(name):
        return _disguised(name, kind, stream)
    return Checked(name, MEDIA_TYPES[kind], size, digest)


def display_name(raw: str) -> str:
    """A name safe to show and to download under: no folder, no control or direction mark, at most 120 characters."""
    name = clean_line(re.split(r"[/\\]", raw)[-1])
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    stem, suffix = PurePath(name or "tep").stem, PurePath(name or "tep").suffix
    return stem[: _NAME_LENGTH - len(suffix)].rstrip() + suffix[:20]


def keep(home: Path, checked: Checked, stream: BinaryIO) -> Path:
    """Make the bytes durable under their SHA-256 (folders 0700, file 0600) before any row speaks of them.

    Bytes that are there already are marked as used just now, so that nobody clears them away as unclaimed.
    """
    target = path_of(home, checked.sha256)
    if target.exists():
        os.utime(target)
        return target
    for folder in (target.parents[1], target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        _write(part, stream)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return target


def path_of(home: Path, sha256: str) -> Path:
    """Where the bytes with that SHA-256 lie. Raises ValueError for anything but 64 lower-case hex digits."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256 in hex")
    return home / "files" / sha256[:2] / sha256


def kept_before(home: Path, moment: datetime) -> Iterator[Path]:
    """Kept files (and what a broken write left) last used before `moment`; the name of a whole one is its SHA-256."""
    for path in (home / "files").glob("??/*"):
        if path.stat().st_mtime < moment.timestamp():
            yield path


def _measure(stream: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256; reading stops soon after MAX_FILE."""
    stream.seek(0)
    size, digest = 0, hashlib.sha256()
    while size <= MAX_FILE and (chunk := stream.read(_CHUNK)):
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _kind(head: bytes) -> str | None:
    return next((kind for mark, kind in _SIGNATURES if head.startswith(mark)), None)


def _claimed(name: str) -> str:
    suffix = PurePath(name).suffix.casefold().lstrip(".")
    return "jpg" if suffix == "jpeg" else suffix


def _disguised(name: str, kind: str | None, stream: BinaryIO) -> Problem:
    head = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    stream.seek(0)
    actual = kind.upper() if kind else next((what for mark, what in _FOREIGN if head.startswith(mark)), None)
    if _claimed(name) in MEDIA_TYPES:
        what = f"nội dung thật là {actual}" if actual else "nội dung không đúng với đuôi tệp"
        return _refusal(name, "file-disguised", f"{what}.", "Mở tệp, lưu lại đúng định dạng rồi gửi.")
    what = f"không nhận {actual}" if actual else "không nhận loại tệp này"
    return _refusal(name, "file-type", f"{what}.", f"Chỉ nhận {ALLOWED}.")


def _refusal(name: str, code: str, message: str, hint: str) -> Problem:
    return Problem(name, None, "error", code, message, hint)


def _write(part: Path, stream: BinaryIO) -> None:
    stream.seek(0)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
