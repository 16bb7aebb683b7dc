"""/theo-doi: the counts of a plan, what needs a hand now, whether the system lives; and the lists beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.addresses import agency_address, plan_address
from dondoc.console.desk.fates import fates
from dondoc.console.desk.reading import Reading
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.calendar import WorkCalendar
from dondoc.domain.moments import local_day
from dondoc.rendering.wording import short_day
from dondoc.services import overviewing
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.listing import agencies_in_order
from dondoc.services.outbox_views import STATUS_NAMES, STATUSES
from dondoc.services.overviewing import PlanState, Waits
from dondoc.store import histories
from dondoc.store.listings import SOON_DAYS

MOST_MESSAGES = 200


def overview_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Overview(app, pages, seats, demo)
    return [
        Route("/theo-doi", page.overview),
        Route("/theo-doi/ke-hoach", page.plans),
        Route("/theo-doi/co-quan", page.agencies),
        Route("/theo-doi/thu", page.messages),
    ]


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the four-way bar, in hundredths of its width."""

    tone: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Hand:
    """Something that needs a hand: how many, what it is, where the list is ("" for none), and more about it."""

    number: int
    words: str
    address: str
    more: str
    tone: str
    sign: str


FOUR = (("done_on_time", "green"), ("done_late", "amber"), ("in_term", "blue"), ("overdue", "red"))


def bar(numbers: Mapping[str, int]) -> tuple[Slice, ...]:
    """The four-way count as parts of one bar; () when all four are nought."""
    total = sum(numbers[name] for name, _ in FOUR)
    if not total:
        return ()
    found, start = [], 0.0
    for name, tone in FOUR:
        width = round(100 * numbers[name] / total, 2)
        if width:
            found.append(Slice(tone, round(start, 2), width))
        start += width
    return tuple(found)


class _Overview(Reading):
    def overview(self, request: Request) -> Response:
        """The counts of the plan asked for, else of the newest followed one."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            known = books(self.app, session)
            chosen = _chosen(known, request.query_params.get("ke-hoach", ""))
            state = overviewing.plan_state(session, chosen, now) if chosen else None
            waits, health = overviewing.waits(session, now), overviewing.health(self.app, session, now)
        return self.show(
            "overview", seat, "tong-quan", now=now, state=state, plans=_followed_first(known), waits=waits,
            hands=_plan_hands(state) if state else [], mail_hands=_mail_hands(waits, self.app.calendar, now),
            health=health, bar=bar, names=_names(known, waits), plan_address=plan_address,
            agency_address=agency_address, today=local_day(now), soon_days=SOON_DAYS,
        )  # fmt: skip

    def plans(self, request: Request) -> Response:
        """All applied plans with their counts."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            known = books(self.app, session)
            totals = overviewing.plan_totals(session, known, now)
        rows = [(book, totals[book.plan.id]) for book in _followed_first(known)]
        return self.show("plans", seat, "ke-hoach", now=now, rows=rows, bar=bar, plan_address=plan_address)

    def agencies(self, request: Request) -> Response:
        """All agencies with their counts over the followed plans."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            known = books(self.app, session, live=True)
            rows = overviewing.agency_totals(session, known, now)
        own = {book.plan.supervisor for book in known.values()}
        return self.show(
            "agencies", seat, "co-quan", now=now, rows=rows, own=own, plans=list(known.values()),
            agency_address=agency_address,
        )  # fmt: skip

    def messages(self, request: Request) -> Response:
        """The newest messages in one state."""
        status = request.query_params.get("tinh-trang", "unknown")
        if status not in STATUSES:
            raise HTTPException(404)
        now = self.app.now()
        with self.reading(request) as (seat, session):
            names = agencies_in_order(books(self.app, session))
            found = fates(histories.messages_in(session, [status], MOST_MESSAGES), names)
        states = list(STATUS_NAMES.items())
        return self.show(
            "messages", seat, "", now=now, messages=found, states=states, chosen=status, most=MOST_MESSAGES,
        )  # fmt: skip


def _chosen(known: Mapping[str, Book], wanted: str) -> Book | None:
    """The plan asked for, else the newest followed one, else any. Raises HTTPException 404 for an unknown name."""
    if wanted:
        if wanted not in known:
            raise HTTPException(404)
        return known[wanted]
    return next(iter(_followed_first(known)), None)


def _followed_first(known: Mapping[str, Book]) -> list[Book]:
    return sorted(known.values(), key=lambda book: (book.archived, -book.plan.year, book.plan.id))


def _plan_hands(state: PlanState) -> list[Hand]:
    plan, numbers = state.book.plan.id, state.total.numbers
    return [
        Hand(numbers["overdue"], "việc quá hạn", plan_address(plan, trang_thai="qua-han", sap_xep="han"),
             "Mỗi dòng nói rõ đã nhắc đến đâu và bước tiếp theo.", "red", "alert"),
        Hand(state.soon, f"việc đến hạn trong {SOON_DAYS} ngày",
             plan_address(plan, trang_thai="14-ngay", sap_xep="han"), "Hệ thống đang nhắc theo bậc.", "amber", "clock"),
        Hand(numbers["awaiting"], "việc chờ sự kiện", plan_address(plan, trang_thai="cho-su-kien"),
             "Chưa có ngày; được hỏi trong báo cáo định kỳ.", "grey", "later"),
        Hand(numbers["unassigned"], "việc chưa rõ đơn vị", plan_address(plan, trang_thai="chua-ro-don-vi"),
             "Chọn đơn vị thì mới nhắc và tính hạn.", "violet", "later"),
    ]  # fmt: skip


def _mail_hands(waits: Waits, calendar: WorkCalendar, now: datetime) -> list[Hand]:
    found = waits.messages
    alike = (("refused", "thư bị từ chối", "Nơi nhận không nhận; cần xem lại địa chỉ."),
             ("administrator", "thư chờ quản trị viên", "Gửi nhiều lần không được."))  # fmt: skip
    return [
        Hand(waits.reviews, "báo cáo, đề nghị chờ duyệt", "/theo-doi/duyet", _oldest(waits.oldest, calendar, now),
             "blue", "wait"),
        Hand(found.get("held", 0), "thư đang giữ lại", "/theo-doi/thu-giu",
             "Nêu tên cơ quan quá hạn với nơi khác, hoặc nhiều bất thường: chỉ gửi khi có người cho phép.", "violet",
             "dash"),
        Hand(found.get("unknown", 0), "thư chưa rõ đã đến hay chưa", "/theo-doi/thu?tinh-trang=unknown",
             "Không tự gửi lại; nội dung vào thư của ngày sau.", "amber", "alert"),
        *(Hand(found.get(key, 0), words, f"/theo-doi/thu?tinh-trang={key}", more, "red", "back")
          for key, words, more in alike if found.get(key)),
        Hand(sum(number for _, number in waits.no_contact), "nội dung nhắc không có đầu mối nhận", "#dau-moi",
             "Danh bạ không có ai để gửi.", "amber", "dash"),
        Hand(len(waits.guards), "chốt chặn chờ trả lời", "#chot-chan", "Hệ thống dừng lại và hỏi.", "red", "alert"),
        Hand(len(waits.alarms), "báo động hôm nay", "#bao-dong", "Của hệ thống, cho người vận hành.", "red", "alert"),
    ]  # fmt: skip


def _oldest(oldest: datetime | None, calendar: WorkCalendar, now: datetime) -> str:
    if oldest is None:
        return ""
    start, today = local_day(oldest), local_day(now)
    if start == today:
        return "Cũ nhất gửi hôm nay."
    if not (calendar.covers(start) and calendar.covers(today)):
        return f"Cũ nhất gửi ngày {short_day(start)}."
    return f"Cũ nhất gửi ngày {short_day(start)}, đã chờ {calendar.between(start, today)} ngày làm việc."


def _names(known: Mapping[str, Book], waits: Waits) -> dict[str, str]:
    """Names of agencies and plans that the lists below speak of."""
    agencies = {agency: overviewing.name_in(known, agency) for agency, _ in waits.no_contact}
    return agencies | {
        guard.plan_id: known[guard.plan_id].plan.title for guard in waits.guards if guard.plan_id in known
    }
