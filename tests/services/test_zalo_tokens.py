"""Zalo's pair of tokens: swapped once whoever asks, never lost silently, whatever dies in between."""

from __future__ import annotations

import logging
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event, make_url, text

from dondoc import store
from dondoc.channels.config import Channels, Limits
from dondoc.channels.outcomes import DeliveryError
from dondoc.channels.settings import EmailSettings
from dondoc.channels.standin import DEMO_APP_ID, DEMO_APP_SECRET, Fault, ZaloStandIn
from dondoc.channels.zalo import ZaloChannel, ZaloSettings
from dondoc.embedded import Cluster
from dondoc.errors import Refused, SettingsError
from dondoc.services import zalo_tokens
from dondoc.services.zalo_tokens import StoredTokens, open_zalo, stored_tokens
from dondoc.services.zalo_vault import cipher
from dondoc.settings import read
from dondoc.store import journal, zalo_grants
from dondoc.store.models import ZaloGrantRow

NOW = datetime(2024, 3, 25, 8, 0, tzinfo=timezone(timedelta(hours=7)))
HOUR = timedelta(hours=1)
CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from dondoc import store
from dondoc.channels.zalo import ZaloSettings
from dondoc.services.zalo_tokens import stored_tokens

database, home, url, app_id, secret, now = sys.argv[1:]
engine = store.engine(database)
settings = ZaloSettings(app_id, secret, timeout=30, url=url)
tokens = stored_tokens(settings, Path(home), store.session_factory(engine), engine, print)
tokens.access_token(datetime.fromisoformat(now))
print("saved", flush=True)
sys.stdin.read()
"""


@dataclass
class World:
    """One database, one stand-in, one clock; every `tokens()` is as a process of its own: nothing shared but those."""

    standin: ZaloStandIn
    database: str
    home: Path
    moment: datetime = NOW
    alarms: list[tuple[str, str]] = field(default_factory=list)
    engines: list[Engine] = field(default_factory=list)

    def engine(self) -> Engine:
        self.engines.append(store.engine(self.database))
        return self.engines[-1]

    def settings(self, **changes: Any) -> ZaloSettings:
        wanted = {"app_id": DEMO_APP_ID, "app_secret": DEMO_APP_SECRET, "url": self.standin.url, "timeout": 5}
        return ZaloSettings(**wanted | changes)

    def tokens(self, **changes: Any) -> StoredTokens:
        engine = self.engine()
        sessions = store.session_factory(engine)
        return stored_tokens(self.settings(**changes), self.home, sessions, engine, self.alarm)

    def alarm(self, key: str, words: str) -> None:
        self.alarms.append((key, words))

    def connect(self) -> str:
        """A consented pair of this moment is entered; its access token."""
        pair = self.standin.account.consent(self.moment)
        self.tokens().connect(pair.access_token, pair.refresh_token, self.moment, "quản trị")
        return pair.access_token

    def after(self, hours: float) -> datetime:
        """So many hours later, for us and for the stand-in."""
        self.moment = NOW + hours * HOUR
        return self.moment

    def fault(self, do: Any, path: str = "oauth", **more: Any) -> None:
        self.standin.faults.add(Fault(path, do, **more))

    def row(self) -> ZaloGrantRow:
        row = self.tokens().row()
        assert row is not None
        return row

    def actions(self) -> list[str]:
        with store.session_factory(self.engine())() as session:
            return [entry.action for entry in journal.history(session, f"zalo/{DEMO_APP_ID}")]

    def error_of(self, token: str) -> int:
        """What Zalo says to a token."""
        answer = httpx.get(f"{self.standin.url}/v2.0/oa/getoa", headers={"access_token": token})
        error: int = answer.json()["error"]
        return error

    def keys(self) -> set[str]:
        return {key for key, _ in self.alarms}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    made: list[World] = []
    with ZaloStandIn(tmp_path / "zalo", now=lambda: made[0].moment) as standin:
        made.append(World(standin, database_url, tmp_path / "home"))
        yield made[0]
        for engine in made[0].engines:
            engine.dispose()


# The usual day


def test_without_a_pair_a_person_is_asked_for(world: World) -> None:
    with pytest.raises(DeliveryError, match="dondoc zalo connect") as asked:
        world.tokens().access_token(NOW)
    assert asked.value.kind == "administrator"


def test_a_pair_is_used_for_twenty_hours_and_then_swapped(world: World) -> None:
    first = world.connect()
    assert world.tokens().access_token(world.after(19.99)) == first
    second = world.tokens().access_token(world.after(20))
    assert second != first
    assert (world.error_of(first), world.error_of(second)) == (-220, 0)
    assert world.tokens().access_token(world.after(39)) == second
    assert world.tokens().access_token(world.after(40.1)) not in (first, second)
    assert world.actions() == ["zalo-connected", "zalo-refreshed", "zalo-refreshed"]
    assert world.alarms == []


def test_a_pair_keeps_itself_alive_over_weeks_of_daily_use(world: World) -> None:
    world.connect()
    tokens = world.tokens()
    for day in range(30):
        assert world.error_of(tokens.access_token(world.after(24 * day))) == 0


def test_after_a_long_silence_the_refresh_token_is_still_good(world: World) -> None:
    world.connect()
    assert world.error_of(world.tokens().access_token(world.after(24 * 70))) == 0


def test_a_token_of_shorter_life_is_swapped_sooner(world: World) -> None:
    world.standin.account.set_limits({"token_hours": 1.0})
    world.connect()
    second = world.tokens().access_token(world.after(20))
    assert world.tokens().access_token(world.after(20.75)) == second
    assert world.tokens().access_token(world.after(20.81)) != second


def test_a_refused_token_is_replaced_by_whoever_is_first(world: World) -> None:
    first = world.connect()
    second = world.tokens().refreshed(first, world.after(1))
    assert second != first
    assert world.tokens().refreshed(first, world.after(1)) == second
    assert world.actions() == ["zalo-connected", "zalo-refreshed"]


@pytest.mark.parametrize("own_process", [True, False])
def test_eight_threads_with_a_stale_token_make_one_swap(world: World, own_process: bool) -> None:
    stale = world.connect()
    now = world.after(20.5)
    shared = world.tokens()
    barrier = threading.Barrier(8)

    def ask(n: int) -> str:
        tokens = world.tokens() if own_process else shared
        barrier.wait()
        return tokens.refreshed(stale, now) if n % 2 else tokens.access_token(now)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(ask, range(8)))
    assert len(found) == 1
    assert world.error_of(found.pop()) == 0
    assert world.actions() == ["zalo-connected", "zalo-refreshed"]
    assert world.row().pending_since is None
    assert world.alarms == []


def test_many_threads_do_not_use_up_the_connections(world: World) -> None:
    stale = world.connect()
    now, tokens = world.after(21), world.tokens()
    world.fault("slow", seconds=0.3, times=1)
    with ThreadPoolExecutor(40) as pool:
        assert len(set(pool.map(lambda _: tokens.refreshed(stale, now), range(40)))) == 1


# A swap that fails

ENDS: list[tuple[dict[str, Any], str, bool, set[str]]] = [
    # fault, the kind once the old token is over, whether the mark stays, the alarms
    ({"do": "cut_before"}, "retry", True, set()),
    ({"do": "http", "status": 500}, "retry", True, set()),
    ({"do": "http", "status": 404}, "retry", True, set()),
    ({"do": "garbage"}, "retry", True, set()),
    ({"do": "http", "status": 429}, "retry", False, set()),
    ({"do": "error", "code": -14002}, "administrator", False, {"zalo/refresh"}),
    ({"do": "error", "code": -14003}, "administrator", False, {"zalo/refresh"}),
    ({"do": "error", "code": -14004}, "administrator", False, {"zalo/refresh"}),
    ({"do": "error", "code": -14005}, "administrator", False, {"zalo/refresh"}),
    ({"do": "error", "code": -14018}, "administrator", False, {"zalo/refresh"}),
    ({"do": "error", "code": -14029}, "administrator", False, {"zalo/refresh"}),
    ({"do": "error", "code": -14999}, "administrator", True, {"zalo/refresh"}),
    ({"do": "error", "code": -32}, "administrator", True, {"zalo/refresh"}),
]
IDS = [str(fault.get("code", fault.get("status", fault["do"]))) for fault, *_ in ENDS]


@pytest.mark.parametrize(("fault", "kind", "stays", "alarms"), ENDS, ids=IDS)
def test_a_failed_swap_stops_no_send_while_the_old_token_is_good(
    world: World, fault: dict[str, Any], kind: str, stays: bool, alarms: set[str]
) -> None:
    first = world.connect()
    world.fault(**fault)
    assert world.tokens().access_token(world.after(21)) == first
    assert (world.row().pending_since is not None) == stays
    assert world.keys() == alarms
    world.standin.faults.clear()
    assert world.error_of(world.tokens().access_token(world.after(22))) == 0
    assert world.row().pending_since is None


@pytest.mark.parametrize(("fault", "kind", "stays", "alarms"), ENDS, ids=IDS)
def test_a_failed_swap_of_a_token_that_is_over_says_what_is_to_be_done(
    world: World, fault: dict[str, Any], kind: str, stays: bool, alarms: set[str]
) -> None:
    first = world.connect()
    world.fault(**fault)
    with pytest.raises(DeliveryError) as failed:
        world.tokens().access_token(world.after(26))
    assert failed.value.kind == kind
    with pytest.raises(DeliveryError) as again:
        world.tokens().refreshed(first, world.after(26))
    assert again.value.kind in (kind, "administrator")
    assert world.keys() >= alarms


def test_nobody_listening_leaves_no_mark(world: World) -> None:
    first = world.connect()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert world.tokens(url=nowhere).access_token(world.after(21)) == first
        assert world.row().pending_since is None
        with pytest.raises(DeliveryError) as failed:
            world.tokens(url=nowhere).access_token(world.after(26))
    assert (failed.value.kind, world.row().pending_since, world.alarms) == ("retry", None, [])
    assert world.error_of(world.tokens().access_token(world.after(26))) == 0


def test_after_a_failed_swap_the_good_token_is_used_for_a_while_without_another_try(world: World) -> None:
    first = world.connect()
    tokens = world.tokens()
    world.fault("error", code=-14004, times=1)
    assert tokens.access_token(world.after(21)) == first
    assert tokens.access_token(world.after(21.1)) == first
    assert tokens.access_token(world.after(21.2)) != first


@pytest.mark.parametrize("hours", [21, 26])
def test_a_spent_refresh_token_needs_a_new_consent(world: World, hours: int) -> None:
    first = world.connect()
    world.fault("error", code=-14020)
    tokens = world.tokens()
    if hours < 25:  # this send is not stopped by it
        assert tokens.access_token(world.after(hours)) == first
    else:
        with pytest.raises(DeliveryError):
            tokens.access_token(world.after(hours))
    assert "-14020" in (world.row().consent_needed or "")
    assert world.keys() == {"zalo/consent"}
    assert world.actions() == ["zalo-connected", "zalo-consent-needed"]
    world.standin.stop()  # from now on nobody is asked
    for ask in (
        lambda: world.tokens().access_token(world.moment),
        lambda: world.tokens().refreshed(first, world.moment),
    ):
        with pytest.raises(DeliveryError, match="dondoc zalo connect") as stopped:
            ask()
        assert stopped.value.kind == "administrator"
    assert [key for key, _ in world.alarms] == ["zalo/consent"] * 3


# A swap whose answer is lost


def test_a_lost_answer_after_the_swap_needs_a_new_consent_and_says_so(world: World) -> None:
    first = world.connect()
    world.fault("cut_after", times=1)
    assert world.tokens().access_token(world.after(21)) == first
    with pytest.raises(DeliveryError) as gone:
        world.tokens().access_token(world.after(22))
    assert gone.value.kind == "administrator"
    assert "05:00 26/03/2024" in gone.value.text  # when the swap was tried
    assert world.row().consent_needed is not None
    assert world.keys() == {"zalo/consent"}
    assert world.actions() == ["zalo-connected", "zalo-consent-needed"]


def test_a_lost_answer_is_noticed_by_the_refused_send_too(world: World) -> None:
    first = world.connect()
    world.fault("cut_after", times=1)
    tokens = world.tokens()
    assert tokens.access_token(world.after(21)) == first
    with pytest.raises(DeliveryError) as gone:
        tokens.refreshed(first, world.after(21))
    assert gone.value.kind == "administrator"
    assert world.keys() == {"zalo/consent"}


@pytest.mark.parametrize(
    "fault",
    [{"do": "down"}, {"do": "http", "status": 503}, {"do": "garbage"}, {"do": "error", "code": -32},
     {"do": "error", "code": -204}],
    ids=str,
)  # fmt: skip
def test_while_zalo_cannot_be_asked_about_a_lost_answer_nothing_changes(world: World, fault: dict[str, Any]) -> None:
    first = world.connect()
    world.fault("cut_after", times=1)
    assert world.tokens().access_token(world.after(21)) == first
    before = world.row()
    world.fault(path="getoa", **fault)
    assert world.tokens().access_token(world.after(22)) == first  # still good by its time: the send will find out
    with pytest.raises(DeliveryError) as unsure:
        world.tokens().refreshed(first, world.after(22))
    assert unsure.value.kind == "administrator"
    after = world.row()
    assert (after.pending_since, after.consent_needed) == (before.pending_since, None)
    assert after.refresh_token == before.refresh_token
    assert world.alarms == []


@pytest.mark.parametrize(("fault", "is_lost"), [("cut_before", False), ("cut_after", True)])
def test_when_the_old_token_is_over_by_its_time_only_the_swap_tells(world: World, fault: str, is_lost: bool) -> None:
    world.connect()
    world.fault(fault, times=1)
    world.tokens().access_token(world.after(24))
    assert world.row().pending_since is not None
    if not is_lost:
        assert world.error_of(world.tokens().access_token(world.after(72))) == 0
        assert world.alarms == []
        return
    with pytest.raises(DeliveryError) as gone:
        world.tokens().access_token(world.after(72))
    assert (gone.value.kind, gone.value.code, world.keys()) == ("administrator", -14020, {"zalo/consent"})


# What dies in between


@contextmanager
def child(world: World, url: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process that asks for a token at the world's moment."""
    arguments = [world.database, str(world.home), url or world.standin.url, DEMO_APP_ID, DEMO_APP_SECRET]
    command = [sys.executable, "-c", CHILD, *arguments, world.moment.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_killed_between_the_mark_and_the_call_the_next_process_swaps_anew(world: World) -> None:
    first = world.connect()
    world.after(20.5)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nobody.settimeout(30)
        with child(world, f"http://127.0.0.1:{nobody.getsockname()[1]}") as process:
            connection, _ = nobody.accept()
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            connection.close()
    assert world.row().pending_since == world.moment
    second = world.tokens().access_token(world.after(21))
    assert second != first
    assert world.error_of(second) == 0
    assert world.row().pending_since is None
    assert (world.actions(), world.alarms) == (["zalo-connected", "zalo-refreshed"], [])


def test_killed_between_the_call_and_the_saving_the_loss_is_told(world: World) -> None:
    first = world.connect()
    world.after(20.5)
    world.fault("silent", times=1)
    with child(world) as process:
        wait_until(lambda: world.error_of(first) == -220)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert world.row().pending_since == world.moment
    with pytest.raises(DeliveryError) as gone:
        world.tokens().access_token(world.after(21))
    assert gone.value.kind == "administrator"
    assert world.keys() == {"zalo/consent"}
    assert world.row().consent_needed is not None
    assert world.actions() == ["zalo-connected", "zalo-consent-needed"]
    third = world.connect()
    assert world.tokens().access_token(world.moment) == third


def test_killed_after_the_saving_the_next_process_uses_the_new_pair(world: World) -> None:
    first = world.connect()
    world.after(20.5)
    with child(world) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "saved\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    second = world.tokens().access_token(world.after(21))
    assert second != first
    assert world.error_of(second) == 0
    assert (world.actions(), world.alarms) == (["zalo-connected", "zalo-refreshed"], [])


def test_a_database_that_drops_every_connection_during_the_call_loses_no_pair(world: World) -> None:
    first = world.connect()
    now, tokens = world.after(21), world.tokens()
    world.fault("slow", seconds=1.0, times=1)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(tokens.access_token, now)
        wait_until(lambda: world.row().pending_since is not None)
        drop_connections(world)
        second = asked.result()
    assert second != first
    assert world.error_of(second) == 0
    assert world.actions() == ["zalo-connected", "zalo-refreshed"]


def test_a_database_that_is_away_when_the_new_pair_comes_is_waited_for(world: World, cluster: Cluster) -> None:
    first = world.connect()
    now, tokens = world.after(21), world.tokens()
    world.fault("slow", seconds=1.0, times=1)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(tokens.access_token, now)
        wait_until(lambda: world.row().pending_since is not None)
        with closed_database(world, cluster):
            wait_until(lambda: world.error_of(first) == -220)
            time.sleep(0.5)  # the answer is there, and nowhere to keep it
        second = asked.result()
    assert second != first
    assert world.error_of(second) == 0
    assert world.actions() == ["zalo-connected", "zalo-refreshed"]


def test_who_comes_back_late_does_not_undo_what_was_entered_meanwhile(world: World) -> None:
    world.connect()
    now, tokens = world.after(21), world.tokens()
    world.fault("slow", seconds=1.0, times=1)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(tokens.access_token, now)
        wait_until(lambda: world.row().pending_since is not None)
        drop_connections(world)  # and with them the lock
        entered = world.connect()
        assert asked.result() == entered  # its own swap was refused: -14020
    assert world.tokens().access_token(now) == entered
    assert world.row().consent_needed is None
    assert world.actions() == ["zalo-connected", "zalo-connected"]


def test_a_database_that_is_away_means_that_nothing_has_left(world: World) -> None:
    world.connect()
    world.database = "postgresql+psycopg://dondoc:x@127.0.0.1:1/nowhere"
    for ask in (lambda: world.tokens().access_token(NOW), lambda: world.tokens().refreshed("x", NOW)):
        with pytest.raises(DeliveryError) as away:
            ask()
        assert away.value.kind == "retry"


def test_who_cannot_have_the_pair_in_time_comes_again(world: World) -> None:
    first = world.connect()
    engine = world.engine()
    event.listen(engine, "connect", impatient)
    tokens = stored_tokens(world.settings(), world.home, store.session_factory(engine), engine, world.alarm)
    with zalo_grants.alone(world.engine(), DEMO_APP_ID):
        assert tokens.access_token(world.after(21)) == first
        with pytest.raises(DeliveryError) as busy:
            tokens.refreshed(first, world.after(21))
        assert busy.value.kind == "retry"
        with pytest.raises(Refused, match="chờ một phút"):
            tokens.connect("a", "b", NOW, "quản trị")
        with zalo_grants.alone(world.engine(), "999"):
            pass  # another application is another matter
    assert tokens.refreshed(first, world.after(21)) != first


# The consent


def test_an_old_grant_is_told_before_it_may_end(world: World) -> None:
    world.connect()
    for day in (0, 79, 80):
        world.tokens().access_token(world.after(24 * day))
        assert world.alarms == []
    world.tokens().access_token(world.after(24 * 80 + 1))
    ((key, words),) = world.alarms
    assert key == "zalo/grant-age"
    assert "80 ngày" in words


def test_a_new_consent_ends_every_mark(world: World) -> None:
    world.connect()
    world.fault("error", code=-14020, times=1)
    world.tokens().access_token(world.after(21))
    world.alarms.clear()
    again = world.connect()
    assert world.tokens().access_token(world.moment) == again
    row = world.row()
    assert (row.pending_since, row.consent_needed, row.consented_at) == (None, None, world.moment)
    assert (world.alarms, world.actions()[-1]) == ([], "zalo-connected")


def test_a_pair_is_tried_before_it_replaces_another(world: World) -> None:
    first = world.connect()
    tokens = world.tokens()
    with pytest.raises(Refused, match="không nhận mã truy cập"):
        tokens.checked_connect("mot-ma", "ma-khac", NOW, "quản trị")
    pair = world.standin.account.consent(NOW)
    world.fault("down", "*", times=1)
    with pytest.raises(Refused, match="Chưa hỏi được Zalo"):
        tokens.checked_connect(pair.access_token, pair.refresh_token, NOW, "quản trị")
    assert tokens.access_token(NOW) == first
    assert tokens.checked_connect(pair.access_token, pair.refresh_token, NOW, "quản trị") == "Đôn đốc (OA mẫu)"
    assert tokens.access_token(NOW) == pair.access_token


@pytest.mark.parametrize(
    ("access", "refresh"), [("", "b"), ("a", ""), ("a b", "c"), ("a", "b\n"), ("mã", "b"), ("a", "a")]
)
def test_what_cannot_be_a_pair_is_refused(world: World, access: str, refresh: str) -> None:
    for enter in (world.tokens().connect, world.tokens().checked_connect):
        with pytest.raises(Refused, match="hai mã khác nhau"):
            enter(access, refresh, NOW, "quản trị")
    assert world.tokens().row() is None


# Secrets


def test_no_token_is_readable_anywhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    with caplog.at_level(logging.DEBUG):
        pairs = [world.standin.account.consent(world.moment)]
        world.tokens().connect(pairs[0].access_token, pairs[0].refresh_token, NOW, "quản trị")
        tokens = world.tokens()
        tokens.access_token(world.after(20))
        secrets = [each for pair in pairs for each in (pair.access_token, pair.refresh_token)]
        secrets += [tokens.access_token(world.moment), DEMO_APP_SECRET, cipher_key(world)]
        for hours, code in ((42, -14004), (43, -14999), (46, -14020)):
            world.fault("error", code=code, times=1)
            try:
                world.tokens().access_token(world.after(hours))
            except DeliveryError as error:
                told.append(repr(error) + str(error))
        told += [repr(tokens), repr(vars(tokens)), repr(world.row()), str(world.alarms)]
    with world.engine().connect() as connection:
        for table in ("zalo_grants", "journal"):
            told += [str(row) for row in connection.execute(text(f"SELECT t::text FROM {table} t"))]
            told += [bytes.fromhex(h).decode("latin-1") for h in hex_values(connection, table)]
    told += [str(record.__dict__) for record in caplog.records if not record.name.startswith("uvicorn")]
    everything = "\n".join(told)
    assert "-14020" in everything
    assert [secret for secret in secrets if secret in everything] == []


def test_the_key_file_is_private_and_made_once(world: World) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: cipher(world.home), range(32)))
    path = world.home / "secret" / "zalo.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["zalo.key"]


def test_another_key_needs_a_person_and_changes_nothing(world: World) -> None:
    first = world.connect()
    path = world.home / "secret" / "zalo.key"
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(DeliveryError, match="secret/zalo.key") as wrong:
        world.tokens().access_token(world.after(1))
    assert wrong.value.kind == "administrator"
    assert world.keys() == {"zalo/key"}
    path.write_bytes(kept)
    assert world.tokens().access_token(world.after(1)) == first


def test_a_broken_key_file_is_told_by_its_path(world: World) -> None:
    path = world.home / "secret" / "zalo.key"
    path.parent.mkdir(parents=True)
    path.write_text("không phải khóa")
    with pytest.raises(SettingsError, match="zalo.key: không dùng được làm khóa") as wrong:
        world.tokens()
    assert "không phải khóa" not in str(wrong.value).replace("zalo.key: không dùng được làm khóa", "")


# Put together


def test_the_channel_sends_over_a_swap(world: World) -> None:
    from dondoc.channels.envelope import Envelope

    first = world.connect()
    world.standin.account.register("3811", {}, NOW)
    engine = world.engine()
    settings = read({"DONDOC_HOME": str(world.home)})
    email = EmailSettings("127.0.0.1", 25, "plain", "a@b.example")
    sessions = store.session_factory(engine)
    assert open_zalo(Channels(email, Limits()), settings, sessions, engine, world.alarm) is None
    channel = open_zalo(Channels(email, Limits(), world.settings()), settings, sessions, engine, world.alarm)
    assert isinstance(channel, ZaloChannel)
    message = Envelope("3811", "", "", "", None, "<k@dondoc.example>", short="Kính gửi")
    assert channel.send(message, world.after(20.5)).kind == "sent"
    world.standin.account.consent(world.moment)  # somebody else mints a pair: ours is dead, and so is its refresh token
    outcome = channel.send(message, world.after(21))
    assert (outcome.kind, outcome.code) == ("administrator", -14020)
    channel.close()
    assert [message.text for message in world.standin.messages()] == ["Kính gửi"]
    assert world.error_of(first) == -220


def test_an_app_without_zalo_says_so(world: World) -> None:
    @dataclass
    class Plain:
        zalo: StoredTokens | None = None

    with pytest.raises(Refused, match="zalo:"):
        zalo_tokens.connect(Plain(), "a", "b", NOW, "quản trị")
    pair = world.standin.account.consent(NOW)
    zalo_tokens.connect(Plain(world.tokens()), pair.access_token, pair.refresh_token, NOW, "quản trị")
    assert world.tokens().access_token(NOW) == pair.access_token


def impatient(connection: Any, _: Any) -> None:
    """Wait 0.2 seconds for a lock instead of 15."""
    connection.execute("SET lock_timeout = '200ms'")
    connection.commit()


def wait_until(fact: Any) -> None:
    for _ in range(1500):
        if fact():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to pass")


def drop_connections(world: World) -> None:
    """As a restart of the database does to its clients."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with world.engine().connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))


@contextmanager
def closed_database(world: World, cluster: Cluster) -> Iterator[None]:
    """Nobody is connected to the database, and nobody is let in."""
    name = make_url(world.database).database or ""
    with psycopg.connect(cluster.admin_url().replace("+psycopg", ""), autocommit=True) as admin:
        switch = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        admin.execute(switch.format(sql.Identifier(name), sql.Literal(False)))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(switch.format(sql.Identifier(name), sql.Literal(True)))


def cipher_key(world: World) -> str:
    return (world.home / "secret" / "zalo.key").read_text()


def hex_values(connection: Any, table: str) -> list[str]:
    if table != "zalo_grants":
        return []
    query = "SELECT encode(access_token, 'hex'), encode(refresh_token, 'hex') FROM zalo_grants"
    return [value for row in connection.execute(text(query)) for value in row]
