"""Another dondoc process for the tests: it does one thing to a home folder, says so, and waits to be killed or told.

Run as `python embedded_process.py ACTION HOME [ACCOUNT-NUMBER]`; with a number (root only) it becomes that account
first, after importing all it needs, since that account may not be able to read this project.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import sqlalchemy
import sqlalchemy.dialects.postgresql.psycopg

from dondoc.embedded import AlreadyRunning, Cluster, EmbeddedError, hold_home, programs
from dondoc.embedded.account import Account


def say(text: str) -> None:
    print(text, flush=True)


def start(home: Path) -> None:
    """Start the server, then leave it in order when told."""
    with Cluster(home) as cluster:
        say(f"ready {cluster.url()}")
        sys.stdin.read()


def start_and_forget(home: Path) -> None:
    """Start the server and die without a word to it."""
    Cluster(home).start()
    say("ready")
    os.kill(os.getpid(), signal.SIGKILL)


def hold(home: Path) -> None:
    try:
        with hold_home(home):
            say("ready")
            sys.stdin.read()
    except AlreadyRunning as error:
        say(str(error))


def live_through_a_crash(home: Path) -> None:
    """Create, write, lose every process to kill -9, come back with the row."""
    cluster = Cluster(home)
    cluster.start()
    execute(cluster.url(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    kill_everything(home)
    cluster.start()
    say(f"ready {execute(cluster.url(), 'SELECT n FROM kept')}")
    cluster.stop()


def break_in(home: Path) -> None:
    """What a stranger can do with the home folder: one line per attempt."""
    try:
        psycopg.connect(
            host=os.environ["DONDOC_TEST_SOCKET"], user="dondoc_admin", dbname="postgres", connect_timeout=3
        )
        say("connected")
    except psycopg.OperationalError as error:
        say(f"connect: {'Permission denied' if 'Permission denied' in str(error) else error}")
    for name in ("postgres/pgpass", "postgres/data/PG_VERSION", "postgres"):
        try:
            path = home / name
            say(f"read {name}: {list(path.iterdir()) if path.is_dir() else path.read_text()}")
        except PermissionError:
            say(f"read {name}: Permission denied")


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sqlalchemy.text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def server_processes(home: Path) -> list[int]:
    """The PostgreSQL processes that work on this home: they stand in its data folder."""
    data, found = home / "postgres" / "data", []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").samefile(data):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def main_process(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def kill_everything(home: Path) -> None:
    """kill -9 for every process of the server, children included."""
    while pids := server_processes(home):
        signal_all(pids, signal.SIGKILL)
        time.sleep(0.01)


def signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def spawn(action: str, home: Path, account: int | None = None, **environment: str) -> subprocess.Popen[str]:
    """This file as another process."""
    command = [sys.executable, __file__, action, str(home), *([str(account)] if account is not None else [])]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def become(number: int) -> None:
    """Change to an account that can perhaps not read the virtual environment: the programs are found for it first."""
    install = programs.usable_by(Account(number, number))
    for name in ("ascii", "idna", "latin_1"):
        codecs.lookup(name)
    major = programs.major()
    programs.installed, programs.major = lambda: install, lambda: major
    os.setgroups([])
    os.setgid(number)
    os.setuid(number)
    os.environ["HOME"] = "/nonexistent"


if __name__ == "__main__":
    actions = {each.__name__: each for each in (start, start_and_forget, hold, live_through_a_crash, break_in)}
    if len(sys.argv) > 3:
        become(int(sys.argv[3]))
    try:
        actions[sys.argv[1]](Path(sys.argv[2]))
    except EmbeddedError as problem:
        say(f"EmbeddedError {problem}")
