"""A virus scanner of the office's own: any command that reads a file on standard input and says by its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, BinaryIO, Literal

from dondoc.intake.texts import clean_line

SCAN_SECONDS = 30.0
"""A scanner that has not answered by then is stopped, and the file is not taken."""
_CHUNK = 1024 * 1024
_MOST_SAID = 2_000
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
"""All of the environment that a scanner gets: the rest holds passwords."""

Verdict = Literal["clean", "infected", "unknown"]


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the scanner found, and what it said, in one line; it may name what it looked for, never show it to all."""

    verdict: Verdict
    said: str = ""


def scan(command: Sequence[str], stream: BinaryIO, seconds: float = SCAN_SECONDS) -> Scanned:
    """Give the whole file to the command: exit 0 is clean, 1 infected, all else (a timeout too) unknown.

    No shell is involved. Leaves the stream rewound; never raises for what the command does.
    """
    with tempfile.TemporaryFile() as copy:  # the scanner gets a file of its own, open from its beginning
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            copy.write(chunk)
        stream.seek(0)
        copy.seek(0)
        try:
            process = subprocess.Popen(
                list(command), stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
            )  # fmt: skip
        except (OSError, ValueError) as error:
            return Scanned("unknown", f"không chạy được ({type(error).__name__})")
        return _judged(process, seconds)


def _judged(process: subprocess.Popen[bytes], seconds: float) -> Scanned:
    said: list[bytes] = []
    assert process.stdout is not None
    reader = threading.Thread(target=_listen, args=(process.stdout, said), daemon=True)
    reader.start()
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return Scanned("unknown", f"không trả lời trong {seconds:g} giây")
    finally:
        _end(process)
        reader.join(1)
        if not reader.is_alive():
            process.stdout.close()
    words = clean_line(b"".join(said).decode(errors="replace"))[:300]
    verdicts: dict[int, Verdict] = {0: "clean", 1: "infected"}
    return Scanned(verdicts.get(code, "unknown"), words or f"mã thoát {code}")


def _listen(pipe: IO[bytes], said: list[bytes]) -> None:
    """The first words; the rest is read on, so that a talkative scanner never waits for us."""
    with suppress(ValueError, OSError):
        said.append(pipe.read(_MOST_SAID))
        while pipe.read(_CHUNK):
            pass


def _end(process: subprocess.Popen[bytes]) -> None:
    """The scanner and whatever it started: nothing of it outlives the question."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
