"""Events in the demo: the year's accepted products, documents of the last days, one that waits to be tied to a task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from dondoc.domain.events import Event, EventKind
from dondoc.domain.moments import at, local_day
from dondoc.domain.products import Product
from dondoc.errors import Refused
from dondoc.services import events
from dondoc.services.app import App
from dondoc.services.books import Book, book
from dondoc.services.event_choices import Choice
from dondoc.services.events import Desk
from dondoc.services.products import BY, open_product
from dondoc.store import obligations

WHO = "bản chạy thử"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A document that came so many working days ago; it opens `task_id` (None: nobody has said yet) for the first
    `agencies` of those who wait (0: for all), with a due day so many working days ahead (0: none is set)."""

    days_ago: int
    kind: EventKind
    number: str
    issuer: str
    subject: str
    task_id: str | None
    agencies: int = 0
    due_days: int = 0


WANTED = (
    _Wanted(2, "guidance", "01/BNV-MAU", "Bộ Nội vụ", "Hướng dẫn xác định vị trí việc làm", "IV.2.78", 6),
    _Wanted(1, "directive", "02/UBND-MAU", "UBND tỉnh", "Chỉ đạo điều chỉnh dự toán", "V.2.97", 0, 15),
    _Wanted(1, "guidance", "03/BNV-MAU", "Bộ Nội vụ", "Hướng dẫn rà soát đơn vị sự nghiệp công lập", None),
)


def write_products(app: App, plan_id: str, found: Iterable[tuple[date, Product]]) -> None:
    """The events that the rehearsed year's accepted products brought about, on their days and under their numbers."""
    for day, product in found:
        with app.sessions.begin() as session:
            desk = Desk(app, session, BY, at(day, time(9, 30)))
            open_product(desk, book(app, session, plan_id), product)


def fill(app: App, plan_id: str, now: datetime) -> None:
    """Documents of the last days, recorded through the same service as real ones; what does not fit is left out."""
    with app.sessions() as session:
        found = book(app, session, plan_id)
        waiting = [case.obligation for case in obligations.load_cases(session, plan_id=plan_id)]
    for wanted in WANTED:
        agencies = tuple(o.agency for o in waiting if o.task_id == wanted.task_id and o.kind == "awaiting")
        choices = _choices(found, wanted, agencies, now)
        day = found.scope.calendar.add(local_day(now), -wanted.days_ago)
        event = Event(wanted.kind, day, wanted.subject, wanted.number, wanted.issuer)
        try:
            events.record(app, event, choices, by=WHO, now=now, note="Văn bản của bản chạy thử.", announce=False)
        except Refused:
            continue  # the plan has no such task: the demo goes without


def _choices(found: Book, wanted: _Wanted, agencies: tuple[str, ...], now: datetime) -> list[Choice]:
    if wanted.task_id is None:
        return []
    due_on = found.scope.calendar.add(local_day(now), wanted.due_days) if wanted.due_days else None
    chosen = agencies[: wanted.agencies] if wanted.agencies else ()
    return [Choice(wanted.task_id, found.plan.id, chosen, due_on)]
