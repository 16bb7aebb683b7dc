"""/theo-doi/tieu-chi: PAR INDEX against a plan: criteria, who answers, linked tasks, evidence, points, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console.desk.addresses import plan_address, with_query
from dondoc.console.desk.reading import Reading
from dondoc.console.desk.seats import Seats
from dondoc.console.desk.targets import TaskLink, task_links
from dondoc.console.pages import Pages
from dondoc.domain.criteria import Criterion, Index, Total
from dondoc.domain.targets import number_words
from dondoc.errors import ProblemsFound
from dondoc.rendering.wording import short_day
from dondoc.services import assessing
from dondoc.services.app import App
from dondoc.services.assessing import Assessed, Assessment
from dondoc.services.books import Book, books
from dondoc.services.status import agency_name
from dondoc.store.evidence import Evidence

HERE = "/theo-doi/tieu-chi"
NEED_TASKS = "chua-phuc-vu"


def criteria_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    return [Route(HERE, _Criteria(app, pages, seats, demo).criteria)]


def criteria_address(plan_id: str, only: str = "") -> str:
    """The page for a plan."""
    return with_query(HERE, {"ke-hoach": plan_id, "chi": only})


@dataclass(frozen=True, slots=True)
class CriterionView:
    """One row: a criterion that is scored (`is_scored`) or a heading over others. Numbers are words, "" for none."""

    code: str
    title: str
    agencies: tuple[str, ...]
    note: str
    is_scored: bool
    tasks: tuple[TaskLink, ...] = ()
    evidence: tuple[str, ...] = ()
    maximum: str = ""
    self_score: str = ""
    appraised: str = ""

    @property
    def is_gap(self) -> bool:
        """Whether no task serves it by decision."""
        return self.is_scored and not any(not task.proposed for task in self.tasks)


@dataclass(frozen=True, slots=True)
class ComponentView:
    """One component with its rows and its sum in words."""

    code: str
    title: str
    rows: tuple[CriterionView, ...]
    total: str


class _Criteria(Reading):
    def criteria(self, request: Request) -> Response:
        """The page, for the plan asked for, else the newest followed one."""
        now, only = self.app.now(), request.query_params.get("chi", "")
        with self.reading(request) as (seat, session):
            known = books(self.app, session)
            book = _chosen(known, request.query_params.get("ke-hoach", ""))
            try:
                values = self._values(session, book, only == NEED_TASKS) if book else {"components": ()}
                wrong: tuple[str, ...] = ()
            except ProblemsFound as error:
                values, wrong = {"components": ()}, tuple(str(problem) for problem in error.problems)
        return self.show(
            "criteria", seat, "ke-hoach", now=now, book=book, plans=_newest_first(known), wrong=wrong,
            only_gaps=only == NEED_TASKS, address=criteria_address, plan_address=plan_address, need=NEED_TASKS,
            **values,
        )  # fmt: skip

    def _values(self, session: Session, book: Book, only_gaps: bool) -> dict[str, Any]:
        index = assessing.index_of(self.app.settings.config)
        found = assessing.assess_in(self.app, session, book.plan, index, self.app.now())
        rows = {row.served.criterion.code: row for row in found.rows}
        components = tuple(_components(book, index, rows, found, only_gaps))
        gaps = sum(not row.served.tasks for row in found.rows)
        return {
            "index": index, "components": components, "gaps": gaps, "scored": len(found.rows), "table": found.table,
            "total": _sum(found.total), "year": found.year,
        }  # fmt: skip


def _chosen(known: Mapping[str, Book], wanted: str) -> Book | None:
    if wanted and wanted not in known:
        raise HTTPException(404)
    return known.get(wanted) or next(iter(_newest_first(known)), None)


def _newest_first(known: Mapping[str, Book]) -> list[Book]:
    """Followed plans before archives, the newest first."""
    return sorted(known.values(), key=lambda book: (book.archived, -book.plan.year, book.plan.id))


def _components(
    book: Book, index: Index, rows: Mapping[str, Assessed], found: Assessment, only_gaps: bool
) -> Iterator[ComponentView]:
    for component, total in found.totals:
        own = [one for one in index.criteria if index.component_of(one.code) == component.code]
        views = [_view(book, one, rows.get(one.code)) for one in own]
        shown = tuple(view for view in views if not only_gaps or view.is_gap)
        if shown:
            yield ComponentView(component.code, component.title, shown, _sum(total) if found.table else "")


def _view(book: Book, criterion: Criterion, row: Assessed | None) -> CriterionView:
    if row is None:
        return CriterionView(criterion.code, criterion.title, criterion.agencies, criterion.note or "", False)
    points = row.points
    scores = (points.maximum, points.self_score, points.appraised) if points else (None, None, None)
    return CriterionView(
        criterion.code, criterion.title, criterion.agencies, criterion.note or "", True,
        task_links(book.plan, row.served.tasks, row.served.proposed),
        tuple(_evidence(book, one) for one in row.evidence),
        *("" if score is None else number_words(score) for score in scores),
    )  # fmt: skip


def _evidence(book: Book, one: Evidence) -> str:
    """ "Sở Tư pháp, nhiệm vụ I.2.5: 12/KH-UBND ngày 20/3/2024, 1 tệp"."""
    day = f"ngày {short_day(one.document_date)}" if one.document_date else ""
    document = " ".join(filter(None, (one.document_number, day))) or one.text or "đã báo cáo"
    files = f", {len(one.files)} tệp" if one.files else ""
    return f"{agency_name(book, one.agency)}, nhiệm vụ {one.task_id}: {document}{files}"


def _sum(total: Total) -> str:
    own = "chưa tự chấm" if total.self_score is None else f"tự chấm {number_words(total.self_score)}"
    judged = "chưa thẩm định" if total.appraised is None else f"thẩm định {number_words(total.appraised)}"
    return (
        f"tối đa {number_words(total.maximum)}, {own}, {judged}; {total.with_points}/{total.criteria} tiêu chí có điểm"
    )
