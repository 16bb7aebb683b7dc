"""Nothing is owed any more, by a person's decision (miễn), until that decision is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.rendering.wording import full_day
from dondoc.services.app import App
from dondoc.services.deciding import REPORTS, WAIVED, Matter, required, sentence
from dondoc.store import notices, waivers


@dataclass(frozen=True, slots=True)
class Waived:
    """What was decided: whether it is waived now, and the nominal due day in force."""

    obligation_id: str
    is_waived: bool
    due_on: date | None


def waive(app: App, obligation_id: str, *, by: str, now: datetime, why: str) -> Waived:
    """Waive it: nothing is owed, nobody is reminded, what is queued about it is dropped. Journaled.

    Raises Refused without a reason, when it is done or waived, when an answer waits that says the same or that it is
    done (decide on that), and when `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        return waive_in(app, session, obligation_id, by, now, why)


def waive_in(app: App, session: Session, obligation_id: str, by: str, now: datetime, why: str) -> Waived:
    """As `waive`, inside the caller's transaction."""
    words = required(why)
    matter = Matter.open(app, session, obligation_id, by, now)
    work = matter.where.work
    if work in ("done", "waived"):
        raise Refused(f"Việc “{obligation_id}” {'đã hoàn thành' if work == 'done' else 'đã được miễn'}.")
    if matter.waiting(*REPORTS):
        raise Refused(f"Đơn vị đã trả lời việc “{obligation_id}” và đang chờ: chấp nhận hoặc trả lại câu trả lời đó.")
    waivers.add(session, obligation_id, now, by, words)
    notices.drop_queued(session, [obligation_id], WAIVED)
    matter.look_again()
    matter.write("waived", None, "waived", words)
    matter.tell("waived", f"Việc được miễn. Lý do: {sentence(words)}")
    return Waived(obligation_id, True, matter.row.due_on)


def lift(app: App, obligation_id: str, *, by: str, now: datetime, why: str) -> Waived:
    """Take the waiver back. What was not late when it was waived and whose day has passed meanwhile gets a new day:
    nobody becomes late by somebody else's decision. What was late goes on where it stood. Journaled.

    Raises Refused without a reason, when no waiver stands, and when `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        return lift_in(app, session, obligation_id, by, now, why)


def lift_in(app: App, session: Session, obligation_id: str, by: str, now: datetime, why: str) -> Waived:
    """As `lift`, inside the caller's transaction."""
    words = required(why)
    matter = Matter.open(app, session, obligation_id, by, now, plan_first=True)
    if not matter.case.is_waived:
        raise Refused(f"Việc “{obligation_id}” không có quyết định miễn nào đang hiệu lực.")
    if matter.reassigned_to is not None:
        raise Refused(f"Việc “{obligation_id}” đã chuyển cho đơn vị khác: lấy lại quyết định chuyển đó.")
    lifted(matter, words)
    matter.write("lifted", "waived", None, words)
    due = f" Hạn: {full_day(matter.row.due_on)}." if matter.row.due_on else ""
    matter.tell("lifted", f"Việc không còn được miễn, đề nghị tiếp tục thực hiện.{due} Lý do: {sentence(words)}")
    return Waived(obligation_id, False, matter.row.due_on)


def lifted(matter: Matter, why: str) -> None:
    """Take the standing waiver back, fairly; the caller journals it."""
    since = waivers.lift(matter.session, matter.row.id, matter.now, matter.by, why)
    late_after = matter.row.late_after
    assert since is not None  # the caller looked
    if late_after is not None and local_day(since) <= late_after < matter.today:
        matter.redate(matter.book.scope.earliest(matter.today), "Thời hạn đã qua trong lúc được miễn.")
    matter.look_again()
