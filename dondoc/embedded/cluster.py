"""One embedded PostgreSQL under DONDOC_HOME, shared by every dondoc process that works on that folder."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from dondoc.embedded import account, creation, databases, layout, locks, passwords, postmaster, programs

Report = Callable[[str], None]
TURN_SECONDS = 400.0  # longer than a start after a crash may take
DRIVER = "postgresql+psycopg"
PREFECT_DRIVER = "postgresql+asyncpg"


def quiet(_text: str) -> None:
    """The report that says nothing."""


class Cluster:
    """A private server: a socket in a closed folder, no TCP, SCRAM passwords, data owned by an unprivileged account.

    Every process that needs it calls `start`; the last one to call `stop` (or to die) leaves it unused, and `stop`
    shuts down only an unused server. A server left behind by killed processes is shut down and started anew by the
    next `start`, so that it always runs with the settings and programs of the version in use.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are added to PostgreSQL's; they count when this process is the one that starts the server."""
        self._layout = layout.Layout(home.resolve())
        self._settings = dict(settings or {})
        self._use = locks.FileLock(self._layout.use_lock)
        self._in_use = False
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, report: Report = quiet) -> None:
        """Return with the server answering and the databases `dondoc` and `prefect` there. Repeating it is harmless,
        and brings back a server that died.

        `report` gets one Vietnamese line per step that takes a while. Raises EmbeddedError with what to do.
        """
        layout.prepare(self._layout)
        with locks.one_at_a_time(self._layout.turn_lock, TURN_SECONDS):
            try:
                self._start(report)
            except BaseException:
                if self._use.try_alone():
                    self._shut_down()
                self._leave()
                raise

    def stop(self) -> None:
        """Leave the server; shut it down (fast, in order) when no other process uses it. Harmless when not started."""
        if not self._in_use:
            return
        with locks.one_at_a_time(self._layout.turn_lock, TURN_SECONDS):
            try:
                if self._use.try_alone():
                    self._shut_down()
            finally:
                self._leave()

    def is_running(self) -> bool:
        """Whether a server process is alive on this folder, whoever started it."""
        if self._process is not None:
            self._process.poll()  # reap our child, so that it does not stay a zombie
        return self._layout.root.is_dir() and postmaster.is_alive(self._layout)

    def url(self, database: str = "dondoc", driver: str = DRIVER) -> str:
        """The address for SQLAlchemy, as the owner of `database`. It names the password file, not the password.

        The same before and after a start, for as long as DONDOC_HOME stays where it is.
        """
        role = database if database in passwords.DATABASES else passwords.DATABASES[0]
        return self._address(driver, role, database)

    def prefect_url(self) -> str:
        """The address for PREFECT_API_DATABASE_CONNECTION_URL."""
        return self.url("prefect", PREFECT_DRIVER)

    def admin_url(self, database: str = "postgres", driver: str = DRIVER) -> str:
        """The address of the superuser: to create databases in tests, to back up and restore. Not for daily work."""
        return self._address(driver, passwords.ADMIN, database)

    def _address(self, driver: str, role: str, database: str) -> str:
        socket, passfile = quote(str(self._layout.socket)), quote(str(self._layout.passfile))
        return f"{driver}://{role}@/{database}?host={socket}&passfile={passfile}"

    def _start(self, report: Report) -> None:
        alone = not self._in_use and self._use.try_alone()
        if alone and postmaster.is_alive(self._layout):
            report("Dừng cơ sở dữ liệu còn sót lại của lần chạy trước…")
            postmaster.stop(self._layout)
        self._use.share()
        self._in_use = True
        if not (postmaster.is_alive(self._layout) and databases.answers(self._layout.socket, self._layout.passfile)):
            self._bring_up(report)

    def _bring_up(self, report: Report) -> None:
        self._shut_down()
        creation.discard_drafts(self._layout)
        server = account.choose(self._layout.data)
        install = programs.usable_by(server)
        known = self._create(server, install, report)
        layout.private_folder(self._layout.socket, server)
        report("Khởi động cơ sở dữ liệu…")
        lock = locks.FileLock(self._layout.server_lock)
        try:
            lock.wait_alone(postmaster.ORPHAN_SECONDS)
            self._process = postmaster.launch(self._layout, server, install, self._settings, lock)
        finally:
            lock.release()
        postmaster.wait_until_ready(self._layout, self._process)
        databases.ensure(self._layout.socket, self._layout.passfile, known)

    def _create(self, server: account.Account, install: Path, report: Report) -> dict[str, str]:
        """The passwords, with the data folder and the password file made where they are missing."""
        known = passwords.read(self._layout.passfile)
        fresh = known or passwords.invent()
        if not self._layout.data.is_dir():
            report("Tạo cơ sở dữ liệu nhúng (chỉ lần đầu)…")
            passwords.write(self._layout.passfile, fresh)
            creation.create(self._layout, server, install, fresh[passwords.ADMIN])
        creation.check_version(self._layout.data)
        if self._layout.data.stat().st_uid != server.uid:  # restored by root from a copy that lost its owner
            account.give(self._layout.data, server)
        if passwords.read(self._layout.passfile) is None:
            report("Tệp mật khẩu bị mất: đặt mật khẩu mới…")
            creation.reset_admin(self._layout, server, install, fresh[passwords.ADMIN])
            passwords.write(self._layout.passfile, fresh)
        return fresh

    def _shut_down(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # it may not have written its pid file yet
        if self._layout.data.is_dir():
            postmaster.stop(self._layout)
        if self._process is not None:
            self._process.wait()
            self._process = None
        layout.discard_short_socket(self._layout)

    def _leave(self) -> None:
        self._in_use = False
        self._use.release()
