"""config/calendar/<year>.yaml → WorkCalendar."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

from dondoc.domain.calendar import CalendarYear, DayKind, SpecialDay, WorkCalendar, YearStatus
from dondoc.errors import Problem
from dondoc.loading.loaded import Loaded, Report
from dondoc.loading.schema import FIRST_YEAR, LAST_YEAR, Fields
from dondoc.loading.source import read_table

KINDS: tuple[DayKind, ...] = get_args(DayKind)
STATUSES: tuple[YearStatus, ...] = get_args(YearStatus)
_YEAR_FILE = re.compile(r"[0-9]{4}\.yaml")


def load_calendar(folder: Path) -> Loaded[WorkCalendar]:
    """All years in that folder, one file `<year>.yaml` each."""
    years: list[CalendarYear] = []
    problems: list[Problem] = []
    for path in sorted(_files(folder)):
        loaded = load_year(path)
        problems.extend(loaded.problems)
        if loaded.value is not None:
            years.append(loaded.value)
    if not years and not problems:
        hint = "Thêm tệp <năm>.yaml vào thư mục config/calendar."
        problems.append(Problem(str(folder), None, "error", "calendar-missing", "Không có lịch làm việc nào.", hint))
    failed = any(problem.severity == "error" for problem in problems)
    return Loaded(None if failed else WorkCalendar(tuple(years)), tuple(problems))


def load_year(path: Path) -> Loaded[CalendarYear]:
    """One year's table."""
    report = Report(str(path))
    table = read_table(path, report)
    if table is None:
        return report.finish(None)
    fields = Fields(table, report, "Lịch làm việc")
    year = fields.number("year", FIRST_YEAR, LAST_YEAR, required=True) or 0
    if year and path.stem != str(year):
        report.error(
            fields.line_of("year"),
            "wrong-year",
            f"Tệp tên {path.name} nhưng ghi năm {year}.",
            "Sửa tên tệp hoặc mục “year”.",
        )
    status = fields.choice("status", STATUSES, "provisional")
    if not fields.has("status"):
        fields.missing("status")
    days = _days(fields, year)
    fields.close()
    return report.finish(CalendarYear(year, status, days))


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if _YEAR_FILE.fullmatch(path.name)]
    except OSError:
        return []


def _days(fields: Fields, year: int) -> tuple[SpecialDay, ...]:
    found: dict[date, SpecialDay] = {}
    for entry in fields.tables("days", "Ngày trong lịch"):
        special = _day(entry, year)
        if special is None:
            continue
        if special.on in found:
            entry.report.error(
                entry.line,
                "duplicate-day",
                f"Ngày {special.on:%d/%m/%Y} ghi hai lần.",
                "Mỗi ngày một dòng; giữ dòng đúng.",
            )
        found[special.on] = special
    return tuple(found[on] for on in sorted(found))


def _day(fields: Fields, year: int) -> SpecialDay | None:
    on = fields.day("on", required=True)
    kind = fields.choice("kind", KINDS, "holiday")
    if not fields.has("kind"):
        fields.missing("kind")
    name, decision = fields.required("name"), fields.required("decision")
    fields.close()
    if on is None:
        return None
    if year and on.year != year:
        fields.report.error(
            fields.line_of("on"),
            "wrong-year",
            f"Ngày {on:%d/%m/%Y} không thuộc năm {year}.",
            f"Chuyển sang tệp {on.year}.yaml.",
        )
    if kind != "holiday" and (on.weekday() >= 5) != (kind == "swapped_work"):
        fields.report.error(
            fields.line_of("kind"), "wrong-kind", f"Ngày {on:%d/%m/%Y} ({_weekday(on)}) không thể là “{kind}”.",
            "Chỉ thứ Bảy, Chủ nhật mới làm bù (swapped_work); nghỉ bù và nghỉ hoán đổi rơi vào ngày thường.",
        )  # fmt: skip
    return SpecialDay(on, kind, name, decision)


def _weekday(on: date) -> str:
    return ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")[on.weekday()]
