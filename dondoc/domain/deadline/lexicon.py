"""The words of the grammar in their right spelling, and how a damaged word finds its right one."""

from __future__ import annotations

from dondoc.domain.deadline.spelling import Slips, fold, is_syllable

# Where two words fold to the same letters, the first one is what a word without accents ("truoc") stands for;
# "ngay" and "quy" are right words themselves and are told from "ngày" and "quý" by what follows them.
_WORDS = """
trước ngay ngày tháng quy quý năm tuần kỳ nửa cả mùng mồng
hàng mỗi từng cứ lần định thường xuyên liên tục đột xuất
chậm muộn trễ nhất hạn chót cuối đầu cùng hết đến tới từ nay kể tính quá không
trong vào vòng khoảng thời gian giai đoạn
khi sau sáu nếu có theo bám sát là và hoặc hay nhưng các của
hoàn thành xong thực hiện triển khai dự kiến báo cáo
làm việc giờ phút sáng chiều thứ đối với
một hai ba bốn tư bảy tám chín mười
""".split()

_ALIASES = {"hằng": "hàng", "quí": "quý", "kì": "kỳ", "mồng": "mùng"}
_EXACT = {word: word for word in _WORDS} | _ALIASES
_BY_FOLD = {fold(word): word for word in reversed(_WORDS)}
_SLIPS = Slips({fold(word) for word in _WORDS if len(word) >= 4})


_FOLDED = {word: (key, fold(key)) for word, key in _EXACT.items()}


def look_up(word: str) -> tuple[str, str]:
    """The word of the grammar that a written word stands for, else the word in lower case; and the same without accents."""
    low = word.lower()
    known = _FOLDED.get(low)
    if known is not None:
        return known
    folded = fold(low)
    right = is_syllable(low)
    if right and folded != low:
        return low, folded
    key = _BY_FOLD.get(folded) or (None if right or len(low) < 4 else _slip(folded))
    return (low, folded) if key is None else (key, fold(key))


def _slip(folded: str) -> str | None:
    found = _SLIPS.find(folded)
    return _BY_FOLD[found] if found else None


ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "l": 1, "ll": 2, "lll": 3, "lv": 4, "il": 2, "li": 2}
COUNT = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
}  # fmt: skip
WEEKDAYS = {
    "hai": "monday", "2": "monday", "ba": "tuesday", "3": "tuesday", "tư": "wednesday", "4": "wednesday",
    "năm": "thursday", "5": "thursday", "sáu": "friday", "6": "friday", "bảy": "saturday", "7": "saturday",
}  # fmt: skip
DAYS_OF_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
