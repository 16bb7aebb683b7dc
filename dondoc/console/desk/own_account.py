"""/tai-khoan: who am I, a new password, the end of all my sessions."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.seats import OWN_ACCOUNT, Seats
from dondoc.console.pages import Pages
from dondoc.errors import Refused
from dondoc.services import accounts, signing_in
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.passwords import LONGEST, SHORTEST, TooBusy

ROLE_WORDS: dict[accounts.Role, str] = {
    "supervisor": "Theo dõi: xem tất cả, duyệt và quyết định mọi việc của kế hoạch.",
    "reviewer": "Người duyệt: xem tất cả, duyệt những việc mà cơ quan mình là nơi duyệt.",
    "read": "Chỉ xem: xem tất cả, không thay đổi gì.",
}
BUSY = "Máy chủ đang bận. Chưa đổi gì: hãy thử lại sau một phút."


def own_account_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _OwnAccount(app, pages, seats, demo)
    return [
        Route(OWN_ACCOUNT, page.show, methods=["GET"]),
        Route(f"{OWN_ACCOUNT}/mat-khau", page.change, methods=["POST"]),
        Route(f"{OWN_ACCOUNT}/dang-xuat-tat-ca", page.leave_everywhere, methods=["POST"]),
    ]


class _OwnAccount:
    def __init__(self, app: App, pages: Pages, seats: Seats, demo: bool) -> None:
        self.app, self.pages, self.seats, self.demo = app, pages, seats, demo

    def show(self, request: Request) -> Response:
        """Who is signed in, and the form for a new password."""
        with self.app.sessions() as session:
            seat = self.seats.require(session, request, even_if_must_change=True)
            return self._page(seat, changed="da-doi" in request.query_params)

    async def change(self, request: Request) -> Response:
        """Take a new password: the other sessions of the account end, this one goes on under a new token."""
        seat, form = await self.seats.form(request, even_if_must_change=True)
        return await run_in_threadpool(self._change, request, seat, form)

    async def leave_everywhere(self, request: Request) -> Response:
        """End all sessions of the account, this one too."""
        seat, _ = await self.seats.form(request, even_if_must_change=True)
        cookie, now = self.seats.cookie_of(request), self.app.now()
        await run_in_threadpool(signing_in.sign_out, self.app, seat, cookie, now, everywhere=True)
        response = RedirectResponse("/dang-nhap", 303)
        self.seats.forget(response)
        return response

    def _change(self, request: Request, seat: SignedIn, form: FormData) -> Response:
        old, new, again = (_text(form, name) for name in ("mat_khau", "mat_khau_moi", "nhap_lai"))
        if new != again:
            return self._page(seat, {"nhap_lai": "Hai lần nhập mật khẩu mới không giống nhau."}, 422)
        try:
            entered = signing_in.change_password(self.app, seat, old, new, self.app.now())
        except signing_in.WrongPassword as error:
            return self._page(seat, {"mat_khau": str(error)}, 422)
        except Refused as error:
            return self._page(seat, {"mat_khau_moi": str(error)}, 422)
        except TooBusy:
            return self._page(seat, {"mat_khau_moi": BUSY}, 503)
        response = RedirectResponse(f"{OWN_ACCOUNT}?da-doi", 303)
        self.seats.remember(response, entered)
        return response

    def _page(
        self, seat: SignedIn, wrong: dict[str, str] | None = None, status: int = 200, changed: bool = False
    ) -> Response:
        with self.app.sessions() as session:
            agency = accounts.agency_name(self.app, session, seat.agency)
        return self.pages.show(
            "desk/own_account", status, seat=seat, here="tai-khoan", demo=self.demo, agency=agency,
            role=ROLE_WORDS[seat.role], wrong=wrong or {}, changed=changed, shortest=SHORTEST, longest=LONGEST,
        )  # fmt: skip


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
