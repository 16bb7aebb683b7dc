"""The PostgreSQL process: start it, find it again after its parent was killed, stop it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dondoc.embedded.account import SERVER_ENVIRONMENT, Account, Reach
from dondoc.embedded.errors import EmbeddedError
from dondoc.embedded.layout import SOCKET_FILE, Layout
from dondoc.embedded.locks import POLL_SECONDS, FileLock

# A small machine: 200 mostly idle connections (Prefect's pools and threads), little memory, no parallel workers.
# Durability is PostgreSQL's default (fsync on). One log file per weekday, overwritten a week later.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "log_line_prefix": "%m [%p] %u@%d ",
}
START_SECONDS = 300.0  # crash recovery of a large log may take minutes
FAST_SECONDS, IMMEDIATE_SECONDS, ORPHAN_SECONDS = 60.0, 20.0, 5.0


@dataclass(frozen=True, slots=True)
class Status:
    """What the server says of itself in postmaster.pid."""

    pid: int
    ready: bool


def status(data: Path) -> Status | None:
    """The server that the pid file names, dead or alive; None without a readable file."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Status(int(lines[0]), len(lines) > 7 and lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def is_alive(layout: Layout) -> bool:
    """Whether any PostgreSQL process works on the data folder (they all inherit one lock; zombies hold none)."""
    lock = FileLock(layout.server_lock)
    try:
        return not lock.try_alone()
    finally:
        lock.release()


def launch(
    layout: Layout, account: Account, install: Path, extra: Mapping[str, str], lock: FileLock
) -> subprocess.Popen[bytes]:
    """Start the server; `lock` (server_lock, held) goes over to it and its children."""
    _forget_stale_pid(layout)
    user, group, groups = account.popen_user()
    with Reach(account) as reach, layout.start_log.open("wb") as log:
        command = [str(install / "bin" / "postgres"), "-D", reach.folder(layout.data)]
        for name, value in {"unix_socket_directories": reach.folder(layout.socket), **SETTINGS, **extra}.items():
            command += ["-c", f"{name}={value}"]
        return subprocess.Popen(
            command,
            user=user,
            group=group,
            extra_groups=groups,
            pass_fds=[*reach.descriptors, lock.descriptor],
            env=SERVER_ENVIRONMENT,
            cwd="/",
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches dondoc, which then stops the server in order
        )


def wait_until_ready(layout: Layout, process: subprocess.Popen[bytes]) -> None:
    """Return when it takes connections; EmbeddedError with the end of its log when it does not come up."""
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None:
        server = status(layout.data)
        if server is not None and server.pid == process.pid and server.ready:
            return
        if time.monotonic() > give_up:
            raise EmbeddedError(f"PostgreSQL chưa sẵn sàng sau {START_SECONDS:.0f} giây.\n{_last_words(layout)}")
        time.sleep(POLL_SECONDS)
    raise EmbeddedError(f"PostgreSQL không khởi động được (mã {process.returncode}).\n{_last_words(layout)}")


def stop(layout: Layout) -> None:
    """Fast shutdown of whatever server is alive on the data folder, harder when it does not go; our child or not."""
    lock = FileLock(layout.server_lock)
    try:
        if not (_asked_to_go(layout, lock) or _orphans_gone(layout, lock)):
            raise EmbeddedError(f"Tiến trình PostgreSQL trên {layout.data} không dừng. Dừng nó rồi chạy lại.")
    finally:
        lock.release()


def _asked_to_go(layout: Layout, lock: FileLock) -> bool:
    if lock.try_alone():
        return True
    for ask, seconds in ((signal.SIGINT, FAST_SECONDS), (signal.SIGQUIT, IMMEDIATE_SECONDS)):
        server = status(layout.data)
        if server is None or not _is_postgres(server.pid):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, ask)
        give_up = time.monotonic() + seconds
        while _is_postgres(server.pid) and time.monotonic() < give_up:
            time.sleep(POLL_SECONDS)
        if lock.wait_alone(POLL_SECONDS):
            return True
    return False


def _orphans_gone(layout: Layout, lock: FileLock) -> bool:
    """The main process is dead or deaf. Its children leave by themselves; those that do not are killed."""
    if lock.wait_alone(ORPHAN_SECONDS):
        return True
    owner = layout.data.stat().st_uid
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(entry, layout.data, owner):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(entry.name), signal.SIGKILL)
    return lock.wait_alone(ORPHAN_SECONDS)


def _works_in(process: Path, data: Path, owner: int) -> bool:
    """Whether it is one of our server's processes: they all stand in the data folder."""
    try:
        if process.stat().st_uid != owner or not _is_postgres(int(process.name)):
            return False
        return (process / "cwd").samefile(data)
    except PermissionError:  # root without CAP_SYS_PTRACE (containers); the lent account serves this folder alone
        return owner != os.geteuid()
    except OSError:
        return False


def _is_postgres(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    name, _, rest = stat.partition("(")[2].rpartition(")")
    return name.startswith("postgres") and rest.split()[0] != "Z"


def _forget_stale_pid(layout: Layout) -> None:
    """After a crash or a reboot the number in the pid file may belong to a stranger, and PostgreSQL would refuse.

    Only a number that is certainly not a server on this folder is forgotten: PostgreSQL judges the rest itself, by
    the shared memory that the file names.
    """
    server = status(layout.data)
    process = Path(f"/proc/{server.pid}") if server else None
    if process is None or not process.exists() or _works_in(process, layout.data, layout.data.stat().st_uid):
        return
    for stale in (layout.data / "postmaster.pid", layout.socket / f"{SOCKET_FILE}.lock"):
        stale.unlink(missing_ok=True)


def _last_words(layout: Layout) -> str:
    """The end of the start log and of the newest log file."""
    logs = sorted((layout.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    lines: list[str] = []
    for path in [layout.start_log, *logs[-1:]]:
        lines += path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
    return "\n".join(lines)
