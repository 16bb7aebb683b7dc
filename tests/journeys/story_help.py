"""What the stories of the source documents share: the shipped plan, a town that runs it, and who was told what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from functools import cache
from pathlib import Path

from town import CONFIG, ROOT, Town, open_town

from dondoc.channels.sink import Sink
from dondoc.domain.simulate import Simulation
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_workspace
from dondoc.services import answering, status
from dondoc.services.replies import Reply


@cache
def document(plan_id: str) -> Workspace:
    """The shipped plan of that id with its own directory and regime."""
    return load_workspace(ROOT / "plans" / f"{plan_id}.yaml", CONFIG).require()


@contextmanager
def town_on(day: date, database_url: str, home: Path) -> Iterator[Town]:
    """An installation with nothing in it, on that day."""
    sink = Sink(home / "sink")
    sink.start()
    opened = open_town(database_url, home / "home", sink, day)
    try:
        yield opened
    finally:
        opened.app.engine.dispose()
        sink.stop()


def days_until(town: Town, end: date) -> None:
    """Each working day one delivery at 08:00, to the end of that day."""
    day = town.app.calendar.add(town.moment.date(), 1)
    while day <= end:
        town.morning(day)
        day = town.app.calendar.add(day, 1)


def subjects(town: Town, address: str) -> list[str]:
    """Subjects of what arrived at an address, oldest first, receipts left out."""
    found = (mail.entry for mail in town.mails())
    return [e.subject for e in found if any(address in to for to in e.to) and "Biên nhận" not in e.subject]


def done(town: Town, obligation_id: str, day: date, document: str) -> None:
    """The agency reports it done at 10:00 that day, with its document's number."""
    now = town.set(day, time(10, 0))
    reply = Reply(kind="done", document_number=document, document_date=day)
    answering.submit(
        town.app, obligation_ids=[obligation_id], reply=reply, by="đơn vị", submission=f"phieu-{now:%d%H}", now=now
    )


def counts(town: Town, agency: str) -> dict[str, int]:
    """The counts of one agency, empty columns left out."""
    ((_, found),) = status.counts(town.app, town.moment)
    return {name: number for name, number in found.agencies[agency].items() if number}


def told(simulation: Simulation, agency: str, *, without: tuple[str, ...] = ("assignment", "outlook")) -> list[str]:
    """What an agency was told in a rehearsed year: day, kind, task."""
    return [
        f"{issued.on:%d/%m/%Y} {issued.notice.kind} {issued.obligation.task_id}"
        for issued in simulation.issued
        if issued.obligation.agency == agency and issued.notice.to == "lead" and issued.notice.kind not in without
    ]
