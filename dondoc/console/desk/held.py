"""Messages that wait for a person: listed, let go, dropped, taken back, settled; each told before it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.bench import (
    MOST_AT_ONCE,
    NO_REASON,
    Bench,
    Item,
    Preview,
    Told,
    Typed,
    departure_words,
    hidden,
)
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.services import outbox_views, releasing, settling
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.services.releasing import RELEASED, Leaving, Moved
from dondoc.services.waiting_mail import CHANNEL_NAMES, WaitingMail, waiting_mail
from dondoc.store import suppressions, switches

HERE = "thu-giu"
HOME = "/theo-doi/thu-giu"
MOST_SHOWN = 200
ACTIONS = ("cho-gui", "bo", "lay-lai", "da-den", "chua-den")
CHECKED = "Tôi đã kiểm tra: những đơn vị nêu trong thư đúng là chậm như thư viết."
MEANINGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "bo": (
        "Bỏ", "Đã bỏ",
        ("Thư không đi nữa; nội dung và lý do ở lại nhật ký.", "Lấy lại được trong ngày, ở trang của thư."),
    ),
    "lay-lai": (
        "Lấy lại", "Đã lấy lại", ("Thư được giữ lại như trước khi bỏ; chỉ đi khi có người cho gửi.",),
    ),
    "da-den": ("Ghi là đã đến:", "Đã ghi là đã đến:", ("Thư được ghi là đã đến; không gửi lại.",)),
    "chua-den": (
        "Ghi là chưa đến:", "Đã ghi là chưa đến:", ("Thư được gửi lại, hoặc nội dung còn đúng đi trong thư sau.",),
    ),
}  # fmt: skip
"""By action: its title, what is said after it, and what it does."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an action on chosen messages is called and does."""

    title: str
    done: str
    effects: tuple[str, ...]
    do: Callable[[], Moved]


def held_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = Held(Bench(app, pages, seats, demo))
    return [
        Route(HOME, page.list, methods=["GET"]),
        Route(f"{HOME}/lam/{{action}}", page.act, methods=["POST"]),
    ]


class Held:
    """The pages under /theo-doi/thu-giu."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    def list(self, request: Request) -> Response:
        """Everything that waits for a person in the outbox."""
        with self.app.sessions() as session:
            seat = self.bench.require(session, request)
            return self.listed(seat)

    def listed(self, seat: SignedIn, wrong: tuple[str, ...] = (), chosen: Collection[int] = ()) -> Response:
        """The list; with what is wrong where a form could not be taken."""
        now = self.app.now()
        with self.app.sessions() as session:
            known = books(self.app, session)
            found = waiting_mail(session, known, limit=MOST_SHOWN + 1)
            switch = switches.get(session, switches.STOP_ALL)
            silent = suppressions.in_force(session, local_day(now))
            return self.bench.show(
                seat, HERE, "held", 422 if wrong else 200, wrong=wrong, chosen=set(chosen),
                more=len(found) > MOST_SHOWN, plain=len(_plain(found[:MOST_SHOWN])), groups=_groups(found[:MOST_SHOWN]),
                switch=switch, stopped=switches.is_stopped(session), silent=silent,
                leaves=departure_words(self.app, now), most=MOST_AT_ONCE,
            )  # fmt: skip

    async def act(self, request: Request) -> Response:
        """Let go, drop, take back or settle what was chosen: first told, then done."""
        seat, form = await self.seats.form(request, "supervisor")
        action = request.path_params["action"]
        if action not in ACTIONS:
            raise HTTPException(404)
        return await run_in_threadpool(self._act, seat, action, Typed(form))

    def _act(self, seat: SignedIn, action: str, typed: Typed) -> Response:
        ids = typed.numbers("thu")
        if action == "cho-gui" and typed.line("moi") and not typed.is_confirmed:
            ids = self._every_plain()
        if not ids or len(ids) > MOST_AT_ONCE:
            many = f"Chọn nhiều nhất {MOST_AT_ONCE} thư một lần." if ids else "Đánh dấu ít nhất một thư."
            return self.listed(seat, (many,), ids)
        if action == "cho-gui":
            return self._release(seat, ids, typed)
        if not typed.text("ly_do"):
            return self.listed(seat, (NO_REASON,), ids)
        return self._with_reason(seat, action, ids, typed)

    def _every_plain(self) -> tuple[int, ...]:
        """Messages that may be let go without a look at each: they name nobody late to others."""
        with self.app.sessions() as session:
            found = waiting_mail(session, books(self.app, session), RELEASED, limit=MOST_SHOWN)
        return _plain(found)[:MOST_AT_ONCE]

    def _release(self, seat: SignedIn, ids: tuple[int, ...], typed: Typed) -> Response:
        now = self.app.now()
        moved, leaving = releasing.foresee(self.app, ids, seat.by, now)
        unchecked = {m.id for m in leaving if m.names_late} - set(typed.numbers("da_kiem_tra"))
        if typed.is_confirmed and leaving and not unchecked:
            done = releasing.release_each(self.app, ids, seat.by, now)
            return self._told(seat, "Đã cho gửi", done, departure_words(self.app, now))
        wrong = (f"Đánh dấu “{CHECKED}” ở từng thư nêu tên đơn vị chậm.",) if typed.is_confirmed and leaving else ()
        preview = Preview(
            f"Cho gửi {len(leaving)} thư", f"{HOME}/lam/cho-gui", HOME, f"Xác nhận: cho gửi {len(leaving)} thư",
            (*(self._leaving(m) for m in leaving), *_staying(moved)), hidden=hidden(thu=[m.id for m in leaving]),
            effects=_release_effects(leaving, departure_words(self.app, now)), wrong=wrong, possible=bool(leaving),
        )  # fmt: skip
        return self.bench.preview(seat, HERE, preview)

    def _leaving(self, message: Leaving) -> Item:
        to = f"Đi bằng {CHANNEL_NAMES.get(message.channel, message.channel)} đến {message.address}."
        late = ("Nêu tên đơn vị chậm với người khác.",) if message.names_late else ()
        tick = ("da_kiem_tra", str(message.id), CHECKED) if message.names_late else None
        return Item(f"Thư {message.id}: {message.subject}", (to, *late), text=message.text, tick=tick)

    def _with_reason(self, seat: SignedIn, action: str, ids: tuple[int, ...], typed: Typed) -> Response:
        meant = self._meant(action, ids, seat.by, typed.text("ly_do"))
        if typed.is_confirmed:
            try:
                return self._told(seat, meant.done, meant.do())
            except Refused as error:
                return self._told(seat, meant.done, Moved((), dict.fromkeys(ids, str(error))))
        preview = Preview(
            meant.title, f"{HOME}/lam/{action}", HOME, f"Xác nhận: {meant.title[0].lower()}{meant.title[1:]}",
            self._items(ids), (("Lý do", typed.text("ly_do")),), hidden(thu=ids, ly_do=typed.text("ly_do")),
            meant.effects,
        )  # fmt: skip
        return self.bench.preview(seat, HERE, preview)

    def _meant(self, action: str, ids: tuple[int, ...], by: str, why: str) -> Meaning:
        now, app = self.app.now(), self.app
        deeds: dict[str, Callable[[], Moved]] = {
            "bo": lambda: releasing.drop_each(app, ids, by, why, now),
            "lay-lai": lambda: releasing.undrop(app, ids, by, why, now),
            "da-den": lambda: self._settle(ids, True, by, why),
            "chua-den": lambda: self._settle(ids, False, by, why),
        }
        title, done, effects = MEANINGS[action]
        return Meaning(f"{title} {len(ids)} thư", done, effects, deeds[action])

    def _settle(self, ids: tuple[int, ...], arrived: bool, by: str, why: str) -> Moved:
        moved, stayed = [], {}
        for number in ids:
            try:
                settling.settle_by_hand(self.app, number, arrived, by, why, self.app.now())
                moved.append(number)
            except Refused as error:
                stayed[number] = str(error)
        return Moved(tuple(moved), stayed)

    def _items(self, ids: tuple[int, ...]) -> tuple[Item, ...]:
        with self.app.sessions() as session:
            known = books(self.app, session)
            found = {m.id: m for m in waiting_mail(session, known, (*outbox_views.STATUSES,), ids=ids)}
        items = []
        for number in ids:
            mail = found.get(number)
            facts = (f"Gửi {mail.to}, {mail.status_words}.",) if mail else ()
            title = f"Thư {number}: {mail.subject}" if mail else f"Thư {number}"
            items.append(Item(title, facts, wrong="" if mail else f"Không có thư số {number}."))
        return tuple(items)

    def _told(self, seat: SignedIn, done: str, moved: Moved, after: str = "") -> Response:
        for number, why in moved.stayed.items():
            self.bench.refused(seat, f"message/{number}", why)
        said = (*filter(None, (after if moved.moved else "",)), *moved.notes.values())
        links = tuple((f"{HOME}/{n}", f"Xem thư {n}") for n in moved.moved[:1]) if len(moved.moved) == 1 else ()
        title = f"{done} {len(moved.moved)} thư" if moved.moved else "Chưa có thư nào thay đổi"
        tone, sign = ("green", "check") if moved.moved else ("amber", "alert")
        told = Told(title, said, tuple(moved.stayed.values()), ((HOME, "Về thư giữ lại"), *links), tone, sign)
        return self.bench.told(seat, HERE, told, 200 if moved.moved else 409)


def _plain(found: tuple[WaitingMail, ...]) -> tuple[int, ...]:
    return tuple(mail.id for mail in found if mail.status in RELEASED and not mail.names_late)


def _groups(found: tuple[Any, ...]) -> list[tuple[str, str, list[Any]]]:
    """The rows under headings: what may be let go, and what nobody knows the fate of."""
    waits = [m for m in found if m.status in RELEASED]
    unknown = [m for m in found if m.status == "unknown"]
    return [("cho-gui", "Chờ cho gửi", waits), ("chua-ro", "Chưa rõ đã đến hay chưa", unknown)]


def _staying(moved: Moved) -> list[Item]:
    return [Item(f"Thư {number}", wrong=why) for number, why in moved.stayed.items()]


def _release_effects(leaving: tuple[Leaving, ...], leaves: str) -> tuple[str, ...]:
    if not leaving:
        return ("Không còn thư nào đi được.",)
    late = sum(message.names_late for message in leaving)
    named = (f"{late} thư nêu tên đơn vị chậm với người khác: đọc kỹ, rồi đánh dấu ở từng thư.",) if late else ()
    return (leaves, *named, "Thư đã đi thì không lấy lại được. Trước khi đi, lời thư được xét lại lần nữa.")
