"""An agency's answer to what it owes: checked against the rules, written once, in one transaction with its journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.answers import Answer, Review
from dondoc.domain.cases import Case
from dondoc.domain.moments import ZONE, local_day
from dondoc.errors import Refused
from dondoc.intake.files import Checked
from dondoc.intake.texts import clean_line
from dondoc.services import receipts
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.drafts import answer_form
from dondoc.services.extending import times_granted
from dondoc.services.replies import (
    REPLY_KINDS,
    REPLY_NAMES,
    WITHDRAWS,
    NotAllowed,
    Objection,
    Reply,
    ReplyKind,
    document_objections,
    form_objections,
    objections,
    task_name,
)
from dondoc.store import answers, drafts, journal, notices, obligations
from dondoc.store.models import AnswerRow, FileRow, ObligationRow

Mandate = frozenset[tuple[str, str]]
"""For whom somebody may answer: pairs of plan id and agency id."""


class NotYours(Refused):
    """An obligation that does not exist, or that another agency owes: the two are not told apart."""


class AlreadyUsed(Refused):
    """The form was sent before with other content; what was recorded then stands."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was recorded: `number` is the first answer's id. `repeated` when the same form had been recorded before."""

    number: int
    at: datetime
    by: str
    submission: str
    reply: Reply
    obligation_ids: tuple[str, ...]
    repeated: bool = False

    def says(self, reply: Reply | None, obligation_ids: Sequence[str]) -> bool:
        """Whether it records just this reply for just these obligations."""
        return reply == self.reply and set(obligation_ids) == set(self.obligation_ids)

    @property
    def used_up(self) -> str:
        """What to tell somebody who sends the same form with other content."""
        local = self.at.astimezone(ZONE)
        return (
            f"Biểu mẫu này đã được ghi nhận lúc {local:%H:%M ngày %d/%m/%Y} (số {self.number}). "
            "Nội dung khác chưa được ghi nhận: kiểm tra rồi bấm gửi lần nữa nếu muốn báo cáo thêm."
        )


def submit(
    app: App,
    *,
    obligation_ids: Sequence[str],
    reply: Reply,
    by: str,
    submission: str,
    now: datetime,
    mandate: Mandate | None = None,
) -> Receipt:
    """Record one answer for every obligation named, all or none.

    `submission` identifies the form: the same one sent again is harmless. `mandate` limits whose obligations may be
    answered (None: an administrator's command). Files must be kept before (`attachments.take`). A `done` report
    replaces one that waits for its review, and stops the ladder at once. Own requests that the reply overtakes
    (`replies.WITHDRAWS`) are taken back, a draft of the same form goes, and who answered gets a receipt (`receipts`).
    Raises NotAllowed, NotYours or AlreadyUsed; a stranger's try is journaled.
    """
    wanted = tuple(dict.fromkeys(obligation_ids))
    reply = reply.cleaned()
    _raise_if(form_objections(wanted, reply, submission))
    try:
        with app.sessions.begin() as session:
            return _Submission(app, session, reply, by, submission, now).record(wanted, mandate)
    except NotYours:
        with app.sessions.begin() as session:
            journal.write(session, now, by, "refused", _subject(wanted), None, None, "Việc không thuộc người gửi.")
        raise


def _raise_if(found: Sequence[Objection]) -> None:
    if found:
        raise NotAllowed(found)


class _Submission:
    """One form inside one transaction."""

    def __init__(self, app: App, session: Session, reply: Reply, by: str, submission: str, now: datetime) -> None:
        self.app, self.session, self.reply, self.by, self.submission, self.now = (
            app, session, reply, by, submission, now,
        )  # fmt: skip
        self.books: dict[str, Book] = {}
        self.cases: dict[str, Case] = {}

    def record(self, wanted: tuple[str, ...], mandate: Mandate | None) -> Receipt:
        rows = self._locked(wanted, mandate)
        before = self._earlier(wanted)
        if before is not None:
            return before
        self._check(wanted, rows)
        self._withdraw(wanted)
        number = self._write(wanted)
        if self.reply.kind == "done":
            notices.drop_queued(self.session, list(wanted), "Đơn vị đã báo cáo hoàn thành.")
        obligations.set_next(self.session, dict.fromkeys(wanted, local_day(self.now)))
        drafts.delete(self.session, self.by, answer_form(wanted))
        about = tuple(self.cases[key].obligation for key in wanted)
        recorded = receipts.Recorded(number, self.now, self.by, self.reply, about)
        receipts.issue(self.app, self.session, recorded, self.books)
        return Receipt(number, self.now, self.by, self.submission, self.reply, wanted)

    def _locked(self, wanted: tuple[str, ...], mandate: Mandate | None) -> dict[str, ObligationRow]:
        """The rows, locked in one order, so that two forms sent at once come one after the other."""
        ids = [key for key in wanted if key.isprintable()]
        found = self.session.scalars(
            select(ObligationRow).where(ObligationRow.id.in_(ids)).order_by(ObligationRow.id).with_for_update()
        )
        rows = {
            row.id: row
            for row in found
            if row.withdrawn_at is None and (mandate is None or (row.plan_id, row.agency) in mandate)
        }
        if len(rows) != len(wanted):
            raise NotYours("Có việc không thuộc danh sách của đơn vị. Mở lại danh sách việc rồi chọn lại.")
        return rows

    def _earlier(self, wanted: tuple[str, ...]) -> Receipt | None:
        before = self.session.scalars(
            select(AnswerRow)
            .where(AnswerRow.submission == self.submission, AnswerRow.by == self.by)
            .order_by(AnswerRow.id)
        ).all()
        if not before:
            return None
        first, keys = before[0], tuple(answer.obligation_id for answer in before)
        reply = stored_reply(self.session, first)
        found = Receipt(first.id, first.at, first.by, self.submission, reply, keys, repeated=True)
        if not found.says(self.reply, wanted):
            raise AlreadyUsed(found.used_up)
        return found

    def _check(self, wanted: tuple[str, ...], rows: dict[str, ObligationRow]) -> None:
        self.books = books = {row.plan_id: book(self.app, self.session, row.plan_id) for row in rows.values()}
        self.cases = cases = {case.obligation.id: case for case in obligations.load_cases(self.session, ids=wanted)}
        year = min(found.plan.year for found in books.values())
        found = list(document_objections(self.reply, year, local_day(self.now)))
        for key in wanted:
            found.extend(objections(cases[key], self.reply, books[rows[key].plan_id], self.now))
        found.extend(self._granted_often(wanted, found))
        _raise_if(found)

    def _granted_often(self, wanted: tuple[str, ...], found: Sequence[Objection]) -> Iterator[Objection]:
        """The case knows what was asked for and granted; the journal also what was granted without being asked."""
        for key in wanted if self.reply.kind == "extension" and not found else ():
            case, times = self.cases[key], times_granted(self.session, key)
            found_book = self.books[case.obligation.plan_id]
            if times >= found_book.rules.regime.extension_times:
                message = f"Việc {task_name(case, found_book)} đã được gia hạn {times} lần, không gia hạn thêm được."
                yield Objection("kind", message, key)

    def _withdraw(self, obligation_ids: tuple[str, ...]) -> None:
        """What the agency had asked for before and now answers otherwise; each is journaled."""
        why = f"Đơn vị trả lời lại: {REPLY_NAMES[self.reply.kind].lower()}."
        decision = Review("withdrawn", self.now, self.by, why)
        taken = answers.withdraw(self.session, obligation_ids, WITHDRAWS[self.reply.kind], decision)
        entries = [journal.Entry(self.now, self.by, "withdrawn", key, None, "withdrawn", why) for key in taken]
        journal.write_all(self.session, entries)

    def _write(self, obligation_ids: tuple[str, ...]) -> int:
        """Answers, files and journal; the first answer's id is the receipt's number."""
        reply = self.reply
        answer = Answer(
            "", reply.kind, self.now, reply.until, reply.document_number, reply.document_date, reply.note,
            whose=reply.whose,
        )  # fmt: skip
        stored = answers.add(
            self.session, [answers.Submitted(key, self.submission, self.by, answer) for key in obligation_ids]
        )
        for answer_id in stored.values():
            self.session.add_all(_file_row(answer_id, file) for file in reply.files)
        why = _why(reply, next(iter(self.books.values())))
        journal.write_all(
            self.session,
            [journal.Entry(self.now, self.by, "answered", key, None, reply.kind, why) for key in obligation_ids],
        )
        return min(stored.values())


def _file_row(answer_id: int, file: Checked) -> FileRow:
    return FileRow(answer_id=answer_id, name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256)


def stored_reply(session: Session, answer: AnswerRow) -> Reply:
    """The reply that an answer's rows hold. Raises ValueError for an answer of a kind that no form gives."""
    kind = next((known for known in REPLY_KINDS if known == answer.kind), None)
    if kind is None:
        raise ValueError(f"answer {answer.id} is no reply: {answer.kind}")
    files = session.scalars(select(FileRow).where(FileRow.answer_id == answer.id).order_by(FileRow.id))
    kept = tuple(Checked(file.name, file.media_type, file.size, file.sha256) for file in files)
    return Reply(kind, answer.until, answer.document_number, answer.document_date, answer.note, kept, answer.whose)


def receipt(session: Session, submission: str, mandate: Mandate) -> Receipt | None:
    """What that form recorded, as far as the mandate may see it; None when nothing."""
    if not submission.isprintable():
        return None
    found = session.execute(
        select(AnswerRow, ObligationRow)
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(AnswerRow.submission == submission, AnswerRow.kind.in_(REPLY_KINDS))
        .order_by(AnswerRow.id)
    ).all()
    own = [(answer, row) for answer, row in found if (row.plan_id, row.agency) in mandate]
    if not own:
        return None
    first = own[0][0]
    reply = stored_reply(session, first)
    return Receipt(first.id, first.at, first.by, submission, reply, tuple(row.id for _, row in own))


def _why(reply: Reply, book: Book) -> str:
    until = f"{reply.until:%d/%m/%Y}" if reply.until else ""
    whose = book.directory.by_id.get(reply.whose or "")
    describe: dict[ReplyKind, str] = {
        "ack": f"Hẹn {until}." if until else "Xác nhận đã nhận việc.",
        "progress": "Đang thực hiện.",
        "done": "Báo cáo hoàn thành.",
        "extension": f"Xin gia hạn đến {until}.",
        "not_applicable": "Không phát sinh, không thuộc thẩm quyền.",
        "not_mine": f"Không phải việc của đơn vị; việc của {whose.name if whose else 'đơn vị nào chưa rõ'}.",
        "not_happened": "Sự kiện chưa xảy ra.",
    }
    document = ""
    if reply.document_number and reply.document_date:
        document = f" Văn bản số {reply.document_number} ngày {reply.document_date:%d/%m/%Y}."
    files = f" {len(reply.files)} tệp." if reply.files else ""
    return describe[reply.kind] + document + files


def _subject(wanted: tuple[str, ...]) -> str:
    first = clean_line(wanted[0])[:200] if wanted else "-"
    return f"{first} (+{len(wanted) - 1})" if len(wanted) > 1 else first
