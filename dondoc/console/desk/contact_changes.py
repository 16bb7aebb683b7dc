"""A contact that an agency corrected: what changes, what to look at, confirm or refuse, and take it back."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.bench import NO_REASON, SINCE_CHANGED, Bench, Item, Preview, Told, Typed, hidden
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.errors import Refused
from dondoc.services import contact_decisions
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.services.contacts import Change
from dondoc.services.waiting_mail import ROLE_NAMES
from dondoc.services.worklist import name_of

HERE = "can-lam"
HOME = "/theo-doi/can-lam"
ACTIONS = {"xac-nhan": "Xác nhận đầu mối mới", "khong": "Không xác nhận", "hoan-tac": "Hoàn tác quyết định"}
MOVES = "Thư đang chờ gửi và mọi thư sau này đến địa chỉ mới; liên kết cũ trong thư đã gửi hết hiệu lực ngay."


def contact_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page, where = _Contacts(Bench(app, pages, seats, demo)), f"{HOME}/dau-moi/{{id:int}}"
    return [Route(where, page.show, methods=["GET"]), Route(where, page.take, methods=["POST"])]


class _Contacts:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    def show(self, request: Request) -> Response:
        """One change that was asked for."""
        with self.app.sessions() as session:
            seat = self.bench.require(session, request)
            change = self._found(session, seat, request.path_params["id"])
            return self._page(session, seat, change, done="xong" in request.query_params)

    def _found(self, session: Session, seat: SignedIn, number: int) -> Change:
        found = contact_decisions.find(session, number)
        if found is None:
            self.bench.refused(seat, f"contact-change/{number}", "Mở đề nghị đổi đầu mối không có.")
            raise HTTPException(404)
        return found

    def _page(
        self, session: Session, seat: SignedIn, change: Change, *, done: bool = False, wrong: str = "",
        reason: str = "", status: int = 200,
    ) -> Response:  # fmt: skip
        waits = change.decision is None
        return self.bench.show(
            seat, HERE, "contact_change", status, change=change, who=self._name(session, change), done=done,
            warnings=contact_decisions.warnings(self.app, session, change) if waits else (), wrong=wrong,
            reason=reason, mark=_mark(change), may=seat.role == "supervisor", waits=waits,
        )  # fmt: skip

    def _name(self, session: Session, change: Change) -> str:
        role = ROLE_NAMES.get(change.old.role, change.old.role)
        return f"{name_of(books(self.app, session), change.agency)} ({role})"

    async def take(self, request: Request) -> Response:
        """A decision: first told, then done."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._take, seat, request.path_params["id"], Typed(form))

    def _take(self, seat: SignedIn, number: int, typed: Typed) -> Response:
        action, why = typed.line("quyet_dinh"), typed.text("ly_do")
        if action not in ACTIONS:
            raise HTTPException(400)
        with self.app.sessions() as session:
            change = self._found(session, seat, number)
            if action != "xac-nhan" and not why:
                return self._page(session, seat, change, wrong=NO_REASON, status=422)
            if typed.line("dau") != _mark(change):
                return self._changed(seat, change, typed)
            if not typed.is_confirmed:
                return self.bench.preview(seat, HERE, self._preview(session, change, action, why))
        return self._do(seat, change, action, why)

    def _changed(self, seat: SignedIn, change: Change, typed: Typed) -> Response:
        """Decided meanwhile; the same person's form, sent again, leads to what it did."""
        mine = {"xac-nhan": "confirmed", "khong": "refused"}.get(typed.line("quyet_dinh"))
        if typed.is_confirmed and change.decided_by == seat.by and change.decision == mine:
            return RedirectResponse(f"{_address(change)}?xong", 303)
        self.bench.refused(seat, f"contact-change/{change.id}", SINCE_CHANGED)
        back = ((_address(change), "Xem lại"), (HOME, "Về việc cần làm"))
        told = Told("Đề nghị đã thay đổi từ lúc mở trang", (SINCE_CHANGED,), back=back, tone="amber", sign="alert")
        return self.bench.told(seat, HERE, told, 409)

    def _preview(self, session: Session, change: Change, action: str, why: str) -> Preview:
        moves = [MOVES] if change.moves_mail and action != "khong" else []
        effects = {
            "xac-nhan": [
                "Đầu mối mới có hiệu lực ngay, đến khi tệp danh bạ nói khác.", *moves,
                *contact_decisions.warnings(self.app, session, change),
            ],
            "khong": ["Đầu mối giữ như cũ; đơn vị đọc được lý do."],
            "hoan-tac": ["Đề nghị lại chờ quyết định; nếu đã xác nhận, đầu mối trước đó có hiệu lực lại.", *moves],
        }[action]  # fmt: skip
        facts = tuple(f"{name}: {old or 'không có'} → {new or 'không có'}" for name, old, new in change.differences)
        return Preview(
            f"{ACTIONS[action]}: xem trước", _address(change), _address(change), f"Xác nhận: {ACTIONS[action].lower()}",
            (Item(self._name(session, change), facts),), (("Lý do", why),) if why else (),
            hidden(quyet_dinh=action, ly_do=why, dau=_mark(change)), tuple(effects),
        )  # fmt: skip

    def _do(self, seat: SignedIn, change: Change, action: str, why: str) -> Response:
        now, app = self.app.now(), self.app
        try:
            if action == "xac-nhan":
                contact_decisions.confirm(app, change.id, seat.by, now)
            elif action == "khong":
                contact_decisions.refuse(app, change.id, seat.by, now, why)
            else:
                contact_decisions.undo(app, change.id, seat.by, now, why)
        except Refused as error:
            self.bench.refused(seat, f"contact-change/{change.id}", str(error))
            with self.app.sessions() as session:
                now_is = self._found(session, seat, change.id)
                return self._page(session, seat, now_is, wrong=str(error), reason=why, status=409)
        return RedirectResponse(f"{_address(change)}?xong", 303)


def _address(change: Change) -> str:
    return f"{HOME}/dau-moi/{change.id}"


def _mark(change: Change) -> str:
    """Changes with every decision."""
    return f"{change.decision or 'cho'}.{change.decided_at.isoformat() if change.decided_at else ''}"
