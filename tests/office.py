"""A supervisor's office for tests of answers: the shipped plan in a real database, a clock we set, links to open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

from remembered import apply_once
from town import CONFIG, NO_PREFECT, ROOT, only, shipped

from dondoc import settings
from dondoc.domain.cases import Case
from dondoc.domain.moments import at
from dondoc.domain.workspace import Workspace
from dondoc.services import answering, inbox, links
from dondoc.services.answering import Mandate, Receipt
from dondoc.services.app import App
from dondoc.services.inbox import Item
from dondoc.services.replies import Reply
from dondoc.store import engine, journal, obligations, session_factory
from dondoc.store.journal import Entry

TASKS = ("I.2.2", "I.2.5", "I.2.8", "II.2.21", "II.2.39", "III.2.54", "III.2.68")
"""Ongoing, a quarter, a year, an event and three of other agencies, the supervisor's own among them."""

PLAN_ID = "hung-yen-2024"
QUARTER = f"{PLAN_ID}/I.2.5/-/1/so-tu-phap"
"""Due Sunday 31/3/2024, so late from Tuesday 2/4; a promise may reach Monday 15/4."""
YEAR = f"{PLAN_ID}/I.2.8/-/1/so-tu-phap"
ONGOING = f"{PLAN_ID}/I.2.2/-/ca-nam/so-tu-phap"
AWAITING = f"{PLAN_ID}/II.2.21/-/cho-1/so-tu-phap"
OTHERS = f"{PLAN_ID}/II.2.39/-/1/van-phong-ubnd-tinh"
OWN = f"{PLAN_ID}/III.2.68/-/1/so-noi-vu"
JUSTICE = "so-tu-phap/focal"


@cache
def small(*more: str) -> Workspace:
    """The shipped plan with a handful of its tasks, and `more` of them; the one that waits is a plain question here, no
    counted work."""
    found = only(shipped(), *TASKS, *more)
    tasks = tuple(replace(task, cases=None) for task in found.plan.tasks)
    return replace(found, plan=replace(found.plan, tasks=tasks))


@dataclass
class Office:
    """An App whose clock stands at `moment` until a test moves it."""

    app: App
    moment: datetime
    forms: int = 0

    def set(self, day: date, hour: time = time(9, 0)) -> datetime:
        """Move the clock."""
        self.moment = at(day, hour)
        return self.moment

    def link(self, recipient: str, days: int = links.LINK_DAYS) -> str:
        """A personal link's token for `<agency>/<role>`."""
        with self.app.sessions.begin() as session:
            return links.issue(session, recipient, recipient.split("/")[0], self.moment, days=days)

    def submit(self, *obligation_ids: str, submission: str | None = None, mandate: Mandate | None = None,
               by: str = "đơn vị", **reply: object) -> Receipt:  # fmt: skip
        """An answer through the service, with a form key of its own unless one is given."""
        self.forms += 1
        return answering.submit(
            self.app, obligation_ids=obligation_ids, reply=Reply(**reply), by=by,  # type: ignore[arg-type]
            submission=submission or f"phieu-{self.forms}", now=self.moment, mandate=mandate,
        )  # fmt: skip

    def case(self, obligation_id: str) -> Case:
        """One case as the store has it."""
        with self.app.sessions() as session:
            found = obligations.load_case(session, obligation_id)
        assert found is not None, obligation_id
        return found

    def waiting(self, plan_id: str | None = None) -> tuple[Item, ...]:
        """What waits for a decision, the oldest first."""
        with self.app.sessions() as session:
            return inbox.inbox(self.app, session, self.moment, plan_id=plan_id).items

    def next_on(self, obligation_id: str) -> date | None:
        """When a sweep must look again."""
        with self.app.sessions() as session:
            return obligations.next_days(session, [obligation_id])[obligation_id]

    def journal(self, subject: str) -> list[Entry]:
        """What was written about a subject."""
        with self.app.sessions() as session:
            return list(journal.history(session, subject))


@contextmanager
def open_office(
    database_url: str, home: Path, workspace: Workspace, start: date, public_url: str = "http://127.0.0.1:8080"
) -> Iterator[Office]:
    """The office on `start`, its plan applied that morning."""
    env = {
        "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(CONFIG), "DONDOC_TEMPLATES": str(ROOT / "templates"),
        "DONDOC_PUBLIC_URL": public_url, "PREFECT_API_URL": NO_PREFECT,
    }  # fmt: skip
    database = engine(database_url)
    office = Office.__new__(Office)
    read = settings.read(env)
    office.app = App(
        settings=read, engine=database, sessions=session_factory(database), calendar=workspace.calendar,
        templates=read.templates, channels={}, now=lambda: office.moment,
    )  # fmt: skip
    office.forms = 0
    office.set(start)
    apply_once(office.app, workspace, office.moment)
    try:
        yield office
    finally:
        database.dispose()
