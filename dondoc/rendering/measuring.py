"""How wide a text is before anybody draws it, and where its lines break: nothing else wraps text in an SVG."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_CLASSES = {
    0.2: "'`", 0.25: "ijlI ·", 0.3: '!",.:;', 0.4: "1fr|“”", 0.45: "tJ()[]{}~", 0.5: "sz*/\\", 0.55: "knux<>?^",
    0.6: "7cehvyEL+-ư", 0.7: "0469HKUVX_–", 0.75: "ADN&=Ư…", 0.8: "CGQ#Đ", 0.85: "wMO%Ơ", 0.9: "m", 1.0: "W@",
}  # fmt: skip
_WIDTHS = {letter: width for width, letters in _CLASSES.items() for letter in letters}
_OTHER = 0.65
_WIDE = 1.0
_SPARE = 1.08
"""Measured on Be Vietnam Pro; DejaVu Sans, which stands in for it elsewhere, is 4 % wider, bold letters 3 %."""


def width(text: str, size: float) -> float:
    """At most how wide the text is, in the unit of the font's `size`."""
    return sum(_letter(letter) for letter in text) * size * _SPARE


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """The text in at most `most` lines of at most `room`; what is left out is told by "…"."""
    lines = list(_lines(text.split(), size, room))
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(f"{last}…", size) > room:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip(' ,;:.')}…"]


def _lines(words: list[str], size: float, room: float) -> Iterator[str]:
    line = ""
    for piece in (piece for word in words for piece in _pieces(word, size, room)):
        longer = f"{line} {piece}" if line else piece
        if line and width(longer, size) > room:
            yield line
            line = piece
        else:
            line = longer
    if line:
        yield line


def _pieces(word: str, size: float, room: float) -> Iterator[str]:
    """The word, broken where it alone is longer than a line."""
    piece = ""
    for letter in word:
        if piece and width(piece + letter, size) > room:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _letter(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    base = unicodedata.normalize("NFD", letter)[0]
    # Vietnamese marks stand above or below; only ơ and ư, which have their own entry, make a letter wider.
    return _WIDTHS.get(base, _OTHER)
