"""Cutting a text into words and web addresses, so that a page makes links of the latter and of nothing else."""

from __future__ import annotations

import re
from typing import NamedTuple

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?…)]}»”’"


class Piece(NamedTuple):
    """A part of a text; `address` is set where it is an http or https address."""

    text: str
    address: str | None = None


def pieces(text: str) -> list[Piece]:
    """`text` in order and complete: joining the pieces' texts gives it back."""
    found: list[Piece] = []
    at = 0
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_AFTER_ADDRESS)
        found += [Piece(text[at : match.start()]), Piece(address, address)]
        at = match.start() + len(address)
    found.append(Piece(text[at:]))
    return [piece for piece in found if piece.text]
