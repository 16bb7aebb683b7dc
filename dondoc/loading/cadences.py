"""The words for a due day inside a period ("by day 14", "by friday"), checked before anything relies on them."""

from __future__ import annotations

import re

from dondoc.domain.clauses import Period

_DAY = "(?:[1-9]|[12][0-9]|3[01])"
_WEEKLY = re.compile("by (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)")
_MONTHLY = re.compile(f"by day {_DAY}")
_LONG = re.compile(f"by (?:day {_DAY} of last month|(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))")

EXAMPLES: tuple[str, ...] = ("by day 17", "by day 17 of last month", "by 06-17", "by friday")
HINT = "Viết by friday (tuần), by day 17 (tháng), by day 17 of last month hoặc by 06-17 (quý trở lên)."


def is_due_word(period: Period, text: str) -> bool:
    """Whether `text` names a due day that fits that kind of period; a day has none."""
    if period == "day":
        return False
    if period == "week":
        return _WEEKLY.fullmatch(text) is not None
    return (_MONTHLY if period == "month" else _LONG).fullmatch(text) is not None
