"""A change of structure: what an ended body still owes passes to its successor, with its history and a fair due day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, standing
from dondoc.domain.decide import Notice
from dondoc.domain.moments import local_day
from dondoc.domain.policy import PASSED_ON
from dondoc.domain.succession import Passing, Question, ended, pass_on
from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.services.applying import Applied, reapply
from dondoc.services.books import Book, book, book_of, books
from dondoc.services.queueing import queue_notices
from dondoc.store import decisions, journal, notices, obligations, plans, waivers
from dondoc.store.arrays import is_one_of
from dondoc.store.models import ObligationRow, WaiverRow

BY = "dondoc"
"""Who the journal says did what the directory's successors decide by themselves."""
_STILL_OWED = ("not_open", "open", "returned", "awaiting", "ongoing")


@dataclass(frozen=True, slots=True)
class Succession:
    """`moves` were (or would be) passed on; `questions` wait for a person; `unreviewed` are obligations of ended bodies
    with an answer that nobody decided on: they pass on after the review."""

    plan_id: str
    moves: tuple[Passing, ...]
    questions: tuple[Question, ...]
    unreviewed: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of an ended body is left open."""
        return not (self.moves or self.questions or self.unreviewed)


def survey(app: App, plan_id: str, now: datetime, choices: Mapping[str, str] | None = None) -> Succession:
    """What the change of structure means for a plan at `now`; nothing is written. Raises Refused for no such plan."""
    with app.sessions() as session:
        found = book(app, session, plan_id)
        return _survey(session, found, now, _checked(found, choices or {}, now))


def survey_all(
    app: App, session: Session, now: datetime, known: Mapping[str, Book] | None = None
) -> dict[str, Succession]:
    """The same for every live plan (or for `known`) where there is anything: the worklist's questions."""
    plans_followed = books(app, session, live=True) if known is None else known
    found = {id: _survey(session, one, now, {}) for id, one in plans_followed.items()}
    return {id: one for id, one in found.items() if not one.is_empty}


def carry_out(
    app: App, plan_id: str, now: datetime, by: str = BY, choices: Mapping[str, str] | None = None
) -> Succession:
    """Pass on what can be, in one transaction; running it again does nothing. `choices`: ended agency → heir (ids), as
    `by` decided; what the directory decides is journaled as the system's.

    Raises Refused for no such plan, a choice that is no agency of its directory or does not exist today, and a body
    that has not ended. In an archived plan nothing passes on: its counts stay as they were.
    """
    with app.sessions.begin() as session:
        row = plans.get_plan(session, plan_id, for_update=True)
        if row is None:
            raise Refused(f"Không có kế hoạch “{plan_id}” đang theo dõi.")
        found = book_of(app, session, row)
        plan = _survey(session, found, now, _checked(found, choices or {}, now))
        if plan.moves and not found.archived:
            _Passing(app, session, found, now, dict.fromkeys(choices or {}, by)).run(plan.moves)
        return plan


def carry_out_all(app: App, now: datetime) -> dict[str, Succession]:
    """Every live plan where something passes on by itself, in turn; what every full sweep begins with.

    Where no body has ended it reads the plans and nothing else.
    """
    with app.sessions() as session:
        due = [id for id, found in survey_all(app, session, now).items() if found.moves]
    return {plan_id: carry_out(app, plan_id, now) for plan_id in due}


def after_apply(app: App, applied: Applied, now: datetime) -> Succession | None:
    """What a plan's new directory passes on at once; None where an apply changed nothing that is followed."""
    return carry_out(app, applied.plan_id, now) if applied.written and not applied.archived else None


def to_json(found: Succession) -> dict[str, Any]:
    """For machines; days as ISO."""
    questions = [{**asdict(one), "ended_on": one.ended_on.isoformat()} for one in found.questions]
    return {**asdict(found), "questions": questions}


def _checked(found: Book, choices: Mapping[str, str], now: datetime) -> Mapping[str, str]:
    today, known = local_day(now), found.directory.by_id
    gone = {agency.id for agency in ended(found.directory, today)}
    for agency, heir in choices.items():
        if agency not in gone:
            raise Refused(f"“{agency}” không phải cơ quan đã kết thúc hoạt động trong danh bạ {found.directory.id}.")
        if heir not in known or not known[heir].is_valid(today):
            raise Refused(f"“{heir}” không phải cơ quan đang hoạt động trong danh bạ {found.directory.id}.")
    return choices


def _survey(session: Session, found: Book, now: datetime, choices: Mapping[str, str]) -> Succession:
    today, plan_id = local_day(now), found.plan.id
    gone = [agency.id for agency in ended(found.directory, today)]
    if not gone or found.archived:
        return Succession(plan_id, (), (), ())
    cases = _open_cases(session, found, gone, now)
    unreviewed = tuple(case.obligation.id for case in cases if _has_undecided(case))
    owed = [case.obligation for case in cases if case.obligation.id not in unreviewed]
    moves, questions = pass_on(found.directory, owed, _standing_ids(session, plan_id), today, choices)
    return Succession(plan_id, moves, questions, unreviewed)


def _open_cases(session: Session, found: Book, agencies: Collection[str], now: datetime) -> list[Case]:
    row = ObligationRow
    closed = exists().where(WaiverRow.obligation_id == row.id, WaiverRow.lifted_at.is_(None))
    mine = select(row.id).where(
        row.plan_id == found.plan.id, is_one_of(row.agency, agencies), row.withdrawn_at.is_(None), ~closed
    )
    ids = session.scalars(mine.order_by(row.position, row.id)).all()
    cases = obligations.load_cases(session, ids=ids) if ids else []
    return [c for c in cases if _has_undecided(c) or standing(c, now, found.rules).work in _STILL_OWED]


def _has_undecided(case: Case) -> bool:
    kinds = ("done", "extension", "not_applicable", "not_mine")
    return any(answer.kind in kinds and answer.review is None for answer in case.answers)


def _standing_ids(session: Session, plan_id: str) -> list[str]:
    row = ObligationRow
    return list(session.scalars(select(row.id).where(row.plan_id == plan_id, row.withdrawn_at.is_(None))))


class _Passing:
    """One plan's moves inside one transaction."""

    def __init__(self, app: App, session: Session, found: Book, now: datetime, deciders: Mapping[str, str]) -> None:
        self.app, self.session, self.book, self.now, self.deciders = app, session, found, now, deciders

    def run(self, moves: tuple[Passing, ...]) -> None:
        """Close the old ones, open the new ones, and let the successors hear of them."""
        for move in moves:
            self._close(move)
        reapply(self.app, self.session, self.book.plan.id, next(iter(self.deciders.values()), BY), self.now)
        fresh = [move for move in moves if not move.merged]
        today = local_day(self.now)
        obligations.set_next(self.session, {id: today for move in moves for id in (move.obligation_id, move.new_id)})
        self._hand_over(fresh)

    def _close(self, move: Passing) -> None:
        agency, by = self.book.directory.by_id[move.agency], self._by(move)
        why = f"{agency.name} kết thúc hoạt động ngày {agency.valid_to:%d/%m/%Y}; {self._name(move.to)} kế thừa" + (
            " và đã phải thực hiện cùng việc này." if move.merged else "."
        )
        waivers.add(self.session, move.obligation_id, self.now, by, why)
        if not move.merged:
            args = (self.book.plan.id, move.obligation_id, move.to, self.now, by, why)
            decisions.reassign(self.session, *args)
        notices.drop_queued(self.session, [move.obligation_id], "việc đã chuyển cho cơ quan kế thừa.")
        action = "waived" if move.merged else "reassigned"
        journal.write(self.session, self.now, by, action, move.obligation_id, move.agency, move.to, why)

    def _hand_over(self, fresh: list[Passing]) -> None:
        """What was queued for the ended body follows: its successor hears of each in its next digest, before any rule
        of the ladder can say something."""
        old = {move.new_id: move for move in fresh}
        lines = []
        for case in obligations.load_cases(self.session, ids=list(old)) if old else ():
            move = old[case.obligation.id]
            why = f"Tiếp nhận từ {self._name(move.agency)}; lịch sử ở việc “{move.obligation_id}”."
            journal.write(self.session, self.now, self._by(move), "received", move.new_id, move.agency, move.to, why)
            notice = Notice(
                move.new_id, PASSED_ON, self.now.isoformat(), "opened", "lead", False,
                f"Tiếp nhận từ {self._name(move.agency)}.",
            )  # fmt: skip
            lines.append((notice, case.obligation))
        queue_notices(self.session, self.book.plan, self.book.directory, lines, self.now)

    def _by(self, move: Passing) -> str:
        return self.deciders.get(move.agency, BY)

    def _name(self, agency: str) -> str:
        return self.book.directory.by_id[agency].name
