"""One answer, or one obligation, to decide on: read it whole, see what a decision would do, confirm, take it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk import sheets, wishes
from dondoc.console.desk.bench import (
    DECIDERS,
    NO_REASON,
    SINCE_CHANGED,
    Bench,
    Item,
    Preview,
    Told,
    Typed,
    departure_words,
    hidden,
)
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.wishes import Action, Changed, Wish
from dondoc.console.pages import Pages
from dondoc.console.periodic_views import MARKS
from dondoc.domain.answers import Answer
from dondoc.errors import Refused
from dondoc.services import inbox, matters, pressing, reported
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.services.matters import MatterView
from dondoc.services.status import agency_name

HERE = "duyet"
HOME = "/theo-doi/duyet"
DONE_AS: dict[Action, tuple[str, ...]] = {
    "chap-nhan": ("accepted", "reassigned"), "tra-lai": ("returned",), "gia-han": ("extension-granted",),
    "tu-choi": ("extension-refused",), "chuyen": ("reassigned",), "mien": ("waived",), "bo-mien": ("lifted",),
    "hoan-tac": ("undone",),
}  # fmt: skip
"""By action: how the journal writes it. A form that is sent again finds its own entry there."""


def decide_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Decide(Bench(app, pages, seats, demo))
    one, matter = f"{HOME}/{{answer:int}}", "/theo-doi/viec/{obligation:path}"
    return [
        Route(one, page.show_answer, methods=["GET"]),
        Route(one, page.take_answer, methods=["POST"]),
        Route(matter, page.show_matter, methods=["GET"]),
        Route(matter, page.take_matter, methods=["POST"]),
    ]


def matter_address(obligation_id: str) -> str:
    """The page of one obligation's decisions."""
    return f"/theo-doi/viec/{quote(obligation_id)}"


@dataclass(frozen=True)
class _Case:
    """What a request is about: who asks, the obligation, and the answer that was opened (None: none was)."""

    seat: SignedIn
    found: MatterView
    answer: Answer | None

    @property
    def address(self) -> str:
        """Where its page is."""
        return matter_address(self.found.id) if self.answer is None else f"{HOME}/{self.answer.id}"

    @property
    def answer_id(self) -> int | None:
        """The answer's number."""
        return int(self.answer.id) if self.answer is not None else None


class _Decide:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    def show_answer(self, request: Request) -> Response:
        """One answer, whole."""
        return self._show(request, self._by_answer)

    def show_matter(self, request: Request) -> Response:
        """One obligation, and what may be decided about it without an answer."""
        return self._show(request, self._by_obligation)

    def _show(self, request: Request, find: Callable[[Session, SignedIn, Request], _Case]) -> Response:
        with self.app.sessions() as session:
            seat = self.bench.require(session, request)
            case = find(session, seat, request)
            return self._page(session, case, done="xong" in request.query_params)

    def _by_answer(self, session: Session, seat: SignedIn, request: Request) -> _Case:
        number = request.path_params["answer"]
        key = matters.obligation_of(session, number)
        found = matters.matter(self.app, session, books(self.app, session), key, self.app.now()) if key else None
        answer = found.answer(number) if found else None
        if found is None or answer is None:
            self.bench.refused(seat, f"answer/{number}", "Mở câu trả lời không có.")
            raise HTTPException(404)
        return _Case(seat, found, answer)

    def _by_obligation(self, session: Session, seat: SignedIn, request: Request) -> _Case:
        key = request.path_params["obligation"]
        found = matters.matter(self.app, session, books(self.app, session), key, self.app.now())
        if found is None:
            self.bench.refused(seat, key, "Mở việc không có.")
            raise HTTPException(404)
        return _Case(seat, found, None)

    def _page(
        self, session: Session, case: _Case, *, done: bool = False, wish: Wish | None = None, status: int = 200,
        wrong: dict[str, str] | None = None,
    ) -> Response:  # fmt: skip
        now, found, answer = self.app.now(), case.found, case.answer
        may = sheets.may_decide(case.seat, found)
        waits = answer is not None and answer.review is None and answer.kind in inbox.DECIDED_KINDS
        newer = next((a for a in reversed(found.waiting) if waits and answer is not None and a.id != answer.id), None)
        newer = newer if newer is not None and answer is not None and int(newer.id) > int(answer.id) else None
        forms: tuple[sheets.FormView, ...] = ()
        if may and answer is None:
            forms = sheets.matter_forms(self.app, found, wish, now)
        elif may and answer is not None and waits and newer is None:
            forms = sheets.answer_forms(self.app, found, answer, wish, now)
        return self.bench.show(
            case.seat, HERE if answer else "", "decide", status, sheet=sheets.sheet(found, now), answer=answer,
            done=done, facts=sheets.answer_facts(found, answer) if answer else (), may=may, forms=forms,
            wrong=wrong or {},
            files=found.files.get(case.answer_id or 0, ()), newer=newer, waits=waits, pending=found.waiting,
            report=reported.report_of(session, case.answer_id or 0) if answer else None, marks=MARKS,
            undo=sheets.undo_form(found, wish) if may else None, address=case.address,
            remind=answer is None and case.seat.role == "supervisor" and _may_be_reminded(found),
            next=self._next(session, case.seat, case.answer_id) if done else None,
        )  # fmt: skip

    def _next(self, session: Session, seat: SignedIn, but: int | None) -> int | None:
        """The next answer that waits for this person."""
        first = inbox.inbox(self.app, session, self.app.now(), reviewer=seat.agency, size=2).items
        return next((item.answer_id for item in first if item.answer_id != but), None)

    async def take_answer(self, request: Request) -> Response:
        """A decision on an answer: first told, then done."""
        seat, form = await self.seats.form(request, *DECIDERS)
        return await run_in_threadpool(self._take, request, seat, Typed(form), self._by_answer)

    async def take_matter(self, request: Request) -> Response:
        """A decision on an obligation: first told, then done."""
        seat, form = await self.seats.form(request, *DECIDERS)
        return await run_in_threadpool(self._take, request, seat, Typed(form), self._by_obligation)

    def _take(
        self, request: Request, seat: SignedIn, typed: Typed, find: Callable[[Session, SignedIn, Request], _Case]
    ) -> Response:
        with self.app.sessions() as session:
            case = find(session, seat, request)
            if typed.line("quyet_dinh") == "nhac":
                return self._remind(session, case, typed)
            wish = wishes.read(typed, case.found.id, case.answer_id, seat.by)
            if wish is None:
                raise HTTPException(400)
            wrong = dict(wishes.problems(wish))
            if wrong:
                return self._page(session, case, wish=wish, wrong=wrong, status=422)
        return self._confirmed(case, wish) if typed.is_confirmed else self._previewed(case, wish)

    def _previewed(self, case: _Case, wish: Wish) -> Response:
        if wish.seen != wishes.mark(case.found.owed.case):
            return self._changed(case)
        try:
            effects = wishes.foretold(self.app, wish, self.app.now())
        except Refused as error:
            return self._refused(case, wish, str(error))
        sheet = sheets.sheet(case.found, self.app.now())
        preview = Preview(
            f"{wish.title}: xem trước", case.address, case.address, f"Xác nhận: {wish.title.lower()}",
            (Item(f"{sheet.code} {sheet.title}".strip(), (sheet.agency, sheet.due or sheet.period)),),
            wishes.said(wish, agency_name(case.found.owed.book, wish.to)), wishes.fields(wish), effects,
        )  # fmt: skip
        return self.bench.preview(case.seat, HERE, preview)

    def _confirmed(self, case: _Case, wish: Wish) -> Response:
        try:
            wishes.carry_out(self.app, wish, self.app.now())
        except Changed:
            return self._changed(case, wish)
        except Refused as error:
            return self._refused(case, wish, str(error))
        return RedirectResponse(f"{case.address}?xong", 303)

    def _changed(self, case: _Case, wish: Wish | None = None) -> Response:
        """Somebody was quicker; the same person's form, sent again, leads to what it did."""
        last = case.found.last_move
        if wish is not None and last is not None and (last.who, last.action) in _own(wish):
            return RedirectResponse(f"{case.address}?xong", 303)
        self.bench.refused(case.seat, case.found.id, SINCE_CHANGED)
        since = (f"Lần thay đổi gần nhất: {sheets.sheet(case.found, self.app.now()).last}",) if last else ()
        told = Told(
            "Việc đã thay đổi từ lúc mở trang", ("Chưa có gì được ghi nhận. Xem lại rồi quyết định.", *since),
            back=((case.address, "Xem lại"), (HOME, "Về danh sách chờ duyệt")), tone="amber", sign="alert",
        )  # fmt: skip
        return self.bench.told(case.seat, HERE, told, 409)

    def _refused(self, case: _Case, wish: Wish, why: str) -> Response:
        self.bench.refused(case.seat, case.found.id, why)
        with self.app.sessions() as session:
            return self._page(session, case, wish=wish, wrong={wish.action: why}, status=409)

    def _remind(self, session: Session, case: _Case, typed: Typed) -> Response:
        if case.seat.role != "supervisor" or case.answer is not None:
            self.bench.refused(case.seat, case.found.id, "Nhắc ngay là việc của cơ quan theo dõi.")
            raise HTTPException(403, "role")
        why, obligation = typed.text("ly_do_nhac"), case.found.owed.case.obligation
        if not why:
            return self._page(session, case, wrong={"ly_do_nhac": NO_REASON}, status=422)
        now = self.app.now()
        if not typed.is_confirmed:
            return self.bench.preview(case.seat, "", self._remind_preview(case, why, typed))
        try:
            done = pressing.press(
                self.app, obligation.plan_id, obligation.task_id, case.seat.by, why, now, agency=obligation.agency
            )
        except Refused as error:
            self.bench.refused(case.seat, case.found.id, str(error))
            return self._page(session, case, wrong={"nhac": str(error)}, status=409)
        said = (departure_words(self.app, now),) if done.reminded else ()
        told = Told("Đã ghi lời nhắc", (*said, *done.waiting, *filter(None, (done.missing,))),
                    back=((case.address, "Về việc này"),))  # fmt: skip
        return self.bench.told(case.seat, "", told)

    def _remind_preview(self, case: _Case, why: str, typed: Typed) -> Preview:
        sheet = sheets.sheet(case.found, self.app.now())
        effects = (
            f"{sheet.agency} nhận một thư nhắc về việc này, có ghi lý do. {departure_words(self.app, self.app.now())}",
            "Thời hạn và số liệu không đổi. Mỗi việc nhắc bằng tay nhiều nhất một lần mỗi ngày.",
        )
        return Preview(
            "Nhắc ngay: xem trước", case.address, case.address, "Xác nhận: nhắc ngay",
            (Item(f"{sheet.code} {sheet.title}".strip(), (sheet.agency, sheet.due or sheet.period)),),
            (("Lý do", why),), hidden(quyet_dinh="nhac", ly_do_nhac=why, dau=typed.line("dau")), effects,
        )  # fmt: skip


def _own(wish: Wish) -> set[tuple[str, Any]]:
    return {(wish.by, action) for action in DONE_AS[wish.action]}


def _may_be_reminded(found: MatterView) -> bool:
    """Whether a reminder now makes sense: something is owed and nobody looks at an answer."""
    kind, work = found.owed.case.obligation.kind, found.owed.where.work
    return kind in ("task", "periodic_report") and work in ("open", "returned") and not found.owed.book.archived
