"""YAML as words with line numbers: what a person wrote, before any meaning is given to it.

A plain scalar is kept as text (`2.10` stays 2.10, `no` stays no); the schema decides what it should be. Anchors,
aliases and tags are refused: a plan has no use for them, and they are how small files become huge ones.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dondoc.loading.loaded import Report

MAX_BYTES = 2_000_000
MAX_DEPTH = 30
MAX_NODES = 200_000
MAX_BAD_LINES = 20

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
"""Control and invisible characters (zero width, direction marks): two names that look the same must be the same."""

_PLAIN_WORDS: tuple[tuple[str, str], ...] = (
    ("cannot start any token", "có ký tự không được đứng ở đây (thường là dấu Tab, @, ` hoặc %)"),
    ("mapping values are not allowed", "có dấu “: ” ở giữa câu, hoặc dòng thụt vào không thẳng hàng"),
    ("could not find expected ':'", "thiếu dấu hai chấm sau tên mục"),
    ("unexpected end of stream", "thiếu dấu ngoặc hoặc dấu nháy đóng"),
    ("but found '<stream end>'", "thiếu dấu ngoặc đóng"),
    ("expected <block end>", "dòng thụt vào không thẳng hàng với các dòng cùng cấp"),
    ("expected ',' or", "thiếu dấu phẩy hoặc dấu ngoặc đóng trong danh sách"),
)


@dataclass(frozen=True, slots=True)
class Word:
    """A scalar as written. `is_null` when nothing (or `null`, `~`) stands there."""

    text: str
    line: int
    is_null: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; of a key written twice the first is kept (and the second reported)."""

    entries: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Word | Items | Table


def read_table(path: Path, report: Report) -> Table | None:
    """The mapping that the file holds, or None; what is wrong goes to the report. Never raises for a bad file."""
    text = _text(path, report)
    if text is None:
        return None
    node = _Builder(report).build(text)
    if report.failed:
        return None
    if not isinstance(node, Table):
        report.error(1, "wrong-type", "Tệp phải gồm các mục “tên: giá trị”.", "Xem mẫu trong docs/plan-files.md.")
        return None
    return node


def _text(path: Path, report: Report) -> str | None:
    data = _bytes(path, report)
    if data is None:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.error(line, "not-utf8", "Tệp không phải mã UTF-8.", "Lưu lại tệp với mã UTF-8 (Unicode dựng sẵn).")
        return None
    bad = [(n, found) for n, line in enumerate(text.split("\n"), 1) if (found := _FORBIDDEN.search(line))]
    for number, match in bad[:MAX_BAD_LINES]:
        report.error(
            number, "unsupported-character", f"Có ký tự không nhìn thấy được (U+{ord(match.group()):04X}).",
            "Xóa ký tự đó rồi gõ lại chỗ này.",
        )  # fmt: skip
    return None if bad else unicodedata.normalize("NFC", text)


def _bytes(path: Path, report: Report) -> bytes | None:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            report.error(None, "file-unreadable", "Đây không phải là một tệp.", "Chỉ ra một tệp .yaml.")
            return None
        if status.st_size > MAX_BYTES:
            limit = f"{MAX_BYTES // 1_000_000} MB"
            report.error(None, "file-too-big", f"Tệp lớn hơn {limit}.", "Tách tệp, mỗi kế hoạch một tệp.")
            return None
        return path.read_bytes()
    except FileNotFoundError:
        report.error(None, "file-missing", "Không có tệp này.", "Kiểm tra lại tên và thư mục.")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "tên tệp không hợp lệ"
        report.error(None, "file-unreadable", f"Không đọc được tệp ({reason}).", "Kiểm tra quyền đọc tệp.")
    return None


class _TooMuch(Exception):
    """The file goes beyond a limit or uses what is refused; already reported."""


@dataclass
class _Open:
    """A list or mapping being read. In a mapping `key` is the key whose value comes next."""

    line: int
    is_table: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    key: str | None = None
    skip: bool = False

    def close(self) -> Node:
        if self.is_table:
            return Table(self.entries, self.lines, self.line)
        return Items(tuple(self.items), self.line)


class _Builder:
    """Turns parse events into nodes with a stack of its own, so that depth is bounded by us and not by recursion."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._stack: list[_Open] = []
        self._root: Node | None = None
        self._nodes = 0
        self._documents = 0

    def build(self, text: str) -> Node | None:
        try:
            for event in _events(text):
                self._take(event)
        except _TooMuch:
            return None
        except MarkedYAMLError as error:
            self._syntax(error)
            return None
        except (YAMLError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError) as error:
            # The parser is not ours; on damaged input it may fail in any of these ways.
            self._report.error(
                None, "yaml-syntax", "Tệp không đúng cú pháp YAML.", f"Chi tiết: {type(error).__name__}."
            )
            return None
        return self._root

    def _syntax(self, error: MarkedYAMLError) -> None:
        unclosed = "end of stream" in str(error.problem) or "<stream end>" in str(error.problem)
        mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
        words = str(error.problem or error.context or "")
        reason = next((text for phrase, text in _PLAIN_WORDS if phrase in words), f"không đọc được ({words})")
        self._report.error(
            mark.line + 1 if mark else None, "yaml-syntax", f"Sai cú pháp YAML: {reason}.",
            "Sửa dòng này hoặc dòng ngay trên; câu có dấu “: ” hoặc “ #” thì đặt trong dấu nháy kép.",
        )  # fmt: skip

    def _take(self, event: Event) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(line, "nhiều tài liệu trong một tệp (dòng ---)")
        elif isinstance(event, AliasEvent):
            self._refuse(line, "dấu * (dẫn chiếu)")
        elif isinstance(event, NodeEvent):
            self._node(event, line)
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            self._add(self._stack.pop().close())

    def _node(self, event: NodeEvent, line: int) -> None:
        if event.anchor is not None:
            self._refuse(line, "dấu & (neo)")
        if getattr(event, "tag", None) is not None:
            self._refuse(line, "dấu ! (thẻ kiểu)")
        self._nodes += 1
        if self._nodes > MAX_NODES or len(self._stack) >= MAX_DEPTH:
            self._report.error(line, "too-complex", "Tệp lồng quá sâu hoặc quá nhiều mục.", "Chia nhỏ nội dung tệp.")
            raise _TooMuch
        if isinstance(event, ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._check_key_position(line)
            self._stack.append(_Open(line, isinstance(event, MappingStartEvent)))

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.is_table and top.key is None:
            self._key(top, str(event.value), line)
            return
        plain = not event.style
        text = str(event.value)
        self._add(Word(text, line, is_null=plain and text in ("", "~", "null")))

    def _key(self, top: _Open, key: str, line: int) -> None:
        top.key, top.skip = key, key in top.entries
        if top.skip:
            self._report.error(
                line, "duplicate-key", f"Mục “{key}” ghi hai lần (đã có ở dòng {top.lines[key]}).", "Giữ lại một mục."
            )
        else:
            top.lines[key] = line

    def _check_key_position(self, line: int) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.is_table and top.key is None:
            self._refuse(line, "tên mục là một danh sách")

    def _refuse(self, line: int, what: str) -> None:
        self._report.error(
            line,
            "yaml-unsupported",
            f"Tệp dùng {what}: không hỗ trợ.",
            "Viết thẳng giá trị; giá trị có dấu lạ thì đặt trong nháy kép.",
        )
        raise _TooMuch

    def _add(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        top = self._stack[-1]
        if not top.is_table:
            top.items.append(node)
            return
        if top.key is not None and not top.skip:
            top.entries[top.key] = node
        top.key = None


def _events(text: str) -> Iterator[Event]:
    events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
    yield from events
