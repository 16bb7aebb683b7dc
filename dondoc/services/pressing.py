"""A reminder that a person presses: urgent, one message for each press and recipient (DESIGN §2.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, standing
from dondoc.domain.compose import PRESSED, recipient_of
from dondoc.domain.decide import Notice
from dondoc.domain.directory import Agency
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation
from dondoc.domain.policy import NoticeKind
from dondoc.errors import Refused
from dondoc.loading.schema import did_you_mean
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.queueing import queue_notices
from dondoc.services.status import agency_name
from dondoc.services.suppressing import how_long
from dondoc.store import journal, obligations, suppressions
from dondoc.store.journal import Entry


@dataclass(frozen=True, slots=True)
class Pressed:
    """How many agencies are reminded with the next delivery. `waiting`: why others are only later, a sentence each;
    `missing` names those that the directory has no contact for, "" when there is none."""

    reminded: int
    waiting: tuple[str, ...] = ()
    missing: str = ""


def remind_now(
    app: App, plan_id: str, task_id: str, by: str, reason: str, now: datetime, agency: str | None = None
) -> int:
    """As `press`, for who need not know of the others: how many agencies are reminded."""
    return press(app, plan_id, task_id, by, reason, now, agency).reminded


def press(
    app: App, plan_id: str, task_id: str, by: str, reason: str, now: datetime, agency: str | None = None
) -> Pressed:
    """Queue one reminder to each lead agency that still owes something of the task; `agency` (id or name): only to it.

    It leaves with the next delivery in working hours, to who gets nothing for a while after that. Journaled, for those
    who can be reached. Raises Refused without a reason, for a task or an agency that nobody knows, when nothing is owed
    now, when nobody can be reached, and for an obligation whose agency was reminded by hand today: twice a day is no
    help.
    """
    if not reason.strip():
        raise Refused("Cần ghi lý do.")
    with app.sessions.begin() as session:
        _one_at_a_time(session, plan_id, task_id)
        found = book(app, session, plan_id)
        only = _agency_id(found, agency) if agency is not None else None
        cases = obligations.load_cases(session, plan_id=plan_id, task_id=task_id, agency=only)
        owed = [case for case in cases if _is_owed(case, found, now)]
        if not owed:
            raise Refused(_nothing_owed(session, found, task_id))
        fresh = [case for case in owed if not _pressed_today(case, now)]
        if not fresh:
            raise Refused("Hôm nay đã nhắc bằng tay việc này rồi.")
        return _press(session, fresh, found, by, reason.strip(), now)


def _agency_id(found: Book, name: str) -> str:
    directory = found.directory
    agency = directory.by_id.get(name) or directory.lookup(name)
    if isinstance(agency, Agency):
        return agency.id
    known = [word for each in directory.agencies for word in (each.id, each.name)]
    raise Refused(_with_hint(f"Danh bạ không có cơ quan “{name}”.", name, known))


def _nothing_owed(session: Session, found: Book, task_id: str) -> str:
    """Periodic reports are no tasks of the plan's own list, but have obligations."""
    plan = found.plan
    if task_id in plan.by_id or obligations.load_cases(session, plan_id=plan.id, task_id=task_id, limit=1):
        return f"Nhiệm vụ {task_id} không có việc nào đang chờ báo cáo."
    return _with_hint(f"Kế hoạch “{plan.id}” không có nhiệm vụ “{task_id}”.", task_id, plan.by_id)


def _with_hint(words: str, unknown: str, known: Iterable[str]) -> str:
    return f"{words} {did_you_mean(unknown, known)}".rstrip()


def _one_at_a_time(session: Session, plan_id: str, task_id: str) -> None:
    """Two persons who press at once come one after the other, so that the second sees what the first did."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"press:{plan_id}/{task_id}", 0))))


def _is_owed(case: Case, found: Book, now: datetime) -> bool:
    where = standing(case, now, found.rules)
    return case.obligation.kind in ("task", "periodic_report") and where.work in ("open", "returned")


def _pressed_today(case: Case, now: datetime) -> bool:
    return any(f.rule == PRESSED and f.on == local_day(now) for f in case.fired)


def _press(session: Session, owed: list[Case], found: Book, by: str, reason: str, now: datetime) -> Pressed:
    """Only what reaches somebody is written: a mended directory must not find the agency reminded today."""
    silent = suppressions.of_recipients(session, local_day(now))
    lines: list[tuple[Notice, Obligation]] = []
    reminded, waiting, missing = set[str](), dict[str, str](), set[str]()
    for case in owed:
        notice, agency = _notice(case, found, reason, now), case.obligation.agency
        recipient = recipient_of(notice, case.obligation, found.plan, found.directory)
        if recipient is None:
            missing.add(agency)
            continue
        lines.append((notice, case.obligation))
        if recipient.id in silent:
            waiting[agency] = _waits(agency_name(found, agency), recipient.id, silent[recipient.id].until)
        else:
            reminded.add(agency)
    names = ", ".join(agency_name(found, agency) for agency in sorted(missing))
    no_contact = f"Danh bạ không có đầu mối nào để nhắc {names}: bổ sung danh bạ rồi áp dụng lại kế hoạch."
    if not lines:
        raise Refused(no_contact)
    queue_notices(session, found.plan, found.directory, lines, now)
    journal.write_all(
        session, [Entry(now, by, "reminded-by-hand", notice.obligation_id, None, None, reason) for notice, _ in lines]
    )
    return Pressed(len(reminded), tuple(waiting.values()), no_contact if missing else "")


def _notice(case: Case, found: Book, reason: str, now: datetime) -> Notice:
    return Notice(
        case.obligation.id, PRESSED, now.isoformat(), _kind(case, found, now), "lead", False,
        f"Cơ quan theo dõi đề nghị: {reason}",
    )  # fmt: skip


def _waits(name: str, recipient: str, until: date | None) -> str:
    return f"{name} chưa được nhắc: {recipient} đang được ngừng gửi {how_long(until)}; sau đó lời nhắc được xét lại."


def _kind(case: Case, found: Book, now: datetime) -> NoticeKind:
    if standing(case, now, found.rules).time == "overdue":
        return "overdue"
    return "periodic_request" if case.obligation.kind == "periodic_report" else "reminder"
