"""What an agency may say about what it owes, and every reason why an answer is not taken (DEADLINES §4 "Answers")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dondoc.domain.answers import ANSWER_KINDS, Answer, AnswerKind
from dondoc.domain.cases import Case, promise_limit, standing
from dondoc.domain.explain import day_name
from dondoc.domain.moments import local_day
from dondoc.domain.products import tasks_before
from dondoc.errors import Refused
from dondoc.intake.files import MAX_FILES, Checked
from dondoc.intake.texts import clean_line, clean_text
from dondoc.services.books import Book
from dondoc.services.reply_words import REPLY_NAMES as REPLY_NAMES

ReplyKind = AnswerKind
REPLY_KINDS: tuple[ReplyKind, ...] = ANSWER_KINDS
WITHDRAWS: dict[ReplyKind, frozenset[ReplyKind]] = {
    "ack": frozenset({"extension", "not_applicable", "not_mine"}),
    "progress": frozenset({"not_applicable", "not_mine"}),
    "done": frozenset({"extension", "not_applicable", "not_mine"}),
    "extension": frozenset({"not_applicable", "not_mine"}),
    "not_applicable": frozenset({"extension", "not_mine"}),
    "not_mine": frozenset({"extension", "not_applicable"}),
    "not_happened": frozenset({"not_applicable", "not_mine"}),
}
"""Which of its own requests, as long as nobody has decided on them, an agency takes back by answering so.

A report of progress goes together with a wish for more time; with "this is not ours" it does not. The same request
again adds to the one that waits: both are judged together, and the first decides whether it came in time."""
MOST_AT_ONCE = 200
LONGEST_NUMBER = 100
LONGEST_NOTE = 4_000
LONGEST_SUBMISSION = 64


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agency says, for one or many obligations.

    `until` is the promised day of an `ack` or the day wanted by an `extension`; `whose` the agency (id) that a
    `not_mine` names, None where it does not know.
    """

    kind: ReplyKind
    until: date | None = None
    document_number: str | None = None
    document_date: date | None = None
    note: str | None = None
    files: tuple[Checked, ...] = ()
    whose: str | None = None

    def cleaned(self) -> Reply:
        """The same with its texts cleaned, empty ones as None."""
        number, note = clean_line(self.document_number or ""), clean_text(self.note or "")
        whose = clean_line(self.whose or "")
        return replace(self, document_number=number or None, note=note or None, whose=whose or None)


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


def waiting_request(case: Case, kinds: Iterable[ReplyKind] = WITHDRAWS["done"]) -> Answer | None:
    """The request of one of these kinds on which nobody has decided yet: it stands until then, or is taken back."""
    return next((a for a in reversed(case.answers) if a.kind in kinds and a.review is None), None)


def objections(case: Case, reply: Reply, book: Book, now: datetime) -> Iterator[Objection]:
    """Why this case cannot take this reply at `now`; nothing when it can.

    Own requests that nobody has decided on are no hindrance: WITHDRAWS says which of them the reply takes back. Only
    a report of completion that waits must be answered by another one, and a second wish for more time must wait.
    """
    hindrance = unavailable(case, reply.kind, book, now)
    if hindrance is not None and not _is_bare_receipt(hindrance, reply):
        yield hindrance
    elif reply.kind in _CONTENT:
        yield from _CONTENT[reply.kind](case, reply, book, local_day(now))


def _is_bare_receipt(hindrance: Objection, reply: Reply) -> bool:
    """That the work has been taken note of may be said without a day, however often a day was promised."""
    return hindrance.field == "kind" and reply.kind == "ack" and reply.until is None


def unavailable(case: Case, kind: ReplyKind, book: Book, now: datetime) -> Objection | None:
    """Why this case takes no reply of that kind at `now`, whatever stands in it; None when it does."""
    work = standing(case, now, book.rules).work
    is_product = work == "ongoing" and kind == "done" and case.obligation.task_id in tasks_before(book.plan)
    # What another task waits for is reported when it is there, not only in the periodic report.
    refusal = "" if is_product else _state_refusal(case, kind, work) or _counted_refusal(case, kind, book)
    if refusal:
        message = f"Việc {task_name(case, book)} {refusal}"
        return Objection("obligations", message, case.obligation.id)
    refusal = _REFUSALS[kind](case, book, local_day(now)) if kind in _REFUSALS else ""
    return Objection("kind", f"Việc {task_name(case, book)} {refusal}", case.obligation.id) if refusal else None


_NO_REPLY: dict[str, str] = {
    "done": "đã được chấp nhận hoàn thành, không cần báo cáo nữa.",
    "waived": "đã được miễn, không cần báo cáo.",
    "ongoing": "là việc thường xuyên: tình hình được báo cáo trong báo cáo định kỳ.",
    "unassigned": "chưa xác định đơn vị thực hiện.",
}
_OF_AWAITING: tuple[ReplyKind, ...] = ("progress", "not_happened", "not_applicable", "not_mine")
_INSTEAD = "Có thể ghi tình hình đang thực hiện hoặc báo cáo hoàn thành."


def _state_refusal(case: Case, kind: ReplyKind, work: str) -> str:
    if work in _NO_REPLY:
        return _NO_REPLY[work]
    if work == "reported" and kind != "done":
        return (
            "đã được báo cáo hoàn thành và đang chờ duyệt. Muốn sửa, hãy gửi lại báo cáo hoàn thành: "
            "hai bản được duyệt cùng nhau."
        )
    if work == "awaiting" and kind not in _OF_AWAITING:
        return "còn chờ sự kiện, chưa đến lúc báo cáo như vậy; có thể báo sự kiện đã xảy ra hay chưa."
    if work != "awaiting" and kind == "not_happened":
        return "không chờ sự kiện nào: câu trả lời này chỉ dành cho việc chờ sự kiện."
    return ""


def _counted_refusal(case: Case, kind: ReplyKind, book: Book) -> str:
    task = book.plan.by_id.get(case.obligation.task_id)
    is_counted = task is not None and task.cases == "counted" and case.obligation.kind == "awaiting"
    if not is_counted or kind in ("not_applicable", "not_mine"):
        return ""
    return "là việc theo vụ việc: số vụ việc được báo cáo trong báo cáo định kỳ."


def _no_promise(case: Case, book: Book, today: date) -> str:
    limit = latest_promise(case, book)
    earlier = next((a.until for a in case.answers if a.kind == "ack" and a.until is not None), None)
    if earlier is not None:
        return f"đã hẹn đến {day_name(earlier)}; mỗi việc chỉ hẹn một lần. {_INSTEAD}"
    if limit is not None and limit < today:
        return f"không còn hẹn ngày được: ngày hẹn muộn nhất là {day_name(limit)}, đã qua. {_INSTEAD}"
    return ""


def _no_extension(case: Case, book: Book, today: date) -> str:
    regime = book.rules.regime
    latest, waiting = latest_extension(case, book), waiting_request(case, ("extension",))
    reviews = [a.review for a in case.answers if a.kind == "extension" and a.review is not None]
    granted = sum(review.outcome == "accepted" for review in reviews)
    if case.obligation.kind == "periodic_report":
        return "là báo cáo định kỳ, có hạn chung của mọi đơn vị: không gia hạn riêng."
    if latest is None:
        return "không có thời hạn nên không cần gia hạn."
    if waiting is not None and waiting.until is not None:
        return f"đang có đề nghị gia hạn đến {day_name(waiting.until)} chờ duyệt; chờ quyết định rồi mới xin thêm."
    if granted >= regime.extension_times:
        return f"đã được gia hạn {granted} lần, không gia hạn thêm được."
    if latest < earliest_extension(case, book, today):
        return f"không còn gia hạn được: mỗi lần gia hạn không quá {regime.extension_days} ngày sau hạn đang có."
    return ""


_REFUSALS: dict[ReplyKind, Callable[[Case, Book, date], str]] = {"ack": _no_promise, "extension": _no_extension}


def latest_extension(case: Case, book: Book) -> date | None:
    """The last day that may be wanted: so many civil days after the due day in force; None without a due day."""
    due_on = case.obligation.due_on
    return None if due_on is None else due_on + timedelta(days=book.rules.regime.extension_days)


def earliest_extension(case: Case, book: Book, today: date) -> date:
    """The first day that may be wanted: after the due day in force, and not before the first to which a due day may be
    moved, so that nobody is re-dated into lateness."""
    soonest = book.scope.earliest(today)
    due_on = case.obligation.due_on
    return soonest if due_on is None else max(soonest, due_on + timedelta(days=1))


def _promise(case: Case, reply: Reply, book: Book, today: date) -> Iterator[Objection]:
    until, limit, key = reply.until, latest_promise(case, book), case.obligation.id
    if until is None:
        return
    if until < today:
        yield Objection("until", f"Ngày hẹn {day_name(until)} đã qua: chọn ngày từ hôm nay.", key)
    elif limit is not None and until > limit:
        yield Objection("until", f"Việc {task_name(case, book)}: ngày hẹn muộn nhất là {day_name(limit)}.", key)
    elif until > date(today.year + 1, 12, 31):
        yield Objection("until", f"Ngày hẹn {day_name(until)} quá xa: kiểm tra lại năm.", key)


def _extension(case: Case, reply: Reply, book: Book, today: date) -> Iterator[Objection]:
    key, name, until = case.obligation.id, task_name(case, book), reply.until
    yield from _reason(case, reply, book, today)
    latest, earliest, due_on = (
        latest_extension(case, book),
        earliest_extension(case, book, today),
        case.obligation.due_on,
    )
    if until is None:
        yield Objection("until", "Ghi ngày đề nghị gia hạn đến.", key)
    elif until < today:
        yield Objection("until", f"Ngày đề nghị {day_name(until)} đã qua.", key)
    elif due_on is not None and until <= due_on:
        message = f"Việc {name}: ngày đề nghị phải sau hạn đang có, {day_name(due_on)}."
        yield Objection("until", message, key)
    elif until < earliest:
        yield Objection("until", f"Việc {name}: ngày đề nghị sớm nhất là {day_name(earliest)}.", key)
    elif latest is not None and until > latest:
        days = book.rules.regime.extension_days
        message = f"Việc {name}: chỉ gia hạn được đến {day_name(latest)} ({days} ngày sau hạn đang có)."
        yield Objection("until", message, key)


def _reason(case: Case, reply: Reply, book: Book, today: date) -> Iterator[Objection]:
    if not reply.note:
        yield Objection("note", "Ghi lý do, để người duyệt có căn cứ quyết định.", case.obligation.id)


def _not_mine(case: Case, reply: Reply, book: Book, today: date) -> Iterator[Objection]:
    yield from _reason(case, reply, book, today)
    agency = book.directory.by_id.get(reply.whose) if reply.whose else None
    if reply.whose and (agency is None or not agency.is_valid(today)):
        yield Objection("whose", "Chọn một cơ quan trong danh bạ, hoặc “không rõ”.", case.obligation.id)
    elif reply.whose == case.obligation.agency:
        message = f"Việc {task_name(case, book)} đang giao cho chính cơ quan này: chọn cơ quan khác, hoặc “không rõ”."
        yield Objection("whose", message, case.obligation.id)


def _happened(case: Case, reply: Reply, book: Book, today: date) -> Iterator[Objection]:
    if case.obligation.kind == "awaiting" and not (reply.note or reply.document_number):
        message = "Ghi số, ngày văn bản hoặc vài dòng cho biết sự kiện đã xảy ra thế nào."
        yield Objection("note", message, case.obligation.id)


_CONTENT: dict[ReplyKind, Callable[[Case, Reply, Book, date], Iterator[Objection]]] = {
    "ack": _promise, "extension": _extension, "not_applicable": _reason, "not_mine": _not_mine, "progress": _happened,
}  # fmt: skip


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
