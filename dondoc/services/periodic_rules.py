"""What a periodic report says, and every reason why it is not taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dondoc.domain.cases import standing
from dondoc.domain.moments import local_day
from dondoc.intake.texts import clean_line, clean_text
from dondoc.rendering.wording import short_day
from dondoc.services.books import Book
from dondoc.services.periodic_lines import Line, Sheet
from dondoc.services.replies import LONGEST_NOTE, LONGEST_NUMBER, Objection, Reply, document_objections
from dondoc.store.report_lines import ReportLine

LONGEST_VALUE = 200
MOST_CASES = 999_999
"""More cases than any authority of the province has in a year: a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an agency sends: the document and files (a `done` reply), and what it says in each line."""

    reply: Reply
    lines: tuple[ReportLine, ...]

    def cleaned(self) -> Report:
        """The same with its texts cleaned, empty ones as None; lines that say nothing are left out."""
        lines = tuple(_cleaned(line) for line in self.lines)
        return Report(self.reply.cleaned(), tuple(line for line in lines if says_something(line)))


def says_something(line: ReportLine) -> bool:
    """Whether anything was filled in."""
    said = (line.happened, line.received, line.on_time, line.late)
    texts = (line.text, line.value, line.document_number, line.document_date)
    return any(one is not None for one in said) or any(texts)


def _cleaned(line: ReportLine) -> ReportLine:
    text, value = clean_text(line.text or ""), clean_line(line.value or "")
    return replace(
        line, text=text or None, value=value or None, document_number=clean_line(line.document_number or "") or None
    )


def line_words(line: ReportLine) -> str:
    """What a line says, as one text."""
    if line.kind == "target":
        met = {True: "Đạt", False: "Chưa đạt", None: ""}[line.happened]
        return ": ".join(filter(None, (met, line.value)))
    if line.kind == "cases":
        return " ".join(filter(None, (line.count.words if line.count else "", line.text)))
    if line.kind != "question":
        return line.text or ""
    if not line.happened:
        return "Chưa xảy ra."
    day = f" ngày {short_day(line.document_date)}" if line.document_date else ""
    return f"Đã xảy ra: văn bản số {line.document_number}{day}." if line.document_number else "Đã xảy ra."


def report_objections(found: Sheet, report: Report, now: datetime) -> Iterator[Objection]:
    """Everything that is wrong with a cleaned report at `now`: on a line with its id, else on the form."""
    yield from _state_objections(found, now)
    yield from document_objections(report.reply, found.book.plan.year, local_day(now))
    said = {line.line: line for line in report.lines}
    for line in found.lines:
        own = said.get(line.id) or ReportLine(line.id, line.kind)
        for objection in _line_objections(line, own, found.book, now):
            yield replace(objection, obligation_id=line.id)


def _state_objections(found: Sheet, now: datetime) -> Iterator[Objection]:
    work = standing(found.case, now, found.book.rules).work
    name = found.case.obligation.name
    if work == "done":
        yield Objection("obligations", f"{name} đã được chấp nhận, không cần gửi nữa.")
    elif work == "waived":
        yield Objection("obligations", f"{name} đã được miễn, không cần gửi.")


def _line_objections(line: Line, said: ReportLine, book: Book, now: datetime) -> Iterator[Objection]:
    if line.kind == "question":
        yield from _question_objections(said, book, now)
    elif line.kind == "target":
        yield from _target_objections(said)
    elif line.kind == "cases":
        yield from _cases_objections(said)
    elif said.text is None:
        yield Objection("text", "Ghi tình hình thực hiện; không có gì thì ghi “Không phát sinh”.")
    if len(said.text or "") > LONGEST_NOTE:
        yield Objection("text", f"Nội dung dài quá {LONGEST_NOTE:,} ký tự.".replace(",", "."))


def _cases_objections(said: ReportLine) -> Iterator[Objection]:
    for part in ("received", "on_time", "late"):
        number: int | None = getattr(said, part)
        if number is None:
            yield Objection(part, "Ghi số; không có vụ việc nào thì ghi 0.")
        elif number < 0:
            yield Objection(part, "Số vụ việc không âm.")
        elif number > MOST_CASES:
            yield Objection(part, f"Quá {MOST_CASES:,} vụ việc: xem lại số đã ghi.".replace(",", "."))
    count = said.count
    if count is not None and min(said.received or 0, count.on_time, count.late) >= 0 and count.pending < 0:
        settled = count.on_time + count.late
        yield Objection(
            "received", f"Đúng hạn và quá hạn cộng lại là {settled}, nhiều hơn {count.received} vụ việc nhận."
        )


def _question_objections(said: ReportLine, book: Book, now: datetime) -> Iterator[Objection]:
    if said.happened is None:
        yield Objection("happened", "Chọn “chưa” hoặc “đã”.")
    elif said.happened:
        if said.document_number is None and said.document_date is None:
            yield Objection("document_number", "Đã xảy ra thì ghi số và ngày văn bản.")
        if len(said.document_number or "") > LONGEST_NUMBER:
            yield Objection("document_number", f"Số, ký hiệu văn bản dài quá {LONGEST_NUMBER} ký tự.")
        named = Reply("progress", None, said.document_number, said.document_date)
        yield from document_objections(named, book.plan.year, local_day(now))


def _target_objections(said: ReportLine) -> Iterator[Objection]:
    if said.value is None and said.happened is not None:
        yield Objection("value", "Đã chọn đạt hay chưa đạt thì ghi cả kết quả.")
    elif said.value is not None and said.happened is None:
        yield Objection("happened", "Đã ghi kết quả thì chọn đạt hoặc chưa đạt.")
    if len(said.value or "") > LONGEST_VALUE:
        yield Objection("value", f"Kết quả dài quá {LONGEST_VALUE} ký tự.")
