"""The daily audit: every open obligation has a next action in the future or a reason (DESIGN §2.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dondoc.channels.heartbeat import ping
from dondoc.domain.calendar import CalendarMissing, WorkCalendar
from dondoc.domain.cases import Case, standing
from dondoc.domain.moments import local_day
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.services.outbox_views import without_token
from dondoc.store import alarms, guards, message_counts, messages, notices, obligations
from dondoc.store.models import MessageRow

SETTLED = ("done", "waived")
WITH_REASON = ("awaiting", "unassigned", "ongoing", "reported")
HELD_DAYS = 3
"""A message that a person has left held for more working days than these is named."""
MOST_LINES = 50
"""So many of a kind the page names; the counts are whole."""
MANY = 100_000


@dataclass(frozen=True)
class AuditResult:
    """`open` obligations, those `without_next` (ids: a fault), notices without a contact, messages of unknown fate.

    And what else waits for a person: the day's `alarms`, messages `refused`, `guards` without an answer, messages held
    for long (`held_long`).
    """

    open: int
    without_next: tuple[str, ...]
    no_contact: int
    unknown: int
    markdown: str
    alarms: int = 0
    refused: int = 0
    guards: int = 0
    held_long: int = 0


@dataclass(frozen=True)
class _Waiting:
    """One line for each thing that waits for a person, by kind."""

    alarms: tuple[str, ...]
    refused: tuple[str, ...]
    guards: tuple[str, ...]
    held_long: tuple[str, ...]


def audit(app: App, now: datetime) -> AuditResult:
    """Look at every live plan; what is found wrong is listed, nothing is changed."""
    without, open_ones = [], 0
    with app.sessions() as session:
        for book in books(app, session).values():
            if book.archived:
                continue
            cases = obligations.load_cases(session, plan_id=book.plan.id)
            looks = obligations.next_days(session, [case.obligation.id for case in cases])
            for case in cases:
                work = standing(case, now, book.rules).work
                open_ones += work not in SETTLED
                if work not in SETTLED + WITH_REASON and not _has_next(case, looks, now):
                    without.append(case.obligation.id)
        no_contact = notices.without_contact(session)
        unknown = message_counts.count_status(session, "unknown")
        waiting = _waiting(session, app.calendar, local_day(now))
    result = (open_ones, tuple(without), no_contact, unknown)
    counts = len(waiting.alarms), len(waiting.refused), len(waiting.guards), len(waiting.held_long)
    return AuditResult(*result, f"{_markdown(now, *result)}\n{_waiting_markdown(waiting)}", *counts)


def audit_and_report(app: App, now: datetime) -> AuditResult:
    """The daily audit; when no open obligation was forgotten the outside watcher hears so, else its silence is the
    alarm (DONDOC_HEARTBEAT_URL; without it nobody is told)."""
    found = audit(app, now)
    url = app.settings.heartbeat_url
    if url is not None and not found.without_next:
        ping(url)
    return found


def _has_next(case: Case, looks: Mapping[str, date | None], now: datetime) -> bool:
    day = looks.get(case.obligation.id)
    return day is not None and day >= local_day(now)


def _markdown(now: datetime, open_ones: int, without: tuple[str, ...], no_contact: int, unknown: int) -> str:
    lines = [
        f"# Kiểm tra {now:%H:%M ngày %d/%m/%Y}",
        f"- Việc chưa xong: **{open_ones}**",
        f"- Việc không có bước tiếp theo: **{len(without)}**",
        f"- Nội dung nhắc không có đầu mối nhận: **{no_contact}**",
        f"- Thư chưa rõ đã đến hay chưa: **{unknown}**",
    ]
    lines += [f"  - `{obligation_id}`" for obligation_id in without[:50]]
    return "\n".join(lines)


def _waiting(session: Session, calendar: WorkCalendar, today: date) -> _Waiting:
    held = messages.find(session, status="held", limit=MANY)
    return _Waiting(
        alarms=tuple(row.words for row in alarms.of_day(session, today)),
        refused=tuple(map(_message_line, messages.find(session, status="refused", limit=MANY))),
        guards=tuple(
            f"điểm dừng {row.id}, {row.day:%d/%m/%Y}, {row.plan_id}: {row.found}/{row.of} việc sắp bị gọi là quá hạn"
            for row in guards.waiting(session)
        ),
        held_long=tuple(_message_line(row) for row in held if _is_long_ago(row.day, today, calendar)),
    )


def _is_long_ago(day: date, today: date, calendar: WorkCalendar) -> bool:
    """In working days; where the calendar does not reach so far, in about as many civil days."""
    try:
        return calendar.between(day, today) > HELD_DAYS
    except CalendarMissing:
        return today - day > timedelta(days=HELD_DAYS + 2)


def _message_line(row: MessageRow) -> str:
    return f"thư {row.id}, {row.day:%d/%m/%Y}, {row.recipient}: {without_token(row.reason)}"


def _waiting_markdown(waiting: _Waiting) -> str:
    groups = (
        ("Báo động hôm nay", waiting.alarms),
        ("Thư bị từ chối, không còn kênh nào", waiting.refused),
        ("Điểm dừng chờ trả lời", waiting.guards),
        (f"Thư giữ quá {HELD_DAYS} ngày làm việc chưa ai quyết định", waiting.held_long),
    )
    lines = []
    for name, found in groups:
        # One line each, whatever a server has said: a line break would end the list.
        lines += [f"- {name}: **{len(found)}**", *(f"  - {' '.join(line.split())}" for line in found[:MOST_LINES])]
    return "\n".join(lines)
