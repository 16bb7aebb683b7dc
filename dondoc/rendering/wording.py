"""Vietnamese words for days, counts and long titles, as templates use them (filters)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from dondoc.rendering.context import Line, PlanReference

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def short_day(day: date) -> str:
    """29/3/2024, 05/02/2024: 0 before days under 10 and before months 1 and 2 (Nghị định 30/2020/NĐ-CP)."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"{day.day:02}/{month}/{day.year}"


def full_day(day: date) -> str:
    """Thứ Sáu, 29/3/2024."""
    return f"{WEEKDAYS[day.weekday()]}, {short_day(day)}"


def number(value: int) -> str:
    """1.234: the Vietnamese thousands mark."""
    return f"{value:,}".replace(",", ".")


def days_words(line: Line) -> str:
    """How far the due day is, in working days; empty where nothing is due."""
    if line.working_days is None:
        return ""
    if line.working_days > 0:
        return f"còn {number(line.working_days)} ngày làm việc"
    if line.working_days < 0:
        return f"đã quá hạn {number(-line.working_days)} ngày làm việc"
    return "hôm nay là ngày làm việc cuối cùng trước hạn" if line.due_on_day_off else "đến hạn hôm nay"


def deadline(line: Line) -> str:
    """The deadline in the plan's own words, then the computed day, then the day it rolls to if that is a day off;
    without a computed day the target day, where there is one."""
    if line.due_on is None:
        target = f"Không ghi hạn; mốc phấn đấu {full_day(line.target_on)}" if line.target_on else ""
        return ". ".join(filter(None, (line.deadline_words, target)))
    day = full_day(line.due_on)
    if line.rolled_due_on is not None and line.rolled_due_on != line.due_on:
        day += f", trùng ngày nghỉ nên tính đến hết {full_day(line.rolled_due_on)}"
    return f"{line.deadline_words} (hạn: {day})" if line.deadline_words else day


def citation(plan: PlanReference) -> str:
    """Kế hoạch … của UBND tỉnh … (số 1/KH-UBND ngày 05/02/2024), with what is unknown left out."""
    # A title that says whose plan it is ("… của tỉnh Hưng Yên") needs no second "của".
    issuer = f" của {plan.issuer}" if plan.issuer and " của " not in plan.title else ""
    facts = [f"số {plan.number}"] if plan.number else []
    facts += [f"ngày {short_day(plan.issued_on)}"] if plan.issued_on else []
    return f"{plan.title}{issuer}" + (f" ({' '.join(facts)})" if facts else "")


def listed(words: list[str] | tuple[str, ...]) -> str:
    """a; b và c."""
    return " và ".join(filter(None, ("; ".join(words[:-1]), words[-1]))) if words else ""


def shorten(text: str, longest: int) -> str:
    """`text` cut at the end of a word so that it and its "…" have at most `longest` characters."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    ends = (cut for cut in range(longest, longest // 2, -1) if text[cut] == " ")
    kept = (text[:cut].rstrip(" ,;:.-–") for cut in ends)
    return next((words for words in kept if len(words) < longest), text[: longest - 1]) + "…"


def leading_capital(text: str) -> str:
    """The first letter large, the rest as it is ("UBND" stays)."""
    return text[:1].upper() + text[1:]


FILTERS: dict[str, Callable[..., Any]] = {
    "day": full_day,
    "short_day": short_day,
    "number": number,
    "days_words": days_words,
    "deadline": deadline,
    "citation": citation,
    "listed": listed,
    "shorten": shorten,
    "leading_capital": leading_capital,
}
