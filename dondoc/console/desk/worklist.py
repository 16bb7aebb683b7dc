"""Everything that waits for a person, in one place: each row says why it waits and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.bench import NO_REASON, Bench, Item, Preview, Told, Typed, hidden
from dondoc.console.desk.event_form import document_words
from dondoc.console.desk.event_record import event_address
from dondoc.console.desk.heirs import heirless
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.waiting import record_address
from dondoc.console.pages import Pages
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.rendering.wording import short_day
from dondoc.services import contact_decisions, guarding, inbox, worklist
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.contacts import Change
from dondoc.services.proposing import Proposed, proposed_among
from dondoc.services.waiting_clauses import Clause, DateWanted, clauses, dates_wanted
from dondoc.services.waiting_mail import ROLE_NAMES
from dondoc.services.worklist import Happened
from dondoc.store import alarms, events, guards, waiting
from dondoc.store.guards import Decision
from dondoc.store.models import EventRow, GuardRow

HERE = "can-lam"
HOME = "/theo-doi/can-lam"
ALARM_DAYS = 3
"""Alarms of today and so many days before: whoever comes on Monday sees Friday's."""
ANSWERS: dict[str, tuple[Decision, str, tuple[str, ...]]] = {
    "cho-di": (
        "allowed", "Cho đi tiếp",
        ("Lần xem tới, từng việc được báo quá hạn như thường lệ; thư nêu tên đơn vị chậm vẫn chờ ở Thư giữ lại.",
         "Cho đi thì không lấy lại được: đơn vị đã được báo."),
    ),
    "giu-lai": (
        "refused", "Không cho đi",
        ("Không đơn vị nào bị gọi là quá hạn vì lần này. Việc nhắc trước hạn vẫn đi như thường.",
         "Trong hôm nay vẫn đổi lại thành cho đi được; ngày mai hệ thống hỏi lại nếu vẫn còn nhiều như vậy."),
    ),
}  # fmt: skip
"""By the form's value: the answer, its title, and what it does."""


def worklist_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = Worklist(Bench(app, pages, seats, demo))
    return [
        Route(HOME, page.list, methods=["GET"]),
        Route(f"{HOME}/diem-dung/{{id:int}}", page.answer, methods=["POST"]),
    ]


class Worklist:
    """The page /theo-doi/can-lam, and answers to guards."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    def list(self, request: Request) -> Response:
        """Everything that waits."""
        with self.app.sessions() as session:
            seat = self.bench.require(session, request)
            return self._list(session, seat)

    def _list(self, session: Session, seat: SignedIn, wrong: tuple[str, ...] = ()) -> Response:
        now, today = self.app.now(), local_day(self.app.now())
        known = books(self.app, session, live=True)
        leads = list(worklist.conditional(known, today))
        raised = [row for back in range(ALARM_DAYS) for row in alarms.of_day(session, today - timedelta(days=back))]
        reviews, oldest = inbox.since(session)
        questions, unreviewed = heirless(self.app, session, known, now)
        waits = clauses(session, known)
        return self.bench.show(
            seat, HERE, "worklist", 422 if wrong else 200, wrong=wrong, now=now, reviews=reviews, oldest=oldest,
            messages=waiting.messages(session), guards=_guard_rows(guards.waiting(session), known),
            leads=[lead for lead in leads if not lead.chosen], chosen=[lead for lead in leads if lead.chosen],
            heirless=questions, ended_unreviewed=unreviewed,
            unreachable=worklist.unreachable(session, known),
            happened=[(one, _recorded_of(one)) for one in worklist.happened(session, known)],
            loose=_loose(session, waits), undated=[(one, _dated(one)) for one in dates_wanted(session, waits)],
            contacts=[
                (change, _contact(known, change), contact_decisions.warnings(self.app, session, change, known))
                for change in contact_decisions.waiting(session)
            ],
            unfiled=[(change, _contact(known, change)) for change in contact_decisions.not_in_file(self.app, session)],
            provisional=worklist.provisional(known, self.app.calendar, today), alarms=raised,
        )  # fmt: skip

    async def answer(self, request: Request) -> Response:
        """Let a stopped sweep pass, or say that it must not: first told, then done."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._answer, seat, request.path_params["id"], Typed(form))

    def _answer(self, seat: SignedIn, number: int, typed: Typed) -> Response:
        meant, why = ANSWERS.get(typed.line("tra_loi")), typed.text("ly_do")
        if meant is None:
            raise HTTPException(400)
        decision, title, effects = meant
        with self.app.sessions() as session:
            known = books(self.app, session)
            row = next((row for row in guards.waiting(session) if row.id == number), None)
            if row is not None and not why:
                return self._list(session, seat, (NO_REASON,))
        if row is None:
            told = Told("Điểm dừng này không chờ trả lời nữa", ("Có người đã trả lời, hoặc đã có câu hỏi mới hơn.",),
                        back=((HOME, "Về việc cần làm"),), tone="amber", sign="alert")  # fmt: skip
            return self.bench.told(seat, HERE, told, 409)
        if not typed.is_confirmed:
            return self.bench.preview(seat, HERE, _guard_preview(row, known, title, typed, effects))
        try:
            guarding.answer(self.app, number, decision, seat.by, why, self.app.now())
        except Refused as error:
            self.bench.refused(seat, f"guard/{number}", str(error))
            return self.bench.told(seat, HERE, _refused(str(error)), 409)
        return self.bench.told(seat, HERE, Told(f"Đã ghi: {title[0].lower()}{title[1:]}", effects[:1], back=_BACK))


_BACK = ((HOME, "Về việc cần làm"),)


def _refused(why: str) -> Told:
    return Told("Chưa có gì được ghi nhận", (why,), back=_BACK, tone="amber", sign="alert")


def _guard_rows(rows: Sequence[GuardRow], known: dict[str, Book]) -> list[dict[str, Any]]:
    return [
        {"id": row.id, "plan": _title(known, row.plan_id), "day": row.day, "found": row.found, "of": row.of}
        for row in rows
    ]


def _recorded_of(one: Happened) -> str:
    """The form of the event that an agency says has come, filled with what it names."""
    document = {"so": one.number or "", "ngay": short_day(one.on) if one.on else "", "trich_yeu": one.question}
    return record_address(one.plan_id, one.task_id, **document)


def _dated(one: DateWanted) -> str:
    """The form of the document that a task produced, filled with what its accepted report says."""
    document = {
        "loai": "decision", "so": one.number or "", "ngay": short_day(one.on), "noi_ban_hanh": one.agency_name,
        "trich_yeu": one.before.products[0] if one.before.products else one.before.activity,
    }  # fmt: skip
    return record_address(one.clause.book.plan.id, one.clause.task.id, **document)


def _loose(session: Session, waits: Sequence[Clause]) -> list[tuple[str, str, EventRow, tuple[Proposed, ...]]]:
    """Events that nobody has tied to a task: their words and page, and what they may open."""
    found = [(row, events.to_event(row)) for row in events.waiting(session)]
    return [(document_words(event), event_address(row.id), row, proposed_among(event, waits)) for row, event in found]


def _contact(known: dict[str, Book], change: Change) -> str:
    role = ROLE_NAMES.get(change.old.role, change.old.role)
    return f"{worklist.name_of(known, change.agency)} ({role})"


def _title(known: dict[str, Book], plan_id: str) -> str:
    return known[plan_id].plan.title if plan_id in known else plan_id


def _guard_preview(
    row: GuardRow, known: dict[str, Book], title: str, typed: Typed, effects: tuple[str, ...]
) -> Preview:
    item = Item(_title(known, row.plan_id), (f"{row.found} việc cùng lúc sắp bị gọi là quá hạn, trong {row.of} việc.",))
    why = typed.text("ly_do")
    return Preview(
        title, f"{HOME}/diem-dung/{row.id}", HOME, f"Xác nhận: {title[0].lower()}{title[1:]}", (item,),
        (("Lý do", why),), hidden(ly_do=why, tra_loi=typed.line("tra_loi")), effects,
    )  # fmt: skip
