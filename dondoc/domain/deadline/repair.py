"""Undoes what copying out of PDF, Word or a scan does to a cell. Repairing twice changes nothing more."""

from __future__ import annotations

import re
import unicodedata

from dondoc.domain.deadline.lexicon import halves, is_known, is_parted
from dondoc.domain.deadline.spelling import is_plain_syllable, is_syllable

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), None)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_LOOKALIKES = {
    ord("\u2044"): "/", ord("\u2215"): "/", ord("\uff0f"): "/",
    ord("\uff1a"): ":", ord("\uff1b"): ";", ord("\uff0c"): ",",
    ord("\u2160"): "I", ord("\u2161"): "II", ord("\u2162"): "III", ord("\u2163"): "IV",
    ord("\u0406"): "I", ord("\u2018"): "'", ord("\u2019"): "'", ord("\u2192"): "-",
    ord("\uf02d"): "-", ord("\u2022"): "-", ord("\u25cf"): "-", ord("\u00b7"): "-", ord("\uf0b7"): "-",
}  # fmt: skip
_STRAY = {**_INVISIBLE, **_DASHES, **_LOOKALIKES}
_STRAY_MARK = re.compile("[" + "".join(re.escape(chr(code)) for code in _STRAY) + "]")

_BULLET_LINE = re.compile(r"\s*[\r\n]+\s*(?=[-+*] )")
_BULLET_AFTER_MARK = re.compile(r"\s*[;,.]\s*[\r\n]+\s*(?=[-+*] )")
_SPLIT_NUMBER = re.compile(r"\d \d")
_SPLIT_YEAR = re.compile(r"(?<!\d)(?:2 0 ?\d ?\d|20 \d ?\d|20\d \d)(?!\d)")
_SPLIT_DAY = re.compile(r"(?<!\d)([0-3]) (?=\d ?/ ?\d{1,2} ?/ ?20\d\d(?!\d))")
_WORDS = re.compile(r"([^\W\d_]+)")
_QUOTED = re.compile(r"""^[“"'](.*)[”"']$""")


def repair(text: str) -> str:
    """The cell as its author typed it: NFC, plain spaces and dashes, words and numbers joined again, no final stop."""
    repaired = _once(text)
    while repaired != text:
        text, repaired = repaired, _once(repaired)
    return repaired


def _once(text: str) -> str:
    if _STRAY_MARK.search(text) is not None:
        text = text.translate(_STRAY)
    text = _on_one_line(unicodedata.normalize("NFC", text).strip())
    if _SPLIT_NUMBER.search(text) is not None:
        text = _SPLIT_DAY.sub(r"\1", _SPLIT_YEAR.sub(lambda match: match[0].replace(" ", ""), text))
    if (quoted := _QUOTED.match(text)) is not None:
        text = quoted[1]
    return _join_words(text.rstrip(" .;,/…").strip())


def _on_one_line(text: str) -> str:
    """The text with single spaces; lines that are bullets become parts with a semicolon between."""
    if "\n" in text or "\r" in text:
        text = _BULLET_AFTER_MARK.sub("; ", text)
        text = _BULLET_LINE.sub("; ", text) if text[0] in "-+*" else text
    return " ".join(text.split())


def _join_words(text: str) -> str:
    """Joins "Thườn g xuyên" to "Thường xuyên": a piece that cannot be a word joins the neighbour with which it is one.

    "hoặcđột" → "hoặc đột": what cannot be a word but is two of the grammar is parted.
    """
    pieces = _WORDS.split(text)  # what stands between words at even places, words at odd ones
    plain = text.isascii()
    k = len(pieces) - 2
    while k > 0:
        k = min(k, len(pieces) - 2)
        k -= 0 if _mended(pieces, k, plain) else 2
    return "".join(pieces)


def _mended(pieces: list[str], k: int, plain: bool) -> bool:
    """Whether the word at place k was joined to a neighbour."""
    word = pieces[k]
    if k > 1 and pieces[k - 1] == " " and is_parted(pieces[k - 2], word):
        pieces[k - 2 : k + 1] = [pieces[k - 2] + word]
        return True
    if len(word) > 1 and word.isupper() or _is_word(word, plain):
        return False
    if len(word) <= 5:
        for first, last in ((k - 2, k), (k, k + 2), (k - 2, k + 2), (k, k + 4)):
            joined = _joined(pieces, first, last, plain)
            if joined is not None:
                pieces[first : last + 1] = [joined]
                return True
    pieces[k] = halves(word) or word
    return False


def _joined(pieces: list[str], first: int, last: int, plain: bool) -> str | None:
    if first < 1 or last >= len(pieces) or any(pieces[k] != " " for k in range(first + 1, last, 2)):
        return None
    word = "".join(pieces[first : last + 1 : 2])
    one_case = word.isupper() or word[1:] == word[1:].lower()
    return word if one_case and len(word) > 2 and _is_word(word, plain) else None


def _is_word(word: str, plain: bool) -> bool:
    low = word.lower()
    return is_known(low) or (is_plain_syllable(low) if plain else is_syllable(low))
