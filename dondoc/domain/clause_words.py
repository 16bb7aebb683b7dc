"""A clause in plain Vietnamese: how `plan check` shows what a deadline was understood to mean."""

from __future__ import annotations

import re
from datetime import date

from dondoc.domain.clauses import AnyClause, By, Every, Offset, Ongoing, Per, Period, Unit, Upon, Within

EVERY: dict[Period, str] = {
    "day": "hằng ngày",
    "week": "hằng tuần",
    "month": "hằng tháng",
    "quarter": "hằng quý",
    "half_year": "6 tháng một lần",
    "nine_months": "9 tháng",
    "year": "hằng năm",
}
UNITS: dict[Unit, str] = {"working_day": "ngày làm việc", "day": "ngày", "week": "tuần", "month": "tháng"}
_WEEKDAYS = {
    "monday": "thứ Hai", "tuesday": "thứ Ba", "wednesday": "thứ Tư", "thursday": "thứ Năm", "friday": "thứ Sáu",
    "saturday": "thứ Bảy", "sunday": "Chủ nhật",
}  # fmt: skip


def describe(clause: AnyClause) -> str:
    """The meaning in words, label first: "Công bố: hằng tháng, chậm nhất ngày 14"."""
    words = _meaning(clause)
    return f"{clause.label}: {words}" if clause.label else words


def condition(clause: Upon | Offset | Per) -> str:
    """What a clause waits for: "khi có văn bản hướng dẫn", "30 ngày kể từ ngày nhận hồ sơ", "theo Kế hoạch …"."""
    match clause:
        case Upon():
            return _event(clause)
        case Offset():
            side = "trước" if clause.side == "before" else "kể từ"
            return f"{clause.amount} {UNITS[clause.unit]} {side} {clause.from_}"
        case Per():
            return f"theo {clause.reference}"


def due_words(on: str) -> str:
    """The words of a clause's `on`: "by day 24 of last month" → "chậm nhất ngày 24 của tháng cuối kỳ"."""
    if match := re.fullmatch(r"by day ([0-9]+)( of last month)?", on):
        return f"chậm nhất ngày {match[1]}" + (" của tháng cuối kỳ" if match[2] else "")
    if match := re.fullmatch(r"by ([0-9]{2})-([0-9]{2})", on):
        return f"chậm nhất ngày {int(match[2]):02d}/{int(match[1])}"
    return "chậm nhất " + _WEEKDAYS.get(on.removeprefix("by "), on)


def _meaning(clause: AnyClause) -> str:
    match clause:
        case By():
            return f"chậm nhất ngày {_day(clause.date)}"
        case Within():
            return f"từ {_day(clause.start)} đến hết {_day(clause.end)}"
        case Every():
            return EVERY[clause.period] + (f", {due_words(clause.on)}" if clause.on else "")
        case Ongoing():
            return "thường xuyên, cả năm"
        case Upon() | Offset():
            return f"chờ sự kiện: {condition(clause)}"
        case Per():
            return condition(clause)
        case _:
            return f"CHƯA HIỂU “{clause.text}”"


def _event(clause: Upon) -> str:
    """The event with its connective; "trong quá trình …" needs none."""
    if clause.event.casefold().startswith("trong "):
        return clause.event[0].lower() + clause.event[1:]
    connective = "sau khi" if clause.relation == "after" else "khi"
    return f"{'ngay ' if clause.immediate else ''}{connective} {clause.event}"


def _day(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"
