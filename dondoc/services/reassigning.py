"""What one agency owed becomes another's, by the supervisor's decision; the first one's history stays with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dondoc.domain.answers import Review
from dondoc.domain.decide import Notice
from dondoc.domain.directory import Agency
from dondoc.domain.policy import PASSED_ON
from dondoc.errors import Refused
from dondoc.loading.schema import did_you_mean
from dondoc.services.app import App
from dondoc.services.applying import reapply
from dondoc.services.deciding import PASSED, Matter, required, sentence
from dondoc.services.queueing import queue_notices
from dondoc.services.status import agency_name
from dondoc.store import decisions, notices, waivers
from dondoc.store.models import ObligationRow


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Who owes it now (`to`, an agency's id), as which obligation, and by which day."""

    obligation_id: str
    to: str
    new_obligation_id: str
    due_on: date | None


def reassign(
    app: App, obligation_id: str, to: str, *, by: str, now: datetime, why: str, answer_id: int | None = None
) -> Reassigned:
    """Pass the work on to the agency `to` (id or name), which owes it from now on by a fair due day.

    Accepts the waiting `not_mine` of the agency that owed it, where there is one (`answer_id` says which was read),
    else waives it. Journaled.
    Raises Refused for a periodic report, work that is done, waived or reported, an agency that nobody knows or that
    owes it already, and when `by` is not the reviewer.
    """
    with app.sessions.begin() as session:
        return reassign_in(app, session, obligation_id, to, by, now, why, answer_id)


def reassign_in(
    app: App, session: Session, obligation_id: str, to: str, by: str, now: datetime, why: str,
    answer_id: int | None = None,
) -> Reassigned:  # fmt: skip
    """As `reassign`, inside the caller's transaction."""
    words = required(why)
    matter = Matter.open(app, session, obligation_id, by, now, plan_first=True)
    agency = _agency(matter, to)
    _check(matter, agency, answer_id)
    return pass_on(matter, agency.id, words)


def takes_over(matter: Matter, named: str | None) -> str | None:
    """The agency that a `not_mine` names, where the work can be passed on to it; else None."""
    agency = matter.book.directory.by_id.get(named or "")
    if agency is None or matter.row.kind not in _PASSED_ON or _owes_already(matter, agency.id):
        return None
    return agency.id


def pass_on(matter: Matter, to: str, why: str) -> Reassigned:
    """Close it for the agency that owed it, open it for `to`; everything was checked."""
    row, session, now = matter.row, matter.session, matter.now
    if matter.waiting("not_mine"):
        matter.judge("not_mine", Review("accepted", now, matter.by, why))
    else:
        waivers.add(session, row.id, now, matter.by, why)
    decisions.reassign(session, row.plan_id, row.id, to, now, matter.by, why)
    notices.drop_queued(session, [row.id], PASSED)
    matter.look_again()
    matter.write("reassigned", row.agency, to, why)
    reapply(matter.app, session, row.plan_id, matter.by, now)
    opened = _opened(matter, to)
    name = matter.book.directory.by_id[to].name
    matter.tell("waived", f"Việc đã chuyển cho {name}; đơn vị không phải báo cáo nữa. Lý do: {sentence(why)}")
    _hand_over(opened, f"Chuyển từ {agency_name(matter.book, row.agency)}. {sentence(why)}")
    return Reassigned(row.id, to, opened.row.id, opened.row.due_on)


_PASSED_ON = ("task", "ongoing", "awaiting")


def new_id(obligation_id: str, agency: str) -> str:
    """The id of the same work when that agency owes it."""
    return f"{obligation_id.rpartition('/')[0]}/{agency}"


def _opened(matter: Matter, to: str) -> Matter:
    """What `to` owes now, due at a day that is fair to it; it hears of it before anything else."""
    row = matter.session.get_one(ObligationRow, new_id(matter.row.id, to), populate_existing=True)
    opened = Matter(matter.app, matter.session, row, matter.book, matter.by, matter.now)
    earliest = matter.book.scope.earliest(matter.today)
    if row.late_after is not None and row.late_after < earliest:
        opened.redate(earliest, "Mới được giao sau thời hạn của kế hoạch.")
    return opened


def _hand_over(opened: Matter, why: str) -> None:
    """The line by which the agency hears of it, before any rule of the ladder can say something."""
    opened.write("received", None, opened.row.agency, why)
    if not opened.book.archived:
        case = opened.case
        notice = Notice(opened.row.id, PASSED_ON, opened.now.isoformat(), "opened", "lead", False, why)
        plan, directory = opened.book.plan, opened.book.directory
        queue_notices(opened.session, plan, directory, [(notice, case.obligation)], opened.now)


def _agency(matter: Matter, name: str) -> Agency:
    directory = matter.book.directory
    found = directory.by_id.get(name) or directory.lookup(name)
    if isinstance(found, Agency):
        return found
    known = [word for each in directory.agencies for word in (each.id, each.name)]
    raise Refused(f"Danh bạ không có cơ quan “{name}”. {did_you_mean(name, known)}".rstrip())


def _check(matter: Matter, agency: Agency, answer_id: int | None) -> None:
    row, work = matter.row, matter.where.work
    if row.kind not in _PASSED_ON:
        raise Refused(_NOT_PASSED_ON.get(row.kind, f"Việc “{row.id}” không chuyển được."))
    if agency.id == row.agency:
        raise Refused(f"{agency.name} đang là đơn vị phải thực hiện việc này.")
    waits = matter.waiting("not_mine")
    if answer_id is not None and answer_id not in [answer.id for answer in waits]:
        raise Refused(f"Việc “{row.id}” không có câu trả lời nào số {answer_id} đang chờ quyết định.")
    if work in ("done", "waived"):
        raise Refused(f"Việc “{row.id}” {'đã hoàn thành' if work == 'done' else 'đang được miễn'}: không chuyển được.")
    if matter.waiting("done"):
        raise Refused(f"Việc “{row.id}” đã được báo cáo hoàn thành: duyệt báo cáo trước.")
    if _owes_already(matter, agency.id):
        raise Refused(
            f"{agency.name} đã phải thực hiện việc này rồi: chỉ cần miễn cho đơn vị kia, hoặc chấp nhận câu trả lời."
        )


_NOT_PASSED_ON = {
    "periodic_report": "Báo cáo định kỳ là của chính đơn vị, không chuyển cho đơn vị khác được.",
    "unassigned": "Việc chưa xác định đơn vị: chọn đơn vị thực hiện thay vì chuyển.",
}


def _owes_already(matter: Matter, agency: str) -> bool:
    there = (ObligationRow.id == new_id(matter.row.id, agency)) & ObligationRow.withdrawn_at.is_(None)
    return matter.session.scalar(select(ObligationRow.id).where(there)) is not None
