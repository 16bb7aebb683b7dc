"""Keeps the register in step with accepted products: what another task waits for opens with the acceptance, and falls
with it (DEADLINES §3 "After another task")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from dondoc.domain.cases import Case
from dondoc.domain.products import Product, accepted, opened_by_products, products, tasks_before
from dondoc.services import announcing
from dondoc.services.app import App
from dondoc.services.books import Book, book, books
from dondoc.services.events import Desk
from dondoc.store import events, obligations, plans
from dondoc.store.events import NewOpening
from dondoc.store.models import EventRow

BY = "dondoc"
UNDONE = "Kết quả mà sự kiện này dựa vào không còn được duyệt."


def keep_all(app: App, now: datetime) -> int:
    """Bring every live plan into step, one transaction each; how many events came or went. A full sweep calls it, for
    what happened while nobody looked. Plans without such links cost nothing."""
    with app.sessions() as session:
        known = [id for id, found in books(app, session, live=True).items() if opened_by_products(found.plan)]
    changed = 0
    for plan_id in known:
        with app.sessions.begin() as session:
            changed += keep(app, session, plan_id, now)
    return changed


def after_decision(app: App, session: Session, plan_id: str, task_id: str, now: datetime) -> None:
    """After a decision about a report, inside its transaction: at once what it opens or closes."""
    found = book(app, session, plan_id)
    if not found.archived and task_id in tasks_before(found.plan):
        keep(app, session, plan_id, now)


def keep(app: App, session: Session, plan_id: str, now: datetime) -> int:
    """Bring one plan into step, inside the caller's transaction; Prefect hears of it after the commit."""
    session.flush()
    plans.get_plan(session, plan_id, for_update=True)  # before anything is read: two at once see each other's work
    found = book(app, session, plan_id)
    desk = Desk(app, session, BY, now)
    before = tasks_before(found.plan)
    cases = [case for id in sorted(before) for case in obligations.load_cases(session, plan_id=plan_id, task_id=id)]
    wanted = products(found.plan, cases, found.scope.calendar)
    rows = events.products(session, plan_id)
    fallen = [row for row in rows if _is_fallen(row, cases, wanted)]
    changed = [row.id for row in fallen]
    for row in fallen:
        desk.take_back(row, UNDONE)
    standing = [row for row in rows if row not in fallen]
    for product in _new(found, wanted, standing, session):
        changed.append(open_product(desk, found, product))
    _announce_after_commit(app, session, changed)
    return len(changed)


def _is_fallen(row: EventRow, cases: Iterable[Case], wanted: Iterable[Product]) -> bool:
    """Whether a report that it rests on is accepted no more; of work that goes on, and yields one product after
    another, whether it is this product that is not."""
    sources = [case for case in cases if case.obligation.id in (row.sources or ()) and accepted(case)]
    if len(sources) < len(row.sources or ()):
        return True
    again = row.issuer is not None and any(case.obligation.kind == "ongoing" for case in sources)
    return again and row.id not in {product.event.id for product in wanted}


def _new(
    found: Book, wanted: Sequence[Product], standing: Sequence[EventRow], session: Session
) -> Iterator[Product]:  # fmt: skip
    """A task that products open once, all together or by the first, is not opened again by later ones."""
    known = {row.id for row in standing}
    opened = {one.task_id for row in standing for one in events.standing(session, row.id)}
    for product in wanted:
        once = found.plan.by_id[product.task_id].after.mode != "each"
        if product.event.id not in known and not (once and product.task_id in opened):
            yield product


def open_product(desk: Desk, found: Book, product: Product) -> str:
    """Write the event of an accepted product and open what it opens; the event's id."""
    row = events.add(desk.session, product.event, desk.now, BY, "report", sources=product.sources)
    desk.write("event-recorded", row.id, product.event.name, f"{product.event.subject}.")
    new = [NewOpening(found.plan.id, product.task_id, part, product.opens_on) for part in product.parts]
    desk.open_checked(row, new, {found.plan.id: found})
    return row.id


def _announce_after_commit(app: App, session: Session, event_ids: Sequence[str]) -> None:
    if not event_ids:
        return

    @sqlalchemy_event.listens_for(session, "after_commit", once=True)
    def announce(_: Session) -> None:
        announcing.announce(app, *event_ids)
