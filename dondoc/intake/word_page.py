"""The first lines of a Word document: its paragraphs, and the letterhead's table as a left and a right column.

The XML is read from its beginning, up to a limit, by the parser itself: no tree, no outside entity, no DOCTYPE at all.
"""

from __future__ import annotations

import re
from typing import BinaryIO
from xml.parsers import expat

from dondoc.intake.archive import BadArchive, beginning
from dondoc.intake.pages import MOST_LINES, FirstPage, Line, Side
from dondoc.intake.texts import clean_line

MAX_XML = 8 * 1024 * 1024
"""Bytes of XML that are looked at; a first page lies far within."""
RULE = Line("───")
"""Stands where centred lines end: the title is over."""
_PART = re.compile(r"word/document\d*\.xml")
_NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
_SKIPPED = ("txbxContent", "Fallback")
"""Drawings, and what an older Word would show in their place."""
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n"}


class _Enough(Exception):
    """The first page has been read."""


def first_page(stream: BinaryIO, size: int) -> FirstPage:
    """The first lines. Raises BadArchive when the document cannot be read."""
    xml = beginning(stream, size, _PART, MAX_XML)
    if xml is None:
        raise BadArchive("tệp Word không có phần nội dung")
    reader = _Reader()
    try:
        _parser(reader).Parse(xml, len(xml) < MAX_XML)
    except expat.ExpatError as error:
        raise BadArchive("tệp Word bị hỏng") from error
    except _Enough:
        pass
    return FirstPage(tuple(reader.lines))


def _parser(reader: _Reader) -> expat.XMLParserType:
    def refuse(*_: object) -> None:
        raise BadArchive("cấu trúc tệp không bình thường")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = refuse
    return parser


class _Reader:
    """Collects lines while the parser goes on."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._skipped = self._tables = 0
        self._centred = self._was_centred = False
        self._cells: list[list[str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _name(tag)
        self._open.append(name)
        self._skipped += name in _SKIPPED
        self._tables += name == "tbl"
        if self._skipped:
            return
        if name in _BREAKS and "r" in self._open[-3:]:
            self._text.append(_BREAKS[name])
        elif name == "p":
            self._text, self._centred = [], False
        elif name == "jc":
            self._centred = "center" in attributes.values()
        elif name == "tr" and self._tables == 1:
            self._cells = []
        elif name == "tc" and self._tables == 1:
            self._cells.append([])

    def characters(self, text: str) -> None:
        if self._open[-1:] == ["t"] and not self._skipped:
            self._text.append(text)

    def end(self, _: str) -> None:
        name = self._open.pop()
        if name == "p" and not self._skipped:
            self._paragraph("".join(self._text).split("\n"))
        elif name == "tr" and self._tables == 1:
            self._row()
        self._tables -= name == "tbl"
        self._skipped -= name in _SKIPPED
        if len(self.lines) > MOST_LINES:
            raise _Enough

    def _paragraph(self, rows: list[str]) -> None:
        if self._tables:
            for cell in self._cells[-1:]:
                cell.extend(clean_line(row) for row in rows)
            return
        filled = any(row.strip() for row in rows)
        if filled and self._was_centred and not self._centred:
            self.lines.append(RULE)
        self.lines += [line for row in rows for line in _columns(row)]
        self._was_centred = self._centred if filled else self._was_centred

    def _row(self) -> None:
        for at, cell in enumerate(self._cells):
            half: Side = "left" if 2 * at < len(self._cells) - 1 else "right"
            side: Side = half if len(self._cells) > 1 else "across"
            self.lines += [Line(text, side) for text in cell]


def _name(tag: str) -> str:
    """The element's own name, when it is Word's."""
    space, blank, name = tag.rpartition(" ")
    own = space + blank in _NAMESPACES or (space + blank == _COMPATIBILITY and name == "Fallback")
    return name if own else ""


def _columns(row: str) -> list[Line]:
    """A paragraph; one that a tab parts is a letterhead's line without a table."""
    parts = [part for part in map(clean_line, row.split("\t")) if part]
    if len(parts) == 2:
        return [Line(parts[0], "left"), Line(parts[1], "right")]
    return [Line(" ".join(parts))]
