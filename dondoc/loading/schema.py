"""Typed reading of one mapping's entries; what is wrong is reported with its line and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher, get_close_matches
from typing import TypeVar

from dondoc.loading.loaded import Report
from dondoc.loading.source import Items, Node, Table, Word

IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_VIETNAMESE_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MONTH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_FLAGS = {"true": True, "false": False, "có": True, "không": False}
FIRST_YEAR, LAST_YEAR = 1990, 2200

Name = TypeVar("Name", bound=str)
Place = tuple[str, int]
"""A text and the line where it stands."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest known word, or nothing."""
    names, typed = {name.casefold(): name for name in known}, word.casefold()
    close = get_close_matches(typed, names, n=3, cutoff=0.7)
    if not close:
        return ""

    def likeness(name: str) -> tuple[float, bool]:
        # Of two that are equally close, the one with the same letters was meant: 2042 is 2024, not 2025.
        return SequenceMatcher(None, name, typed).ratio(), sorted(name) == sorted(typed)

    return f"Có phải là “{names[max(close, key=likeness)]}”?"


class Fields:
    """The entries of one mapping. Every `get` names an entry that may stand there; `close` reports all others."""

    def __init__(self, table: Table, report: Report, what: str) -> None:
        self.report = report
        self.line = table.line
        self.what = what
        self._table = table
        self._known: dict[str, None] = {}

    def has(self, name: str) -> bool:
        """Whether something stands there."""
        node = self._node(name)
        return node is not None

    def is_table(self, name: str) -> bool:
        """Whether a mapping stands there."""
        return isinstance(self._node(name), Table)

    def line_of(self, name: str) -> int:
        """The line of that entry, else where the mapping begins."""
        return self._table.lines.get(name, self.line)

    def text(self, name: str, required: bool = False) -> str | None:
        """A text without blanks around it; None when absent."""
        word = self._word(name)
        if word is None:
            if required and not self._is_misfit(name):
                self.missing(name)
            return None
        return word.text.strip()

    def required(self, name: str) -> str:
        """A text that must stand there; empty when it does not (then reported)."""
        return self.text(name, required=True) or ""

    def identifier(self, name: str, required: bool = True) -> str | None:
        """A text fit to be an id: lower-case ASCII letters, digits and hyphens."""
        text = self.text(name, required)
        if text is not None and not IDENTIFIER.fullmatch(text):
            self.report.error(
                self.line_of(name), "wrong-type", f"{self.what}: “{name}: {text}” không phải là mã hợp lệ.",
                "Mã chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, ví dụ hung-yen-2024.",
            )  # fmt: skip
            return None
        return text

    def number(self, name: str, low: int, high: int, required: bool = False) -> int | None:
        """A whole number within [low, high]."""
        text = self.text(name, required)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
            self._wrong(name, text, f"một số nguyên từ {low} đến {high}", "Ghi bằng chữ số.")
            return None
        return int(text)

    def flag(self, name: str, default: bool) -> bool:
        """true or false (có, không)."""
        text = self.text(name)
        if text is None:
            return default
        if text.casefold() not in _FLAGS:
            self._wrong(name, text, "true hoặc false", "Ghi true hoặc false.")
            return default
        return _FLAGS[text.casefold()]

    def choice(self, name: str, allowed: Sequence[Name], default: Name) -> Name:
        """One of a few words."""
        text = self.text(name)
        if text is None:
            return default
        for option in allowed:
            if text == option:
                return option
        words = [option for option in allowed if option]
        hint = did_you_mean(text, words) or "Chọn một trong các từ trên."
        self._wrong(name, text, "một trong: " + ", ".join(words), hint)
        return default

    def day(self, name: str, required: bool = False) -> date | None:
        """A day written 2024-01-31 or 31/01/2024."""
        text = self.text(name, required)
        if text is None:
            return None
        day = parse_day(text)
        if day is None:
            self.report.error(
                self.line_of(name), "bad-date", f"{self.what}: “{name}: {text}” không phải là một ngày có thật.",
                "Viết năm-tháng-ngày, ví dụ 2024-01-31.",
            )  # fmt: skip
        return day

    def month_day(self, name: str) -> tuple[int, int] | None:
        """A day of every year, written day/month; (month, day)."""
        text = self.text(name, required=True)
        if text is None:
            return None
        match = _MONTH_DAY.fullmatch(text)
        if match is None or _real_day(2023, int(match[2]), int(match[1])) is None:
            self.report.error(
                self.line_of(name), "bad-date", f"{self.what}: “{name}: {text}” không phải là ngày/tháng có mọi năm.",
                "Viết ngày/tháng, ví dụ 17/03.",
            )  # fmt: skip
            return None
        return int(match[2]), int(match[1])

    def places(self, name: str) -> tuple[Place, ...]:
        """A list of texts, each with its line; one text alone counts as a list of one."""
        node = self._node(name)
        if isinstance(node, Word):
            return ((node.text.strip(), node.line),)
        words = (self._filled(name, item) for item in self._items(name))
        return tuple((word.text.strip(), word.line) for word in words if word is not None)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(text for text, _ in self.places(name))

    def tables(self, name: str, what: str) -> list[Fields]:
        """A list of mappings, each to be read in turn."""
        found = []
        for item in self._items(name):
            if isinstance(item, Table):
                found.append(Fields(item, self.report, what))
            else:
                self._misfit(name, item.line, "danh sách các nhóm mục “tên: giá trị”")
        return found

    def table(self, name: str, what: str) -> Fields | None:
        """One mapping."""
        node = self._node(name)
        if node is None:
            return None
        if not isinstance(node, Table):
            self._misfit(name, node.line, "một nhóm mục “tên: giá trị”")
            return None
        return Fields(node, self.report, what)

    def nodes(self, name: str) -> tuple[Node, ...]:
        """A list of whatever stands there; the caller decides."""
        node = self._node(name)
        return (node,) if isinstance(node, Word) else self._items(name)

    def names(self) -> tuple[str, ...]:
        """All entry names, in order; each counts as known."""
        self._known.update(dict.fromkeys(self._table.entries))
        return tuple(self._table.entries)

    def missing(self, name: str) -> None:
        """Reports that a required entry is not there."""
        self.report.error(self.line, "missing-field", f"{self.what}: thiếu mục “{name}”.", f"Thêm dòng “{name}: …”.")

    def close(self) -> None:
        """Reports every entry that nothing asked for."""
        for name in self._table.entries:
            if name not in self._known:
                hint = did_you_mean(name, self._known) or "Các mục được dùng: " + ", ".join(self._known) + "."
                self.report.error(
                    self._table.lines[name], "unknown-key", f"{self.what}: không có mục nào tên “{name}”.", hint
                )

    def _node(self, name: str) -> Node | None:
        self._known[name] = None
        node = self._table.entries.get(name)
        return None if isinstance(node, Word) and node.is_null else node

    def _word(self, name: str) -> Word | None:
        node = self._node(name)
        if node is None or isinstance(node, Word):
            return node
        self._misfit(name, node.line, "một dòng chữ")
        return None

    def _is_misfit(self, name: str) -> bool:
        return isinstance(self._table.entries.get(name), Items | Table)

    def _items(self, name: str) -> tuple[Node, ...]:
        node = self._node(name)
        if node is None:
            return ()
        if isinstance(node, Items):
            return node.items
        self._misfit(name, node.line, "một danh sách (mỗi dòng một dấu “- ”)")
        return ()

    def _filled(self, name: str, item: Node) -> Word | None:
        if isinstance(item, Word) and not item.is_null:
            return item
        self._misfit(name, item.line, "danh sách các dòng chữ không rỗng")
        return None

    def _misfit(self, name: str, line: int, wanted: str) -> None:
        self.report.error(
            line, "wrong-type", f"{self.what}: mục “{name}” phải là {wanted}.", "Xem mẫu trong docs/plan-files.md."
        )

    def _wrong(self, name: str, text: str, wanted: str, hint: str) -> None:
        message = f"{self.what}: “{name}: {text}” không đúng, phải là {wanted}."
        self.report.error(self.line_of(name), "wrong-type", message, hint)


def parse_day(text: str) -> date | None:
    """The day written as 2024-01-31 or 31/01/2024, or None."""
    if match := _ISO_DAY.fullmatch(text):
        return _real_day(int(match[1]), int(match[2]), int(match[3]))
    if match := _VIETNAMESE_DAY.fullmatch(text):
        return _real_day(int(match[3]), int(match[2]), int(match[1]))
    return None


def _real_day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
