"""Obligations as rows of the supervisor's lists: each says its state, why, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from dondoc.console import wording
from dondoc.console.desk.addresses import agency_address, task_address
from dondoc.console.wording import Badge
from dondoc.domain.obligations import PERIODIC_TASK
from dondoc.services.owed import Owed

PERIODIC = "Báo cáo định kỳ"
ARCHIVED = "Kế hoạch đã lưu trữ: không còn nhắc."


@dataclass(frozen=True, slots=True)
class RowView:
    """One obligation."""

    agency: str
    agency_address: str
    period: str
    due: str
    badge: Badge
    why: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """Rows of one task that stand together."""

    code: str
    title: str
    address: str
    plan: str
    rows: tuple[RowView, ...]


def groups(found: Iterable[Owed], now: datetime) -> tuple[GroupView, ...]:
    """The rows in their order, each run of one task under its task."""
    by_task = groupby(found, key=lambda owed: (owed.case.obligation.plan_id, owed.case.obligation.task_id))
    return tuple(_group(list(rows), now) for _, rows in by_task)


def _group(rows: list[Owed], now: datetime) -> GroupView:
    first = rows[0]
    obligation = first.case.obligation
    return GroupView(
        task_code(first), task_title(first), task_address(obligation.plan_id, obligation.task_id),
        first.book.plan.title, tuple(row(owed, now) for owed in rows),
    )  # fmt: skip


def task_code(owed: Owed) -> str:
    """The task's number as officers write it; "" for a periodic report."""
    if owed.task is None:
        return "" if owed.case.obligation.task_id == PERIODIC_TASK else owed.case.obligation.task_id
    return owed.task.id


def task_title(owed: Owed) -> str:
    """What is to be done, in the plan's words."""
    if owed.task is not None:
        return owed.task.activity
    return PERIODIC if owed.case.obligation.task_id == PERIODIC_TASK else owed.case.obligation.name


def row(owed: Owed, now: datetime) -> RowView:
    """One obligation, worded."""
    agency = owed.agency
    return RowView(
        agency.name, agency_address(agency.id), period(owed), _day(owed), wording.badge(owed, now),
        why(owed, now),
    )  # fmt: skip


def _day(owed: Owed) -> str:
    target = wording.target(owed)
    return f"Không ghi hạn, mốc phấn đấu {target}" if target else wording.due(owed)


def period(owed: Owed) -> str:
    """Which of several: a quarter, a part; "" for a task that is owed once."""
    obligation = owed.case.obligation
    if owed.task is not None and obligation.period.isdigit() and obligation.kind == "task":
        return ""
    return "" if obligation.kind in ("ongoing", "awaiting", "unassigned") else obligation.name


def why(owed: Owed, now: datetime) -> str:
    """Why it stands so, and what comes next."""
    said = " ".join(wording.next_words(owed, now))
    if owed.book.archived and owed.where.work not in ("done", "waived"):
        return ARCHIVED
    if said:
        return said
    obligation = owed.case.obligation
    if owed.where.work == "unassigned":
        condition = f" “{obligation.condition}”" if obligation.condition else ""
        return f"Kế hoạch giao cho nhóm có điều kiện{condition}; chưa chọn đơn vị nên chưa nhắc ai, chưa tính quá hạn."
    if owed.where.work == "waived":
        return "Được miễn: không nhắc, không tính quá hạn."
    if owed.where.work == "not_open":
        return "Chưa đến kỳ; hệ thống nhắc khi đến hạn."
    return "Chưa có bước nhắc nào sắp tới."
