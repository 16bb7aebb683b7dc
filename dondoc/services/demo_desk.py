"""What waits on the supervisor's desk in the demo: the last days' answers, through the same services as real ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from dondoc.domain.cases import Case, standing
from dondoc.domain.moments import at, local_day
from dondoc.domain.obligations import Obligation
from dondoc.errors import Refused
from dondoc.services import answering, contacts, extending, waiving
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.contacts import Wish
from dondoc.services.replies import NotAllowed, Reply
from dondoc.store import obligations

WHO = "bản chạy thử"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An answer that an open obligation is to get, so many working days ago."""

    days_ago: int
    kind: str
    note: str
    until_days: int = 0


WANTED = (
    _Wanted(8, "done", "Đã tham mưu ban hành, gửi kèm văn bản."),
    _Wanted(6, "extension", "Còn chờ ý kiến của các đơn vị phối hợp, đề nghị lùi thời hạn.", 20),
    _Wanted(4, "not_mine", "Nhiệm vụ thuộc chức năng của đơn vị khác theo phân công mới."),
    _Wanted(3, "done", "Đã hoàn thành, báo cáo kết quả kèm theo."),
    _Wanted(2, "not_applicable", "Trong kỳ không phát sinh hồ sơ."),
    _Wanted(2, "extension", "Dự thảo đang lấy ý kiến thẩm định, đề nghị lùi thời hạn.", 15),
    _Wanted(1, "done", "Đã hoàn thành."),
    _Wanted(1, "done", "Đã hoàn thành, số liệu trong phụ lục."),
    _Wanted(1, "progress", "Đang tổng hợp ý kiến, dự kiến trình trong tuần tới."),
)


def fill(app: App, plan_id: str, now: datetime) -> None:
    """Answers that wait for a decision, one extension granted, one waiver, one contact to confirm.

    Each is for another agency as far as there are so many; what the rules of the day do not allow is left out.
    """
    with app.sessions() as session:
        found = book(app, session, plan_id)
        cases = [case for case in obligations.load_cases(session, plan_id=plan_id) if _is_open(case, found, now)]
    spare = iter(_one_per_agency(cases))
    for number, wanted in enumerate(WANTED):
        _answer(app, found, spare, wanted, number, now)
    _decide(app, found, spare, now)
    _correct_contact(app, found, now)


def _is_open(case: Case, found: Book, now: datetime) -> bool:
    return (
        case.obligation.kind == "task"
        and case.obligation.due_on is not None
        and case.obligation.agency != found.plan.supervisor
        and standing(case, now, found.rules).work == "open"
    )


def _one_per_agency(cases: Sequence[Case]) -> Iterator[Obligation]:
    """Every case, those of agencies that had none yet first; mixed, so that tasks differ, and the same each time."""
    left = sorted((case.obligation for case in cases), key=lambda o: hashlib.sha256(o.id.encode()).digest())
    while left:
        first = {o.agency: o for o in reversed(left)}
        yield from sorted(first.values(), key=lambda o: left.index(o))
        left = [o for o in left if first[o.agency] is not o]


def _answer(app: App, found: Book, spare: Iterator[Obligation], wanted: _Wanted, number: int, now: datetime) -> None:
    day = found.scope.calendar.add(local_day(now), -wanted.days_ago)
    for owed in spare:
        try:
            answering.submit(
                app, obligation_ids=[owed.id], reply=_reply(found, owed, wanted, number, day),
                by=f"{owed.agency}/focal", submission=f"demo-desk-{number}", now=at(day, time(10, number)),
            )  # fmt: skip
        except NotAllowed:
            continue  # this one cannot be answered so today: the next can
        return


def _reply(found: Book, owed: Obligation, wanted: _Wanted, number: int, day: date) -> Reply:
    if wanted.kind == "done":
        return Reply("done", None, f"{120 + number}/BC-MAU", day, wanted.note)
    if wanted.kind == "extension":
        assert owed.due_on is not None
        return Reply("extension", found.scope.calendar.add(max(owed.due_on, day), wanted.until_days), note=wanted.note)
    if wanted.kind == "not_mine":
        others = (agency.id for agency in found.directory.agencies if agency.kind == "department")
        return Reply("not_mine", note=wanted.note, whose=next(other for other in others if other != owed.agency))
    return Reply(wanted.kind, note=wanted.note)  # type: ignore[arg-type]  # the table above holds known kinds


def _decide(app: App, found: Book, spare: Iterator[Obligation], now: datetime) -> None:
    """What was decided before today: one granted extension, one waiver."""
    calendar, supervisor = found.scope.calendar, found.plan.supervisor
    moment = at(calendar.add(local_day(now), -5), time(9, 0))
    try:
        owed = next(spare)
        until = calendar.add(max(owed.due_on or local_day(now), local_day(now)), 12)
        extending.grant(app, owed.id, by=f"{supervisor}/mau", now=moment, until=until, why="Theo kết luận giao ban.")
        owed = next(spare)
        waiving.waive(app, owed.id, by=f"{supervisor}/mau", now=moment, why="Nội dung đã lồng ghép vào nhiệm vụ khác.")
    except (Refused, StopIteration):
        return  # the day has nothing to decide so: the demo goes without


def _correct_contact(app: App, found: Book, now: datetime) -> None:
    recipient = next(
        (
            r for agency in found.directory.agencies
            if agency.kind == "department" and agency.id != found.plan.supervisor
            and (r := found.directory.recipient(agency.id)) is not None and r.agency_id == agency.id and r.contact.email
        ),
        None,
    )  # fmt: skip
    if recipient is None or recipient.contact.email is None:
        return
    wish = Wish(email=f"moi.{recipient.contact.email}", prefers=recipient.contact.prefers)
    yesterday = found.scope.calendar.add(local_day(now), -1)
    contacts.ask(app, recipient.id, found.directory.id, wish, at(yesterday, time(15)))
