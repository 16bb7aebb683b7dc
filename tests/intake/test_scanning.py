"""The virus scanner's hook, with real small programs as the scanner."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import pytest

from dondoc.intake.scanning import Scanned, scan

FILE = b"%PDF-1.7\nm\xe1nh" + bytes(range(256)) * 4_000
"""About 1 MB: more than a pipe or a spooled upload holds in memory."""


def program(folder: Path, body: str) -> tuple[str, ...]:
    """A scanner written in Python."""
    path = folder / "scanner.py"
    path.write_text(f"import os, sys, time, hashlib, subprocess\n{body}\n", encoding="utf-8")
    return (sys.executable, str(path))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("sys.exit(0)", Scanned("clean", "mã thoát 0")),
        ("print('stream: Eicar-Test-Signature FOUND'); sys.exit(1)",
         Scanned("infected", "stream: Eicar-Test-Signature FOUND")),
        ("print('no daemon', file=sys.stderr); sys.exit(2)", Scanned("unknown", "no daemon")),
        ("os.kill(os.getpid(), 9)", Scanned("unknown", "mã thoát -9")),
        ("print('a\\x1b[31m\\u202eb'); sys.exit(1)", Scanned("infected", "a[31mb")),
    ],
)  # fmt: skip
def test_the_exit_code_says_it(tmp_path: Path, body: str, found: Scanned) -> None:
    assert scan(program(tmp_path, body), io.BytesIO(FILE)) == found


def test_the_scanner_gets_the_whole_file_from_its_beginning(tmp_path: Path) -> None:
    copy = tmp_path / "seen"
    command = (*program(tmp_path, "open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"), str(copy))
    stream = io.BytesIO(FILE)
    stream.seek(77)
    assert scan(command, stream).verdict == "clean"
    assert copy.read_bytes() == FILE
    assert stream.tell() == 0


def test_a_scanner_that_reads_nothing_and_talks_without_end_is_no_harm(tmp_path: Path) -> None:
    found = scan(program(tmp_path, "[print('x' * 10_000) for _ in range(2_000)]; sys.exit(1)"), io.BytesIO(FILE))
    assert (found.verdict, len(found.said)) == ("infected", 300)


def test_one_that_does_not_answer_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    body = f"child = subprocess.Popen(['sleep', '60'])\nopen({str(pid)!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    found = scan(program(tmp_path, body), io.BytesIO(FILE), seconds=2)
    assert found == Scanned("unknown", "không trả lời trong 2 giây")
    child = int(pid.read_text(encoding="utf-8"))
    assert gone(child)


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie has), soon."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("command", [("/khong/co/lenh",), ("",), ("a\0b",), (str(Path(__file__)),)])
def test_one_that_cannot_be_started_knows_nothing(command: tuple[str, ...]) -> None:
    assert scan(command, io.BytesIO(FILE)).verdict == "unknown"


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    assert (
        scan((*program(tmp_path, "sys.exit(0)"), f"; touch {trap}", f"$(touch {trap})"), io.BytesIO(FILE)) is not None
    )
    assert not trap.exists()


def test_the_scanner_sees_no_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONDOC_SMTP_PASSWORD", "bi-mat")
    found = scan(program(tmp_path, "print(sorted(os.environ)); sys.exit(1)"), io.BytesIO(FILE))
    assert "DONDOC" not in found.said
    assert "PATH" in found.said or "PATH" not in os.environ
