"""The latest decision about an obligation, taken back: as if it had never been made, but for the days that have passed
and the journal, and never so that somebody becomes late by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dondoc.domain.policy import TOLD
from dondoc.errors import Refused
from dondoc.rendering.wording import full_day
from dondoc.services import products
from dondoc.services.app import App
from dondoc.services.applying import reapply
from dondoc.services.deciding import PASSED, WAIVED, Matter, extended_to, required, sentence
from dondoc.services.extending import GRANTED
from dondoc.services.reassigning import new_id
from dondoc.services.waiving import lifted
from dondoc.store import answers, decisions, journal, notices
from dondoc.store.models import AnswerRow, NoticeRow, ObligationRow, ReassignmentRow, WaiverRow

R = TypeVar("R", WaiverRow, ReassignmentRow)
DecisionKind = Literal["accepted", "returned", "extension-granted", "extension-refused", "waived", "reassigned"]

DECISION_NAMES: dict[DecisionKind, str] = {
    "accepted": "chấp nhận", "returned": "trả lại", "extension-granted": "gia hạn",
    "extension-refused": "từ chối gia hạn", "waived": "miễn", "reassigned": "chuyển cho đơn vị khác",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that stands: what, when, by whom. `answer_ids` were judged by it; `old_due`, `new_due` are the days
    of a grant."""

    kind: DecisionKind
    at: datetime
    by: str
    answer_ids: tuple[int, ...] = ()
    old_due: date | None = None
    new_due: date | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back, and the nominal due day in force now."""

    obligation_id: str
    decision: Decided
    due_on: date | None


def latest_decision(session: Session, obligation_id: str) -> Decided | None:
    """The decision that `undo` would take back, or None."""
    found = list(_standing(session, obligation_id))
    return max(enumerate(found), key=lambda one: (one[1].at, _RANK[one[1].kind], one[0]), default=(0, None))[1]


def undo(app: App, obligation_id: str, *, by: str, now: datetime, why: str) -> TakenBack:
    """Take back the latest decision that stands. Everything that was judged together is open again together.

    An agency's newer answer is no obstacle: taking back gives the agency at most what it had, its newer answer stays
    and is judged together with the older one, of which the first decides timeliness. Only a reassignment stays when
    the other agency has answered: its work must not vanish. A grant that is taken back gives the old day back, or,
    where that is past or too near, the nearest fair day. A second undo takes back the decision before.
    Journaled. Raises Refused without a reason, when there is nothing to take back, and when `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        return undo_in(app, session, obligation_id, by, now, why)


def undo_in(app: App, session: Session, obligation_id: str, by: str, now: datetime, why: str) -> TakenBack:
    """As `undo`, inside the caller's transaction."""
    words = required(why)
    matter = Matter.open(app, session, obligation_id, by, now, plan_first=True)
    found = latest_decision(session, obligation_id)
    if found is None:
        raise Refused(f"Việc “{obligation_id}” không có quyết định nào để lấy lại.")
    if found.kind == "reassigned":
        _give_back(matter, words)
    answers.take_back(session, found.answer_ids, now, by, words)
    if found.kind == "extension-granted":
        _day_back(matter, found)
    if found.kind in ("waived", "reassigned") and matter.case.is_waived:
        lifted(matter, words)
    matter.look_again()
    matter.write("undone", found.kind, None, words)
    _untell(matter, found, words)
    if (dropped := _why_dropped(found)) is not None:
        # Of the ladder's only today's: what is older is decided anew.
        notices.undrop(session, obligation_id, matter.today, dropped)
    products.after_decision(app, session, matter.row.plan_id, matter.row.task_id, now)
    return TakenBack(obligation_id, found, matter.row.due_on)


def _why_dropped(found: Decided) -> str | None:
    if found.kind == "extension-granted" and found.new_due is not None:
        return extended_to(found.new_due)
    return {"waived": WAIVED, "reassigned": PASSED}.get(found.kind)


def _untell(matter: Matter, found: Decided, why: str) -> None:
    """What the agency has not heard yet it never hears; of what it has heard it is told that it holds no more."""
    told = [row for row in notices.of_obligation(matter.session, matter.row.id) if _tells_of(row, found)]
    unheard = [row.id for row in told if row.status == "queued"]
    notices.drop(matter.session, unheard, "quyết định đã được lấy lại.")
    if any(row.status == "composed" for row in told):
        due = f" Hạn: {full_day(matter.row.due_on)}." if matter.row.due_on else ""
        name = DECISION_NAMES[found.kind]
        matter.tell(
            "undone", f"Quyết định {name} đã được lấy lại, việc trở về như trước đó.{due} Lý do: {sentence(why)}"
        )


def _tells_of(row: NoticeRow, found: Decided) -> bool:
    if not row.rule.startswith(TOLD) or row.rule == f"{TOLD}undone":
        return False
    return datetime.fromisoformat(row.firing.partition(".")[2]) == found.at


def _day_back(matter: Matter, found: Decided) -> None:
    """The day before the grant, or the nearest fair one; a later move of the day by others stays."""
    if found.old_due is None or matter.row.due_on != found.new_due:
        return
    scope = matter.book.scope
    earliest = scope.earliest(matter.today)
    day = found.old_due if scope.late_after(found.old_due) >= earliest else min(earliest, found.new_due or earliest)
    matter.redate(day, f"Lấy lại quyết định gia hạn; hạn trước đó {found.old_due:%d/%m/%Y}.")
    matter.drop_of_other_days("quyết định gia hạn đã được lấy lại.")


def _give_back(matter: Matter, why: str) -> None:
    """The other agency owes it no more; refused when it has answered."""
    to = matter.reassigned_to
    assert to is not None  # the decision stands
    other = matter.session.get(ObligationRow, new_id(matter.row.id, to), with_for_update=True)
    if other is not None and matter.session.scalar(select(AnswerRow.id).where(AnswerRow.obligation_id == other.id)):
        raise Refused("Đơn vị nhận việc đã trả lời: không lấy lại được; duyệt hoặc chuyển tiếp việc của đơn vị đó.")
    if other is not None and latest_decision(matter.session, other.id) is not None:
        raise Refused("Đã có quyết định về việc của đơn vị nhận: lấy lại quyết định đó trước.")
    decisions.take_back(matter.session, matter.row.id, matter.now, matter.by, why)
    reapply(matter.app, matter.session, matter.row.plan_id, matter.by, matter.now)


_RANK: dict[DecisionKind, int] = {
    "returned": 0, "extension-refused": 1, "extension-granted": 2, "accepted": 3, "waived": 4, "reassigned": 5,
}  # fmt: skip
"""Which of two at one moment is the later one: a reassignment accepts or waives by itself."""


def _standing(session: Session, obligation_id: str) -> Iterator[Decided]:
    reviewed = list(_reviewed(session, obligation_id))
    yield from (one for one in reviewed if one.kind != GRANTED)
    yield from _granted(session, obligation_id, {one.at: one for one in reviewed if one.kind == GRANTED})
    waiver = session.scalar(_mine(WaiverRow, obligation_id).where(WaiverRow.lifted_at.is_(None)))
    if waiver is not None:
        yield Decided("waived", waiver.at, waiver.by)
    moved = session.scalar(_mine(ReassignmentRow, obligation_id).where(ReassignmentRow.undone_at.is_(None)))
    if moved is not None:
        judged = next((one.answer_ids for one in reviewed if one.at == moved.at), ())
        yield Decided("reassigned", moved.at, moved.by, judged)


def _mine(row: type[R], obligation_id: str) -> Select[tuple[R]]:
    return select(row).where(row.obligation_id == obligation_id)


def _reviewed(session: Session, obligation_id: str) -> Iterator[Decided]:
    """Decisions on answers, what was judged together as one."""
    rows = session.scalars(
        select(AnswerRow)
        .where(AnswerRow.obligation_id == obligation_id, AnswerRow.outcome.in_(("accepted", "returned")))
        .order_by(AnswerRow.id),
        execution_options={"populate_existing": True},
    ).all()
    groups: dict[tuple[datetime, bool], list[AnswerRow]] = {}
    for row in rows:
        assert row.reviewed_at is not None  # with an outcome (a constraint)
        groups.setdefault((row.reviewed_at, row.kind == "extension"), []).append(row)
    for (at, is_extension), group in groups.items():
        is_yes = group[-1].outcome == "accepted"
        kind: DecisionKind = "accepted" if is_yes else "returned"
        if is_extension:
            kind = "extension-granted" if is_yes else "extension-refused"
        yield Decided(kind, at, group[-1].reviewed_by or "", tuple(row.id for row in group))


def _granted(session: Session, obligation_id: str, asked: dict[datetime, Decided]) -> Iterator[Decided]:
    """The grants that stand, of which the journal has the days; a grant and its undoing are a pair."""
    stack = []
    for entry in journal.history(session, obligation_id):
        if entry.action == GRANTED:
            stack.append(entry)
        elif entry.action == "undone" and entry.old == GRANTED and stack:
            stack.pop()
    for entry in stack:
        ids = asked[entry.at].answer_ids if entry.at in asked else ()
        yield Decided("extension-granted", entry.at, entry.who, ids, _day(entry.old), _day(entry.new))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
