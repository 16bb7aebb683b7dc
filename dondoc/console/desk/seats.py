"""Who sits at the supervisor's desk: the cookie of an account, what its role may do, forms that are really theirs."""

from __future__ import annotations

import hmac
from urllib.parse import quote, urlsplit

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dondoc.console.desk.origins import comes_from_here
from dondoc.console.desk.return_path import HOME, local_path
from dondoc.console.visits import Visits
from dondoc.services import signing_in
from dondoc.services.accounts import ROLES, Role, SignedIn
from dondoc.services.app import App
from dondoc.services.signing_in import Entered

MOST_FIELDS = 2000
LONGEST_FIELD = 64 * 1024
MOST_UPLOADS = 20
"""What a form may hold at all."""
OWN_ACCOUNT = "/tai-khoan"


class Seats:
    """Reads and sets the account's cookie; refuses and journals what must not be."""

    def __init__(self, app: App, visits: Visits) -> None:
        self._app, self._visits = app, visits
        self.secure = visits.secure
        self.cookie = "__Host-dondoc-ban" if self.secure else "dondoc-ban"

    def find(self, session: Session, request: Request) -> SignedIn | None:
        """Who is signed in; None without a valid session. The session counts as used."""
        cookie, now = self.cookie_of(request), self._app.now()
        found = signing_in.signed_in(session, cookie, now)
        if found is None:
            return None
        seat, is_stale = found
        if is_stale:
            signing_in.touch(self._app, cookie, now)
        return seat

    def require(self, session: Session, request: Request, *roles: Role, even_if_must_change: bool = False) -> SignedIn:
        """Who is signed in, in one of these roles (without any named: in any role). Call it before other queries.

        Raises HTTPException: 303 to the sign-in page without a session, 303 to the own account while a password must
        be changed, 403 "role" (journaled) in another role.
        """
        seat = self.find(session, request)
        if seat is None:
            raise HTTPException(303, headers={"Location": _sign_in_address(request)})
        if seat.must_change and not even_if_must_change:
            raise HTTPException(303, headers={"Location": OWN_ACCOUNT})
        if seat.role not in (roles or ROLES):
            self.refused(seat, f"{request.method} {request.url.path}", f"Vai trò {seat.role} không được làm việc này.")
            raise HTTPException(403, "role")
        return seat

    async def form(
        self, request: Request, *roles: Role, even_if_must_change: bool = False
    ) -> tuple[SignedIn, FormData]:
        """Who sent a form, and its fields: somebody in one of these roles, from a page of ours, with their own token.

        Raises HTTPException as `require`; 403 "desk-form", 400 or 413 for a form that is not to be taken. Journaled.
        """
        seat = await run_in_threadpool(self._seat, request, roles, even_if_must_change)
        if not comes_from_here(request, self._app.settings.public_url):
            await self._refuse(seat, request, "Biểu mẫu gửi từ trang khác.")
        try:
            form = await request.form(max_files=MOST_UPLOADS, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
        except HTTPException as error:
            why = "Dữ liệu gửi lên quá lớn." if error.status_code == 413 else "Dữ liệu gửi lên không đúng dạng."
            await run_in_threadpool(self.refused, seat, f"POST {request.url.path}", why)
            raise HTTPException(error.status_code, f"desk-{error.status_code}") from error
        sent = form.get("csrf")
        if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), seat.csrf.encode()):
            await form.close()
            await self._refuse(seat, request, "Biểu mẫu không có mã của phiên đăng nhập.")
        return seat, form

    def refused(self, seat: SignedIn | None, what: str, why: str) -> None:
        """Journal a refusal: always for somebody signed in, up to the strangers' limit for others."""
        self._visits.refused_by(seat.by if seat else None, what, why)

    def remember(self, response: Response, entered: Entered) -> None:
        """Set the cookie: for the browser session only, unreadable to scripts.

        SameSite=Lax: the links in our mails lead here from a webmail's page, and Strict would show the sign-in page to
        somebody who is signed in. No GET changes anything; each form carries a token and tells where it came from.
        """
        response.set_cookie(self.cookie, entered.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")

    def forget(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")

    def cookie_of(self, request: Request) -> str:
        """The secret value that the browser sent; "" without one."""
        return request.cookies.get(self.cookie, "")

    def _seat(self, request: Request, roles: tuple[Role, ...], even_if_must_change: bool) -> SignedIn:
        with self._app.sessions() as session:
            return self.require(session, request, *roles, even_if_must_change=even_if_must_change)

    async def _refuse(self, seat: SignedIn, request: Request, why: str) -> None:
        await run_in_threadpool(self.refused, seat, f"POST {request.url.path}", why)
        raise HTTPException(403, "desk-form")


def _sign_in_address(request: Request) -> str:
    """The sign-in page, which leads back to the page asked for; for a form, to the page that it stood on."""
    if request.method in ("GET", "HEAD"):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    else:
        referrer = urlsplit(request.headers.get("referer", ""))
        wanted = referrer.path if referrer.netloc == request.headers.get("host") else HOME
    path = local_path(wanted)
    return "/dang-nhap" if path == HOME else f"/dang-nhap?ve={quote(path, safe='/')}"
