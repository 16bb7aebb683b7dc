"""Rules for what waits for something: "Khi có …", "Ngay sau khi …", "Trong quá trình …", "đột xuất", "nếu có …"."""

from __future__ import annotations

from dondoc.domain.clauses import Relation, Upon
from dondoc.domain.deadline.dates import point
from dondoc.domain.deadline.line import Line, Phrases, phrases
from dondoc.domain.deadline.match import Match, Rule
from dondoc.domain.deadline.open_text import ends_in_length, text_end

_CONNECTIVES = Phrases[tuple[Relation, bool]](
    {
        "khi": ("when", False), "mỗi khi": ("when", False), "bất cứ khi nào": ("when", False), "nếu": ("when", False),
        "ngay khi": ("when", True), "sau khi": ("after", False), "ngay sau khi": ("after", True),
        "sau": ("after", False), "ngay sau": ("after", True),
    }
)  # fmt: skip
_PROCESS = phrases("trong quá trình | trong suốt quá trình")
_SUDDEN = phrases("đột xuất | báo cáo đột xuất | kiểm tra đột xuất")
_IF_ANY = phrases("( nếu có ) | nếu có | ( khi có yêu cầu )")
_NOT_AFTER = frozenset({"ngày", "tuần", "tháng", "quý", "năm", "đó", "này", "thời", "một"})
_EMPTY = frozenset({"có", "đó", "này", "cùng", "nay", "đây", "phát", "xong", "khi"})


def event(line: Line, i: int, plan_year: int) -> Match | None:
    """An event, in the source's words without the connective; "trong quá trình" belongs to the words."""
    process = _PROCESS.at(line, i)
    relation: Relation
    found = _CONNECTIVES.at(line, i) if process is None else None
    if process is None and found is None:
        return None
    relation, immediate = ("when", False) if found is None else found[0]
    start = i if found is None else found[1]
    end = text_end(line, start, keeps_theo=True)
    if end is None or not _is_event(line, i, start, end):
        return None
    happening = Upon(event=line.said(start, end), relation=relation, immediate=immediate)
    return Match("event", (happening,), end)


def _is_event(line: Line, i: int, start: int, end: int) -> bool:
    if end <= start or not line.is_word(start) or end == start + 1 and line.keys[start] in _EMPTY:
        return False
    if line.folds[start : start + 2] == ["co", "the"] and end == start + 2:
        return False
    if line.keys[i] == "nếu" and line.keys[start] != "có":
        return False
    only_after = line.keys[start - 1] == "sau"
    if only_after and (point(line, start) is not None or line.keys[start] in _NOT_AFTER):
        return False
    return ends_in_length(line, start, end) is None


def sudden(line: Line, i: int, plan_year: int) -> Match | None:
    """Sudden work: "đột xuất khi có yêu cầu" is the event "có yêu cầu"; alone it is the event "đột xuất"."""
    found = _SUDDEN.at(line, i)
    if found is None:
        return None
    end = found[1]
    cause = event(line, end, plan_year) if line.keys[end] in ("khi", "nếu", "ngay") else None
    if cause is not None:
        return Match("sudden", cause.clauses, cause.end)
    word = end - 2
    if_any = _IF_ANY.at(line, end)
    return Match("sudden", (Upon(event=line.said(word, end), relation="when"),), end if if_any is None else if_any[1])


EVENT = Rule(event, _PROCESS.starts | _CONNECTIVES.starts)
SUDDEN = Rule(sudden, _SUDDEN.starts)
