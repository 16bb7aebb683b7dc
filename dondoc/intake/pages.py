"""A document's first page as lines of text with their place, however it was read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dondoc.intake.texts import clean_line

Side = Literal["left", "right", "across"]
MOST_LINES = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `side`: in the left or right column of the letterhead, or across the page. An empty text is a gap."""

    text: str
    side: Side = "across"


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What the first page says. `recognised`: its letters were guessed from a picture by some machine."""

    lines: tuple[Line, ...]
    recognised: bool = False


def laid_out(text: str) -> tuple[Line, ...]:
    """Lines of text that keeps the page's layout by blanks: two blanks part the columns."""
    rows = text.splitlines()[:MOST_LINES]
    width = max((len(row.rstrip()) for row in rows), default=0)
    return tuple(line for row in rows for line in _pieces(row, width))


def _pieces(row: str, width: int) -> list[Line]:
    spans = [(match.start(), match.end()) for match in re.finditer(r"\S+(?: \S+)*", row)]
    if not spans:
        return [Line("")]
    if len(spans) == 1:
        return [Line(clean_line(row), _side(*spans[0], width))]
    middle = max(range(1, len(spans)), key=lambda n: spans[n][0] - spans[n - 1][1])
    left, right = row[: spans[middle][0]], row[spans[middle][0] :]
    return [Line(clean_line(left), "left"), Line(clean_line(right), "right")]


def _side(start: int, end: int, width: int) -> Side:
    centre = (start + end) / 2 / max(width, 1)
    if centre < 0.38 and end < 0.55 * width:
        return "left"
    return "right" if centre > 0.6 and start > 0.4 * width else "across"
