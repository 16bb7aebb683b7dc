# ruff: noqa: E402 (the helpers of other folders are found only after the path is set)
"""What the outbox's tests share: the small province of the core's tests as a town whose mail server fails where it is
told to, whose shelves can be asked, and to whom Zalo's side is played by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

for _folder in ("domain", "channels"):
    sys.path.insert(0, str(Path(__file__).resolve().parent / _folder))

from core_world import CHAIR as CHAIR
from core_world import DIRECTORY, world
from core_world import FINANCE as FINANCE
from core_world import HEALTH as HEALTH
from core_world import JUSTICE as JUSTICE
from core_world import OFFICE as OFFICE
from core_world import REGIME as REGIME
from core_world import SUPERVISOR as SUPERVISOR
from core_world import task as task
from faulty_smtp import Faults, FaultySink
from sqlalchemy import select
from town import CONFIG, ROOT, SENDER, Town

from dondoc import settings
from dondoc.channels.email import EmailChannel
from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Outcome, Sought
from dondoc.channels.settings import EmailSettings
from dondoc.domain.clauses import By
from dondoc.domain.directory import Agency, Contact
from dondoc.domain.moments import at
from dondoc.domain.plan import Lead, Task
from dondoc.domain.policy import DEFAULT, Ladder
from dondoc.domain.workspace import Workspace
from dondoc.services import answering
from dondoc.services.app import App
from dondoc.services.replies import Reply
from dondoc.store import claims, engine, session_factory, workers
from dondoc.store.models import AlarmRow, AttemptRow, JournalRow, MessageRow, NoticeRow

PLAN = "ke-hoach"
PUBLIC_URL = "https://dondoc.example"
ZALO_ID = "3811000000000000001"


class Zalo:
    """Zalo's side by hand: it keeps what it took and answers with `answers` in turn, then with `usual`."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answers: list[Outcome] = []
        self.usual = Outcome("sent", remote_id="z-1")
        self.says: dict[str, bool] | None = None
        self.sought: list[Sought] = []

    @property
    def can_be_asked(self) -> bool:
        return self.says is not None

    def send(self, envelope: Envelope, now: datetime) -> Outcome:
        outcome = self.answers.pop(0) if self.answers else self.usual
        if outcome.kind == "sent":
            self.taken.append(envelope)
        return outcome

    def arrived(self, sought: Sequence[Sought], now: datetime) -> dict[str, bool]:
        self.sought += sought
        says = self.says or {}
        return {each.key: says[each.key] for each in sought if each.key in says}


class Shelf:
    """Whom the email channel asks which messages have come: the sink's own folder. `silent`: nobody answers."""

    def __init__(self, sink: FaultySink) -> None:
        self._sink = sink
        self.silent = False

    def found(self, message_ids: Sequence[str]) -> set[str] | None:
        return None if self.silent else self._sink.mailbox.holding(message_ids)


@dataclass
class Post(Town):
    """The town with both channels; `paused` are the seconds that runs have waited."""

    sink: FaultySink
    zalo: Zalo
    shelf: Shelf
    paused: list[float] = field(default_factory=list)

    def change(self, **changes: Any) -> None:
        """Another App from now on, such as with limits."""
        self.app = replace(self.app, **changes)

    def redirect(self, mailbox: str | None) -> None:
        """DONDOC_REDIRECT_ALL_TO."""
        self.change(settings=replace(self.app.settings, redirect_all_to=mailbox))

    def ask_email(self) -> None:
        """From now on the mail server can be asked what has come."""
        self.change(channels=self.app.channels | {"email": self._email(self.shelf)})

    def _email(self, shelf: Shelf | None) -> EmailChannel:
        server = EmailSettings("127.0.0.1", self.sink.port, "plain", SENDER, "dondoc", timeout=5)
        return EmailChannel(server, shelf)  # type: ignore[arg-type]  # asked like MailLookup

    def settle_in(self, *tasks: Task, zalo: dict[str, str] | None = None) -> None:
        """Apply these tasks without the year's list; `zalo`: agencies with Zalo → which channel they prefer."""
        self.apply(workspace(*tasks, zalo=zalo), assign=False)

    def rows(self, *, klass: str | None = None) -> list[MessageRow]:
        """The outbox, oldest first."""
        with self.app.sessions() as session:
            found = session.scalars(select(MessageRow).order_by(MessageRow.id)).all()
        return [row for row in found if klass in (None, row.klass)]

    def states(self, *, klass: str | None = None) -> list[tuple[str, str]]:
        """(recipient, status) of the outbox, oldest first."""
        return [(row.recipient, row.status) for row in self.rows(klass=klass)]

    def lines(self) -> list[NoticeRow]:
        """The ledger of notices."""
        with self.app.sessions() as session:
            return list(session.scalars(select(NoticeRow).order_by(NoticeRow.id)))

    def tries(self) -> list[AttemptRow]:
        """Every attempt, oldest first."""
        with self.app.sessions() as session:
            return list(session.scalars(select(AttemptRow).order_by(AttemptRow.id)))

    def alarms(self) -> list[AlarmRow]:
        """Every alarm, oldest first."""
        with self.app.sessions() as session:
            return list(session.scalars(select(AlarmRow).order_by(AlarmRow.at, AlarmRow.key)))

    def journal(self, action: str) -> list[JournalRow]:
        """What was written down of that action."""
        with self.app.sessions() as session:
            rows = session.scalars(select(JournalRow).where(JournalRow.action == action).order_by(JournalRow.id))
            return list(rows)

    def texts(self, to: str = "") -> list[str]:
        """The words of the mails to an address, oldest first."""
        return [mail.text or "" for mail in self.mails() if any(to in one for one in mail.entry.to)]

    def report(self, *obligation_ids: str) -> None:
        """The agency says that these are done."""
        answering.submit(
            self.app, obligation_ids=obligation_ids, by="đơn vị", submission=f"phieu-{self.moment}-{obligation_ids[0]}",
            now=self.moment, reply=Reply("done", document_number="12/BC", document_date=self.moment.date()),
        )  # fmt: skip

    def die_sending(self, moment: datetime) -> claims.Claimed:
        """A worker that claims the next message at `moment` and dies before it can say what became of it."""
        self.moment = moment
        with workers.living_worker(self.app.engine) as worker, self.app.sessions.begin() as session:
            terms = claims.Terms(tuple(self.app.channels), worker=worker.number)
            claimed = claims.claim_next(session, moment, terms)
        assert isinstance(claimed, claims.Claimed)
        return claimed


@contextmanager
def open_post(database_url: str, folder: Path, start: date) -> Iterator[Post]:
    """The town on `start`, with nothing applied."""
    env = {"DONDOC_HOME": str(folder / "home"), "DONDOC_CONFIG": str(CONFIG), "DONDOC_PUBLIC_URL": PUBLIC_URL}
    sink = FaultySink(folder / "sink", Faults())
    sink.start()
    database, zalo, paused = engine(database_url), Zalo(), list[float]()
    app = App(
        settings=settings.read(env), engine=database, sessions=session_factory(database),
        calendar=workspace().calendar, templates=ROOT / "templates", channels={"zalo": zalo},
        mail_domain=SENDER.rpartition("@")[2], now=lambda: post.moment, pause=paused.append,
    )  # fmt: skip
    post = Post(app, sink.mailbox, at(start), sink, zalo, Shelf(sink), paused)
    post.change(channels={"email": post._email(None), "zalo": zalo})
    try:
        yield post
    finally:
        database.dispose()
        sink.stop()


def workspace(
    *tasks: Task, zalo: dict[str, str] | None = None, more: Sequence[Agency] = (), ladder: Ladder = DEFAULT
) -> Workspace:
    """A plan of these tasks in the small province, with `more` agencies in it."""
    made = world(*tasks, directory=replace(DIRECTORY, agencies=(*DIRECTORY.agencies, *more)), ladder=ladder)
    agencies = tuple(
        replace(agency, contacts=tuple(
            replace(c, zalo_user_id=ZALO_ID, prefers=zalo[agency.id]) if c.role == "focal" else c  # type: ignore[arg-type]
            for c in agency.contacts
        )) if zalo and agency.id in zalo else agency
        for agency in made.scope.directory.agencies
    )  # fmt: skip
    directory = replace(made.scope.directory, agencies=agencies)
    return Workspace(made.scope.plan, directory, made.scope.calendar, made.scope.regime, made.ladder)


def departments(count: int) -> tuple[Agency, ...]:
    """So many more departments, with a mailbox each."""
    names = [f"so-{number:02}" for number in range(1, count + 1)]
    contacts = {name: (Contact("focal", f"{name}@tinh.example"),) for name in names}
    return tuple(Agency(name, name, name, "department", "province", contacts=contacts[name]) for name in names)


def leads(agencies: Sequence[Agency]) -> list[Lead]:
    """Each of them owes the task."""
    return [Lead(agency.name, agency.id, False, None) for agency in agencies]


def by(text: str) -> By:
    """A deadline as officers write it: 14/6/2024."""
    day, month, year = (int(part) for part in text.split("/"))
    return By(date=date(year, month, day))


def id_of(task_id: str, agency: str) -> str:
    """The obligation of a task with one clause."""
    return f"{PLAN}/{task_id}/-/1/{agency}"
