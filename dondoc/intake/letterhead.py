"""Reads a first page as Nghị định 30/2020/NĐ-CP lays it out: issuer and number at the left, the day at the right.

Only the letterhead is believed for number, issuer and day: the body quotes other documents' numbers and days. Two
candidates for one thing are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from dondoc.domain.directory import fold
from dondoc.domain.document_kinds import DocumentType, kind_of_letter, type_of_heading, type_of_number
from dondoc.domain.events import EventKind
from dondoc.domain.incoming import Said
from dondoc.domain.issuers import bodies, matches_number, spelled
from dondoc.intake.numbers import number_of_line
from dondoc.intake.pages import FirstPage, Line

_SECRET = ("mật", "tối mật", "tuyệt mật")
_MOTTO = ("cộng hòa xã hội chủ nghĩa", "cộng hoà xã hội chủ nghĩa", "đảng cộng sản việt nam")
_DAY = re.compile(r".{2,60}?,?\s*ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})\.?", re.IGNORECASE)
_DAY_LEFT_OPEN = re.compile(r".*ngày[\s.…_]*\d*[\s.…_]*tháng[\s.…_]*\d*[\s.…_]*năm[\s.…_]*\d*\.?", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:v/v|về việc)\s*:?\s*(.+)", re.IGNORECASE)
_BODY_STARTS = re.compile(
    r"(căn cứ|thực hiện|theo |để |nhằm |xét |trên cơ sở|triển khai thực hiện|kính gửi|điều \d|phần |chương |mục |"
    r"[ivx]+\.|\d+\.|bộ trưởng|chủ tịch|giám đốc|hội đồng|thủ tướng|chính phủ)",
    re.IGNORECASE,
)
_MOST_SUBJECT_LINES = 8
_LONGEST_SUBJECT = 500


def read_letterhead(page: FirstPage, known: Iterable[str] = ()) -> Said:
    """What the page says of its document. `known`: names of bodies as this office writes them."""
    head = _head(page.lines)
    if head is None:
        return Said(remarks=("Trang đầu không có thể thức của văn bản hành chính (Quốc hiệu, số, ngày).",))
    remarks: list[str] = []
    top, rest = page.lines[:head], page.lines[head:]
    number = _number(top, remarks)
    heading = next((found for line in rest[:1] if (found := type_of_heading(line.text))), None)
    subject = _letter_subject(top, remarks) if heading is None else _headed_subject(rest, heading, remarks)
    said = Said(
        _kind(heading, number, subject, remarks), number, _issuer(top, number, known, remarks),
        _day(top, remarks), subject, tuple(remarks),
    )  # fmt: skip
    return _only_shown(said) if page.recognised else said


def secrecy(page: FirstPage) -> str | None:
    """The mark of a state secret that the page bears ("MẬT"), or None. Such a document must not be on this machine."""
    return next(
        (line.text for line in page.lines if line.text == line.text.upper() and fold(line.text) in _SECRET), None
    )


def _head(lines: Sequence[Line]) -> int | None:
    """Where the letterhead ends; None when the page has none."""
    if not any(fold(line.text).startswith(_MOTTO) for line in lines[:20]):
        return None
    for at, line in enumerate(lines):
        if re.match(r"kính gửi|căn cứ", fold(line.text)) or (line.side == "across" and type_of_heading(line.text)):
            return at
    return None


def _number(top: Sequence[Line], remarks: list[str]) -> str | None:
    found = [number for line in top if line.side != "right" and (number := number_of_line(line.text)) is not None]
    whole = sorted({number for number in found if number})
    if len(whole) == 1:
        return whole[0]
    if len(whole) > 1:
        remarks.append(f"Trang đầu có nhiều số, ký hiệu: {', '.join(whole)}.")
    else:
        remarks.append("Số, ký hiệu trên trang đầu để trống hoặc không đọc được.")
    return None


def _day(top: Sequence[Line], remarks: list[str]) -> date | None:
    lines = [line.text for line in top if line.side != "left"]
    found = {tuple(int(part) for part in match.groups()) for text in lines if (match := _DAY.fullmatch(text))}
    if len(found) == 1:
        day, month, year = found.pop()
        try:
            return date(year, month, day)
        except ValueError:
            remarks.append(f"Ngày trên trang đầu không có thật: {day}/{month}/{year}.")
    elif found:
        remarks.append("Trang đầu có nhiều ngày ban hành khác nhau.")
    elif any(_DAY_LEFT_OPEN.fullmatch(text) for text in lines):
        remarks.append("Ngày ban hành trên trang đầu để trống.")
    else:
        remarks.append("Không thấy ngày ban hành trên trang đầu.")
    return None


def _issuer(top: Sequence[Line], number: str | None, known: Iterable[str], remarks: list[str]) -> str | None:
    """The lowest body above the number, when the number's symbol does not speak against it."""
    lines = []
    for line in (line for line in top if line.side == "left" and re.search(r"\w", line.text)):
        if number_of_line(line.text) is not None or _SUBJECT.match(line.text):
            break
        lines.append(line.text)
    named = bodies([line for line in lines if line == line.upper()])
    if not named:
        remarks.append("Không thấy tên cơ quan ban hành ở góc trên bên trái.")
        return None
    if number is not None and matches_number(named[-1], number) is False:
        remarks.append(f"Tên cơ quan “{' / '.join(named)}” không khớp với ký hiệu {number}.")
        return None
    return spelled(named[-1], known)


def _letter_subject(top: Sequence[Line], remarks: list[str]) -> str | None:
    """The lines from "V/v" on in the left column."""
    starts = [at for at, line in enumerate(top) if line.side != "right" and _SUBJECT.match(line.text)]
    if len(starts) != 1:
        remarks.append("Không thấy trích yếu (V/v …) trên trang đầu.")
        return None
    side = top[starts[0]].side
    lines = [line.text for line in top[starts[0] :] if line.side == side and re.search(r"\w", line.text)]
    match = _SUBJECT.match(" ".join(lines))
    return match[1] if match and len(match[1]) <= _LONGEST_SUBJECT else None


def _headed_subject(rest: Sequence[Line], heading: DocumentType, remarks: list[str]) -> str | None:
    """The lines under the heading up to a rule or the first words of a body; a gap alone does not say that it ends."""
    lines = [rest[0].text[len(heading.name) :].strip()] if fold(rest[0].text) != heading.name else []
    gap = False
    for line in rest[1:]:
        if lines and line.text and _ends_subject(line.text):
            subject = re.sub(r"^(?:về việc|v/v|về)\s*:?\s+", "", " ".join(lines), flags=re.IGNORECASE)
            return subject if len(subject) <= _LONGEST_SUBJECT else None
        gap = bool(lines) and (gap or not line.text)
        if gap and line.text or len(lines) > _MOST_SUBJECT_LINES:
            break
        lines += [line.text] if line.text else []
    remarks.append("Không rõ trích yếu kết thúc ở đâu.")
    return None


def _ends_subject(text: str) -> bool:
    return not re.search(r"\w", text) or bool(_BODY_STARTS.match(text)) or text == text.upper()


def _kind(
    heading: DocumentType | None, number: str | None, subject: str | None, remarks: list[str]
) -> EventKind | None:
    numbered = type_of_number(number) if number else None
    if heading and numbered and not heading.name.startswith(numbered.name):
        remarks.append(f"Tên loại “{heading.name}” không khớp với ký hiệu {number}.")
        return None
    if heading or numbered:
        found = heading or numbered
        return found.kind if found else None
    return kind_of_letter(subject) if subject else None


def _only_shown(said: Said) -> Said:
    """What a machine guessed from a picture is shown to a person and believed by nobody."""
    shown = [said.number, said.issuer, said.on and f"{said.on:%d/%m/%Y}", said.subject]
    words = "; ".join(text for text in shown if text)
    found = f" Đọc được: {words}." if words else ""
    return Said(remarks=(f"Chữ do máy nhận dạng từ ảnh quét, cần người đối chiếu.{found}",))
