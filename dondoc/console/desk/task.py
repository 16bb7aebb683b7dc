"""/theo-doi/ke-hoach/{plan}/nhiem-vu/{task}: everything about one task, from the plan's words to its Prefect runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console import wording
from dondoc.console.desk.addresses import plan_address, task_address, task_of, with_query
from dondoc.console.desk.criteria import criteria_address
from dondoc.console.desk.event_record import event_address
from dondoc.console.desk.fates import fates, outside
from dondoc.console.desk.reading import Reading, page_number
from dondoc.console.desk.rows import PERIODIC, RowView, row
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.timeline import timeline
from dondoc.console.desk.waiting import record_address
from dondoc.console.pages import Pages
from dondoc.console.views import HistoryView
from dondoc.console.wording import Badge
from dondoc.domain.clause_words import describe
from dondoc.domain.moments import local_day
from dondoc.domain.obligations import PERIODIC_TASK
from dondoc.domain.occurrences import conditions
from dondoc.domain.plan import Task
from dondoc.domain.targets import Target, targets_of
from dondoc.rendering.wording import leading_capital
from dondoc.services import case_counts, tracing
from dondoc.services.app import App
from dondoc.services.books import Book, books
from dondoc.services.runs import Known, RunBoard
from dondoc.services.status import COUNT_NAMES
from dondoc.services.tracing import Trace, Traced

MOST_STEPS = 4
RUN_STATES = {
    "COMPLETED": Badge("green", "check", "Đã chạy xong"), "RUNNING": Badge("blue", "open", "Đang chạy"),
    "PENDING": Badge("blue", "clock", "Sắp chạy"), "FAILED": Badge("red", "alert", "Bị lỗi"),
    "CRASHED": Badge("red", "alert", "Đứt giữa chừng"), "CANCELLED": Badge("grey", "dash", "Đã hủy"),
    "CANCELLING": Badge("grey", "dash", "Đang hủy"), "PAUSED": Badge("grey", "dash", "Tạm dừng"),
}  # fmt: skip
RUN_UNKNOWN = Badge("grey", "dash", "Không rõ")


def task_routes(app: App, pages: Pages, seats: Seats, demo: bool, board: RunBoard | None = None) -> list[BaseRoute]:
    """The routes of this module."""
    page = _Task(app, pages, seats, demo, board or RunBoard(app))
    return [Route("/theo-doi/ke-hoach/{plan}/nhiem-vu/{task}", page.task)]


@dataclass(frozen=True, slots=True)
class OwedView:
    """One obligation of the task. `answer` is the number of the answer that waits for a review; None when none does."""

    id: str
    row: RowView
    sentences: tuple[str, ...]
    steps: tuple[tuple[date, str], ...]
    history: tuple[HistoryView, ...]
    answer: str | None


class _Task(Reading):
    def __init__(self, app: App, pages: Pages, seats: Seats, demo: bool, board: RunBoard) -> None:
        super().__init__(app, pages, seats, demo)
        self.board = board

    def task(self, request: Request) -> Response:
        """The page. Prefect is asked while the store is read, and waited for only a moment."""
        now, agency = self.app.now(), request.query_params.get("co-quan") or None
        with self.reading(request) as (seat, session):
            book = books(self.app, session).get(request.path_params["plan"])
            if book is None:
                raise HTTPException(404)
            task_id = task_of(book.plan, request.path_params["task"])
            if not task_id.isprintable() or (agency and agency not in book.directory.by_id):
                raise HTTPException(404)
            if task_id in book.plan.by_id:
                self.board.ask(book.plan.id, task_id)
            number = page_number(request)
            found = tracing.trace(self.app, session, book, task_id, now, agency=agency, number=number)
            if found is None:
                raise HTTPException(404)
            counted = next(iter(case_counts.counts_of(session, book, now, task_id).tasks), None)
        known = self.board.known(book.plan.id, task_id) if task_id in book.plan.by_id else None
        return self.show("task", seat, "ke-hoach", cases=counted, **_values(found, known, agency, now))


def _values(found: Trace, known: Known | None, agency: str | None, now: datetime) -> dict[str, Any]:
    book, here = found.book, task_address(found.book.plan.id, found.task_id)
    names = {one.id: one.name for one in book.directory.agencies}
    return {
        "now": now, "book": book, "task": found.task, "task_id": found.task_id, "title": _title(found),
        "section": _section(book, found.task), "clauses": _clauses(found.task),
        "counts": [(COUNT_NAMES[name], count) for name, count in _counted(found.counts)],
        "total": sum(found.counts.values()), "page": found.page, "agency": names.get(agency or "", ""),
        "owed": [_owed(one, now) for one in found.traced], "events": timeline(found.journal, book),
        "most_events": tracing.MOST_ENTRIES, "messages": fates(found.messages, names),
        "outside": outside(found.outside), "known": known, "run_states": RUN_STATES, "run_unknown": RUN_UNKNOWN,
        "targets": _targets(book, found.task), "criteria_address": criteria_address(book.plan.id),
        "address": here, "plan_address": plan_address(book.plan.id),
        "page_address": lambda number: with_query(here, {"co-quan": agency or "", "trang": str(number)}),
        "opened_by": _opened_by(book, found.task), "record": _record(book, found.task),
    }  # fmt: skip


def _opened_by(book: Book, task: Task | None) -> list[tuple[str, str]]:
    """The events that opened something in the task, each once: words and page."""
    found = book.scope.openings.get(task.id, ()) if task is not None else ()
    return list(dict.fromkeys((one.name.removeprefix("Theo "), event_address(one.event)) for one in found))


def _record(book: Book, task: Task | None) -> str:
    """Where an event for the task is recorded; "" where it waits for none."""
    if task is None or book.archived:
        return ""
    waits = any(any(conditions(part.clauses)) for part in task.parts)
    return record_address(book.plan.id, task.id) if waits else ""


def _targets(book: Book, task: Task | None) -> list[tuple[Target, bool]]:
    """The targets that the task serves, those that are only proposed last."""
    known = {target.code: target for target in targets_of(book.plan)}
    pairs = [(code, False) for code in task.targets] + [(code, True) for code in task.targets_proposed] if task else []
    return [(known[code], proposed) for code, proposed in pairs if code in known]


def _counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(name, counts[name]) for name in COUNT_NAMES if counts.get(name)]


def _title(found: Trace) -> str:
    if found.task is not None:
        return found.task.activity
    return PERIODIC if found.task_id == PERIODIC_TASK else f"Nhiệm vụ {found.task_id}, không còn trong kế hoạch"


def _section(book: Book, task: Task | None) -> str:
    found = next((s for s in book.plan.sections if task is not None and s.no == task.section), None)
    return f"{found.no}. {found.title}" if found else ""


def _clauses(task: Task | None) -> tuple[str, ...]:
    return tuple(leading_capital(describe(clause)) for clause in task.clauses) if task else ()


def _owed(one: Traced, now: datetime) -> OwedView:
    owed = one.owed
    case, where = owed.case, owed.where
    quiet = owed.book.archived or where.work in ("done", "waived", "reported") or where.pause is not None
    steps = [] if quiet else wording.coming_steps(owed, local_day(now))
    waiting = next((a.id for a in reversed(case.answers) if a.kind in _REVIEWED and a.review is None), None)
    return OwedView(
        case.obligation.id, row(owed, now), one.sentences,
        tuple((day, leading_capital(words)) for day, words in steps[:MOST_STEPS]),
        tuple(HistoryView(wording.answered(a), one.files.get(a.id, ())) for a in reversed(case.answers)), waiting,
    )  # fmt: skip


_REVIEWED = ("done", "extension", "not_applicable", "not_mine")
