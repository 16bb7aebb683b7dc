"""Words that say which part of the task a deadline is for: "Cấp xã: …", "… đối với dự toán"; bullets, numbering."""

from __future__ import annotations

from dataclasses import dataclass

from dondoc.domain.deadline.dates import amount, point
from dondoc.domain.deadline.line import Line, phrases
from dondoc.domain.deadline.open_text import starts_clause, text_end
from dondoc.domain.deadline.periods import moment
from dondoc.domain.deadline.verbs import LEADS

_HEADINGS = phrases("thời gian | thời hạn | thời điểm | tiến độ | hạn")
_DONE = phrases("hoàn thành | hoàn tất | kết thúc | xong")
_NOT_IN_LABELS = frozenset({"trước", "chậm", "muộn", "hết", "khi"})
_TIME_WORDS = frozenset({"quý", "tháng", "năm", "ngày", "tuần", "hàng", "mỗi", "cả", "ngay", "thường", "định", "đột"})
_CONNECTIVES = frozenset({"trong", "từ", "đến", "sau", "nếu", "cụ", "gồm"})
_NOT_FIRST = _TIME_WORDS | _CONNECTIVES


@dataclass(frozen=True, slots=True)
class Label:
    """A label before a colon; None for a mere heading ("Thời gian: …"). `sure` is false for words of time."""

    label: str | None
    colon: int
    sure: bool


def label_ahead(line: Line, i: int) -> Label | None:
    """The label that starts at token i, if a colon comes before the part ends."""
    colon = _colon(line, i) if ":" in line.keys else None
    if colon is None or colon == i or colon + 1 == line.n or line.parts(colon + 1):
        return None
    start = i + 2 if line.folds[i : i + 2] == ["doi", "voi"] else i
    if _is_heading(line, i, colon):
        return Label(None, colon, True)
    return Label(line.said(start, colon), colon, _is_label(line, start, colon))


def _is_heading(line: Line, i: int, colon: int) -> bool:
    """Whether it is as "Thời gian thực hiện:", which names no part of the task, or a lone "Hoàn thành:"."""
    if LEADS.skip(line, i) != colon:
        return False
    return _HEADINGS.at(line, i) is not None or _DONE.at(line, i) == (True, colon) and line.keys.count(":") == 1


def _colon(line: Line, i: int) -> int | None:
    j = i
    while j < line.n and not line.parts(j):
        if line.keys[j] == ":" and not (line.numbers[j - 1] >= 0 and line.tight[j + 1] and line.numbers[j + 1] >= 0):
            return j
        j = line.closing.get(j, j) + 1
    return None


def _is_label(line: Line, i: int, colon: int) -> bool:
    if i >= colon or not any(line.is_word(k) for k in range(i, colon)) or line.keys[i] in _NOT_FIRST:
        return False
    if amount(line, i)[0] is not None and line.folds[amount(line, i)[1]] in ("thang", "ngay", "tuan", "nam", "quy"):
        return False
    if starts_clause(line, i) or moment(line, i) is not None:
        return False
    return not any(line.keys[k] in _NOT_IN_LABELS for k in range(i, colon))


def label_front(line: Line, i: int) -> tuple[str, int] | None:
    """The label of "Đối với cấp xã, trước ngày 15/6", and where the deadline starts."""
    if line.folds[i : i + 2] != ["doi", "voi"]:
        return None
    for j in range(i + 3, line.n):
        if line.parts(j) or line.keys[j] == ":":
            return None
        comma = line.keys[j - 1] == ","
        if starts_clause(line, j) or comma and point(line, j) is not None:
            return line.said(i + 2, j - comma), j
    return None


def label_behind(line: Line, i: int) -> tuple[str, int] | None:
    """The label of "… đối với LABEL" that starts at token i, and the token after it."""
    if line.folds[i : i + 2] != ["doi", "voi"]:
        return None
    end = text_end(line, i + 2, keeps_theo=True, dates_part=True)
    return None if end is None or end <= i + 2 else (line.said(i + 2, end), end)


def skip_bullet(line: Line, i: int) -> int:
    """The token after "-", "+", "a)", "(1)", "1." at the head of a part that goes on."""
    after = i + _bullet_size(line, i)
    return after if after < line.n else i


def _bullet_size(line: Line, i: int) -> int:
    if line.keys[i] in ("-", "+", "*"):
        return 1
    if line.keys[i] == "(" and line.closing.get(i) == i + 2 and len(line.words[i + 1]) <= 2:
        return 3
    counted = 0 <= line.numbers[i] <= 20
    lettered = len(line.words[i]) == 1 and line.is_word(i)
    if (counted or lettered) and line.keys[i + 1] == ")":
        return 2
    return 2 if counted and line.keys[i + 1] == "." and not line.tight[i + 2] else 0
