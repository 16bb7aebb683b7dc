"""Child processes of `dondoc up`: started, watched, brought back when they die, stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


def own_command(*words: str) -> list[str]:
    """The command line of a child that is dondoc itself."""
    return [sys.executable, "-m", "dondoc", *words]


def _die_with_parent() -> None:
    """Ask the kernel to end this child when `up` dies, even by kill -9 (Linux; elsewhere nothing is asked)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One supervised process with exactly this environment; its output goes to `log`.

    After a death it is started anew, ever more slowly.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    again_at: float = 0.0
    started_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it now, in a session of its own: Ctrl-C reaches `up`, which stops its children in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                list(self.command), env=dict(self.environment), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        self.started_at = time.monotonic()

    def tend(self, say: Callable[[str], None]) -> None:
        """Bring it back if it died; called again and again by the supervisor."""
        now = time.monotonic()
        if self.process is None or self.process.poll() is None:
            if self.process is not None and now - self.started_at > LONGEST_PAUSE:
                self.pause = FIRST_PAUSE
            return
        if not self.again_at:
            how = f"mã {self.process.returncode}"
            say(f"{self.name} đã dừng ({how}), khởi động lại sau {self.pause:.0f} giây; xem {self.log}")
            self.again_at = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif now >= self.again_at:
            self.again_at = 0.0
            self.start()

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after a while; the whole session, so that no grandchild stays."""
        if self.process is None:
            return
        for sign, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            if self.process.poll() is not None:
                break
            os.killpg(self.process.pid, sign)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue

    @property
    def is_alive(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None
