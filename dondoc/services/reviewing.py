"""The reviewer's decision on a report: accepted, or returned with a reason and a day by which to correct it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.answers import Outcome, Review
from dondoc.domain.cases import standing
from dondoc.domain.explain import day_name
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.intake.texts import clean_text
from dondoc.services.app import App
from dondoc.services.books import book
from dondoc.store import answers, journal, obligations
from dondoc.store.models import AnswerRow, ObligationRow

LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What was decided. `submitted_on` is the day that counts for timeliness, `late` whether it is past the due day."""

    obligation_id: str
    answer_id: int
    outcome: Outcome
    submitted_on: date
    late: bool
    correct_by: date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that waits for its review."""

    obligation_id: str
    answer_id: int
    agency: str
    reviewer: str
    submitted_at: datetime
    document_number: str | None
    document_date: date | None
    due_on: date | None


def accept(
    app: App,
    obligation_id: str,
    *,
    by: str,
    now: datetime,
    answer_id: int | None = None,
    document_date_counts: bool = False,
) -> Reviewed:
    """Accept the report that waits for its review.

    Timeliness is the moment it was submitted, or its document's date where `document_date_counts` (the reviewer
    confirms it). `answer_id` says which report the reviewer read. Journaled.
    Raises Refused when none waits, another has come since, or `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        row, answer = _waiting_report(app, session, obligation_id, answer_id, by)
        day = local_day(answer.at)
        if document_date_counts:
            day = _confirmed_date(answer)
        why = f"Tính theo ngày văn bản {day:%d/%m/%Y}." if document_date_counts else "Tính theo ngày gửi báo cáo."
        decision = Review("accepted", now, by, document_date_counts=document_date_counts)
        _decide(session, row, answer, decision, why)
        case = obligations.load_case(session, row.id)
        assert case is not None
        where = standing(case, now, book(app, session, row.plan_id).rules)
        return Reviewed(row.id, answer.id, "accepted", where.submitted_on or day, where.late)


def return_(
    app: App,
    obligation_id: str,
    *,
    by: str,
    now: datetime,
    reason: str,
    answer_id: int | None = None,
    correct_by: date | None = None,
) -> Reviewed:
    """Return the report that waits for its review; until the end of `correct_by` the ladder stands still.

    Without `correct_by` the regime's number of working days from today (default 3). Journaled.
    Raises Refused as `accept` does, and without a reason or with a day that is past.
    """
    words = clean_text(reason)
    if not words or len(words) > LONGEST_REASON:
        raise Refused("Trả lại phải nêu lý do (tối đa 2.000 ký tự), để đơn vị biết cần bổ sung gì.")
    with app.sessions.begin() as session:
        row, answer = _waiting_report(app, session, obligation_id, answer_id, by)
        today = local_day(now)
        regime = book(app, session, row.plan_id).rules.regime
        day = correct_by or app.calendar.add(today, regime.correction_days)
        if day < today:
            raise Refused(f"Ngày bổ sung {day_name(day)} đã qua: chọn ngày từ hôm nay.")
        decision = Review("returned", now, by, words, correct_by=day)
        _decide(session, row, answer, decision, f"{words} Bổ sung trước hết ngày {day:%d/%m/%Y}.")
        submitted = local_day(answer.at)
        late = row.late_after is not None and submitted > row.late_after
        return Reviewed(row.id, answer.id, "returned", submitted, late, day)


def waiting(app: App, plan_id: str | None = None) -> tuple[Waiting, ...]:
    """The latest report of every obligation that waits for a review, the oldest first."""
    query = (
        select(AnswerRow, ObligationRow)
        .join(ObligationRow, ObligationRow.id == AnswerRow.obligation_id)
        .where(AnswerRow.kind == "done", AnswerRow.outcome.is_(None), ObligationRow.withdrawn_at.is_(None))
        .distinct(AnswerRow.obligation_id)
        .order_by(AnswerRow.obligation_id, AnswerRow.id.desc())
    )
    if plan_id is not None:
        query = query.where(ObligationRow.plan_id == plan_id)
    with app.sessions() as session:
        return tuple(
            Waiting(
                row.id, answer.id, row.agency, row.reviewer, answer.at,
                answer.document_number, answer.document_date, row.due_on,
            )
            for answer, row in sorted(session.execute(query), key=lambda found: (found[0].at, found[0].id))
        )  # fmt: skip


def _waiting_report(
    app: App, session: Session, obligation_id: str, answer_id: int | None, by: str
) -> tuple[ObligationRow, AnswerRow]:
    row = session.scalar(select(ObligationRow).where(ObligationRow.id == obligation_id).with_for_update())
    if row is None or row.withdrawn_at is not None:
        raise Refused(f"Không có việc “{obligation_id}”.")
    _check_reviewer(app, session, row, by)
    answer = session.scalars(
        select(AnswerRow)
        .where(AnswerRow.obligation_id == row.id, AnswerRow.kind == "done", AnswerRow.outcome.is_(None))
        .order_by(AnswerRow.id.desc())
    ).first()
    if answer is None:
        raise Refused(f"Việc “{obligation_id}” không có báo cáo hoàn thành nào đang chờ duyệt.")
    if answer_id is not None and answer.id != answer_id:
        raise Refused(f"Đơn vị đã gửi lại: báo cáo đang chờ duyệt là số {answer.id}, không phải số {answer_id}.")
    return row, answer


def _check_reviewer(app: App, session: Session, row: ObligationRow, by: str) -> None:
    """An agency of the directory may decide only where it is the reviewer; other names are administrators'."""
    directory = book(app, session, row.plan_id).directory
    agency = by.split("/")[0]
    if agency in directory.by_id and agency != row.reviewer:
        reviewer = directory.by_id.get(row.reviewer)
        name = reviewer.name if reviewer else row.reviewer
        raise Refused(f"Người duyệt việc này là {name}: đơn vị không tự duyệt báo cáo của mình hay của đơn vị khác.")


def _confirmed_date(answer: AnswerRow) -> date:
    if answer.document_date is None:
        raise Refused("Báo cáo không ghi ngày văn bản nên không thể tính theo ngày văn bản.")
    return answer.document_date


def _decide(session: Session, row: ObligationRow, answer: AnswerRow, decision: Review, why: str) -> None:
    """The decision on a report holds for the earlier ones it adds to, which nobody reviewed: they are judged together,
    and the first of them decides timeliness."""
    together = select(AnswerRow.id).where(
        AnswerRow.obligation_id == row.id, AnswerRow.kind == "done", AnswerRow.outcome.is_(None)
    )
    for answer_id in session.scalars(together).all():
        answers.review(session, answer_id, decision)
    obligations.set_next(session, {row.id: local_day(decision.at)})
    old = f"reported:{answer.id}"
    journal.write(session, decision.at, decision.by, decision.outcome, row.id, old, decision.outcome, why)
