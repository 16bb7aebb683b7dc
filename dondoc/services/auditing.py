"""The daily audit: every open obligation has a next action in the future or a reason (DESIGN §2.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dondoc.channels.heartbeat import ping
from dondoc.domain.cases import Case, standing
from dondoc.domain.moments import local_day
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.store import messages, notices, obligations

SETTLED = ("done", "waived")
WITH_REASON = ("awaiting", "unassigned", "ongoing", "reported")


@dataclass(frozen=True)
class AuditResult:
    """`open` obligations, those `without_next` (ids: a fault), notices without a contact, messages of unknown fate."""

    open: int
    without_next: tuple[str, ...]
    no_contact: int
    unknown: int
    markdown: str


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
        unknown = messages.count_status(session, "unknown")
    result = (open_ones, tuple(without), no_contact, unknown)
    return AuditResult(*result, markdown=_markdown(now, *result))


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
