"""Vietnamese alphabetical order and accent folding, for databases and machines without ICU.

Dictionary order (Từ điển tiếng Việt, the tones as in Unicode CLDR "vi"): syllable by syllable; in a syllable first the
letters a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y (f j w z stand where Latin has them), then the tone:
ngang, huyền, hỏi, ngã, sắc, nặng. Letter case and punctuation do not count, numbers compare by value.
"""

from __future__ import annotations

import re
import unicodedata

Token = tuple[int, int, tuple[int, ...], tuple[int, ...]]
Key = tuple[tuple[Token, ...], str]

_RANK = {letter: rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONE = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_D_WITHOUT_STROKE = str.maketrans("đĐ", "dD")


def vietnamese_key(text: str) -> Key:
    """What to sort by: `sorted(names, key=vietnamese_key)`. Never raises; different texts have different keys."""
    composed = unicodedata.normalize("NFC", text)
    return tuple(_token(word) for word in _TOKEN.findall(composed.casefold())), text


def _token(word: str) -> Token:
    if word[0].isdecimal():
        digits = word.lstrip("0")
        return 0, len(digits), tuple(int(digit) for digit in digits), ()
    letters, tones = [], []
    for letter in word:
        rank, tone = _letter(letter)
        letters.append(rank)
        tones.append(tone)
    # Where the tone mark sits does not count (hòa, hoà): only which tone the syllable has.
    return 1, 0, tuple(letters), tuple(tone for tone in tones if tone)


def _letter(letter: str) -> tuple[int, int]:
    """Its place in the alphabet, other scripts after it, and its tone (0 for none)."""
    decomposed = unicodedata.normalize("NFD", letter)
    base, marks = decomposed[0], decomposed[1:]
    tone = next((_TONE[mark] for mark in marks if mark in _TONE), 0)
    shape = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark not in _TONE))
    rank = _RANK.get(shape, _RANK.get(base))
    return (len(_RANK) + ord(base) if rank is None else rank), tone


def fold_accents(text: str) -> str:
    """The text as people type it without accents: "Sở Nội vụ" → "So Noi vu", đ → d; letter case is kept."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", bare).translate(_D_WITHOUT_STROKE)


def searchable(text: str) -> str:
    """The form in which a search compares: without accents, in small letters, one space between words."""
    return " ".join(fold_accents(text).casefold().split())
