"""The state at eight in the morning: one plan's counts, what needs a hand now, and whether the system lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.domain.counts import COUNTS, REPORTS_SECTION, REPORTS_TITLE
from dondoc.domain.moments import local_day
from dondoc.domain.vietnamese import vietnamese_key
from dondoc.services import inbox, last_runs, outbox_views
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.outbox_views import Departure
from dondoc.services.status import agency_name
from dondoc.store import alarms, listings, waiting
from dondoc.store.listings import Wanted
from dondoc.store.models import AlarmRow, GuardRow

MOST_AGENCIES = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one agency or section, every name of COUNTS with a number."""

    id: str
    name: str
    numbers: Mapping[str, int]

    @property
    def total(self) -> int:
        """Of all counts."""
        return sum(self.numbers.values())


@dataclass(frozen=True)
class PlanState:
    """The counts of one plan. `own` is the supervisor's own row, apart from the others; None when it owes nothing.

    `soon` are due in the next 14 days.
    """

    book: Book
    total: Counted
    agencies: tuple[Counted, ...]
    own: Counted | None
    sections: tuple[Counted, ...]
    soon: int


@dataclass(frozen=True)
class Waits:
    """What needs a person, over all plans. `oldest` is since when the oldest answer waits for its review."""

    reviews: int
    oldest: datetime | None
    messages: Mapping[str, int]
    no_contact: tuple[tuple[str, int], ...]
    guards: Sequence[GuardRow]
    alarms: Sequence[AlarmRow]


@dataclass(frozen=True)
class Health:
    """Signs of life: the last full sweep and delivery, the next day to look at, when what is ready leaves."""

    swept_at: datetime | None
    delivered_at: datetime | None
    next_look: date | None
    departure: Departure


def plan_state(session: Session, book: Book, now: datetime) -> PlanState:
    """The counts of a plan as they stand now. One query."""
    found = listings.tallies(session, Wanted(plan_id=book.plan.id), local_day(now))
    agencies = [Counted(key, agency_name(book, key), _all(row)) for key, row in found.agencies.items()]
    own = next((row for row in agencies if row.id == book.plan.supervisor), None)
    others = sorted((row for row in agencies if row is not own), key=lambda row: vietnamese_key(row.name))
    titles = {section.no: f"{section.no}. {section.title}" for section in book.plan.sections}
    titles.setdefault(REPORTS_SECTION, REPORTS_TITLE)
    order = {key: n for n, key in enumerate(titles)}
    sections = [
        Counted(key, titles.get(key, key), _all(found.sections[key]))
        for key in sorted(found.sections, key=lambda key: (order.get(key, len(order)), key))
    ]
    return PlanState(
        book, Counted("", book.plan.title, _all(found.total)), tuple(others), own, tuple(sections), found.soon
    )


def plan_totals(session: Session, books: Mapping[str, Book], now: datetime) -> dict[str, Counted]:
    """The counts of each plan. One query."""
    found = listings.by_plan(session, local_day(now))
    return {key: Counted(key, book.plan.title, _all(found.get(key, {}))) for key, book in books.items()}


def agency_totals(session: Session, books: Mapping[str, Book], now: datetime) -> tuple[Counted, ...]:
    """The counts of each agency over these plans, in Vietnamese alphabetical order. One query."""
    found = listings.by_agency(session, local_day(now), list(books))
    rows = [Counted(key, name_in(books, key), _all(numbers)) for key, numbers in found.items()]
    return tuple(sorted(rows, key=lambda row: vietnamese_key(row.name)))


def name_in(books: Mapping[str, Book], agency: str) -> str:
    """What people call an agency, by the newest plan that knows it."""
    names = (agency_name(book, agency) for book in reversed(list(books.values())))
    return next((name for name in names if name != agency), agency)


def waits(session: Session, now: datetime) -> Waits:
    """What needs a person now."""
    number, oldest = inbox.since(session)
    return Waits(
        number, oldest, waiting.messages(session),
        tuple((agency, count) for agency, count in waiting.without_contact(session, MOST_AGENCIES)),
        waiting.guards(session), alarms.of_day(session, local_day(now)),
    )  # fmt: skip


def health(app: App, session: Session, now: datetime) -> Health:
    """Whether the system lives."""
    return Health(
        last_runs.last(session, last_runs.SWEEP), last_runs.last(session, last_runs.DELIVERY),
        waiting.next_look(session), outbox_views.departing(app, session, now),
    )  # fmt: skip


def _all(numbers: Mapping[str, int]) -> dict[str, int]:
    return {name: numbers.get(name, 0) for name in COUNTS}
