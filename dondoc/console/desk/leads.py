"""Who a conditional lead is: the agencies of its group to tick, what the choice opens, and the choice itself."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.addresses import task_of
from dondoc.console.desk.bench import Bench, Item, Preview, Told, Typed, hidden
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.directory import fold
from dondoc.domain.moments import local_day
from dondoc.errors import Refused
from dondoc.rendering.wording import full_day
from dondoc.services import selecting, worklist
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.services.selecting import Foreseen
from dondoc.services.status import agency_name
from dondoc.services.worklist import OpenLead

HERE = "can-lam"
HOME = "/theo-doi/can-lam"
MOST_NAMED = 60
CHOSEN_SINCE = "Có người đã chọn lại từ lúc mở trang. Chưa có gì được ghi nhận: xem lựa chọn hiện nay rồi quyết định."


def address(found: OpenLead) -> str:
    """The page of one conditional lead; "/" in a task's id is written "~", as in the task's own address."""
    task = found.task.id.replace("/", "~")
    return f"{HOME}/don-vi/{quote(found.book.plan.id)}/{quote(task)}?nhom={quote(found.lead.name)}"


def lead_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = Leads(Bench(app, pages, seats, demo))
    where = f"{HOME}/don-vi/{{plan}}/{{task}}"
    return [Route(where, page.show, methods=["GET"]), Route(where, page.choose, methods=["POST"])]


class Leads:
    """The pages under /theo-doi/can-lam/don-vi."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    def show(self, request: Request) -> Response:
        """The agencies to tick."""
        with self.app.sessions() as session:
            seat = self.bench.require(session, request)
            found = self._found(session, seat, request, request.query_params.get("nhom", ""))
            return self._page(seat, found, found.chosen)

    def _found(self, session: Session, seat: SignedIn, request: Request, name: str) -> OpenLead:
        plan, task = request.path_params["plan"], request.path_params["task"]
        every = worklist.conditional(books(self.app, session, live=True), local_day(self.app.now()))
        found = next((one for one in every if _is_meant(one, plan, task, name)), None)
        if found is None:
            self.bench.refused(seat, f"{plan}/{task}", "Mở nhóm đơn vị không có.")
            raise HTTPException(404)
        return found

    def _page(
        self, seat: SignedIn, found: OpenLead, ticked: Sequence[str], wrong: str = "", status: int = 200
    ) -> Response:
        names = tuple(agency_name(found.book, key) for key in found.chosen)
        return self.bench.show(
            seat,
            HERE,
            "lead",
            status,
            found=found,
            ticked=set(ticked),
            names=names,
            wrong=wrong,
            here_is=address(found),
        )

    async def choose(self, request: Request) -> Response:
        """Choose agencies: first what opens and by which day, then the choice."""
        seat, form = await self.seats.form(request, "supervisor")
        return await run_in_threadpool(self._choose, request, seat, Typed(form))

    def _choose(self, request: Request, seat: SignedIn, typed: Typed) -> Response:
        with self.app.sessions() as session:
            found = self._found(session, seat, request, typed.line("nhom"))
        wanted = tuple(sorted(typed.lines("don_vi")))
        if wanted == found.chosen:
            return self._same(seat, found, typed)
        if typed.is_confirmed and typed.line("dang_chon") != " ".join(found.chosen):
            return self._page(seat, found, found.chosen, CHOSEN_SINCE, 409)
        now, (plan, task, name) = self.app.now(), (found.book.plan.id, found.task.id, found.lead.name)
        try:
            if typed.is_confirmed:
                selecting.select_lead(self.app, plan, task, name, wanted, seat.by, now)
                return self.bench.told(seat, HERE, _told(found, wanted))
            foreseen = selecting.foresee(self.app, plan, task, name, wanted, seat.by, now)
        except Refused as error:
            self.bench.refused(seat, f"{plan}/{task}", str(error))
            return self._page(seat, found, wanted, str(error), 422)
        return self.bench.preview(seat, HERE, _preview(found, wanted, foreseen))

    def _same(self, seat: SignedIn, found: OpenLead, typed: Typed) -> Response:
        """The choice that stands already; a form that is sent again ends here."""
        if typed.is_confirmed:
            return self.bench.told(seat, HERE, _told(found, found.chosen))
        why = "Đánh dấu ít nhất một đơn vị." if not found.chosen else "Lựa chọn này đang có hiệu lực rồi."
        return self._page(seat, found, found.chosen, why, 422)


def _is_meant(one: OpenLead, plan: str, task: str, name: str) -> bool:
    book = one.book
    return (book.plan.id, one.task.id, fold(one.lead.name)) == (plan, task_of(book.plan, task), fold(name))


def _preview(found: OpenLead, wanted: tuple[str, ...], foreseen: Foreseen) -> Preview:
    chosen = tuple(agency_name(found.book, key) for key in wanted)
    title = f"Chọn {len(wanted)} đơn vị cho “{found.lead.name}”" if wanted else f"Bỏ lựa chọn cho “{found.lead.name}”"
    where = address(found)
    return Preview(
        title, where.partition("?")[0], where, "Xác nhận lựa chọn",
        tuple(_item(found, foreseen)) or (Item("Không mở thêm việc nào"),),
        (("Nhiệm vụ", f"{found.task.code or found.task.id}. {found.task.activity}"),
         ("Đơn vị", "; ".join(chosen) or "Không đơn vị nào")),
        hidden(nhom=found.lead.name, don_vi=wanted, dang_chon=" ".join(found.chosen)), _effects(foreseen),
    )  # fmt: skip


def _effects(foreseen: Foreseen) -> tuple[str, ...]:
    opens, gone = len(foreseen.opens), len(foreseen.withdraws)
    said = [f"Mở {opens} việc cho các đơn vị được chọn." if opens else "Không mở thêm việc nào."]
    if opens:
        said.append("Đơn vị thấy việc ngay trên trang của mình và được nhắc theo bậc thang chung, tính từ hôm nay.")
    if gone:
        said.append(f"Rút {gone} việc của đơn vị không còn được chọn; lịch sử của việc được giữ.")
    said.append("Chọn lại được lúc nào cũng được.")
    return tuple(said)


def _item(found: OpenLead, foreseen: Foreseen) -> list[Item]:
    opens = [
        Item(agency_name(found.book, one.agency), (f"{one.name}: {_due(one)}",)) for one in foreseen.opens[:MOST_NAMED]
    ]
    gone = [
        Item(agency_name(found.book, key.rpartition("/")[2]), ("Không còn phải thực hiện; việc được rút.",))
        for key in foreseen.withdraws[:MOST_NAMED]
    ]
    return opens + gone


def _due(one: selecting.Opening) -> str:
    return f"chậm nhất {full_day(one.due_on)}" if one.due_on else "không có ngày đến hạn"


def _told(found: OpenLead, wanted: Sequence[str]) -> Told:
    names = "; ".join(agency_name(found.book, key) for key in wanted)
    task = found.task.code or found.task.id
    said = f"“{found.lead.name}” của nhiệm vụ {task} nay là: {names or 'chưa chọn đơn vị nào'}."
    return Told("Đã ghi lựa chọn", (said,), back=((HOME, "Về việc cần làm"), (address(found), "Chọn lại")))
