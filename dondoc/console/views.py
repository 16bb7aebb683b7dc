"""What the templates are told: plain values, worded, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import quote, urlencode

from dondoc.console import wording
from dondoc.console.wording import Badge
from dondoc.domain.answers import Answer
from dondoc.domain.calendar import days
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import Obligation
from dondoc.rendering.wording import full_day, short_day
from dondoc.services.owed import Owed
from dondoc.services.periodic import KIND
from dondoc.services.replies import latest_promise, waiting_request
from dondoc.store.models import FileRow

MOST_SUGGESTED = 30


@dataclass(frozen=True)
class HistoryView:
    """One answer with its files."""

    text: str
    files: tuple[FileRow, ...]


@dataclass(frozen=True)
class TaskView:
    """One obligation as a card."""

    id: str
    code: str
    title: str
    agency: str
    period: str
    objective: str
    products: tuple[str, ...]
    coordinates: tuple[str, ...]
    deadline_words: str
    due: str
    target: str
    event: str
    badge: Badge
    sentences: tuple[str, ...]
    history: tuple[HistoryView, ...]
    request: str
    address: str
    is_periodic: bool
    plan: str


@dataclass(frozen=True)
class GroupView:
    """Obligations under one heading. `answerable` ones can be chosen, `folded` ones start closed."""

    key: str
    title: str
    hint: str
    badge: Badge
    answerable: bool
    folded: bool
    tasks: list[TaskView] = field(default_factory=list)


@dataclass(frozen=True)
class AgencyView:
    """One agency's groups, empty ones left out."""

    id: str
    name: str
    groups: tuple[GroupView, ...]


_GROUPS = (
    ("qua-han", "Quá hạn", "Báo cáo ngay, hoặc hẹn ngày nếu còn hẹn được.", Badge("red", "alert", ""), True, False),
    ("tra-lai", "Được trả lại", "Bổ sung theo lý do đã nêu rồi gửi lại.", Badge("violet", "back", ""), True, False),
    ("sap-den-han", "Sắp đến hạn", "", Badge("amber", "clock", ""), True, False),
    ("dang-thuc-hien", "Đang thực hiện", "", Badge("blue", "open", ""), True, False),
    (
        "cho-duyet", "Chờ duyệt", "Đã gửi; muốn sửa thì báo cáo lại, bản sau thay bản trước.",
        Badge("blue", "wait", ""), True, False,
    ),
    ("chua-den-ky", "Chưa đến kỳ", "Có thể báo cáo sớm.", Badge("grey", "later", ""), True, True),
    ("da-xong", "Đã xong", "", Badge("green", "check", ""), False, True),
    ("thuong-xuyen", "Thường xuyên", "Theo dõi qua báo cáo định kỳ.", Badge("grey", "loop", ""), False, True),
    (
        "cho-su-kien", "Chờ sự kiện", "Chưa có ngày. Chọn để báo sự kiện đã xảy ra hay chưa.",
        Badge("grey", "later", ""), True, True,
    ),
    ("chua-xac-dinh", "Chưa xác định đơn vị", "", Badge("grey", "later", ""), False, True),
)  # fmt: skip


def task_view(owed: Owed, now: datetime) -> TaskView:
    """One obligation, worded."""
    task, obligation = owed.task, owed.case.obligation
    return TaskView(
        id=obligation.id,
        code=task.id if task else "",
        title=task.activity if task else obligation.name,
        agency=owed.agency.name,
        period="" if task is None or obligation.period.isdigit() or owed.event else obligation.name,
        objective=(task.objective or "") if task else "",
        products=task.products if task else (),
        coordinates=task.coordinate_names if task else (),
        deadline_words=task.deadline if task else "",
        due=wording.due(owed),
        target=wording.target(owed),
        event=wording.event_words(owed.event) if owed.event else "",
        badge=wording.badge(owed, now),
        sentences=tuple(wording.next_words(owed, now)),
        is_periodic=obligation.kind == KIND,
        history=tuple(_history(owed, answer) for answer in owed.case.answers),
        request=_request(owed, now),
        address=answer_address(owed.case.obligation),
        plan=owed.book.plan.title,
    )


def _request(owed: Owed, now: datetime) -> str:
    """What the agency asked for and nobody has decided yet; "" without."""
    request = waiting_request(owed.case)
    return " ".join(wording.request_words(owed, request, local_day(now))) if request else ""


def _history(owed: Owed, answer: Answer) -> HistoryView:
    words = wording.answered(answer, owed.book.directory, owed.case.obligation.kind)
    return HistoryView(words, owed.files.get(answer.id, ()))


def answer_address(obligation: Obligation) -> str:
    """Where an obligation is answered: a periodic report has a form of its own."""
    if obligation.kind == KIND:
        return f"/viec/bao-cao/{quote(obligation.id)}"
    return f"/viec/tra-loi?{urlencode({'viec': obligation.id})}"


def agency_views(found: Iterable[Owed], now: datetime) -> tuple[AgencyView, ...]:
    """Agencies in the order in which the plans name them, their obligations grouped by state, urgent ones first."""
    by_agency: dict[str, list[Owed]] = {}
    for owed in found:
        by_agency.setdefault(owed.agency.id, []).append(owed)
    return tuple(AgencyView(key, own[0].agency.name, _groups(own, now)) for key, own in by_agency.items())


def _groups(found: list[Owed], now: datetime) -> tuple[GroupView, ...]:
    groups = {key: GroupView(key, *rest) for key, *rest in _GROUPS}  # type: ignore[arg-type]
    for owed in sorted(found, key=lambda o: o.case.obligation.aim or date.max):
        groups[wording.group_key(owed)].tasks.append(task_view(owed, now))
    return tuple(group for group in groups.values() if group.tasks)


@dataclass(frozen=True)
class PromiseView:
    """What may be promised for everything chosen: the last day in words, and days to pick from."""

    limit: str
    possible: bool
    days: tuple[tuple[str, str], ...]


def promise_view(found: Iterable[Owed], now: datetime) -> PromiseView:
    """The tightest limit of all that were chosen."""
    today = local_day(now)
    limits = [(limit, owed) for owed in found if (limit := latest_promise(owed.case, owed.book)) is not None]
    if not limits:
        return PromiseView("", True, ())
    limit, owed = min(limits, key=lambda pair: pair[0])
    calendar = owed.book.rules.calendar
    working = [day for day in days(today, limit) if calendar.covers(day) and calendar.is_working(day)]
    return PromiseView(
        full_day(limit), limit >= today, tuple((short_day(day), full_day(day)) for day in working[-MOST_SUGGESTED:])
    )
