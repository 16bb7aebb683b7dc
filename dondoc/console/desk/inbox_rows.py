"""Answers that wait for a decision, as rows of the inbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.console import wording
from dondoc.console.desk.bench import DECIDERS
from dondoc.domain.answers import AnswerKind
from dondoc.domain.vietnamese import vietnamese_key
from dondoc.rendering.wording import full_day, short_day, shorten
from dondoc.services.accounts import SignedIn
from dondoc.services.books import Book
from dondoc.services.deciding import REPORTS
from dondoc.services.inbox import Item
from dondoc.services.status import agency_name
from dondoc.store.models import FileRow

LONGEST_NOTE = 240
KINDS: dict[AnswerKind, str] = {
    "done": "Báo cáo hoàn thành", "extension": "Xin gia hạn",
    "not_applicable": "Không phát sinh, không thuộc thẩm quyền", "not_mine": "Không phải việc của đơn vị",
}  # fmt: skip


@dataclass(frozen=True)
class RowView:
    """One answer that waits. `choosable`: this person may decide on it here, together with others."""

    id: int
    obligation_id: str
    kind: str
    title: str
    code: str
    agency: str
    at: str
    waited: str
    due: str
    facts: tuple[str, ...]
    note: str
    files: int
    reviewer: str
    mine: bool
    choosable: bool
    is_late: bool


def rows_of(session: Session, items: Sequence[Item], known: Mapping[str, Book], seat: SignedIn) -> list[RowView]:
    """The rows, in order; what belongs to a plan that is not there is left out. One query."""
    files = _files(session, [item.answer_id for item in items])
    return [_row(i, known[i.plan_id], seat, files.get(i.answer_id, 0)) for i in items if i.plan_id in known]


def _row(item: Item, book: Book, seat: SignedIn, files: int) -> RowView:
    mine = seat.role in DECIDERS and item.reviewer == seat.agency
    task = book.plan.by_id.get(item.task_id)
    return RowView(
        item.answer_id, item.obligation_id, KINDS[item.kind], title_of(book, item.task_id, item.name),
        task.id if task else "", agency_name(book, item.agency), wording.moment(item.at), _waited(item.waited),
        full_day(item.due_on) if item.due_on else "không có ngày", tuple(_facts(item, book)),
        shorten(item.note, LONGEST_NOTE) if item.note else "", files, agency_name(book, item.reviewer), mine,
        mine and item.kind in REPORTS, item.kind == "done" and item.is_late,
    )  # fmt: skip


def title_of(book: Book, task_id: str, name: str) -> str:
    """The task's words; a periodic report's name."""
    task = book.plan.by_id.get(task_id)
    return task.activity if task is not None else name


def _facts(item: Item, book: Book) -> list[str]:
    facts = [f"Đến ngày {full_day(item.until)}"] if item.until else []
    if item.document_number:
        day = f" ngày {short_day(item.document_date)}" if item.document_date else ""
        facts.append(f"Văn bản số {item.document_number}{day}")
    return [*facts, *([f"Đơn vị nêu tên: {agency_name(book, item.whose)}"] if item.whose else [])]


def _waited(days: int | None) -> str:
    if days is None:
        return "chưa rõ đã chờ bao lâu"
    return "gửi hôm nay" if days == 0 else f"chờ {days} ngày làm việc"


def _files(session: Session, ids: Sequence[int]) -> dict[int, int]:
    counted = select(FileRow.answer_id, func.count()).where(FileRow.answer_id.in_(ids)).group_by(FileRow.answer_id)
    return dict(session.execute(counted).tuples().all()) if ids else {}


def agencies_of(known: Mapping[str, Book]) -> list[tuple[str, str]]:
    """Ids and names of all agencies, in Vietnamese alphabetical order."""
    names = {agency.id: agency.name for book in known.values() for agency in book.directory.agencies}
    return sorted(names.items(), key=lambda pair: vietnamese_key(pair[1]))
