"""What waits for a decision: the newest undecided answer of each obligation, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from dondoc.domain.answers import AnswerKind
from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.moments import local_day
from dondoc.services.app import App
from dondoc.store.models import AnswerRow, ObligationRow, WaiverRow

PAGE = 50
DECIDED_KINDS: tuple[AnswerKind, ...] = ("done", "extension", "not_applicable", "not_mine")
"""Answers that somebody must decide on."""


@dataclass(frozen=True, slots=True)
class Item:
    """One answer that waits. `waited` counts working days since it came, None where the calendar cannot say.

    `until` is the day that an extension wants, `whose` the agency that a `not_mine` names; `together` says how many
    earlier answers of its kind are judged with it. `due_on` is the nominal day in force.
    """

    answer_id: int
    obligation_id: str
    plan_id: str
    task_id: str
    name: str
    agency: str
    reviewer: str
    kind: AnswerKind
    at: datetime
    by: str
    until: date | None
    whose: str | None
    document_number: str | None
    document_date: date | None
    note: str | None
    due_on: date | None
    late_after: date | None
    waited: int | None

    @property
    def is_late(self) -> bool:
        """Whether it was sent after the due day."""
        return self.late_after is not None and local_day(self.at) > self.late_after


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of what waits, and how many there are in all. Pages count from 1."""

    items: tuple[Item, ...]
    total: int
    page: int
    pages: int


def inbox(
    app: App, session: Session, now: datetime, *, reviewer: str | None = None, plan_id: str | None = None,
    kind: AnswerKind | None = None, agency: str | None = None, page: int = 1, size: int = PAGE,
) -> Inbox:  # fmt: skip
    """What waits for `reviewer` (an agency's id; None: for anybody), the oldest first; `agency`: of that agency alone.

    Two queries, whatever is owed: they follow the index of what waits. A page beyond the last is the last.
    """
    query = _waiting(reviewer, plan_id, kind, agency)
    total = session.scalars(select(func.count()).select_from(query.subquery())).one()
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    newest = aliased(AnswerRow, query.subquery())
    rows = session.execute(
        select(newest, ObligationRow)
        .join(ObligationRow, ObligationRow.id == newest.obligation_id)
        .order_by(newest.at, newest.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    items = tuple(_item(answer, row, app.calendar, local_day(now)) for answer, row in rows)
    return Inbox(items, total, page, pages)


def count(session: Session, *, reviewer: str | None = None, plan_id: str | None = None) -> int:
    """How many answers wait. One query."""
    return since(session, reviewer=reviewer, plan_id=plan_id)[0]


def since(session: Session, *, reviewer: str | None = None, plan_id: str | None = None) -> tuple[int, datetime | None]:
    """How many answers wait, and when the oldest of them came. One query."""
    waiting = _waiting(reviewer, plan_id, None).subquery()
    number, oldest = session.execute(select(func.count(), func.min(waiting.c.at))).one()
    return number, oldest


def _waiting(
    reviewer: str | None, plan_id: str | None, kind: AnswerKind | None, agency: str | None = None
) -> Select[tuple[AnswerRow]]:
    """The newest undecided answer of each obligation that is neither done nor waived nor withdrawn."""
    answer, earlier = AnswerRow, aliased(AnswerRow)
    settled = exists().where(
        earlier.obligation_id == answer.obligation_id,
        earlier.outcome == "accepted",
        earlier.kind.in_(("done", "not_applicable", "not_mine")),
        or_(earlier.kind != "done", ObligationRow.kind != "ongoing"),  # ongoing work yields one product after another
    )
    waived = exists().where(WaiverRow.obligation_id == answer.obligation_id, WaiverRow.lifted_at.is_(None))
    query = (
        select(answer)
        .join(ObligationRow, ObligationRow.id == answer.obligation_id)
        .where(answer.outcome.is_(None), answer.kind.in_(DECIDED_KINDS), ObligationRow.withdrawn_at.is_(None))
        .where(~settled, ~waived)
        .distinct(answer.obligation_id)
        .order_by(answer.obligation_id, answer.id.desc())
    )
    if reviewer is not None:
        query = query.where(ObligationRow.reviewer == reviewer)
    if plan_id is not None:
        query = query.where(ObligationRow.plan_id == plan_id)
    if agency is not None:
        query = query.where(ObligationRow.agency == agency)
    return query if kind is None else _of_kind(query, kind)


def _of_kind(query: Select[tuple[AnswerRow]], kind: AnswerKind) -> Select[tuple[AnswerRow]]:
    newest = aliased(AnswerRow, query.subquery())
    return select(newest).where(newest.kind == kind)


def _item(answer: AnswerRow, row: ObligationRow, calendar: WorkCalendar, today: date) -> Item:
    since = local_day(answer.at)
    counted = calendar.covers(since) and calendar.covers(today)
    return Item(
        answer.id, row.id, row.plan_id, row.task_id, row.name, row.agency, row.reviewer,
        cast(AnswerKind, answer.kind), answer.at, answer.by, answer.until, answer.whose, answer.document_number,
        answer.document_date, answer.note, row.due_on, row.late_after,
        calendar.between(since, today) if counted else None,
    )  # fmt: skip
