"""An incoming document: what it says of itself, from what stands beside it, its first page and its name.

Nothing is guessed: what no place says with certainty, and what two places say differently, is None with a remark.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from dondoc.domain.incoming import Incoming, Place, Said, together
from dondoc.errors import Problem
from dondoc.intake import pdf_page, word_page
from dondoc.intake.archive import BadArchive
from dondoc.intake.file_names import read_name
from dondoc.intake.files import MEDIA_TYPES, Checked, check_file
from dondoc.intake.letterhead import read_letterhead, secrecy
from dondoc.intake.pages import FirstPage

BESIDE, PAGE, NAME = "tệp mô tả đi kèm", "trang đầu", "tên tệp"


class NotRegular(OSError):
    """A symbolic link, folder, pipe or device: never followed, never read."""


def read_document(path: Path, beside: Said | None = None, known: Iterable[str] = ()) -> Incoming | Problem:
    """What the document at `path` says of itself, or why it is not taken. `beside`: what its sidecar file says;
    `known`: names of bodies as this office writes them. Never raises for what the file holds; OSError when it cannot
    be opened (a symbolic link cannot)."""
    with open_regular(path) as stream:
        checked = check_file(path.name, stream)
        return checked if isinstance(checked, Problem) else read_checked(checked, stream, beside, known)


def read_checked(
    checked: Checked, stream: BinaryIO, beside: Said | None = None, known: Iterable[str] = ()
) -> Incoming | Problem:
    """As `read_document`, for a file that has been judged already. Leaves the stream rewound."""
    try:
        page = _first_page(checked, stream)
    except BadArchive as error:
        return _refusal(checked.name, "file-refused", f"{error}.", "Lưu lại dưới dạng PDF rồi đưa vào lại.")
    except pdf_page.BadPdf as error:
        return _refusal(
            checked.name, f"pdf-{error.code}", f"{error}.", "Mở tệp, lưu lại thành PDF khác rồi đưa vào lại."
        )
    finally:
        stream.seek(0)
    mark = secrecy(page) if page else None
    if mark is not None:
        what = f"văn bản đóng dấu “{mark}”, không được đưa vào hệ thống này."
        return _refusal(
            checked.name, "state-secret", what, "Lấy tệp ra khỏi máy và xử lý theo quy định về bí mật nhà nước."
        )
    places: list[Place] = [(BESIDE, beside)] if beside is not None else []
    return together([*places, (PAGE, _of_page(page, known)), (NAME, read_name(checked.name))])


def open_regular(path: Path) -> BinaryIO:
    """The file open for reading; NotRegular for symbolic links, folders, pipes and devices, else OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotRegular from error if error.errno in (errno.ELOOP, errno.ENXIO) else error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular
    return os.fdopen(descriptor, "rb")


def _first_page(checked: Checked, stream: BinaryIO) -> FirstPage | None:
    """None where a file of this kind has no page that can be read."""
    if checked.media_type == MEDIA_TYPES["docx"]:
        return word_page.first_page(stream, checked.size)
    if checked.media_type == MEDIA_TYPES["pdf"]:
        return pdf_page.first_page(stream)
    return None


def _of_page(page: FirstPage | None, known: Iterable[str]) -> Said:
    if page is None:
        return Said(remarks=("Loại tệp này không đọc được trang đầu (ảnh, bảng tính).",))
    if not any(line.text for line in page.lines):
        return Said(remarks=("Bản quét không có lớp chữ: không đọc được gì, cần người ghi.",))
    return read_letterhead(page, known)


def _refusal(name: str, code: str, message: str, hint: str) -> Problem:
    return Problem(name, None, "error", code, message, hint)
