"""Undoes what copying out of PDF, Word or a scan does to a cell. Repairing twice changes nothing more."""

from __future__ import annotations

import re
import unicodedata

from dondoc.domain.deadline.lexicon import halves, is_parted
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

_BULLET_LINE = re.compile(r"\s*[\r\n]+\s*(?=[-+*] )")
_BULLET_AFTER_MARK = re.compile(r"\s*[;,.]\s*[\r\n]+\s*(?=[-+*] )")
_SPACES = re.compile(r"\s+")
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
    text = unicodedata.normalize("NFC", text.translate(_STRAY))
    text = text.strip()
    bullets = _BULLET_LINE if text[:1] in ("-", "+", "*") else _BULLET_AFTER_MARK
    text = _SPACES.sub(" ", bullets.sub("; ", _BULLET_AFTER_MARK.sub("; ", text)))
    text = _SPLIT_DAY.sub(r"\1", _SPLIT_YEAR.sub(lambda match: match[0].replace(" ", ""), text))
    text = _QUOTED.sub(r"\1", text).rstrip(" .;,/…").strip()
    return _join_words(text)


def _join_words(text: str) -> str:
    """ "Thườn g xuyên" → "Thường xuyên": a piece that cannot be a word joins the neighbour with which it is one.

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
    return is_plain_syllable(word.lower()) if plain else is_syllable(word.lower())
