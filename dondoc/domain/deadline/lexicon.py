"""The words of the grammar in their right spelling, and how a damaged word finds its right one."""

from __future__ import annotations

from dondoc.domain.deadline.spelling import Slips, fold, is_plain_syllable, is_syllable, one_apart

# Where two words fold to the same letters, the first one is what a word without accents ("truoc") stands for;
# "ngay" and "quy" are right words themselves and are told from "ngày" and "quý" by what follows them.
_SPELLED = """
    trước ngay ngày tháng quy quý năm tuần kỳ nửa cả mùng
    hàng mỗi từng cứ lần định thường xuyên liên tục đột xuất
    chậm muộn trễ nhất hạn chót cuối đầu cùng hết đến tới từ nay kể tính quá không
    trong vào vòng khoảng thời gian giai đoạn
    khi sau sáu nếu có theo bám sát là và hoặc hay nhưng các của
    gửi nộp trình lập họp hoàn thành xong thực hiện triển khai dự kiến báo cáo
    làm việc giờ phút sáng chiều thứ đối với
    một hai ba bốn tư bảy tám chín mười
"""
_WORDS = _SPELLED.split()
_ALIASES = {"hằng": "hàng", "quí": "quý", "kì": "kỳ", "mồng": "mùng"}
_EXACT = {word: word for word in _WORDS} | _ALIASES
_BY_FOLD = {fold(word): word for word in reversed(_WORDS)}
_FOLDED = {word: (key, fold(key), False) for word, key in _EXACT.items()}
_SLIPS = Slips(word for word in _EXACT if len(word) >= 3)
_PLAIN_SLIPS = Slips({fold(word) for word in _WORDS if len(word) >= 4})


def look_up(word: str) -> tuple[str, str, bool]:
    """The word of the grammar that a written word stands for, else the word itself; the same without accents.

    The last says that the word is doubtful: no Vietnamese word, but a letter away from one of the grammar.
    """
    low = word.lower()
    known = _FOLDED.get(low)
    if known is not None:
        return known
    folded = fold(low)
    plain = folded == low
    if plain and folded in _BY_FOLD:
        return _FOLDED[_BY_FOLD[folded]]
    right = is_plain_syllable(low) if plain else is_syllable(low)
    if right or len(low) > 1 and word.isupper():
        return low, folded, False
    if (once := _without_double(low)) is not None:
        return _FOLDED[once]
    near = _PLAIN_SLIPS.near(low) if plain and len(low) > 3 else _SLIPS.near(low)
    if len(near) == 1 and len(low) > 2:
        found = near.pop()
        return _FOLDED[_BY_FOLD[found] if plain and found in _BY_FOLD else found]
    return (low, folded, bool(near)) if folded not in _BY_FOLD else _FOLDED[_BY_FOLD[folded]]


def _without_double(low: str) -> str | None:
    """The word of the grammar in which one letter was struck twice ("Thánng")."""
    once = (low[:k] + low[k + 1 :] for k in range(len(low) - 1) if low[k] == low[k + 1])
    return next((word for word in once if word in _EXACT), None)


def is_known(low: str) -> bool:
    """Whether a word in lower case is one of the grammar, rightly spelled."""
    return low in _EXACT


def halves(word: str) -> str | None:
    """Two words of the grammar that were run together ("hoặcđột"), parted again; None when it is not certain."""
    low = word.lower()
    cuts = [k for k in range(2, len(low) - 1) if low[:k] in _EXACT and low[k:] in _EXACT]
    return f"{word[: cuts[0]]} {word[cuts[0] :]}" if len(cuts) == 1 else None


def is_parted(first: str, second: str) -> bool:
    """Whether two words are one of the grammar with a space in it ("tu ần"), though each could stand alone."""
    joined = first + second
    return (
        second.islower() and second not in _EXACT and (len(joined) >= 3 or joined == "và") and joined.lower() in _EXACT
    )


_PAIRS = {
    fold(first): fold(second)
    for first, second in (("thường", "xuyên"), ("hoàn", "thành"), ("chậm", "nhất"), ("muộn", "nhất"), ("giai", "đoạn"))
}
_PAIRED = {second: [first for first in _PAIRS if _PAIRS[first] == second] for second in _PAIRS.values()}


def vouched(first: str, second: str) -> tuple[str, str] | None:
    """Two folded words of which one is a letter away from its place in a fixed pair ("hoan than"), put right."""
    expected = _PAIRS.get(first)
    if expected is not None:
        return (first, expected) if expected != second and one_apart(expected, second) else None
    for right in _PAIRED.get(second, ()):
        if one_apart(right, first):
            return right, second
    return None


ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
COUNT = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
}  # fmt: skip
WEEKDAYS = {
    "hai": "monday", "2": "monday", "ba": "tuesday", "3": "tuesday", "tư": "wednesday", "4": "wednesday",
    "năm": "thursday", "5": "thursday", "sáu": "friday", "6": "friday", "bảy": "saturday", "7": "saturday",
}  # fmt: skip
DAYS_OF_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
