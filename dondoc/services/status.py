"""The four-way count and a task's state, for people, machines and Prefect artifacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dondoc.domain.counts import COUNTS, REPORTS_SECTION, REPORTS_TITLE, Tally, tally
from dondoc.domain.obligations import UNSELECTED
from dondoc.domain.vietnamese import vietnamese_key
from dondoc.services.app import App
from dondoc.services.books import Book, books, cases_at

COUNT_NAMES = {
    "done_on_time": "Hoàn thành đúng hạn", "done_late": "Hoàn thành quá hạn", "in_term": "Đang thực hiện trong hạn",
    "overdue": "Quá hạn chưa hoàn thành", "ongoing": "Thường xuyên", "awaiting": "Chờ sự kiện",
    "unassigned": "Chưa xác định đơn vị", "waived": "Được miễn",
}  # fmt: skip


def counts(app: App, now: datetime, plan_id: str | None = None) -> list[tuple[Book, Tally]]:
    """The counts of each applied plan (or of one) as they stood at `now`, any day of the past included."""
    with app.sessions() as session:
        found = books(app, session)
        chosen = [found[plan_id]] if plan_id in found else [b for b in found.values() if plan_id is None]
        return [(book, tally(book.plan, cases_at(session, book, now), now, book.rules)) for book in chosen]


def to_json(now: datetime, found: list[tuple[Book, Tally]]) -> dict[str, Any]:
    """The contract of `dondoc status --json` (DESIGN §5); counts of several plans are added up."""
    total, agencies, sections = dict.fromkeys(COUNTS, 0), dict[str, Any](), dict[str, Any]()
    for book, numbers in found:
        _add(total, numbers.total)
        for agency, row in numbers.agencies.items():
            own = agency == book.plan.supervisor
            entry = agencies.setdefault(
                agency, {"agency": agency, "name": agency_name(book, agency), "own_tasks": own, **_zero()}
            )
            _add(entry, row)
        for section, row in numbers.sections.items():
            key = f"{book.plan.id}/{section}"
            entry = {"plan": book.plan.id, "section": section, "title": _section_title(book, section), **_zero()}
            _add(sections.setdefault(key, entry), row)
    return {
        "at": now.isoformat(),
        "total": total,
        "agencies": sorted(agencies.values(), key=lambda row: vietnamese_key(row["name"])),
        "sections": list(sections.values()),
    }


def summary_markdown(app: App, now: datetime) -> str:
    """The four-way count by agency and section as a Markdown page in Vietnamese, for a Prefect artifact."""
    data = to_json(now, counts(app, now))
    own = [row for row in data["agencies"] if row["own_tasks"]]
    others = [row for row in data["agencies"] if not row["own_tasks"]]
    parts = [
        f"# Tình hình thực hiện đến {now:%H:%M ngày %d/%m/%Y}",
        _table("Toàn bộ", [{"name": "Tổng số việc", **data["total"]}]),
        _table("Theo cơ quan", others),
        _table("Việc của chính cơ quan theo dõi", own),
        _table("Theo lĩnh vực", [{**row, "name": f"{row['section']}. {row['title']}"} for row in data["sections"]]),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(title: str, rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    head = "| |" + "|".join(COUNT_NAMES[name] for name in COUNTS) + "|"
    rule = "|---|" + "---:|" * len(COUNTS)
    lines = [f"|{row['name']}|" + "|".join(str(row[name]) for name in COUNTS) + "|" for row in rows]
    return "\n".join([f"## {title}", "", head, rule, *lines])


def agency_name(book: Book, agency: str) -> str:
    """What people call an agency of the plan, or the group whose members are not chosen yet."""
    if agency.startswith(UNSELECTED):
        group = book.directory.groups_by_id.get(agency.removeprefix(UNSELECTED))
        return f"Chưa xác định ({group.name if group else agency})"
    found = book.directory.by_id.get(agency)
    return found.name if found else agency


def _section_title(book: Book, section: str) -> str:
    if section == REPORTS_SECTION:
        return REPORTS_TITLE
    return next((s.title for s in book.plan.sections if s.no == section), section)


def _zero() -> dict[str, int]:
    return dict.fromkeys(COUNTS, 0)


def _add(into: dict[str, Any], row: dict[str, int]) -> None:
    for name in COUNTS:
        into[name] += row[name]
