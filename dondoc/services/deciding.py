"""What every decision about an obligation shares: the lock, who may decide, the reason, the journal, the next look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.answers import AnswerKind, Review
from dondoc.domain.cases import Case, Standing, standing
from dondoc.domain.moments import local_day
from dondoc.domain.telling import Told, line
from dondoc.errors import Refused
from dondoc.intake.texts import clean_text
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.composing import is_of_another_due_day
from dondoc.services.queueing import queue_notices
from dondoc.store import answers, decisions, journal, notices, obligations, plans
from dondoc.store.models import AnswerRow, ObligationRow

LONGEST_REASON = 2_000
REPORTS: tuple[AnswerKind, ...] = ("done", "not_applicable", "not_mine")
"""Answers that a reviewer accepts or returns; a wish for an extension is granted or refused."""
WAIVED = "việc đã được miễn."
PASSED = "việc đã chuyển cho đơn vị khác."
"""Why what is queued is dropped; `undo` finds it by that."""


def extended_to(day: date) -> str:
    """Why what is queued about an earlier day is dropped."""
    return f"đã gia hạn đến {day:%d/%m/%Y}."


@dataclass
class Matter:
    """One obligation under decision, locked until its transaction ends. `by` decides, at `now`."""

    app: App
    session: Session
    row: ObligationRow
    book: Book
    by: str
    now: datetime

    @classmethod
    def open(
        cls, app: App, session: Session, obligation_id: str, by: str, now: datetime, *, plan_first: bool = False
    ) -> Self:
        """Lock it and check who decides; `plan_first` locks its plan before it, as an apply does.

        Raises Refused when there is no such obligation, or `by` belongs to an agency that is not its reviewer.
        """
        if plan_first:
            plans.get_plan(session, obligation_id.partition("/")[0], for_update=True)
        row = session.scalars(
            select(ObligationRow).where(ObligationRow.id == obligation_id).with_for_update(),
            execution_options={"populate_existing": True},
        ).first()
        if row is None or row.withdrawn_at is not None:
            raise Refused(f"Không có việc “{obligation_id}”.")
        found = cls(app, session, row, book(app, session, row.plan_id), by, now)
        found._check_reviewer()
        return found

    def _check_reviewer(self) -> None:
        """An account (`agency/login`) or an agency decides only where it is the reviewer; a name without a slash that
        is no agency's is an administrator's."""
        directory, reviewer = self.book.directory, self.row.reviewer
        agency, slash, _ = self.by.partition("/")
        if agency != reviewer and (slash or agency in directory.by_id):
            named = directory.by_id.get(reviewer)
            name = named.name if named else reviewer
            raise Refused(
                f"Người duyệt việc này là {name}: đơn vị không tự duyệt báo cáo của mình hay của đơn vị khác."
            )

    @property
    def today(self) -> date:
        """The local day of the decision."""
        return local_day(self.now)

    @property
    def case(self) -> Case:
        """Everything known of it, as the store holds it now, this transaction's own writes included."""
        self.session.flush()
        found = obligations.load_case(self.session, self.row.id)
        assert found is not None  # locked, and not withdrawn by a decision
        return found

    @property
    def where(self) -> Standing:
        """Where it stands at `now`."""
        return standing(self.case, self.now, self.book.rules)

    def waiting(self, *kinds: AnswerKind) -> Sequence[AnswerRow]:
        """Answers of these kinds that nobody decided on, the oldest first."""
        return self.session.scalars(
            select(AnswerRow)
            .where(AnswerRow.obligation_id == self.row.id, AnswerRow.kind.in_(kinds), AnswerRow.outcome.is_(None))
            .order_by(AnswerRow.id),
            execution_options={"populate_existing": True},
        ).all()

    def judge(self, kind: AnswerKind, decision: Review) -> None:
        """Record the decision on every waiting answer of that kind: what was sent again is judged together."""
        for row in self.waiting(kind):
            answers.review(self.session, row.id, decision)

    def redate(self, due_on: date, why: str) -> None:
        """Give it another nominal due day, journaled so that any past day can be rebuilt; marks before it are kept."""
        old = self.row.due_on
        marks = [day for day in map(date.fromisoformat, self.row.checkpoints) if day < due_on]
        obligations.redate(self.session, self.row.id, due_on, self.book.scope.late_after(due_on), marks)
        self.session.refresh(self.row)
        self.write("redated", old.isoformat() if old else None, due_on.isoformat(), why)

    def drop_of_other_days(self, why: str) -> int:
        """Drop what is queued about a due day that is no longer in force; `why` joins the reason of each."""
        case = self.case
        rows = [row for row in notices.of_obligation(self.session, self.row.id) if row.status == "queued"]
        return notices.drop(self.session, [row.id for row in rows if is_of_another_due_day(row, case)], why)

    def tell(self, told: Told, words: str) -> None:
        """Queue a line to the agency about this decision, for its next digest; of an archived plan nobody hears."""
        if self.book.archived or self.row.agency not in self.book.directory.by_id:
            return
        case = self.case
        notice = line(case, told, self.now, words)
        queue_notices(self.session, self.book.plan, self.book.directory, [(notice, case.obligation)], self.now)

    @property
    def reassigned_to(self) -> str | None:
        """The agency (id) that owes it instead, while that decision stands."""
        found = decisions.reassignments(self.session, [self.row.plan_id])
        return found.get(self.row.plan_id, {}).get(self.row.id)

    def look_again(self) -> None:
        """A sweep looks at it today: what comes next may have changed. In an archived plan nothing is looked at."""
        if not self.book.archived:
            obligations.set_next(self.session, {self.row.id: self.today})

    def write(self, action: str, old: str | None, new: str | None, why: str) -> None:
        """Journal a move of it."""
        journal.write(self.session, self.now, self.by, action, self.row.id, old, new, why)


def required(reason: str, missing: str = "Cần ghi lý do.") -> str:
    """The reason, cleaned. Raises Refused with `missing` when there is none or it is too long."""
    words = clean_text(reason)
    if not words or len(words) > LONGEST_REASON:
        raise Refused(missing if not words else f"{missing.removesuffix('.')} (tối đa 2.000 ký tự).")
    return words


def sentence(words: str) -> str:
    """The words with a full stop at their end, where they have no other."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
