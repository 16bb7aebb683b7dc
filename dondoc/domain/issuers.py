"""Names of issuing bodies: read from a letterhead's lines, written as officers write them, checked by the number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dondoc.domain.directory import fold
from dondoc.domain.vietnamese import fold_accents

CENTRAL = (
    "Quốc hội", "Ủy ban Thường vụ Quốc hội", "Chủ tịch nước", "Chính phủ", "Thủ tướng Chính phủ", "Văn phòng Chính phủ",
    "Bộ Quốc phòng", "Bộ Công an", "Bộ Ngoại giao", "Bộ Nội vụ", "Bộ Tư pháp", "Bộ Tài chính", "Bộ Công Thương",
    "Bộ Kế hoạch và Đầu tư", "Bộ Nông nghiệp và Phát triển nông thôn", "Bộ Nông nghiệp và Môi trường",
    "Bộ Giao thông vận tải", "Bộ Xây dựng", "Bộ Tài nguyên và Môi trường", "Bộ Thông tin và Truyền thông",
    "Bộ Lao động - Thương binh và Xã hội", "Bộ Văn hóa, Thể thao và Du lịch", "Bộ Khoa học và Công nghệ",
    "Bộ Giáo dục và Đào tạo", "Bộ Y tế", "Bộ Dân tộc và Tôn giáo", "Ủy ban Dân tộc", "Ngân hàng Nhà nước Việt Nam",
    "Thanh tra Chính phủ", "Bảo hiểm xã hội Việt Nam", "Đài Truyền hình Việt Nam", "Thông tấn xã Việt Nam",
    "Học viện Chính trị quốc gia Hồ Chí Minh", "Kiểm toán nhà nước", "Tòa án nhân dân tối cao",
    "Viện kiểm sát nhân dân tối cao",
)  # fmt: skip
"""Central bodies, those of before the rearrangement of 2025 too: their letters are in the archives."""

_BODY = re.compile(
    r"(bộ|sở|ủy ban|uỷ ban|ubnd|hđnd|hội đồng|văn phòng|ban|cục|tổng cục|chi cục|vụ|thanh tra|chính phủ|thủ tướng|"
    r"quốc hội|chủ tịch|trung tâm|viện|công an|tòa án|toà án|kho bạc|ngân hàng|bảo hiểm|tỉnh ủy|tỉnh uỷ|thành ủy|"
    r"huyện ủy|liên đoàn|hội|đoàn|báo|đài|kiểm toán|học viện|phòng|đoàn đại biểu|mặt trận|tổ công tác)(?= |$)"
)
_PEOPLE = re.compile(
    r"((?:văn phòng |đoàn đại biểu quốc hội và )?(?:ủy ban nhân dân|uỷ ban nhân dân|ubnd|hội đồng nhân dân|hđnd)) "
    r"(tỉnh|thành phố|huyện|quận|thị xã|thị trấn|xã|phường) (.+)"
)


def bodies(lines: Sequence[str]) -> tuple[str, ...]:
    """The bodies that a letterhead's lines name, from the top down; a name may run over several lines.

    >>> bodies(["ỦY BAN NHÂN DÂN", "TỈNH HƯNG YÊN"])
    ('ỦY BAN NHÂN DÂN TỈNH HƯNG YÊN',)
    >>> bodies(["UBND TỈNH HƯNG YÊN", "SỞ NỘI VỤ"])
    ('UBND TỈNH HƯNG YÊN', 'SỞ NỘI VỤ')
    """
    found: list[str] = []
    for line in lines:
        runs_on = found and (found[-1].endswith(("-", ",", " VÀ")) or not _BODY.match(fold(line)))
        if runs_on:
            found[-1] = f"{found[-1]} {line}"
        else:
            found.append(line)
    return tuple(found)


def spelled(name: str, known: Iterable[str] = ()) -> str:
    """A name in capitals as officers write it: known bodies and people's committees; any other stays as it is."""
    words = fold(name)
    for one in (*known, *CENTRAL):
        if fold(one) == words:
            return one
    match = _PEOPLE.fullmatch(words)
    if match is None or name != name.upper():
        return name
    body = match[1].replace("ubnd", "UBND").replace("hđnd", "HĐND").replace("quốc hội", "Quốc hội")
    return f"{body[0].upper()}{body[1:]} {match[2]} {match[3].title()}"


def matches_number(name: str, number: str) -> bool | None:
    """Whether the number's symbol can stand for that body: its letters are the name's initials, some left out.

    >>> matches_number("BỘ NỘI VỤ", "3456/BNV-CCVC"), matches_number("SỞ NỘI VỤ", "12/QĐ-UBND")
    (True, False)
    """
    initials = "".join(word[0] for word in re.findall(r"\w+", _abbreviated(fold_accents(name).casefold())))
    symbols = [_capitals(part) for part in re.split(r"[/-]", number) if part and not part[0].isdigit()]
    return any(_stands_for(symbol, initials) for symbol in symbols if symbol) if symbols else None


def _abbreviated(words: str) -> str:
    return words.replace("ubnd", "uy ban nhan dan").replace("hdnd", "hoi dong nhan dan").replace("qh", "quoc hoi")


def _capitals(symbol: str) -> str:
    return "".join(letter for letter in fold_accents(symbol) if letter.isupper()).casefold()


def _stands_for(symbol: str, initials: str) -> bool:
    rest = iter(initials)
    return symbol[:1] == initials[:1] and all(letter in rest for letter in symbol)
