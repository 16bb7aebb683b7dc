"""Set-up of a checkout: `.venv` with the locked packages and the command `.venv/bin/dondoc`; a browser for the tests.

Standard library only, for it runs before anything is installed; here and not in the package for the same reason.

The package itself is not installed by pip (an editable install needs a build backend, and so network or more locked
packages): a `.pth` line makes the checkout importable, and a three-line script is the command. Both need no network.

Usage: setup.py install | is-ready | browser
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
BUILD = ROOT / ".build"
LOCK_FILE = ROOT / "requirements-dev.lock"
STAMP = VENV / "dondoc-ready"
UNFINISHED = VENV / "dondoc-unfinished"
NEEDED_MB = 1500
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_PACKAGES = ("chromium", "fonts-dejavu-core")  # the fonts hold every Vietnamese letter

# What pip writes for a console script: it also starts where the path is too long for a "#!" line or has a space.
LAUNCHER = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from dondoc.cli import main

sys.exit(main())
"""


class CannotSetUp(Exception):
    """What is missing and the line to run, fit to show."""


def main(command: str) -> int:
    actions: dict[str, Callable[[], int]] = {"install": install, "is-ready": is_ready, "browser": browser}
    try:
        return actions[command]()
    except CannotSetUp as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n✗ Đã dừng giữa chừng. Chạy lại make setup để làm tiếp.", file=sys.stderr)
        return 130


def is_ready() -> int:
    """0 when nothing is to be done."""
    try:
        return int(STAMP.read_text(encoding="utf-8") != fingerprint() or not (BIN / "dondoc").exists())
    except FileNotFoundError:
        return 1


def fingerprint() -> str:
    """What an environment is made for: this lock, this Python, this place (its scripts name their path)."""
    parts = [LOCK_FILE.read_bytes(), f"{sys.version_info[:2]} {ROOT}".encode(), LAUNCHER.encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def install() -> int:
    began = time.monotonic()
    with one_at_a_time():
        if is_ready() == 0:
            return 0
        step(1, f"Python {sys.version.split()[0]} ({sys.executable})")
        check_machine()
        step(2, "môi trường riêng .venv")
        make_environment()
        step(3, f"{package_count()} gói đã khóa mã băm, lần đầu mất vài phút")
        install_packages()
        step(4, "lệnh .venv/bin/dondoc")
        link_package()
        STAMP.write_text(fingerprint(), encoding="utf-8")
        UNFINISHED.unlink()
    print(f"✓ Đã cài xong sau {time.monotonic() - began:.0f} giây. Chạy thử: make run", flush=True)
    return 0


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two set-ups of one checkout follow one another; a killed one holds nothing."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Một lần cài đặt khác đang chạy, xin chờ…", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def step(number: int, text: str) -> None:
    print(f"[{number}/4] {text}", flush=True)


def check_machine() -> None:
    """Everything that would make a later step fail, told before anything is done."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.version_info < (3, 11):  # noqa: UP036  the one place that an older interpreter can reach
        raise CannotSetUp(f"Cần Python 3.11 trở lên, đây là {version}. {install_line('python3.11', 'python3.11-venv')}")
    for module in ("venv", "ensurepip"):
        found = importlib.util.find_spec(module)
        if found is None or found.origin is None:
            raise CannotSetUp(f"Python này thiếu mô-đun {module}. {install_line(f'python{version}-venv')}")
    if not os.access(ROOT, os.W_OK):
        raise CannotSetUp(f"Không ghi được vào {ROOT}. Hãy chạy bằng tài khoản sở hữu thư mục này.")
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB and not VENV.exists():
        raise CannotSetUp(f"Ổ đĩa của {ROOT} còn {free} MB, cần khoảng {NEEDED_MB} MB. Hãy dọn bớt rồi chạy lại.")


def install_line(*packages: str) -> str:
    """The one line to run."""
    names = " ".join(packages)
    if shutil.which("apt-get"):
        return f"Chạy một dòng:\n    {'' if os.geteuid() == 0 else 'sudo '}apt-get install -y {names}"
    return f"Hãy cài gói hệ thống tương ứng với {names} rồi chạy lại."


def make_environment() -> None:
    """A fresh `.venv`, unless a complete one of this Python is there and only the lock has changed."""
    if VENV.exists() and (UNFINISHED.exists() or not environment_works()):
        shutil.rmtree(VENV)
    if not VENV.exists():
        VENV.mkdir()
        UNFINISHED.touch()
        logged([sys.executable, "-m", "venv", str(VENV)], "venv")
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)


def environment_works() -> bool:
    test = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]} or sys.prefix != {str(VENV)!r})"
    try:
        return subprocess.run([BIN / "python", "-Ic", test], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def package_count() -> int:
    return sum(line[:1].isalnum() and "==" in line for line in LOCK_FILE.read_text(encoding="utf-8").splitlines())


def install_packages() -> None:
    command = [str(BIN / "python"), "-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "-r", str(LOCK_FILE)]
    total, seen = package_count(), 0
    progress = Progress()

    def follow(line: str) -> None:
        nonlocal seen
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            seen += 1
            progress.show(f"tải {seen}/{total} gói", milestone=seen % 45 == 0)
        elif line.startswith("Installing collected packages"):
            progress.show("ghi các gói vào .venv…", milestone=True)

    try:
        logged(command, "pip", follow)
    finally:
        progress.clear()


class Progress:
    """One line that changes in place on a terminal; elsewhere only the milestones are printed."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()

    def show(self, text: str, milestone: bool) -> None:
        if self._terminal:
            print(f"\r\033[K      {text}", end="", flush=True)
        elif milestone:
            print(f"      {text}", flush=True)

    def clear(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", flush=True)


def logged(
    command: list[str], name: str, follow: Callable[[str], None] | None = None, env: dict[str, str] | None = None
) -> None:
    """Run it with all output in .build/NAME.log; CannotSetUp with the end of that when it fails."""
    BUILD.mkdir(exist_ok=True)
    path = BUILD / f"{name}.log"
    with path.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **(env or {})},
        )
        assert process.stdout is not None
        with process:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if follow:
                    follow(line)
    if process.returncode != 0:
        raise CannotSetUp(explain(name, path))


def explain(name: str, log: Path) -> str:
    """Why a step failed, in words where the reason is a known one, and the end of its log."""
    text = log.read_text(encoding="utf-8")
    reasons = {
        "THESE PACKAGES DO NOT MATCH THE HASHES": "Gói tải về không đúng mã băm đã khóa: nguồn gói bị sửa hoặc hỏng.",
        "connection broken": "Không kết nối được tới nguồn gói: hãy kiểm tra mạng, proxy và cấu hình pip.",
        "No matching distribution": "Nguồn gói không có một gói đã khóa cho máy và phiên bản Python này.",
        "No space left": "Ổ đĩa đầy.",
    }
    known = next((reason for mark, reason in reasons.items() if mark in text), f"Bước {name} không thành công.")
    tail = "\n".join(f"    {line}" for line in text.strip().splitlines()[-8:])
    return f"{known} Toàn bộ nhật ký: {log.relative_to(ROOT)}; phần cuối:\n{tail}\n  Sửa xong thì chạy lại make setup."


def link_package() -> None:
    """Make the checkout importable and the command callable."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (VENV / "lib" / version / "site-packages" / "dondoc-checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    launcher = BIN / "dondoc"
    launcher.write_text(LAUNCHER.format(python=BIN / "python"), encoding="utf-8")
    launcher.chmod(0o755)


def browser() -> int:
    """A Chromium for the page tests: the installed one, else root installs Debian's. Never skipped."""
    if find_browser():
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotSetUp(f"Kiểm thử trang cần trình duyệt Chromium hoặc Chrome. {install_line(*BROWSER_PACKAGES)}")
    print("Cài trình duyệt Chromium cho kiểm thử trang (một lần)…", flush=True)
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    with contextlib.suppress(CannotSetUp):  # one unreachable list among several need not matter: the install tells
        logged([*quiet, "update"], "apt-update", env=env)
    logged([*quiet, "install", "-y", "--no-install-recommends", *BROWSER_PACKAGES], "apt-install", env=env)
    if not find_browser():
        raise CannotSetUp(f"Đã cài {BROWSER_PACKAGES[0]} nhưng không thấy lệnh {', '.join(BROWSERS)} trong PATH.")
    return 0


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "install"))
