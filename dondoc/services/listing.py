"""Lists of obligations for the supervisor: found in the cache of standings, each row read whole for its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from dondoc.domain.cases import Case, standing
from dondoc.domain.decide import Snapshot
from dondoc.domain.directory import Agency
from dondoc.domain.moments import local_day
from dondoc.domain.plan import Plan
from dondoc.domain.vietnamese import searchable, vietnamese_key
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.owed import Owed
from dondoc.services.status import agency_name
from dondoc.store import listings, obligations
from dondoc.store.listings import Order, Wanted

PAGE = 50


@dataclass(frozen=True)
class Listed:
    """One page of a list. `total` is of the whole list, `number` the page shown (from 1), `pages` at least 1."""

    rows: tuple[Owed, ...]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Line:
    """One obligation in a file: plain values, no words. `count` is the name of the count it falls in."""

    obligation_id: str
    task_id: str
    agency: str
    name: str
    count: str
    work: str
    due_on: date | None
    late_after: date | None
    submitted_on: date | None


def matching(plan: Plan, text: str) -> tuple[str, ...]:
    """Ids of the plan's tasks that hold every word of `text` in code, activity, products or deadline; accents and
    capitals do not count."""
    words = searchable(text).split()
    return tuple(task_id for task_id, found in plan.search_texts.items() if all(word in found for word in words))


def narrowed(wanted: Wanted, plan: Plan, text: str) -> Wanted:
    """The list with a search over the plan's words added; an empty search narrows nothing."""
    return replace(wanted, task_ids=matching(plan, text)) if searchable(text) else wanted


def listed(
    app: App,
    session: Session,
    books: Mapping[str, Book],
    wanted: Wanted,
    order: Order,
    number: int,
    now: datetime,
    size: int = PAGE,
) -> Listed:
    """One page of the list, the nearest one there is when `number` is too high. A constant number of queries."""
    today = local_day(now)
    total = listings.count(session, wanted, today)
    pages = max(1, -(-total // size))
    shown = min(max(1, number), pages)
    ids = listings.page(session, wanted, today, order, _agencies(books, order), (shown - 1) * size, size)
    return Listed(tuple(owed_of(session, books, ids, now)), total, shown, pages)


def lines(session: Session, books: Mapping[str, Book], wanted: Wanted, order: Order, now: datetime) -> Iterator[Line]:
    """The whole list as plain values, for a file."""
    found = listings.exported(session, wanted, local_day(now), order, _agencies(books, order))
    for row, name, count in found:
        yield Line(
            row.obligation_id, row.task_id or "", row.agency or "", name, count, row.work or "", row.due_on,
            row.late_after, row.submitted_on,
        )  # fmt: skip


def owed_of(session: Session, books: Mapping[str, Book], ids: Sequence[str], now: datetime) -> Iterator[Owed]:
    """These obligations as they stand now, in this order; what is no longer there is left out. Files are not read."""
    cases = {case.obligation.id: case for case in obligations.load_cases(session, ids=ids)}
    ladders = obligations.load_ladders(session)
    snapshots = {plan_id: book.snapshot(ladders) for plan_id, book in books.items()}
    for key in ids:
        case = cases.get(key)
        if case is not None and case.obligation.plan_id in books:
            plan_id = case.obligation.plan_id
            yield _owed(case, books[plan_id], snapshots[plan_id], now)


def _owed(case: Case, book: Book, snapshot: Snapshot, now: datetime) -> Owed:
    task = book.plan.by_id.get(case.obligation.task_id)
    return Owed(
        case, standing(case, now, book.rules), book, snapshot, task, agency_of(book, case.obligation.agency), {}
    )


def agency_of(book: Book, agency: str) -> Agency:
    """The agency of the plan's directory; a stand-in with its name where nobody is chosen yet or it has gone."""
    found = book.directory.by_id.get(agency)
    return found or Agency(agency, agency_name(book, agency), "", "", "")


def agencies_in_order(books: Mapping[str, Book]) -> dict[str, str]:
    """Names by agency id of all directories, in Vietnamese alphabetical order."""
    names = {agency.id: agency.name for book in books.values() for agency in book.directory.agencies}
    return dict(sorted(names.items(), key=lambda pair: vietnamese_key(pair[1])))


def _agencies(books: Mapping[str, Book], order: Order) -> list[str]:
    return list(agencies_in_order(books)) if order == "agency" else []
