"""Work of bodies that have ended and split, or have no successor: a person says who carries it on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.bench import Bench, Item, Preview, Told, Typed, hidden
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.directory import Agency
from dondoc.domain.moments import local_day
from dondoc.domain.succession import Question
from dondoc.domain.vietnamese import vietnamese_key
from dondoc.errors import Refused
from dondoc.rendering.wording import short_day
from dondoc.services import succession
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.succession import Succession

HERE, HOME = "can-lam", "/theo-doi/can-lam"
MOST_NAMED = 60
_BACK = ((HOME, "Về việc cần làm"),)


@dataclass(frozen=True, slots=True)
class Heirless:
    """One question of the worklist: whose work waits, and who may be named; those the directory says stand first."""

    book: Book
    agency: Agency
    question: Question
    named: tuple[Agency, ...]
    others: tuple[Agency, ...]

    @property
    def address(self) -> str:
        """Where the form goes."""
        return f"{HOME}/ke-thua/{quote(self.book.plan.id, safe='')}/{quote(self.agency.id, safe='')}"

    @property
    def why(self) -> str:
        """Why a person is asked."""
        if not self.named:
            return "Danh bạ không ghi cơ quan nào kế thừa, nên không tự chuyển được."
        return f"Danh bạ ghi {len(self.named)} cơ quan kế thừa, nên không tự chuyển được."


def heirless(
    app: App, session: Session, known: Mapping[str, Book], now: datetime
) -> tuple[tuple[Heirless, ...], tuple[tuple[Book, int], ...]]:
    """The questions of all live plans, and how many obligations of ended bodies first wait for a review, by plan."""
    found = succession.survey_all(app, session, now, known)
    questions = tuple(one for id, state in found.items() for one in _questions(known[id], state, now))
    return questions, tuple((known[id], len(state.unreviewed)) for id, state in found.items() if state.unreviewed)


def _questions(book: Book, found: Succession, now: datetime) -> Iterator[Heirless]:
    by_id, today = book.directory.by_id, local_day(now)
    valid = sorted((a for a in book.directory.agencies if a.is_valid(today)), key=lambda a: vietnamese_key(a.name))
    for question in found.questions:
        others = tuple(agency for agency in valid if agency.id not in question.heirs)
        yield Heirless(book, by_id[question.agency], question, tuple(by_id[id] for id in question.heirs), others)


def heir_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Heirs(Bench(app, pages, seats, demo))
    return [Route(f"{HOME}/ke-thua/{{plan}}/{{agency}}", page.choose, methods=["POST"])]


class _Heirs:
    """Naming who carries on: first what passes, then the decision."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.app, self.seats = bench, bench.app, bench.seats

    async def choose(self, request: Request) -> Response:
        """The heir of one ended body."""
        seat, form = await self.seats.form(request, "supervisor")
        given = request.path_params
        return await run_in_threadpool(self._choose, seat, given["plan"], given["agency"], Typed(form))

    def _choose(self, seat: SignedIn, plan: str, agency: str, typed: Typed) -> Response:
        now, heir = self.app.now(), typed.line("co_quan")
        with self.app.sessions() as session:
            known = books(self.app, session, live=True)
            if plan not in known or agency not in known[plan].directory.by_id:
                raise HTTPException(404)
            questions, _ = heirless(self.app, session, {plan: known[plan]}, now)
        found = next((one for one in questions if one.agency.id == agency), None)
        if found is None:
            return self._nothing(seat)
        chosen = next((one for one in (*found.named, *found.others) if one.id == heir), None)
        if chosen is None:
            return self._told(seat, "Chọn một cơ quan đang hoạt động trong danh bạ của kế hoạch.", 422)
        if not typed.is_confirmed:
            return self.bench.preview(seat, HERE, _preview(found, chosen))
        try:
            done = succession.carry_out(self.app, plan, now, seat.by, {agency: heir})
        except Refused as error:
            self.bench.refused(seat, f"{plan}/{agency}", str(error))
            return self._told(seat, str(error), 409)
        moved = sum(move.agency == agency for move in done.moves)
        said = (f"{moved} việc của {found.agency.name} nay của {chosen.name}.", *_effects(chosen)[1:])
        return self.bench.told(seat, HERE, Told("Đã chuyển", said, back=_BACK))

    def _nothing(self, seat: SignedIn) -> Response:
        why = "Cơ quan này không còn việc nào chờ chỉ định: đã có người chỉ định, hoặc việc đã xong."
        return self._told(seat, why, 409)

    def _told(self, seat: SignedIn, why: str, status: int) -> Response:
        told = Told("Chưa có gì được ghi nhận", (why,), back=_BACK, tone="amber", sign="alert")
        return self.bench.told(seat, HERE, told, status)


def _effects(heir: Agency) -> tuple[str, ...]:
    return (
        f"Các việc dưới đây chuyển cho {heir.name}; lịch sử giữ ở việc cũ, hai bên dẫn đến nhau.",
        "Hạn không sớm hơn ba ngày làm việc kể từ hôm nay: không ai chậm vì quyết định này.",
        f"{heir.name} được báo từng việc tiếp nhận trong thư kế tiếp; thư đang chờ cho cơ quan cũ không đi nữa.",
    )


def _preview(found: Heirless, heir: Agency) -> Preview:
    title = f"Chuyển việc của {found.agency.name} cho {heir.name}"
    items = tuple(Item(words) for words in _titles(found)[:MOST_NAMED])
    said = (
        ("Kế hoạch", found.book.plan.title),
        ("Kết thúc", f"{found.agency.name}, ngày {short_day(found.question.ended_on)}"),
        ("Cơ quan nhận", heir.name),
    )
    return Preview(
        title, found.address, HOME, "Xác nhận: chuyển việc", items, said, hidden(co_quan=heir.id), _effects(heir)
    )


def _titles(found: Heirless) -> list[str]:
    """What each obligation is, by its id: `<plan>/<task>/<part>/<period>/<agency>`, a task's id may hold "/"."""
    tasks = found.book.plan.by_id
    named = [id.removeprefix(f"{found.book.plan.id}/").rsplit("/", 3) for id in found.question.obligation_ids]
    return [
        f"{task} {tasks[task].activity}" if task in tasks else f"Báo cáo định kỳ, kỳ {p}" for task, _, p, _ in named
    ]
