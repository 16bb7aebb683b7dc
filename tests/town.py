"""A whole small authority for tests: the shipped plan, a real database, a real SMTP sink, and a clock we set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from remembered import apply_once

from dondoc import settings
from dondoc.channels.email import EmailChannel
from dondoc.channels.mailbox import Mail, Mailbox
from dondoc.channels.settings import EmailSettings
from dondoc.channels.sink import Sink
from dondoc.domain.moments import at
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_workspace
from dondoc.services import delivering
from dondoc.services.app import App
from dondoc.services.applying import Applied
from dondoc.services.delivering import DeliverResult
from dondoc.store import engine, session_factory

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "plans" / "hung-yen-2024.yaml"
CONFIG = ROOT / "config"
SENDER = "dondoc@hungyen.example"
NO_PREFECT = "http://127.0.0.1:9/api"
"""Nobody answers there: what a test records must not wake a dondoc that runs on the same machine."""


@cache
def shipped() -> Workspace:
    """The shipped plan with its directory, calendar, regime and ladder."""
    loaded = load_workspace(PLAN, CONFIG)
    assert loaded.value is not None, [str(problem) for problem in loaded.problems]
    return loaded.value


def only(workspace: Workspace, *task_ids: str, **changes: Any) -> Workspace:
    """The same workspace with only these tasks in its plan."""
    tasks = tuple(task for task in workspace.plan.tasks if task.id in task_ids)
    return replace(workspace, plan=replace(workspace.plan, tasks=tasks, **changes))


@dataclass
class Town:
    """An App on a fresh database whose mails arrive in a sink; `now` moves only when a test moves it."""

    app: App
    mailbox: Mailbox
    moment: datetime

    def set(self, day: date, hour: time = time(8, 0)) -> datetime:
        """Move the clock."""
        self.moment = at(day, hour)
        return self.moment

    def apply(self, workspace: Workspace, **more: Any) -> Applied:
        """Apply a plan now."""
        return apply_once(self.app, workspace, self.moment, **more)

    def morning(self, day: date, hour: time = time(8, 0)) -> DeliverResult:
        """The 08:00 delivery of a day."""
        return delivering.deliver(self.app, self.set(day, hour))

    def mails(self, to: str | None = None) -> list[Mail]:
        """Everything in the sink, oldest first; `to` is the address."""
        found = [self.mailbox.open(entry.id) for entry in reversed(self.mailbox.entries())]
        return [mail for mail in found if mail is not None and (to is None or to in str(mail))]


def open_town(database_url: str, home: Path, sink: Sink, start: date) -> Town:
    """Build the App as bootstrap does, with the test's database, sink and clock."""
    env = {
        "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(CONFIG), "DONDOC_PUBLIC_URL": "https://dondoc.example",
        "PREFECT_API_URL": NO_PREFECT,
    }  # fmt: skip
    email = EmailChannel(EmailSettings("127.0.0.1", sink.port, "plain", SENDER, "dondoc"))
    database = engine(database_url)
    town = Town.__new__(Town)
    app = App(
        settings=settings.read(env),
        engine=database,
        sessions=session_factory(database),
        calendar=shipped().calendar,
        templates=ROOT / "templates",
        channels={"email": email},
        mail_domain=SENDER.rpartition("@")[2],
        now=lambda: town.moment,
    )
    town.app, town.mailbox, town.moment = app, sink.mailbox, at(start)
    return town
