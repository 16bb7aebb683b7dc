"""/dang-nhap and /dang-xuat."""

from __future__ import annotations

import hmac
import secrets

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.brake import Brake, address_of
from dondoc.console.desk.origins import comes_from_here
from dondoc.console.desk.return_path import local_path
from dondoc.console.desk.seats import OWN_ACCOUNT, Seats
from dondoc.console.pages import Pages
from dondoc.services import signing_in
from dondoc.services.app import App
from dondoc.services.passwords import TooBusy

WRONG = (
    "Tên đăng nhập hoặc mật khẩu không đúng, hoặc tài khoản đang tạm khóa. "
    "Sau 5 lần sai liên tiếp, tài khoản bị khóa 15 phút; những lần sau lâu hơn."
)
OLD_FORM = "Trang đăng nhập này đã cũ hoặc trình duyệt chặn cookie. Nhập lại bên dưới."
BRAKED = "Từ máy này đã có quá nhiều lần nhập sai. Hãy đợi 15 phút rồi thử lại."
BUSY = "Đang có quá nhiều người đăng nhập cùng lúc. Hãy thử lại sau một phút."
LONGEST_BODY, MOST_FIELDS = 16 * 1024, 10
"""What a stranger may send here at all, in bytes and fields."""


def sign_in_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _SignIn(app, pages, seats, demo)
    return [
        Route("/dang-nhap", page.show, methods=["GET"]),
        Route("/dang-nhap", page.take, methods=["POST"]),
        Route("/dang-xuat", page.leave, methods=["POST"]),
    ]


class _SignIn:
    def __init__(self, app: App, pages: Pages, seats: Seats, demo: bool) -> None:
        self.app, self.pages, self.seats, self.demo = app, pages, seats, demo
        self.cookie = "__Host-dondoc-vao" if seats.secure else "dondoc-vao"
        self.brake = Brake()

    def show(self, request: Request) -> Response:
        """The form; who is signed in goes on to where they wanted to."""
        target = local_path(request.query_params.get("ve"))
        with self.app.sessions() as session:
            if self.seats.find(session, request) is not None:
                return RedirectResponse(target, 303)
        return self._page(request, target)

    async def take(self, request: Request) -> Response:
        """Look at login and password; a session and the way on, or the form again with words that tell nothing."""
        if not _is_short(request):
            raise HTTPException(413)
        async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_BODY) as form:
            return await run_in_threadpool(self._take, request, form)

    async def leave(self, request: Request) -> Response:
        """End the session."""
        seat, _ = await self.seats.form(request, even_if_must_change=True)
        cookie = self.seats.cookie_of(request)
        await run_in_threadpool(signing_in.sign_out, self.app, seat, cookie, self.app.now())
        response = RedirectResponse("/dang-nhap", 303)
        self.seats.forget(response)
        return response

    def _take(self, request: Request, form: FormData) -> Response:
        target, login = local_path(_text(form, "ve")), _text(form, "ten")
        now, address = self.app.now(), address_of(request)
        if not self._is_ours(request, form):
            self.seats.refused(None, "sign-in", "Đăng nhập không từ trang này.")
            return self._page(request, target, login, OLD_FORM, 403)
        if self.brake.holds(address, now):
            self.seats.refused(None, "sign-in", "Quá nhiều lần nhập sai từ một địa chỉ.")
            return self._page(request, target, login, BRAKED, 429)
        try:
            entered = signing_in.sign_in(self.app, login, _text(form, "mat_khau"), now, self.seats.cookie_of(request))
        except TooBusy:
            return self._page(request, target, login, BUSY, 503)
        if entered is None:
            self.brake.wrong(address, now)
            self.seats.refused(None, "sign-in", "Đăng nhập không được.")
            return self._page(request, target, login, WRONG, 403)
        response = RedirectResponse(OWN_ACCOUNT if entered.must_change else target, 303)
        self.seats.remember(response, entered)
        return response

    def _is_ours(self, request: Request, form: FormData) -> bool:
        """Whether the form is one that we gave to this browser: another site could else sign a person in as somebody
        else, and read later what they typed there."""
        given, sent = request.cookies.get(self.cookie, ""), _text(form, "csrf")
        is_same = bool(given) and hmac.compare_digest(given.encode(), sent.encode())
        return is_same and comes_from_here(request, self.app.settings.public_url)

    def _page(self, request: Request, target: str, login: str = "", wrong: str = "", status: int = 200) -> Response:
        token = request.cookies.get(self.cookie, "")
        fresh = len(token) < 32
        token = secrets.token_urlsafe(32) if fresh else token
        response = self.pages.show(
            "desk/sign_in", status, demo=self.demo, csrf=token, target=target, login=login[:80], wrong=wrong
        )
        if fresh:
            response.set_cookie(
                self.cookie, token, path="/", secure=self.seats.secure, httponly=True, samesite="strict"
            )
        return response


def _is_short(request: Request) -> bool:
    """A browser says how long its form is; who does not is not heard."""
    declared = request.headers.get("content-length", "")
    return declared.isascii() and declared.isdigit() and len(declared) < 10 and int(declared) <= LONGEST_BODY


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
