"""The types of Vietnamese administrative documents (Nghị định 30/2020/NĐ-CP, Điều 7 and Phụ lục III; laws beside them).

Three things name a type: the heading, the symbol in the number (123/QĐ-UBND), and, for a công văn, which has neither,
the first words of what it is about. What names none, or two, is None: nobody guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dondoc.domain.directory import fold
from dondoc.domain.events import EventKind
from dondoc.domain.vietnamese import searchable


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type as its heading names it, the symbol that stands for it in a number, and the kind of event it makes."""

    name: str
    symbol: str
    kind: EventKind | None


TYPES = (
    DocumentType("kết luận thanh tra", "KLTTr", "finding"),
    DocumentType("kết luận kiểm tra", "KLKT", "finding"),
    DocumentType("kết luận", "KL", None),
    DocumentType("nghị quyết", "NQ", "decision"),
    DocumentType("nghị định", "NĐ", "regulation"),
    DocumentType("thông tư liên tịch", "TTLT", "regulation"),
    DocumentType("thông tư", "TT", "regulation"),
    DocumentType("luật", "", "regulation"),
    DocumentType("pháp lệnh", "", "regulation"),
    DocumentType("quyết định", "QĐ", "decision"),
    DocumentType("chỉ thị", "CT", "directive"),
    DocumentType("công điện", "CĐ", "directive"),
    DocumentType("quy chế", "QC", "regulation"),
    DocumentType("quy định", "QyĐ", "regulation"),
    DocumentType("hướng dẫn", "HD", "guidance"),
    DocumentType("kế hoạch", "KH", "plan"),
    DocumentType("chương trình", "CTr", "plan"),
    DocumentType("phương án", "PA", "plan"),
    DocumentType("đề án", "ĐA", "plan"),
    DocumentType("dự án", "DA", "plan"),
    DocumentType("tờ trình", "TTr", "request"),
    DocumentType("thông báo", "TB", "other"),
    DocumentType("báo cáo", "BC", "other"),
    DocumentType("biên bản", "BB", "other"),
    DocumentType("giấy mời", "GM", "other"),
)
_BY_SYMBOL = {searchable(one.symbol): one for one in TYPES if one.symbol}
_LETTER_WORDS: tuple[tuple[str, EventKind], ...] = (
    ("hướng dẫn", "guidance"), ("đề nghị", "request"), ("chỉ đạo", "directive"), ("thay đổi", "change"),
)  # fmt: skip


def type_of_heading(line: str) -> DocumentType | None:
    """The type that a heading in capitals names ("QUYẾT ĐỊNH", "KẾT LUẬN THANH TRA"); None for any other line."""
    words = fold(line)
    if line != line.upper() or line.rstrip().endswith(":"):
        return None
    return next((one for one in TYPES if words == one.name or words.startswith(one.name + " ")), None)


def type_of_number(number: str) -> DocumentType | None:
    """The type whose symbol stands in the number: 123/QĐ-UBND, 05/2024/TT-BNV, 12-CT/TU; None for a công văn's.

    >>> type_of_number("3456/BNV-CCVC") is None
    True
    """
    symbols = [part for part in re.split(r"[/-]", number) if part and not part[0].isdigit()]
    return _BY_SYMBOL.get(searchable(symbols[0])) if symbols else None


def kind_of_letter(subject: str) -> EventKind | None:
    """The kind of event that a công văn makes, when the first words of its subject say so ("V/v hướng dẫn …")."""
    words = fold(subject)
    return next((kind for start, kind in _LETTER_WORDS if words.startswith(start + " ")), None)
