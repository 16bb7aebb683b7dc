"""The test bed: a small authority with everything real but the clock and Zalo, whose processes can be killed.

PostgreSQL of its own (it is restarted), an SMTP sink with its pages, the Zalo stand-in, and worker processes that run
what the Prefect flows run. The driver plays the scheduler, the supervisor and, where the alarm asks for one, the
administrator.
"""

from __future__ import annotations

import itertools
import multiprocessing
import re
import shutil
import socket
import threading
import time as clock_time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
import uvicorn
from fault_worker import serve
from faulty_smtp import Faults, FaultySink
from town import CONFIG, ROOT, SENDER, only, shipped

from dondoc import store
from dondoc.bootstrap import open_app
from dondoc.channels.sink_pages import sink_app
from dondoc.channels.standin import Pair, ZaloStandIn
from dondoc.domain.directory import Agency
from dondoc.domain.moments import at
from dondoc.domain.workspace import Workspace
from dondoc.embedded import Cluster
from dondoc.services.app import App
from dondoc.services.applying import apply_workspace

APP_ID, APP_SECRET = "4100000000000000001", "bi-mat-cua-ung-dung"
TASKS = ("II.2.39", "VII.2.123", "III.2.79", "I.2.5", "I.2.8", "III.2.62")
"""Two tasks late since January (their heads' copies are held), a quarter's task of 27 agencies, one to press."""
PRESSED = "I.2.8"
FIRST = date(2024, 3, 27)
TOKEN_AGE = timedelta(hours=20, minutes=1)
"""At eight, so that the day's first Zalo message needs a fresh token."""
CHANNELS = f"""
email: {{host: mail.example, port: 25, mode: plain, sender: {SENDER}}}
zalo: {{app_id: '{APP_ID}', timeout: 2}}
"""
KILLED_BUT_POWERED = {"fsync": "off", "full_page_writes": "off"}
"""Processes are killed, the machine is not: what was handed to its kernel is there when PostgreSQL comes back. Every
commit is handed over before it is answered, as in production."""
LONGEST_RUN = 120.0
SEED = "fault_seed"
ADMINISTRATOR = "quản trị (kiểm thử)"
_LINK = re.compile(r"/l/\S+")
Step = tuple[date, time, str, Any]


@dataclass(frozen=True, order=True)
class Received:
    """One message as somebody got it: the channel, to whom, and the words without the personal link."""

    channel: str
    to: str
    words: str


def town_workspace() -> Workspace:
    """The shipped plan with a few tasks; every third agency prefers Zalo."""
    small = only(shipped(), *TASKS)
    numbers = itertools.count(1)
    agencies = tuple(_reached_by_zalo(a) if next(numbers) % 3 == 0 else a for a in small.directory.agencies)
    return replace(small, directory=replace(small.directory, agencies=agencies))


def _reached_by_zalo(agency: Agency) -> Agency:
    contacts = tuple(
        replace(c, zalo_user_id=str(10**18 + sum(map(ord, agency.id)) * 1000 + n), prefers="zalo")
        if c.role == "focal" else c
        for n, c in enumerate(agency.contacts)
    )  # fmt: skip
    return replace(agency, contacts=contacts)


class Base:
    """What all scenarios share: the cluster, and a world on the first morning (plan applied, Zalo connected), copied
    for each of them."""

    def __init__(self, folder: Path, workspace: Workspace | None = None, first: date = FIRST) -> None:
        self.folder = folder
        self.workspace, self.first = workspace or town_workspace(), first
        self.cluster = Cluster(folder / "cluster", KILLED_BUT_POWERED)
        self._numbers = itertools.count(1)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["fault_worker"])
        self.config = folder / "config"

    def __enter__(self) -> Base:
        self._copy_config()
        self.cluster.start()
        self._execute(f"CREATE DATABASE {SEED} OWNER dondoc TEMPLATE template1")
        store.migrate(self.cluster.url(SEED))
        self._seed()
        return self

    def __exit__(self, *_: object) -> None:
        self.cluster.stop()

    def _copy_config(self) -> None:
        """Without limits: a run that waits for the next minute would wait in real time."""
        shutil.copytree(CONFIG, self.config)
        (self.config / "channels.yaml").write_text(CHANNELS, encoding="utf-8")

    def _seed(self) -> None:
        morning = at(self.first, time(7, 0))
        consented = at(self.first, time(8, 0)) - TOKEN_AGE
        with standin(self.folder / SEED / "zalo", lambda: consented) as zalo:
            pair = zalo.account.consent(consented)
            env = environment(self, self.folder / SEED / "home", SEED) | {"DONDOC_ZALO_URL": zalo.url}
            with open_app(env) as app:
                enter(app, pair, consented)
                apply_workspace(app, self.workspace, morning, "kiểm thử", assign=False, live_from=self.first)

    def copy(self) -> tuple[str, Path]:
        """A fresh copy of the world: the name of its database, the folder of its files."""
        name = f"fault_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} OWNER dondoc TEMPLATE {SEED}")
        shutil.copytree(self.folder / SEED, self.folder / name)
        return name, self.folder / name

    def checkpoint(self) -> None:
        """Everything written so far is in the data files."""
        self._execute("CHECKPOINT")

    def drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, command: str) -> None:
        with psycopg.connect(self.cluster.admin_url().replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(command)


@dataclass
class Bed:
    """One scenario's world. `moment` is the wall clock of everything but the workers, who are told theirs."""

    base: Base
    home: Path
    database: str
    sink: FaultySink
    zalo: ZaloStandIn
    pages: str
    moment: datetime
    workers: list[Worker] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        """What the product's processes are started with."""
        return environment(self.base, self.home, self.database) | {
            "DONDOC_SMTP_PORT": str(self.sink.port), "DONDOC_MAIL_LOOKUP_URL": f"{self.pages}/api/lookup",
            "DONDOC_ZALO_URL": self.zalo.url,
        }  # fmt: skip

    @property
    def url(self) -> str:
        """The address of the scenario's database."""
        return self.base.cluster.url(self.database)

    def worker(self) -> Worker:
        """A living worker, the same as before unless it died."""
        self.workers = [worker for worker in self.workers if worker.is_alive]
        return self.workers[0] if self.workers else self.another()

    def another(self) -> Worker:
        """One worker more."""
        self.workers.append(Worker(self.base.context, self.env))
        return self.workers[-1]

    def do(self, word: str, argument: Any = None) -> dict[str, Any] | None:
        """One command by a living worker at the bed's moment; None when it died over it."""
        return self.worker().do(word, self.moment, argument)

    def execute(self, command: str) -> list[tuple[Any, ...]]:
        """Straight at the database, as an operator would look."""
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            found = connection.execute(command)
            return found.fetchall() if found.description else []

    def received(self) -> Counter[Received]:
        """Everything that reached anybody, by either channel."""
        mails = [self.sink.mailbox.open(id) for id in self.sink.mailbox.ids()]
        got = [
            Received("email", " ".join(mail.entry.to), _plain(f"{mail.entry.subject}\n{mail.text}"))
            for mail in mails
            if mail is not None
        ]
        got += [Received("zalo", message.user_id, _plain(message.text)) for message in self.zalo.messages()]
        return Counter(got)

    def settled(self) -> Counter[str]:
        """What found out the fate of each unknown."""
        rows = self.execute(
            "SELECT coalesce(settled, 'còn chưa rõ') FROM attempts WHERE settled IS NOT NULL OR outcome = 'unknown'"
        )
        return Counter(str(how) for (how,) in rows)

    def consent(self) -> None:
        """The administrator enters a fresh pair, as `dondoc zalo connect` does."""
        pair = self.zalo.account.consent(self.moment)
        with open_app(self.env) as app:
            enter(app, pair, self.moment)

    def close(self) -> None:
        """Kill what lives."""
        for worker in self.workers:
            worker.kill()


def _plain(text: str) -> str:
    return " ".join(_LINK.sub("/l/…", text).split())


class Worker:
    """One process of the product, and the pipe to it."""

    def __init__(self, context: Any, env: dict[str, str]) -> None:
        self._pipe: Connection
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, env), daemon=True)
        self.process.start()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        return bool(self.process.is_alive())

    def start(self, word: str, moment: datetime, argument: Any = None) -> None:
        """Give a command without waiting for its end."""
        self._pipe.send((word, moment.isoformat(), argument))

    def finish(self) -> dict[str, Any] | None:
        """Its answer, or None when the process is dead."""
        with suppress(EOFError, ConnectionResetError):
            if not self._pipe.poll(LONGEST_RUN):
                raise TimeoutError("the worker neither answered nor died")
            answer: dict[str, Any] = self._pipe.recv()
            return answer
        self.process.join(10)
        return None

    def do(self, word: str, moment: datetime, argument: Any = None) -> dict[str, Any] | None:
        """Both."""
        self.start(word, moment, argument)
        return self.finish()

    def kill(self) -> None:
        """SIGKILL from outside."""
        self.process.kill()
        self.process.join(10)


def enter(app: App, pair: Pair, now: datetime) -> None:
    """Put in a pair that a person got by consenting."""
    assert app.zalo is not None
    app.zalo.connect(pair.access_token, pair.refresh_token, now, ADMINISTRATOR)


def environment(base: Base, home: Path, database: str) -> dict[str, str]:
    """Everything but the addresses of one scenario's servers."""
    return {
        "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(base.config), "DONDOC_TEMPLATES": str(ROOT / "templates"),
        "DONDOC_PLANS": str(ROOT / "plans"), "DONDOC_PUBLIC_URL": "https://dondoc.example",
        "DONDOC_DATABASE_URL": base.cluster.url(database).replace("+psycopg", ""),
        "DONDOC_SMTP_HOST": "127.0.0.1", "DONDOC_SMTP_MODE": "plain", "DONDOC_SMTP_SENDER": SENDER,
        "DONDOC_ZALO_APP_SECRET": APP_SECRET,
    }  # fmt: skip


@contextmanager
def open_bed(base: Base) -> Iterator[Bed]:
    """A fresh world on the morning of the first day, with servers of its own."""
    database, folder = base.copy()
    with ExitStack() as stack:
        stack.callback(base.drop, database)
        sink = FaultySink(folder / "sink", Faults())
        sink.start()
        stack.callback(sink.stop)
        beds: list[Bed] = []
        zalo = stack.enter_context(standin(folder / "zalo", lambda: beds[0].moment))
        pages = stack.enter_context(_pages(folder / "sink"))
        beds.append(Bed(base, folder / "home", database, sink, zalo, pages, at(base.first, time(7, 0))))
        stack.callback(beds[0].close)
        yield beds[0]


def standin(folder: Path, now: Callable[[], datetime]) -> ZaloStandIn:
    """Zalo, in which everybody follows the account and has just spoken to it."""
    return ZaloStandIn(folder, welcoming=True, app_id=APP_ID, app_secret=APP_SECRET, now=now)


@contextmanager
def _pages(folder: Path) -> Iterator[str]:
    """The sink's pages, where it is asked what has arrived."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(sink_app(folder), log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            clock_time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(5)
