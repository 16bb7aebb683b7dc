"""The periodic report: one form for all that an agency accounts for, stored once with what each line says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.answers import Answer
from dondoc.domain.moments import local_day
from dondoc.domain.policy import ObligationKind
from dondoc.errors import Refused
from dondoc.intake.texts import clean_line
from dondoc.services import receipts
from dondoc.services.answering import AlreadyUsed, Mandate, NotYours, Receipt, stored_reply
from dondoc.services.app import App
from dondoc.services.books import book
from dondoc.services.periodic_lines import Sheet, accountable_ids, sheet
from dondoc.services.periodic_rules import Report, line_words, report_objections
from dondoc.services.replies import (
    NotAllowed,
    form_objections,
)
from dondoc.store import answers, drafts, journal, notices, obligations, report_lines
from dondoc.store.models import AnswerRow, FileRow, ObligationRow
from dondoc.store.report_lines import ReportLine

KIND: ObligationKind = "periodic_report"
LARGEST_DRAFT = 2 * 1024 * 1024
"""Bytes of one draft as JSON."""
LINE_FORM = ":dong"
"""Ends the submission of what the lines say, so that the form's own submission is the report's alone."""


def draft_form(obligation_id: str) -> str:
    """Under which name a draft of this report is kept."""
    return f"periodic:{obligation_id}"


def save_draft(session: Session, recipient: str, obligation_id: str, fields: dict[str, Any], now: datetime) -> None:
    """Keep what was typed, in place of the earlier draft. Does not commit.

    There are no more such drafts than reports; one holds what a long report may hold. Raises Refused above that.
    """
    if len(json.dumps(fields, ensure_ascii=False).encode()) > LARGEST_DRAFT:
        raise Refused("Nội dung quá dài để lưu nháp: rút gọn rồi lưu lại.")
    drafts.put(session, recipient, draft_form(obligation_id), (obligation_id,), fields, now)


def submit(
    app: App,
    *,
    obligation_id: str,
    report: Report,
    by: str,
    submission: str,
    now: datetime,
    mandate: Mandate | None = None,
) -> Receipt:
    """Record a periodic report: one `done` answer with its lines, and for each line an answer of what it speaks of, in
    one transaction with the journal. Nothing is opened on a guess: a "has happened" is a `progress` answer with the
    document, for the supervisor's worklist.

    `submission` identifies the form: the same one sent again is harmless. `mandate` limits whose reports may be sent.
    Sent again while it is under review it adds to what waits, and only lines that changed answer anew.
    Raises NotAllowed (every objection at once), NotYours (journaled) or AlreadyUsed.
    """
    report = report.cleaned()
    wrong = form_objections((obligation_id,), report.reply, submission)
    if wrong:
        raise NotAllowed(wrong)
    try:
        with app.sessions.begin() as session:
            return _Sending(app, session, obligation_id, report, by, submission, now).record(mandate)
    except NotYours:
        with app.sessions.begin() as session:
            what, why = clean_line(obligation_id)[:200] or "-", "Báo cáo hoặc dòng báo cáo không thuộc người gửi."
            journal.write(session, now, by, "refused", what, None, None, why)
        raise


@dataclass(frozen=True)
class _Sending:
    """One report inside one transaction."""

    app: App
    session: Session
    obligation_id: str
    report: Report
    by: str
    submission: str
    now: datetime

    def record(self, mandate: Mandate | None) -> Receipt:
        before = self._locked(mandate)
        if before is not None:
            return before
        case = obligations.load_case(self.session, self.obligation_id)
        assert case is not None  # locked, and not withdrawn
        found = sheet(self.session, book(self.app, self.session, case.obligation.plan_id), case, self.now)
        if any(line.line not in found.known_ids for line in self.report.lines):
            raise NotYours(_NOT_YOURS)
        report = _of_sheet(found, self.report)
        if wrong := tuple(report_objections(found, report, self.now)):
            raise NotAllowed(wrong)
        return self._write(found, report)

    def _locked(self, mandate: Mandate | None) -> Receipt | None:
        """Lock the report and all it may speak of in one order, as every form does; what it recorded before, if any."""
        row = self.session.get(ObligationRow, self.obligation_id) if self.obligation_id.isprintable() else None
        if row is None or row.kind != KIND or (mandate is not None and (row.plan_id, row.agency) not in mandate):
            raise NotYours(_NOT_YOURS)
        own = book(self.app, self.session, row.plan_id)
        ids = {*accountable_ids(self.session, own, row.agency), row.id}
        locked = select(ObligationRow.id).where(ObligationRow.id.in_(ids)).order_by(ObligationRow.id).with_for_update()
        self.session.execute(locked).all()
        self.session.refresh(row)
        if row.withdrawn_at is not None:
            raise NotYours(_NOT_YOURS)
        return _earlier(self.session, self.obligation_id, self.submission, self.by, self.report)

    def _write(self, found: Sheet, report: Report) -> Receipt:
        reply = report.reply
        done = Answer("", "done", self.now, None, reply.document_number, reply.document_date, reply.note)
        number = answers.add(
            self.session, [answers.Submitted(self.obligation_id, self.submission, self.by, done)]
        )[self.obligation_id, self.submission]  # fmt: skip
        report_lines.add(self.session, number, report.lines)
        self.session.add_all(
            FileRow(answer_id=number, name=f.name, media_type=f.media_type, size=f.size, sha256=f.sha256)
            for f in reply.files
        )
        said = tuple(_said(found, report.lines, self.now))
        self._answer_lines(said)
        self._journal(found, report, said)
        notices.drop_queued(self.session, [self.obligation_id], "Đơn vị đã gửi báo cáo.")
        obligations.set_next(self.session, {self.obligation_id: local_day(self.now)})
        drafts.delete(self.session, self.by, draft_form(self.obligation_id))
        sent = receipts.Recorded(number, self.now, self.by, reply, (found.case.obligation,))
        receipts.issue(self.app, self.session, sent, {found.book.plan.id: found.book})
        return Receipt(number, self.now, self.by, self.submission, reply, (self.obligation_id,))

    def _answer_lines(self, said: Sequence[tuple[str, Answer]]) -> None:
        form = self.submission + LINE_FORM
        answers.add(self.session, [answers.Submitted(key, form, self.by, answer) for key, answer in said])

    def _journal(self, found: Sheet, report: Report, said: Sequence[tuple[str, Answer]]) -> None:
        name = found.case.obligation.name
        why = f"Gửi {name[:1].lower()}{name[1:]}: {len(report.lines)} dòng, {len(report.reply.files)} tệp."
        entries = [journal.Entry(self.now, self.by, "answered", self.obligation_id, None, "done", why)]
        for key, answer in said:
            why = f"Theo {name[:1].lower()}{name[1:]}.{_document_words(answer)}"
            entries.append(journal.Entry(self.now, self.by, "answered", key, None, answer.kind, why))
        journal.write_all(self.session, entries)


_NOT_YOURS = "Báo cáo này không có trong danh sách của đơn vị. Mở lại danh sách việc rồi chọn lại."


def _of_sheet(found: Sheet, report: Report) -> Report:
    """Without lines on what has been settled meanwhile; each line of the kind that it has now."""
    lines = (replace(line, kind=found.by_id[line.line].kind) for line in report.lines if line.line in found.by_id)
    return Report(report.reply, tuple(lines))


def _said(found: Sheet, lines: Iterable[ReportLine], now: datetime) -> Iterator[tuple[str, Answer]]:
    """What the lines say, as answers of the obligations they speak of; sent again, only what changed."""
    before = {line.line: line for line in found.before.lines} if found.before and found.is_again else {}
    for line in lines:
        if line.kind == "target" or before.get(line.line) == line:
            continue
        if line.kind == "question" and not line.happened:
            yield line.line, Answer("", "not_happened", now)
        elif line.kind == "question":
            yield line.line, Answer("", "progress", now, None, line.document_number, line.document_date)
        elif line.kind == "cases":
            yield line.line, Answer("", "progress", now, note=line_words(line))
        else:
            yield line.line, Answer("", "progress", now, note=line.text)


def _document_words(answer: Answer) -> str:
    if answer.kind == "not_happened":
        return " Chưa xảy ra."
    if answer.document_number and answer.document_date:
        return f" Đã xảy ra, văn bản số {answer.document_number} ngày {answer.document_date:%d/%m/%Y}."
    return ""


def _earlier(session: Session, obligation_id: str, submission: str, by: str, report: Report) -> Receipt | None:
    found = earlier(session, obligation_id, submission)
    if found is None:
        return None
    if found.by != by or not says(session, found, report):
        raise AlreadyUsed(found.used_up)
    return found


def earlier(session: Session, obligation_id: str, submission: str) -> Receipt | None:
    """What this form recorded for the report before; None when nothing."""
    if not (obligation_id.isprintable() and submission.isprintable()):
        return None
    row = session.scalar(
        select(AnswerRow).where(AnswerRow.obligation_id == obligation_id, AnswerRow.submission == submission)
    )
    if row is None:
        return None
    return Receipt(row.id, row.at, row.by, submission, stored_reply(session, row), (obligation_id,), repeated=True)


def says(session: Session, recorded: Receipt, report: Report) -> bool:
    """Whether a form that was recorded said just this."""
    cleaned = report.cleaned()
    return recorded.reply == cleaned.reply and _by_id(report_lines.of_answer(session, recorded.number)) == _by_id(
        cleaned.lines
    )


def _by_id(lines: Iterable[ReportLine]) -> Mapping[str, ReportLine]:
    return {line.line: line for line in lines}


def recorded(session: Session, submission: str, mandate: Mandate) -> Receipt | None:
    """The receipt of a periodic report, as far as the mandate may see it; None when there is none."""
    if not submission.isprintable():
        return None
    found = session.execute(
        select(AnswerRow, ObligationRow)
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(AnswerRow.submission == submission, ObligationRow.kind == KIND)
        .order_by(AnswerRow.id)
    ).all()
    own = next((answer for answer, row in found if (row.plan_id, row.agency) in mandate), None)
    return earlier(session, own.obligation_id, submission) if own is not None else None
