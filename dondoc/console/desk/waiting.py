"""/theo-doi/cho-su-kien: every clause that waits for an event, by plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dondoc.console import wording
from dondoc.console.desk.addresses import task_address, with_query
from dondoc.console.desk.event_record import RECORD, event_address
from dondoc.console.desk.reading import Reading
from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.events import Event
from dondoc.domain.plan import Plan
from dondoc.intake.texts import clean_line
from dondoc.services.app import App
from dondoc.services.books import books
from dondoc.services.event_words import cap_words, rule_words
from dondoc.services.proposing import Offered, proposed_to
from dondoc.services.waiting_clauses import Clause, Waits, waiting
from dondoc.store import events

HERE = "su-kien"
HOME = "/theo-doi/cho-su-kien"
MOST_SAID = 3
Link = tuple[str, str]
"""Words and address."""


@dataclass(frozen=True, slots=True)
class WaitingView:
    """One clause that waits. `said`: the last words of agencies, latest first; `record`: where an event is entered."""

    code: str
    title: str
    address: str
    label: str
    questions: tuple[str, ...]
    since: date
    waits: int
    answered: int
    said: tuple[str, ...]
    before: tuple[Link, ...]
    before_proposed: tuple[Link, ...]
    events: tuple[Link, ...]
    rule: str
    cap: str
    record: str


def waiting_routes(app: App, pages: Pages, seats: Seats, demo: bool) -> list[BaseRoute]:
    """The routes of this module."""
    return [Route(HOME, _Waiting(app, pages, seats, demo).list)]


class _Waiting(Reading):
    def list(self, request: Request) -> Response:
        """What waits, of all followed plans or of one."""
        now = self.app.now()
        with self.reading(request) as (seat, session):
            known = books(self.app, session, live=True)
            wanted = clean_line(request.query_params.get("ke-hoach", ""))
            chosen = {wanted: known[wanted]} if wanted in known else known
            found = waiting(session, chosen)
            loose = [(row.id, events.to_event(row)) for row in events.waiting(session)]
        return self.show(
            "waiting", seat, HERE, now=now, plans=_by_plan(found, loose), total=len(found), loose=len(loose),
            choices=[(key, book.plan.title) for key, book in known.items()], wanted=wanted if wanted in known else "",
        )  # fmt: skip


def _by_plan(found: Sequence[Clause], loose: Sequence[tuple[str, Event]]) -> list[tuple[Plan, list[WaitingView]]]:
    offered = proposed_to(found, loose)
    plans = {one.book.plan.id: one.book.plan for one in found}
    return [(plan, [_view(one, offered) for one in found if one.book.plan.id == plan.id]) for plan in plans.values()]


def _view(one: Clause, offered: Mapping[tuple[str, str, str], tuple[Offered, ...]]) -> WaitingView:
    plan = one.book.plan
    return WaitingView(
        one.task.id, one.task.activity, task_address(plan.id, one.task.id), one.part.label or "", one.questions,
        one.since, len(one.waits), len(one.answered), tuple(_said(each) for each in one.answered[:MOST_SAID]),
        _tasks(plan, one.before), _tasks(plan, one.task.after.proposed),
        tuple((words, event_address(id)) for id, words in offered.get(one.key, ())), rule_words(one), cap_words(one),
        record_address(plan.id, one.task.id),
    )  # fmt: skip


def record_address(plan_id: str, task_id: str, **document: str) -> str:
    """The form of an event for that task, filled with what is known of the document; names as the form's."""
    known = {name.replace("_", "-"): value for name, value in document.items()}
    return with_query(RECORD, {"ke-hoach": plan_id, "nhiem-vu": task_id, **known})


def _tasks(plan: Plan, ids: Sequence[str]) -> tuple[Link, ...]:
    return tuple((id, task_address(plan.id, id)) for id in ids)


def _said(each: Waits) -> str:
    assert each.said_at is not None
    words = "đã xảy ra" if each.happened else "chưa xảy ra"
    document = f" ({each.document})" if each.document else ""
    return f"{each.name}: {words}{document}, {wording.moment(each.said_at)}"
