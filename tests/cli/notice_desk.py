"""`dondoc notice …` at a desk: a town with a real database and mail server, and the command run in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from command_here import Here, Said
from sqlalchemy import select
from town import CONFIG, ROOT, Town, only, open_town, shipped

from dondoc.channels.sink import Sink
from dondoc.services import answering, composing, sweeping
from dondoc.services.replies import Reply
from dondoc.store import attempts, claims, journal, messages
from dondoc.store.attempts import AttemptOutcome, Finished
from dondoc.store.claims import Claimed
from dondoc.store.journal import Entry
from dondoc.store.models import MessageRow, NoticeRow

PLAN = "hung-yen-2024"
JANUARY, QUARTER = "II.2.39", "I.2.5"
"""By 31/01/2024, Văn phòng UBND tỉnh; within quarter I, Sở Tư pháp."""
FIRST = f"{PLAN}/{JANUARY}/-/1/van-phong-ubnd-tinh"
OFFICE, HEAD, JUSTICE = "van-phong-ubnd-tinh/focal", "van-phong-ubnd-tinh/head", "so-tu-phap/focal"
MONDAY = date(2024, 1, 22)
"""Seven working days before 31/01/2024: the office is reminded of JANUARY."""


@dataclass
class Desk:
    """The town, its clock, and `dondoc notice` on its database."""

    town: Town
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told."""
        settings = self.town.app.settings
        return {
            "DONDOC_HOME": str(settings.home), "DONDOC_CONFIG": str(CONFIG), "DONDOC_NOW": self.town.moment.isoformat(),
            "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_PUBLIC_URL": "https://dondoc.example",
            "DONDOC_DATABASE_URL": self.town.app.engine.url.render_as_string(hide_password=False), "COLUMNS": "250",
        }  # fmt: skip

    def run(self, *words: object) -> Said:
        """`dondoc notice WORDS…`."""
        return self.command("notice", *words)

    def command(self, *words: object) -> Said:
        """`dondoc WORDS…`, through the program's own entry."""
        return Here(self.monkeypatch, self.capsys).command(self.environment, *words)

    def done(self, *words: object) -> str:
        """As `run`; it must end with 0 and say nothing on stderr. What it said."""
        said = self.run(*words)
        assert (said.code, said.err) == (0, ""), said
        return said.out

    def refused(self, *words: object, code: int = 1) -> str:
        """As `run`; it must end with `code` and say nothing on stdout. What it complained of."""
        said = self.run(*words)
        assert (said.code, said.out) == (code, ""), said
        return said.err

    def apply(self, *tasks: str, assign: bool = False, **changes: Any) -> None:
        """Apply these tasks of the shipped plan now."""
        self.town.apply(only(shipped(), *tasks, **changes), assign=assign)

    def compose(self, day: date = MONDAY, hour: time = time(8, 0)) -> list[int]:
        """Sweep and write the day's messages, without sending any; their numbers."""
        now = self.town.set(day, hour)
        before = {row.id for row in self.rows()}
        sweeping.sweep(self.town.app, now)
        composing.compose_day(self.town.app, now)
        return [row.id for row in self.rows() if row.id not in before]

    def tried(self, outcome: AttemptOutcome, text: str, code: int | None = None) -> int:
        """Claim the next message and let its attempt end so; its number."""
        again = self.town.moment.replace(hour=23) if outcome == "retry" else None
        with self.town.app.sessions.begin() as session:
            claimed = claims.claim_next(session, self.town.moment)
            assert isinstance(claimed, Claimed)
            done = Finished(claimed.message.id, claimed.message.channel, claimed.n, outcome, code, text)
            assert attempts.record(session, done, again, self.town.moment)
        return claimed.message.id

    def until_the_head_is_told(self) -> int:
        """Nobody answers until the copy that names the office late to its head is held; its number."""
        self.apply(JANUARY)
        day = date(2024, 2, 1)
        while not (held := [row.id for row in self.rows() if row.status == "held"]):
            day = self.town.app.calendar.add(day, 1)
            self.town.morning(day)
        return held[0]

    def report(self, obligation: str) -> None:
        """The agency says that it is done."""
        answering.submit(
            self.town.app, obligation_ids=[obligation], by="đơn vị", submission=f"phieu-{obligation}",
            now=self.town.moment,
            reply=Reply("done", document_number="12/KH-UBND", document_date=self.town.moment.date()),
        )  # fmt: skip

    def rows(self) -> list[MessageRow]:
        """The outbox, oldest first."""
        with self.town.app.sessions() as session:
            return list(session.scalars(select(MessageRow).order_by(MessageRow.id)))

    def row(self, message_id: int) -> MessageRow:
        """One message as it is now."""
        with self.town.app.sessions() as session:
            found = messages.get(session, message_id)
        assert found is not None
        return found

    def status(self, *message_ids: int) -> list[str]:
        """Their states."""
        return [self.row(message_id).status for message_id in message_ids]

    def lines(self, message_id: int) -> list[NoticeRow]:
        """The lines of a message."""
        with self.town.app.sessions() as session:
            wanted = select(NoticeRow).where(NoticeRow.message_id == message_id).order_by(NoticeRow.id)
            return list(session.scalars(wanted))

    def journal(self, message_id: int) -> list[Entry]:
        """What was written about a message."""
        with self.town.app.sessions() as session:
            return list(journal.history(session, f"message/{message_id}"))

    def at(self, day: date, hour: time) -> datetime:
        """Move the clock."""
        return self.town.set(day, hour)


@contextmanager
def open_desk(
    database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    """The desk in early January 2024, with nothing applied."""
    sink = Sink(folder / "sink")
    sink.start()
    town = open_town(database_url, folder / "home", sink, date(2024, 1, 2))
    try:
        yield Desk(town, monkeypatch, capsys)
    finally:
        town.app.engine.dispose()
        sink.stop()
