"""A clause in plain Vietnamese, and the names of the rules for people."""

from __future__ import annotations

from datetime import date

from dondoc.domain.clauses import AnyClause, By, Every, Offset, Ongoing, Per, Unknown, Upon, Within

RULE_TITLES = {
    "before": "trước: hạn là ngày liền trước",
    "at-latest": "chậm nhất, đến hết: hạn là ngày cuối",
    "on-day": "một ngày: hạn là ngày ấy",
    "within": "khoảng thời gian, danh sách hoặc từ … đến …",
    "range": "từ … đến …, kèm số ngày",
    "every": "định kỳ",
    "every-on": "định kỳ vào ngày nêu rõ",
    "every-year-on": "hằng năm vào ngày nêu rõ",
    "ongoing": "thường xuyên",
    "years-after": "các năm tiếp theo",
    "event": "khi có sự việc",
    "sudden": "đột xuất",
    "length": "khoảng thời gian tính từ một mốc",
    "reference": "theo văn bản hoặc yêu cầu khác",
    "unknown": "không hiểu chắc chắn",
}
_PERIODS = {
    "day": "hằng ngày", "week": "hằng tuần", "month": "hằng tháng", "quarter": "hằng quý",
    "half_year": "6 tháng một lần", "nine_months": "9 tháng một lần", "year": "hằng năm",
}  # fmt: skip
_UNITS = {"working_day": "ngày làm việc", "day": "ngày", "week": "tuần", "month": "tháng"}
_WEEKDAYS = {
    "monday": "thứ Hai", "tuesday": "thứ Ba", "wednesday": "thứ Tư", "thursday": "thứ Năm", "friday": "thứ Sáu",
    "saturday": "thứ Bảy", "sunday": "Chủ nhật",
}  # fmt: skip


def describe(clause: AnyClause) -> str:
    """What the clause says, as a clerk would write it."""
    said = _said(clause)
    return f"{clause.label}: {said}" if clause.label else said


def _said(clause: AnyClause) -> str:
    match clause:
        case By():
            return f"chậm nhất ngày {_day(clause.date)}"
        case Within():
            return f"từ ngày {_day(clause.start)} đến hết ngày {_day(clause.end)}"
        case Every():
            return _PERIODS[clause.period] + (f", {_on(clause.on)}" if clause.on else "")
        case Ongoing():
            return "thường xuyên, liên tục"
        case Upon():
            now = "ngay " if clause.immediate else ""
            return f"{now}{'sau khi' if clause.relation == 'after' else 'khi'}: {clause.event}"
        case Offset():
            side = "kể từ" if clause.side == "after" else "trước"
            return f"{clause.amount} {_UNITS[clause.unit]} {side}: {clause.from_}"
        case Per():
            return f"theo: {clause.reference}"
        case Unknown():
            return f"không hiểu chắc chắn: {clause.text}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _on(on: str) -> str:
    words = on.removeprefix("by ")
    if words in _WEEKDAYS:
        return f"chậm nhất {_WEEKDAYS[words]}"
    if words.startswith("day "):
        number, _, last = words.removeprefix("day ").partition(" ")
        return f"chậm nhất ngày {number}" + (" của tháng cuối kỳ" if last else "")
    month, _, day = words.partition("-")
    return f"chậm nhất ngày {day}/{month}"
