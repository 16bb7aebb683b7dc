"""Send what the outbox holds: claim, commit, send, record with the next claim; one transaction a message.

Several threads share the work, each with its own connections. Whatever dies in between, the attempt is on record
before a byte leaves.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import get_args

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Outcome
from dondoc.domain.backoff import next_try
from dondoc.domain.directory import ChannelName
from dondoc.domain.moments import ZONE, in_working_hours
from dondoc.services import envelopes, routing
from dondoc.services.alarms import Alarms
from dondoc.services.app import App, Channel
from dondoc.services.books import Book, books
from dondoc.store import attempts, claims, message_counts, messages, workers
from dondoc.store.attempts import AttemptOutcome, Finished
from dondoc.store.claims import Claimed, Limits, Terms, Wait
from dondoc.store.kept import KeptConnection
from dondoc.store.models import MessageRow
from dondoc.store.workers import Worker

log = logging.getLogger(__name__)

CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)
"""All that a message may be for: one for a channel that was taken out of the configuration must not wait unseen."""
MOST_THREADS, LIMITED_THREADS = 4, 2
"""Threads of one run, each with a connection to the mail server. Where a limit is set it says how fast, not they; and
a server that takes few connections at once (Microsoft 365: three) allows few messages a minute too."""
MANY = 20
"""From so many waiting messages on a second thread pays."""
MOST_WAIT = timedelta(minutes=10)
"""How long one run waits for a channel's next minutes before it leaves the rest to the next run."""
DATABASE_TRIES, DATABASE_PAUSE = 20, 1.5
"""A database that restarts is waited for: what was just sent must be put on record."""
MOST_TEXT = 500
"""So much of the other side's words is kept."""


def send_ready(app: App, now: datetime) -> Counter[str]:
    """Send every message whose time has come; says how many ended in which way.

    A channel that needs an administrator is left alone for the rest of the run; the others go on.
    """
    with workers.living_worker(app.engine) as worker:
        with app.sessions() as session:
            waiting = message_counts.count_waiting(session, now)
        run = _Run(app, now, worker, app.now())
        try:
            _work(run, _threads(app, waiting))
        finally:
            run.tell()
    return run.kinds


def _threads(app: App, waiting: int) -> int:
    if waiting < MANY:
        return 1
    is_limited = any(limits != Limits() for limits in app.limits.values())
    return LIMITED_THREADS if is_limited else MOST_THREADS


def _work(run: _Run, threads: int) -> None:
    if threads == 1:
        run.work()
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="deliver") as pool:
        for ended in [pool.submit(run.work) for _ in range(threads)]:
            ended.result()


@dataclass
class _Run:
    """One run of all threads: what they share is guarded by `lock`. `closed`: channels that need an administrator, and
    what they say."""

    app: App
    now: datetime
    worker: Worker
    began: datetime
    kinds: Counter[str] = field(default_factory=Counter)
    closed: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """One thread, until nothing is left for it."""
        ended: _Ended | None = None
        now = self.now
        with KeptConnection(self.app.engine) as kept:
            while (found := self._advance(kept, ended, now)) is not None:
                ended = None
                if isinstance(found, Claimed):
                    ended = self._try(found, now)
                elif not self._wait(found, now):
                    return
                else:
                    now = max(now, found.until)
                now = max(now, self._present())

    def _present(self) -> datetime:
        """Where `now` has come to: a run may last, and its last messages leave later than its first."""
        return self.now + max(timedelta(0), self.app.now() - self.began)

    def _wait(self, wait: Wait, now: datetime) -> bool:
        if wait.until - self.now > MOST_WAIT or not in_working_hours(wait.until):
            return False
        self.app.pause(max(0.0, (wait.until - now).total_seconds()))
        return True

    def tell(self) -> None:
        """Tell the operators which channels need them: not while a message waits to leave or to be put on record."""
        for channel, words in self.closed.items():
            self.alarm(f"channel/{channel}", f"Kênh {channel} cần quản trị viên: {words}")

    def _advance(self, kept: KeptConnection, ended: _Ended | None, now: datetime) -> Claimed | Wait | None:
        """Record what ended and claim the next, in one transaction; a database that is away is waited for."""
        for left in reversed(range(DATABASE_TRIES if ended is not None else 1)):
            try:
                return self._step(kept, ended, now)
            except (OperationalError, InterfaceError):
                if left == 0:
                    raise
                log.warning("database away", extra={"action": "database_away", "tries_left": left})
                time.sleep(DATABASE_PAUSE)
        raise AssertionError("the loop returns or raises")

    def _step(self, kept: KeptConnection, ended: _Ended | None, now: datetime) -> Claimed | Wait | None:
        terms = self._terms(now, ended)
        with self._transaction(kept, ended, terms) as session:
            outcome = self._record(session, ended, now) if ended is not None else None
            claimed = claims.claim_next(session, now, terms)
            if isinstance(claimed, Claimed):
                envelopes.issue_link(self.app, session, claimed.message, now)
        if outcome is not None:
            with self.lock:
                self.kinds[outcome] += 1
        return claimed

    @contextmanager
    def _transaction(self, kept: KeptConnection, ended: _Ended | None, terms: Terms) -> Iterator[Session]:
        """What was sent is recorded and the next claimed in two round trips; all else wants to see answers between."""
        if terms.are_limited or (ended is not None and ended.done.outcome != "sent"):
            with self.app.sessions(bind=kept.get()) as session, session.begin():
                yield session
        else:
            with kept.turn(self.app.sessions) as session:
                yield session

    def _terms(self, now: datetime, ended: _Ended | None) -> Terms:
        """Nothing is claimed when the office has closed meanwhile; what was sent is put on record all the same."""
        worker = self.worker.hold()
        with self.lock:
            channels = tuple(name for name in CHANNELS if name not in self.closed)
        open_channels = channels if in_working_hours(now) else ()
        before = ended.message if ended is not None else None
        return Terms(open_channels, self.app.limits, self.app.recipient_per_day, worker, after=before)

    def _try(self, claimed: Claimed, now: datetime) -> _Ended:
        message = claimed.message
        outcome = self._outcome(claimed, now)
        if outcome.kind == "administrator":
            with self.lock:
                self.closed.setdefault(message.channel, _plain(outcome.text))
        facts = {"action": "message_attempted", "message": message.id, "outcome": outcome.kind}
        log.info("message attempted", extra=facts)
        text, remote_id = _plain(outcome.text), _plain(outcome.remote_id or "") or None
        done = Finished(message.id, message.channel, claimed.n, outcome.kind, outcome.code, text, remote_id)
        return _Ended(message, done, outcome)

    def _outcome(self, claimed: Claimed, now: datetime) -> Outcome:
        """One attempt. A fault of ours before anything left is told as such, not left as unknown."""
        redirected = self.app.settings.redirect_all_to is not None
        if claimed.closed is not None and not redirected:
            return Outcome("refused", None, f"Kênh này đang đóng với địa chỉ ấy: {claimed.closed}")
        name = envelopes.route(self.app, claimed.message.channel)
        channel = self.app.channels.get(name)
        if channel is None:
            return Outcome("administrator", None, f"Chưa gửi: kênh {name} không có trong cấu hình của máy này.")
        try:
            envelope = envelopes.envelope_of(self.app, claimed.message)
        except OSError as error:
            log.exception("envelope failed", extra={"action": "envelope_failed", "message": claimed.message.id})
            return Outcome("administrator", None, f"Chưa gửi: không dựng được thư ({type(error).__name__}).")
        if claimed.n > 1 and _is_there(channel, envelope, claimed.message, now):
            return Outcome("sent", None, "Đã có ở nơi nhận từ lần gửi trước.")
        return _sent(channel, envelope, now)

    def _record(self, session: Session, ended: _Ended, now: datetime) -> AttemptOutcome:
        """Write how it ended, with all that follows from it; how it ended is decided here."""
        done, again = self._decided(session, ended, now)
        if not attempts.record(session, done, again, now):
            return done.outcome
        message = ended.message
        redirected = self.app.settings.redirect_all_to is not None  # then it was another address that was refused
        if ended.outcome.closes_days is not None and not redirected:
            routing.close_for(self.app, session, message, ended.outcome.closes_days, done.text, now)
        if done.outcome == "refused" and routing.fall_back(self.app, session, message, done, self.books, now) is None:
            messages.give_reason(session, message.id, f"{routing.NO_WAY}: {done.text}")
        return done.outcome

    def _decided(self, session: Session, ended: _Ended, now: datetime) -> tuple[Finished, datetime | None]:
        """A passing refusal has a next try, or is over: by its last day, or by its last try."""
        done, message = ended.done, ended.message
        if done.outcome != "retry":
            return done, None
        is_digest = message.klass == messages.DIGEST
        number = attempts.ended(session, message.id, message.channel, "retry") + 1
        again = next_try(number, now.astimezone(ZONE))
        if again is not None:
            again = max(again, ended.outcome.again_at or again)
        if again is None and is_digest:
            # Tried often enough for today; tomorrow's digest carries what is still open.
            again = now + timedelta(days=1)
        if again is None:
            return replace(done, outcome="refused", text=f"không gửi được sau {number} lần thử ({done.text})"), None
        return done, again

    @cached_property
    def books(self) -> Mapping[str, Book]:
        """Loaded once, and only when a refusal asks for another channel."""
        with self.app.sessions() as session:
            return books(self.app, session)

    @property
    def alarm(self) -> Alarms:
        """Tells the operators."""
        return Alarms(self.app.sessions, lambda: self.now, self.app.settings.alarm_url)


@dataclass(frozen=True, slots=True)
class _Ended:
    """An attempt that is over and not yet on record."""

    message: MessageRow
    done: Finished
    outcome: Outcome


def _plain(text: str) -> str:
    """The other side's words in one line that the database takes, whatever stood in them."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:MOST_TEXT]


def _sent(channel: Channel, envelope: Envelope, now: datetime) -> Outcome:
    """One attempt; a channel that raises, against its promise, must not stop what comes after: nobody knows then."""
    try:
        return channel.send(envelope, now)
    except Exception as error:
        log.exception("channel failed", extra={"action": "channel_failed"})
        return Outcome("unknown", None, f"Lỗi trong chương trình khi gửi ({type(error).__name__}).")


def _is_there(channel: Channel, envelope: Envelope, message: MessageRow, now: datetime) -> bool:
    """Before a second try the other side is asked: some say no to what they took."""
    if not channel.can_be_asked:
        return False
    asked = channel.arrived([envelopes.sought(message, envelope, message.created_at)], now)
    return asked.get(envelope.message_id, False)
