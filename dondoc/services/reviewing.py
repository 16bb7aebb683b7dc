"""The reviewer's decision on a report: accepted, or returned with a reason and a day by which to correct it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NoReturn

from sqlalchemy.orm import Session

from dondoc.domain.answers import AnswerKind, Outcome, Review
from dondoc.domain.explain import day_name
from dondoc.domain.moments import ZONE, local_day
from dondoc.errors import Refused
from dondoc.rendering.wording import full_day
from dondoc.services import products
from dondoc.services.app import App
from dondoc.services.deciding import LONGEST_REASON as LONGEST_REASON
from dondoc.services.deciding import REPORTS, Matter, required, sentence
from dondoc.services.reassigning import pass_on, takes_over
from dondoc.store.models import AnswerRow

NO_REASON = "Trả lại phải nêu lý do (tối đa 2.000 ký tự), để đơn vị biết cần bổ sung gì."


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What was decided. `submitted_on` is the day that counts for timeliness, `late` whether it is past the due day.

    `kind` is the answer's; `reassigned_to` the agency (id) that owes it now, where a `not_mine` that names one was
    accepted.
    """

    obligation_id: str
    answer_id: int
    outcome: Outcome
    submitted_on: date
    late: bool
    correct_by: date | None = None
    kind: str = "done"
    reassigned_to: str | None = None


@dataclass(frozen=True)
class ReviewedMany:
    """What became of each of many: what was decided, and why the others were not, a sentence by obligation id."""

    reviewed: tuple[Reviewed, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)


def accept(
    app: App,
    obligation_id: str,
    *,
    by: str,
    now: datetime,
    answer_id: int | None = None,
    document_date_counts: bool = False,
) -> Reviewed:
    """Accept the answer that waits for its review: done, not applicable (then it is waived) or not mine.

    Timeliness is the moment it was submitted, or its document's date where `document_date_counts` (the reviewer
    confirms it). `answer_id` says which answer the reviewer read. A `not_mine` that names another agency passes the
    work on to it, where that agency may take it. Journaled.
    Raises Refused when none waits, another has come since, or `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        return accept_in(app, session, obligation_id, by, now, answer_id, document_date_counts)


def accept_in(
    app: App, session: Session, obligation_id: str, by: str, now: datetime,
    answer_id: int | None = None, document_date_counts: bool = False,
) -> Reviewed:  # fmt: skip
    """As `accept`, inside the caller's transaction."""
    matter = Matter.open(app, session, obligation_id, by, now, plan_first=True)
    answer = _read(matter, answer_id)
    if document_date_counts:
        why = f"Tính theo ngày văn bản {_confirmed_date(answer):%d/%m/%Y}."
    else:
        why = "Tính theo ngày gửi báo cáo." if answer.kind == "done" else _ACCEPTED[answer.kind]
    to = takes_over(matter, answer.whose)
    if answer.kind == "not_mine" and to is not None:
        pass_on(matter, to, why)
        where = matter.where
    else:
        matter.judge(_kind(answer), Review("accepted", now, by, document_date_counts=document_date_counts))
        where = matter.where
        matter.look_again()
        matter.write("accepted", _old(answer), "accepted", why)
        if answer.kind != "done":
            matter.tell("waived", f"Câu trả lời được chấp nhận. {why}")
        products.after_decision(app, session, matter.row.plan_id, matter.row.task_id, now)
    day = where.submitted_on or local_day(answer.at)
    return Reviewed(
        matter.row.id, answer.id, "accepted", day, where.late, kind=answer.kind,
        reassigned_to=to if answer.kind == "not_mine" else None,
    )  # fmt: skip


_ACCEPTED = {
    "not_applicable": "Không phát sinh / không thuộc thẩm quyền: được miễn.",
    "not_mine": "Không phải việc của đơn vị: được miễn.",
}


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
    """Return the answer that waits for its review; until the end of `correct_by` the ladder stands still, then it goes
    on where it stood.

    Without `correct_by` the regime's number of working days from today (default 3). Journaled.
    Raises Refused as `accept` does, and without a reason or with a day that is past.
    """
    with app.sessions.begin() as session:
        return return_in(app, session, obligation_id, by, now, reason, answer_id, correct_by)


def return_in(
    app: App, session: Session, obligation_id: str, by: str, now: datetime, reason: str,
    answer_id: int | None = None, correct_by: date | None = None,
) -> Reviewed:  # fmt: skip
    """As `return_`, inside the caller's transaction."""
    words = required(reason, NO_REASON)
    matter = Matter.open(app, session, obligation_id, by, now)
    answer = _read(matter, answer_id)
    day = correct_by or app.calendar.add(matter.today, matter.book.rules.regime.correction_days)
    if day < matter.today:
        raise Refused(f"Ngày bổ sung {day_name(day)} đã qua: chọn ngày từ hôm nay.")
    submitted, late = _submitted(matter, answer)
    matter.judge(_kind(answer), Review("returned", now, by, words, correct_by=day))
    matter.look_again()
    matter.write("returned", _old(answer), "returned", f"{words} Bổ sung trước hết ngày {day:%d/%m/%Y}.")
    matter.tell("returned", f"{_RETURNED[answer.kind].format(day=full_day(day))} Lý do: {sentence(words)}")
    return Reviewed(matter.row.id, answer.id, "returned", submitted, late, day, answer.kind)


_RETURNED = {
    "done": "Báo cáo được trả lại, đề nghị bổ sung trước hết {day}.",
    "not_applicable": "Việc vẫn thuộc trách nhiệm của đơn vị, đề nghị thực hiện hoặc trả lời lại trước hết {day}.",
    "not_mine": "Việc vẫn thuộc trách nhiệm của đơn vị, đề nghị thực hiện hoặc trả lời lại trước hết {day}.",
}


def accept_many(app: App, items: Sequence[tuple[str, int | None]], *, by: str, now: datetime) -> ReviewedMany:
    """Accept many answers, pairs of obligation id and answer id as the reviewer read them.

    Not all-or-nothing: who ticks thirty rows expects the twenty-nine good ones to be recorded and to be told of the
    one that the agency has sent again meanwhile. All good ones are recorded in one transaction.
    """
    return _each(app, items, lambda session, key, answer_id: accept_in(app, session, key, by, now, answer_id))


def return_many(
    app: App, items: Sequence[tuple[str, int | None]], *, by: str, now: datetime, reason: str,
    correct_by: date | None = None,
) -> ReviewedMany:  # fmt: skip
    """Return many answers for the same reason; as `accept_many` not all-or-nothing.

    Raises Refused without a reason: then nothing is recorded.
    """
    words = required(reason, NO_REASON)
    return _each(
        app, items, lambda session, key, answer_id: return_in(app, session, key, by, now, words, answer_id, correct_by)
    )


def _each(
    app: App,
    items: Sequence[tuple[str, int | None]],
    decide: Callable[[Session, str, int | None], Reviewed],
) -> ReviewedMany:
    """In the order of their ids, so that two who decide many at once never wait for each other in a ring."""
    reviewed: list[Reviewed] = []
    refused: dict[str, str] = {}
    with app.sessions.begin() as session:
        for obligation_id, answer_id in sorted(dict(items).items()):
            try:
                with session.begin_nested():
                    reviewed.append(decide(session, obligation_id, answer_id))
            except Refused as error:
                refused[obligation_id] = str(error)
    return ReviewedMany(tuple(reviewed), refused)


def _read(matter: Matter, answer_id: int | None) -> AnswerRow:
    """The agency's last word that waits; it must be the one that was read."""
    waits = matter.waiting(*REPORTS)
    if answer_id is not None and answer_id not in [row.id for row in waits]:
        _refuse_decided(matter, answer_id)
    if not waits:
        raise Refused(f"Việc “{matter.row.id}” không có báo cáo hoàn thành nào đang chờ duyệt.")
    answer, work = waits[-1], matter.where.work
    if answer_id is not None and answer.id != answer_id:
        raise Refused(f"Đơn vị đã gửi lại: báo cáo đang chờ duyệt là số {answer.id}, không phải số {answer_id}.")
    if work in ("done", "waived"):
        state = "đã được chấp nhận hoàn thành" if work == "done" else "đang được miễn"
        raise Refused(f"Việc “{matter.row.id}” {state}: lấy lại quyết định đó trước khi duyệt.")
    return answer


def _refuse_decided(matter: Matter, answer_id: int) -> NoReturn:
    """Somebody else was quicker, or it is no answer to this."""
    row = matter.session.get(AnswerRow, answer_id, populate_existing=True)
    if row is None or row.obligation_id != matter.row.id or row.reviewed_at is None:
        raise Refused(f"Việc “{matter.row.id}” không có câu trả lời nào số {answer_id} đang chờ duyệt.")
    if row.outcome == "withdrawn":
        raise Refused(f"Câu trả lời số {answer_id} đã được chính đơn vị rút lại.")
    what = "chấp nhận" if row.outcome == "accepted" else "trả lại"
    when = row.reviewed_at.astimezone(ZONE)
    raise Refused(f"Câu trả lời số {answer_id} đã được {row.reviewed_by} {what} lúc {when:%H:%M ngày %d/%m/%Y}.")


def _kind(answer: AnswerRow) -> AnswerKind:
    return next(kind for kind in REPORTS if kind == answer.kind)


def _old(answer: AnswerRow) -> str:
    return f"{'reported' if answer.kind == 'done' else answer.kind}:{answer.id}"


def _submitted(matter: Matter, answer: AnswerRow) -> tuple[date, bool]:
    """The day that would count if it were accepted, and whether it is past the due day."""
    where = matter.where
    if where.submitted_on is not None:
        return where.submitted_on, where.late
    day = local_day(answer.at)
    return day, matter.row.late_after is not None and day > matter.row.late_after


def _confirmed_date(answer: AnswerRow) -> date:
    if answer.document_date is None:
        raise Refused("Báo cáo không ghi ngày văn bản nên không thể tính theo ngày văn bản.")
    return answer.document_date
