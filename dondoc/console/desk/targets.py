"""/theo-doi/ke-hoach/{plan}/chi-tieu: each target of a plan with what was reported of it, the verdict and the trend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.addresses import plan_address, task_address
from dondoc.console.desk.reading import Reading
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.console.wording import Badge
from dondoc.domain.plan import Plan, Task
from dondoc.domain.targets import TREND_WORDS, VERDICT_WORDS, Target, Verdict, readings_words
from dondoc.rendering.wording import leading_capital
from dondoc.services import targeting
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.status import agency_name
from dondoc.services.targeting import Reported, TargetRow
from dondoc.store.target_values import target_lines

_TONES: Mapping[Verdict, tuple[str, str]] = {
    "met": ("green", "check"), "not_met": ("amber", "alert"), "not_reported": ("grey", "dash"),
    "not_measurable": ("grey", "later"),
}  # fmt: skip
BADGES: Mapping[Verdict, Badge] = {
    verdict: Badge(tone, sign, leading_capital(VERDICT_WORDS[verdict])) for verdict, (tone, sign) in _TONES.items()
}
OVERALL = "Mục tiêu chung"
LEVELS = {"province": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã"}


def target_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    return [Route("/theo-doi/ke-hoach/{plan}/chi-tieu", _Targets(app, pages, seats, demo).targets)]


@dataclass(frozen=True, slots=True)
class ReportedView:
    """What one agency reported in one period, in words."""

    period: str
    agency: str
    value: str
    badge: Badge
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskLink:
    """A task that serves a target or criterion; `proposed`: nobody has decided on it."""

    id: str
    title: str
    address: str
    proposed: bool


@dataclass(frozen=True, slots=True)
class TargetView:
    """One target. `trend` is "" where no two periods can be compared."""

    code: str
    text: str
    badge: Badge
    wanted: tuple[str, ...]
    latest: tuple[ReportedView, ...]
    periods: tuple[ReportedView, ...]
    trend: str
    owners: tuple[str, ...]
    tasks: tuple[TaskLink, ...]


class _Targets(Reading):
    def targets(self, request: Request) -> Response:
        """The page."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            book = books(self.app, session).get(request.path_params["plan"])
            if book is None:
                raise HTTPException(404)
            found = targeting.table_of(book, target_lines(session, book.plan.id, now), now)
        counts = [(BADGES[verdict], number) for verdict, number in found.counts.items()]
        return self.show(
            "targets", seat, "ke-hoach", now=now, book=book, groups=_groups(book, found.rows), counts=counts,
            plan_address=plan_address(book.plan.id),
        )  # fmt: skip


def task_links(plan: Plan, tasks: Iterable[Task], proposed: Iterable[Task]) -> tuple[TaskLink, ...]:
    """Tasks with their pages, decided ones first."""
    pairs = [*((task, False) for task in tasks), *((task, True) for task in proposed)]
    return tuple(TaskLink(task.id, task.activity, task_address(plan.id, task.id), guess) for task, guess in pairs)


def _groups(book: Book, rows: Iterable[TargetRow]) -> list[tuple[str, list[TargetView]]]:
    """The targets under their headings, in the plan's order; the plan's overall targets first."""
    overall = len(book.plan.overall_targets)
    titled = [(OVERALL if n < overall else row.target.group or "Chỉ tiêu", row) for n, row in enumerate(rows)]
    return [(title, [_view(book, row) for _, row in own]) for title, own in groupby(titled, key=lambda pair: pair[0])]


def _view(book: Book, row: TargetRow) -> TargetView:
    target = row.target
    return TargetView(
        target.code, target.text, BADGES[row.verdict], _wanted(target),
        tuple(_reported(book, target, one) for one in row.latest),
        tuple(_reported(book, target, one) for one in row.reported),
        "" if row.trend == "unknown" else TREND_WORDS[row.trend],
        tuple(agency_name(book, owner) for owner in row.owners), task_links(book.plan, row.tasks, row.proposed),
    )  # fmt: skip


def _wanted(target: Target) -> tuple[str, ...]:
    """Each measure: what, how much, of which tier."""
    levels = [f" ({LEVELS.get(measure.level, measure.level)})" if measure.level else "" for measure in target.measures]
    return tuple(f"{m.what}: {m.wanted}{level}" for m, level in zip(target.measures, levels, strict=True))


def _reported(book: Book, target: Target, one: Reported) -> ReportedView:
    remarks: tuple[str, ...] = () if one.accepted else ("báo cáo chưa được duyệt",)
    if one.judged.contradicts:
        remarks += ("ô “đạt” đánh dấu trái với con số; con số quyết định",)
    words = readings_words(target, one.judged.readings)
    return ReportedView(
        leading_capital(one.period_name), agency_name(book, one.agency), words, BADGES[one.judged.verdict], remarks
    )
