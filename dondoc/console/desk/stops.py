"""Stop-all, and who gets nothing for a while: told first, then done."""

from __future__ import annotations

from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.bench import NO_REASON, Bench, Item, Preview, Told, Typed, hidden
from dondoc.console.desk.held import HERE, HOME, Held
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.services import releasing, suppressing
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.waiting_mail import CHANNEL_NAMES
from dondoc.store import suppressions, switches


def stop_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Stops(Bench(app, pages, seats, demo))
    return [
        Route(f"{HOME}/dung-gui", page.stop, methods=["POST"]),
        Route(f"{HOME}/ngung-gui/{{id:int}}/thoi", page.lift, methods=["POST"]),
    ]


class _Stops:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats
        self._held = Held(bench)

    async def stop(self, request: Request) -> Response:
        """Stop everything, or let it go on."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._stop, seat, Typed(form))

    def _stop(self, seat: SignedIn, typed: Typed) -> Response:
        on, why = typed.line("dung") == "1", typed.text("ly_do")
        if not why:
            return self._held.listed(seat, (NO_REASON,))
        with self.app.sessions() as session:
            already = switches.is_stopped(session) == on
        if already:
            told = Told("Không có gì phải đổi", ("Đang đúng như vậy rồi.",), back=((HOME, "Về thư giữ lại"),))
            return self.bench.told(seat, HERE, told)
        if typed.is_confirmed:
            releasing.stop_all(self.app, on, seat.by, why, self.app.now())
            return RedirectResponse(HOME, 303)
        return self.bench.preview(seat, HERE, _stop_preview(on, why))

    async def lift(self, request: Request) -> Response:
        """End a suppression before its day."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._lift, seat, request.path_params["id"], Typed(form))

    def _lift(self, seat: SignedIn, number: int, typed: Typed) -> Response:
        why = typed.text("ly_do")
        with self.app.sessions() as session:
            silent = suppressions.in_force(session, local_day(self.app.now()))
        row = next((row for row in silent if row.id == number), None)
        if row is None:
            return self._over(seat)
        if not why:
            return self._held.listed(seat, (NO_REASON,))
        if typed.is_confirmed:
            try:
                suppressing.lift(self.app, number, seat.by, why, self.app.now())
            except Refused as error:
                self.bench.refused(seat, f"suppression/{number}", str(error))
                return self._over(seat)
            return RedirectResponse(HOME, 303)
        target = row.recipient or f"{CHANNEL_NAMES.get(row.channel or '', row.channel)} {row.address}"
        preview = Preview(
            f"Gửi lại cho {target}", f"{HOME}/ngung-gui/{number}/thoi", HOME, "Xác nhận: gửi lại",
            (Item(target, (f"Ngừng gửi từ {row.at:%d/%m/%Y}: {row.why}", how_long(row.until))),), (("Lý do", why),),
            hidden(ly_do=why), ("Từ lần gửi kế tiếp, nơi này lại nhận thư như mọi nơi khác.",),
        )  # fmt: skip
        return self.bench.preview(seat, HERE, preview)

    def _over(self, seat: SignedIn) -> Response:
        back = ((HOME, "Về thư giữ lại"),)
        told = Told("Lệnh ngừng gửi này không còn hiệu lực", back=back, tone="amber", sign="alert")
        return self.bench.told(seat, HERE, told, 409)


def how_long(until: date | None) -> str:
    """Until when a suppression holds, in a sentence."""
    words = suppressing.how_long(until)
    return f"{words[0].upper()}{words[1:]}."


def _stop_preview(on: bool, why: str) -> Preview:
    effects: tuple[str, ...]
    if on:
        title, button = "Dừng gửi mọi thư", "Xác nhận: dừng gửi mọi thư"
        effects = (
            "Không thư nào rời hệ thống cho đến khi có người cho gửi tiếp.",
            "Thư mới vẫn được soạn và xếp hàng; đơn vị vẫn báo cáo được, việc duyệt vẫn làm được.",
        )
    else:
        title, button = "Cho gửi tiếp", "Xác nhận: cho gửi tiếp"
        effects = ("Thư đang xếp hàng đi với lần gửi kế tiếp trong giờ làm việc; thư của ngày cũ không gửi muộn.",)
    return Preview(
        title, f"{HOME}/dung-gui", HOME, button, (Item("Mọi thư của hệ thống"),), (("Lý do", why),),
        hidden(ly_do=why, dung="1" if on else "0"), effects,
    )  # fmt: skip
