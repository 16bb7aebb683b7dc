"""Locks that the kernel lets go when their holder dies, kill -9 included.

All are `flock` on a file. A descriptor is closed by exec unless it is passed on purpose, so child programs do not keep
a lock; a bare `os.fork` would.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from dondoc.embedded.errors import AlreadyRunning, EmbeddedError

POLL_SECONDS = 0.02


class FileLock:
    """One open lock file: nobody, several (shared) or one (exclusive) may hold it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        """The open file; a child that inherits it keeps the lock as long as it lives."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            _give_to_folder_owner(self._descriptor, self._path.parent)
        return self._descriptor

    def share(self) -> None:
        """Hold it together with others; waits for an exclusive holder."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Hold it alone if nobody else has it. After False nothing is held, not even what was shared before."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            return False
        return True

    def wait_alone(self, seconds: float) -> bool:
        """Like `try_alone`, for at most that long."""
        give_up = time.monotonic() + seconds
        while not self.try_alone():
            if time.monotonic() > give_up:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def release(self) -> None:
        """Let go and close; harmless when not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextlib.contextmanager
def one_at_a_time(path: Path, seconds: float) -> Iterator[None]:
    """Start and stop follow one another, also between processes; EmbeddedError when the other takes too long."""
    lock = FileLock(path)
    try:
        if not lock.wait_alone(seconds):
            raise EmbeddedError(
                f"Một tiến trình dondoc khác đang khởi động hoặc dừng cơ sở dữ liệu quá {seconds:.0f} giây "
                f"(khóa {path}). Kiểm tra tiến trình đó rồi chạy lại."
            )
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def hold_home(home: Path) -> Iterator[None]:
    """DONDOC_HOME is ours alone while the block runs: what `dondoc up` takes before anything else.

    Raises AlreadyRunning, saying which process has it and what to do.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(home / "up.lock")
    try:
        if not lock.try_alone():
            raise AlreadyRunning(_who_runs(home))
        os.ftruncate(lock.descriptor, 0)
        os.pwrite(lock.descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        lock.release()


def _who_runs(home: Path) -> str:
    pid = (home / "up.lock").read_text(encoding="utf-8").strip()
    process, stop = (f" (tiến trình {pid})", f"kill {pid}") if pid.isdigit() else ("", "lệnh kill")
    return (
        f"dondoc đang chạy trên thư mục {home}{process}. Hãy dùng hệ thống đang chạy đó, "
        f"hoặc dừng nó (Ctrl-C ở cửa sổ của nó, hoặc {stop}) rồi chạy lại, "
        "hoặc đặt DONDOC_HOME sang thư mục khác và đổi các cổng DONDOC_PORT, DONDOC_SINK_PORT, "
        "DONDOC_SINK_SMTP_PORT, DONDOC_PREFECT_PORT."
    )


def _give_to_folder_owner(descriptor: int, folder: Path) -> None:
    """Root working once in a person's folder leaves no file behind that the person cannot open."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
