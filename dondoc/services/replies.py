"""What an agency may say about what it owes, and every reason why an answer is not taken (DEADLINES §4 "Answers")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args

from dondoc.domain.cases import Case, promise_limit, standing
from dondoc.domain.explain import day_name
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.intake.files import MAX_FILES, Checked
from dondoc.intake.texts import clean_line, clean_text
from dondoc.services.books import Book

ReplyKind = Literal["ack", "progress", "done"]
REPLY_KINDS: tuple[ReplyKind, ...] = get_args(ReplyKind)
REPLY_NAMES: dict[str, str] = {
    "ack": "Xác nhận, hẹn ngày hoàn thành",
    "progress": "Đang thực hiện",
    "done": "Đã hoàn thành",
}
MOST_AT_ONCE = 200
LONGEST_NUMBER = 100
LONGEST_NOTE = 4_000
LONGEST_SUBMISSION = 64


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agency says, for one or many obligations. `until` is the promised day of an `ack`."""

    kind: ReplyKind
    until: date | None = None
    document_number: str | None = None
    document_date: date | None = None
    note: str | None = None
    files: tuple[Checked, ...] = ()

    def cleaned(self) -> Reply:
        """The same with its texts cleaned, empty ones as None."""
        number, note = clean_line(self.document_number or ""), clean_text(self.note or "")
        return replace(self, document_number=number or None, note=note or None)


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason why an answer is not taken. `field` is the Reply's (or `obligations`); `message` is Vietnamese."""

    field: str
    message: str
    obligation_id: str | None = None


class NotAllowed(Refused):
    """The rules do not allow the answer; every objection at once."""

    def __init__(self, objections: Iterable[Objection]) -> None:
        self.objections = tuple(objections)
        super().__init__("\n".join(objection.message for objection in self.objections))


def form_objections(wanted: tuple[str, ...], reply: Reply, submission: str) -> tuple[Objection, ...]:
    """What is wrong with a form before any case is looked at."""
    found = []
    if not wanted:
        found.append(Objection("obligations", "Chưa chọn việc nào để báo cáo."))
    if len(wanted) > MOST_AT_ONCE:
        found.append(Objection("obligations", f"Mỗi lần gửi tối đa {MOST_AT_ONCE} việc."))
    if not submission or len(submission) > LONGEST_SUBMISSION or not submission.isprintable():
        found.append(Objection("obligations", "Biểu mẫu không hợp lệ: mở lại danh sách việc rồi gửi lại."))
    if reply.kind not in REPLY_KINDS:
        found.append(Objection("kind", "Chọn một cách trả lời."))
    if len(reply.document_number or "") > LONGEST_NUMBER:
        found.append(Objection("document_number", f"Số, ký hiệu văn bản dài quá {LONGEST_NUMBER} ký tự."))
    if len(reply.note or "") > LONGEST_NOTE:
        found.append(Objection("note", f"Nội dung dài quá {LONGEST_NOTE:,} ký tự.".replace(",", ".")))
    if len(reply.files) > MAX_FILES:
        found.append(Objection("files", f"Mỗi lần gửi tối đa {MAX_FILES} tệp."))
    return tuple(found)


def latest_promise(case: Case, book: Book) -> date | None:
    """The last day that may be promised; None where the obligation has no due day, and so no limit.

    Outside the loaded calendar working days cannot be counted: there the limit is the due day itself.
    """
    return promise_limit(case, book.rules) or case.obligation.late_after


def objections(case: Case, reply: Reply, book: Book, now: datetime) -> Iterator[Objection]:
    """Why this case cannot take this reply at `now`; nothing when it can."""
    found = list(_state_objections(case, reply, book, now))
    yield from found
    if not found and reply.kind == "ack" and reply.until is not None:
        yield from _promise_objections(case, reply.until, book, local_day(now))


_NO_REPLY: dict[str, str] = {
    "done": "đã được chấp nhận hoàn thành, không cần báo cáo nữa",
    "waived": "đã được miễn, không cần báo cáo",
    "ongoing": "là việc thường xuyên: tình hình được báo cáo trong báo cáo định kỳ",
    "awaiting": "còn chờ sự kiện, chưa đến lúc báo cáo",
    "unassigned": "chưa xác định đơn vị thực hiện",
}


def _state_objections(case: Case, reply: Reply, book: Book, now: datetime) -> Iterator[Objection]:
    work = standing(case, now, book.rules).work
    name = task_name(case, book)
    if work in _NO_REPLY:
        yield Objection("obligations", f"Việc {name} {_NO_REPLY[work]}.", case.obligation.id)
    elif work == "reported" and reply.kind != "done":
        message = (
            f"Việc {name} đã được báo cáo hoàn thành và đang chờ duyệt. Muốn sửa, hãy gửi lại báo cáo hoàn thành: "
            "hai bản được duyệt cùng nhau."
        )
        yield Objection("obligations", message, case.obligation.id)


def _promise_objections(case: Case, until: date, book: Book, today: date) -> Iterator[Objection]:
    name, limit, key = task_name(case, book), latest_promise(case, book), case.obligation.id
    earlier = next((a.until for a in case.answers if a.kind == "ack" and a.until is not None), None)
    if earlier is not None:
        message = (
            f"Việc {name} đã hẹn đến {day_name(earlier)}; mỗi việc chỉ hẹn một lần. "
            "Có thể ghi tình hình đang thực hiện hoặc báo cáo hoàn thành."
        )
        yield Objection("kind", message, key)
    elif limit is not None and limit < today:
        message = (
            f"Việc {name} không còn hẹn ngày được: ngày hẹn muộn nhất là {day_name(limit)}, đã qua. "
            "Có thể ghi tình hình đang thực hiện hoặc báo cáo hoàn thành."
        )
        yield Objection("kind", message, key)
    elif until < today:
        yield Objection("until", f"Ngày hẹn {day_name(until)} đã qua: chọn ngày từ hôm nay.", key)
    elif limit is not None and until > limit:
        yield Objection("until", f"Việc {name}: ngày hẹn muộn nhất là {day_name(limit)}.", key)
    elif until > date(today.year + 1, 12, 31):
        yield Objection("until", f"Ngày hẹn {day_name(until)} quá xa: kiểm tra lại năm.", key)


def document_objections(reply: Reply, year: int, today: date) -> Iterator[Objection]:
    """What is wrong with the document named, in a plan of that year."""
    day = reply.document_date
    if day is not None and day > today:
        yield Objection("document_date", f"Ngày văn bản {day_name(day)} sau hôm nay: kiểm tra lại.")
    if day is not None and day.year < year - 1:
        yield Objection("document_date", f"Ngày văn bản {day_name(day)} trước năm kế hoạch quá xa: kiểm tra lại năm.")
    if reply.document_number and day is None:
        yield Objection("document_date", "Đã ghi số văn bản thì ghi cả ngày văn bản.")
    if day is not None and not reply.document_number:
        yield Objection("document_number", "Đã ghi ngày văn bản thì ghi cả số, ký hiệu văn bản.")


def task_name(case: Case, book: Book) -> str:
    """A short name for texts: the task's code in quotes, or the periodic report's name."""
    task = book.plan.by_id.get(case.obligation.task_id)
    return f"“{task.code or task.no} ({case.obligation.name})”" if task else f"“{case.obligation.name}”"
