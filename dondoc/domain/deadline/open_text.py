"""Words of the source that a clause keeps: how far an event, an anchor, a reference or a label reaches."""

from __future__ import annotations

from enum import Enum

from dondoc.domain.deadline.cadences import starts_cadence
from dondoc.domain.deadline.dates import amount, point
from dondoc.domain.deadline.line import SOFT, Line, phrases
from dondoc.domain.deadline.moments import Range
from dondoc.domain.deadline.periods import moment
from dondoc.domain.deadline.roles import LATEST, Role, role_at, skip_clock
from dondoc.domain.deadline.verbs import is_theo_doi, lead

WHEN = phrases(
    """khi | ngay khi | sau khi | ngay sau khi | mỗi khi | ngay sau | bất cứ khi nào
    | nếu có | nếu phát sinh | trong quá trình"""
)
_ADJECTIVES = phrases("thường xuyên | liên tục | định kỳ | đột xuất")
_LENGTHS = phrases("trong vòng | trong thời hạn | trong thời gian không quá | tối đa")
_MONTHS_OR_DAYS = frozenset({"tháng", "quý", "năm", "ngày"})


def text_end(line: Line, i: int, *, keeps_theo: bool, dates_part: bool = False) -> int | None:
    """The token after the words that start at i; None when a date runs on inside them and no mark parts it off.

    A separator ends them only when something that certainly is a clause follows it. After a comma "theo …" belongs
    to an event (`keeps_theo`), but is a reference of its own after another reference. A bare date after a separator
    is a clause of its own (`dates_part`, behind labels) or leaves both readings open.
    """
    j = since = i
    while j < line.n and not _closes(line, j):
        if line.keys[j] == "(":
            reach, after = _at_brackets(line, j)
        elif line.keys[j] in SOFT or line.keys[j] == "/" and line.is_word(j - 1) and line.is_word(j + 1):
            reach, after = _at_separator(line, i, j, keeps_theo=keeps_theo, dates_part=dates_part)
            since = after
        else:
            reach, after = _at_word(line, i, since, j), j + 1
        if reach is not _Reach.GOES_ON:
            return j if reach is _Reach.ENDS else None
        j = after
    return j


class _Reach(Enum):
    """What a token does to the words that are kept; OPEN: two readings are possible."""

    GOES_ON = 1
    ENDS = 2
    OPEN = 3


def _closes(line: Line, j: int) -> bool:
    return line.parts(j) or line.keys[j] in (":", ")", "]") or line.folds[j : j + 2] == ["doi", "voi"]


def _at_brackets(line: Line, j: int) -> tuple[_Reach, int]:
    if _is_clause_in_brackets(line, j + 1):
        return _Reach.ENDS, j
    close = line.closing.get(j, j)
    dated = any(_is_date(line, k) for k in range(j + 1, close))
    return _Reach.OPEN if dated else _Reach.GOES_ON, close + 1


def _at_separator(line: Line, i: int, j: int, *, keeps_theo: bool, dates_part: bool) -> tuple[_Reach, int]:
    start = _after(line, j)
    if starts_clause(line, start, keeps_theo=keeps_theo and line.keys[j] == ",") and not _pairs(line, j, start):
        return _Reach.ENDS, start
    if point(line, start) is None or _pairs_date(line, i, j, start):
        return _Reach.GOES_ON, start
    if _bare_date(line, start):
        return _Reach.ENDS if dates_part or line.keys[j] == "hoặc" else _Reach.OPEN, start
    return _Reach.OPEN if dates_part else _Reach.GOES_ON, start


def _at_word(line: Line, i: int, since: int, j: int) -> _Reach:
    open_ = line.doubtful[j] or j > i and (_runs_on(line, j) or _stray_day(line, since, j))
    return _Reach.OPEN if open_ or since > i and _closing_date(line, since, j) else _Reach.GOES_ON


def starts_clause(line: Line, i: int, *, keeps_theo: bool = False) -> bool:
    """Whether a clause that shows what it is starts here: "trước ngày …", "hàng quý", "khi …"; not a bare date."""
    if WHEN.at(line, i) is not None:
        return line.n - i > 1
    if line.keys[i] == "theo" and not is_theo_doi(line, i):
        return not keeps_theo
    if _ADJECTIVES.at(line, i) is not None or starts_cadence(line, i) or _LENGTHS.at(line, i) is not None:
        return True
    if LATEST.at(line, i) is not None:
        return True
    if line.keys[i] == "từ":
        return isinstance((moment(line, i) or (None, i))[0], Range)
    if line.keys[i] == "trong" and line.numbers[i + 1] >= 0 and line.folds[i + 2] in ("ngay", "tuan"):
        return True
    j = lead(line, i)
    if j > i and (line.keys[j] == "theo" or LATEST.at(line, j) is not None):
        return True
    ends = j > i and line.folds[i] in ("hoan", "xong", "du")
    return _role_and_date(line, j) or ends and (_bare_date(line, j) or role_at(line, j)[0] is not Role.BARE)


def _after(line: Line, j: int) -> int:
    while line.keys[j] in SOFT or line.keys[j] == "/":
        j += 1
    return j


def _role_and_date(line: Line, i: int) -> bool:
    role, j = role_at(line, i)
    if role is Role.BARE:
        return False
    clock = skip_clock(line, j)
    if clock is None or clock > j:
        return True
    if line.keys[j] in _MONTHS_OR_DAYS and role is Role.LAST and line.keys[i] == "đến":
        return line.keys[j + 1] != "khi"
    return point(line, j) is not None or line.keys[j] == "ngày" and line.numbers[j + 1] >= 0


def _bare_date(line: Line, i: int) -> bool:
    """Whether a day or period stands alone here, up to a mark or the end."""
    found = point(line, i)
    if found is None:
        return False
    behind = found[1]
    return (
        line.ends(behind) or line.keys[behind] in ("-", "(", "đến") or line.folds[behind : behind + 2] == ["doi", "voi"]
    )


def _pairs(line: Line, j: int, start: int) -> bool:
    """Whether the words on both sides are one pair of adjectives: "kiểm tra định kỳ, đột xuất"."""
    found = _ADJECTIVES.at(line, start)
    return (
        found is not None and line.ends(found[1]) and any(_ADJECTIVES.at(line, k) is not None for k in (j - 2, j - 1))
    )


def _pairs_date(line: Line, i: int, j: int, start: int) -> bool:
    """Whether the words before the separator are a date of the same kind: "Kế hoạch năm 2024 và năm 2025"."""
    after = point(line, start)
    for k in range(max(i, j - 5), j):
        before = point(line, k)
        if before is not None and before[1] == j and after is not None:
            return before[0].kind == after[0].kind
    return False


def _runs_on(line: Line, j: int) -> bool:
    """Whether a date with its role stands inside the words without a mark before it, so that both readings are open."""
    if LATEST.at(line, j) is not None or _LENGTHS.at(line, j) is not None and line.numbers[j + 2] >= 0:
        return True
    if line.keys[j] == "trước":
        found = point(line, j + 1)
        return found is not None and (found[0].year is not None or found[0].first > 0) and found[0].kind != "edge"
    if line.keys[j] in ("trong", "vào") and line.keys[j - 1] != "từ":
        found = point(line, j + 1)
        return found is not None and line.ends(found[1])
    return False


def _stray_day(line: Line, since: int, j: int) -> bool:
    """Whether a day inside the words is neither a document's ("số 12/KH ngày 15/01/2024", "… của") nor "từ ngày …"."""
    if line.keys[j] != "ngày" and line.numbers[j] < 0 or line.keys[j - 1] in ("ngày", "/", "-"):
        return False
    found = point(line, j)
    if found is None or found[0].kind != "day" or found[0].first == 0:
        return False
    return not (line.keys[j - 1] == "từ" or line.keys[found[1]] == "của" or "số" in line.keys[since:j])


def _closing_date(line: Line, since: int, j: int) -> bool:
    """Whether a month or quarter closes the few words behind a separator: a misread clause, perhaps."""
    found = point(line, j) if since < j <= since + 3 else None
    return found is not None and found[0].kind in ("month", "quarter") and line.ends(found[1])


def _is_clause_in_brackets(line: Line, i: int) -> bool:
    """Whether brackets hold a clause; "(trong quý II)" may as well say when the event is awaited."""
    return starts_clause(line, i) and role_at(line, i)[0] is not Role.IN and lead(line, i) == i


def _is_date(line: Line, i: int) -> bool:
    found = point(line, i)
    return found is not None and found[0].kind != "year" and line.keys[i - 1] != "/" and found[0].first > 0


def ends_in_length(line: Line, i: int, end: int) -> int | None:
    """Where a length closes the words ("… bầu cử 40 ngày"): the token it starts at."""
    last = end - 2 if line.folds[end - 2 : end] == ["lam", "viec"] else end
    if last - 2 <= i or line.folds[last - 1] not in ("ngay", "tuan", "thang"):
        return None
    start = last - 2
    return start if line.numbers[start] >= 0 and amount(line, start)[1] == last - 1 else None
