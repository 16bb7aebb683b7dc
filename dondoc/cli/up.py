"""`dondoc up`: everything on this machine, with progress, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.request import ProxyHandler, build_opener

import typer
from rich.console import Console
from rich.text import Text

from dondoc import settings as settings_module
from dondoc.bootstrap import DEMO
from dondoc.channels.standin import DEMO_APP_ID, DEMO_APP_SECRET
from dondoc.cli.processes import Child, own_command
from dondoc.embedded import Cluster, hold_home
from dondoc.errors import DondocError, SettingsError
from dondoc.scheduling import server
from dondoc.services import demo_accounts, incoming
from dondoc.settings import Settings
from dondoc.store import migrate

TEND_SECONDS = 0.5
PREFECT_SECONDS = 180.0


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Chạy thử với kế hoạch Hưng Yên chuyển sang năm nay")] = False,
) -> None:
    """Khởi động cơ sở dữ liệu, trang trả lời, Prefect và bộ chạy việc; Ctrl-C để dừng tất cả."""
    settings = settings_module.read(os.environ, demo=demo)
    if not demo:
        settings.require_public_url()
    with hold_home(settings.home):
        _Up(settings, demo).run()


class _Up:
    """One run of `up`: what was started, in the order it must be stopped."""

    def __init__(self, settings: Settings, demo: bool) -> None:
        self.settings, self.demo = settings, demo
        self.console = Console(stderr=True, highlight=False)
        self.began = time.monotonic()
        self.children: list[Child] = []
        self.stopping = threading.Event()
        self.endpoint = server.Endpoint("127.0.0.1", settings.prefect_port)
        self.environment = self._environment()

    def run(self) -> None:
        """Start in dependency order, tell the addresses as soon as each answers, then watch until told to stop."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: self.stopping.set())
        self._require_free_ports()
        with self._database() as prefect_database:
            try:
                self._start(prefect_database)
                while not self.stopping.wait(TEND_SECONDS):
                    self._tend()
            finally:
                self._say("Đang dừng…")
                for child in reversed(self.children):
                    child.stop()
        self._say("Đã dừng tất cả.")

    def _start(self, prefect_database: str | None) -> None:
        incoming.make_folder(self.settings)
        prefect = self._start_prefect(prefect_database) if prefect_database else None
        pages = [(self._start_child("Trang trả lời", "console"), self.settings.port, "/healthz")]
        if self.demo:
            pages.append((self._start_child("Hộp thư mẫu", "sink"), self.settings.sink_port, "/"))
            pages.append((self._start_child("Zalo mẫu", "zalo"), self.settings.zalo_port, "/"))
        for child, port, path in pages:
            self._wait_for_page(child, port, path)
        if self.demo:
            self._run_step("Nạp kế hoạch và lịch sử mẫu", "seed")
            self._tell_accounts()
        if prefect is not None:
            self._wait_for_prefect(prefect)
        self._run_step("Lịch chạy Prefect của từng nhiệm vụ", "deployments")
        if not self.stopping.is_set():
            self._start_child("Bộ chạy việc", "worker")
            self._say(f"Sẵn sàng sau {self._elapsed()}. Nhấn Ctrl-C để dừng.")

    def _tell_accounts(self) -> None:
        """Who may sign in to the demo's pages, and with what."""
        if self.stopping.is_set():
            return
        self._say(f"✓ Trang theo dõi: http://127.0.0.1:{self.settings.port}/dang-nhap")
        self._say(f"  Tài khoản mẫu: {' hoặc '.join(demo_accounts.LOGINS.values())}")
        self._say(f"  Mật khẩu mẫu: {demo_accounts.password(self.settings.home)}")

    def _start_prefect(self, database: str) -> Child:
        environment = server.environment(os.environ, self.settings.home, database, self.endpoint)
        child = Child("Prefect", server.command(), environment, self._log("prefect"))
        child.start()
        self.children.append(child)
        return child

    def _wait_for_prefect(self, child: Child) -> None:
        with self.console.status("Chờ Prefect (lần đầu có thể mất nửa phút)…"):
            ready = server.wait_ready(
                self.endpoint, PREFECT_SECONDS, lambda: child.is_alive and not self.stopping.is_set()
            )
        if not ready and not self.stopping.is_set():
            raise DondocError(f"Prefect không khởi động được; xem {child.log}\n{_last_lines(child)}")
        self._say(f"✓ Prefect: {self.endpoint.ui_url} ({self._elapsed()})")

    def _tend(self) -> None:
        for child in self.children:
            child.tend(self._say)

    def _start_child(self, name: str, word: str) -> Child:
        child = Child(name, own_command("serve", word), self.environment, self._log(word))
        child.start()
        self.children.append(child)
        return child

    def _run_step(self, name: str, word: str) -> None:
        """A step that ends by itself; the last line it printed is shown while it runs."""
        if self.stopping.is_set():
            return
        step = Child(name, own_command("serve", word), self.environment, self._log(word))
        step.log.unlink(missing_ok=True)
        step.start()
        assert step.process is not None
        with self.console.status(f"{name}…") as status:
            while step.process.poll() is None and not self.stopping.wait(0.1):
                status.update(Text(f"{name}: {_last_lines(step, 1) or '…'}"))
        step.stop()
        if step.process.returncode != 0 and not self.stopping.is_set():
            raise DondocError(f"{name} không thành công; xem {step.log}\n{_last_lines(step)}")
        self._say(f"✓ {name} ({self._elapsed()})")

    def _wait_for_page(self, child: Child, port: int, path: str) -> None:
        """Until our own child answers; another program on the port must not be taken for it."""
        with self.console.status(f"{child.name}…"):
            while not self.stopping.wait(0.05):
                if not child.is_alive:
                    raise DondocError(f"{child.name} không khởi động được; xem {child.log}\n{_last_lines(child)}")
                if _answers(port, path):
                    self._say(f"✓ {child.name}: http://127.0.0.1:{port} ({self._elapsed()})")
                    return

    @contextmanager
    def _database(self) -> Iterator[str | None]:
        """The database for our Prefect server (None when an external one is used), the embedded one running."""
        own_prefect = self.settings.prefect_api_url is None
        if self.settings.database_url is not None:
            self._migrate(self.settings.database_url)
            yield _external_prefect_database() if own_prefect else None
            return
        cluster = Cluster(self.settings.home)
        with self.console.status("Cơ sở dữ liệu…") as status:
            cluster.start(status.update)
        try:
            self._migrate(cluster.url())
            yield cluster.prefect_url() if own_prefect else None
        finally:
            cluster.stop()

    def _migrate(self, url: str) -> None:
        with self.console.status("Cập nhật cơ sở dữ liệu…"):
            migrate(url)
        self._say(f"✓ Cơ sở dữ liệu ({self._elapsed()})")

    def _environment(self) -> dict[str, str]:
        own = {**os.environ, "DONDOC_HOME": str(self.settings.home), "PYTHONUNBUFFERED": "1"}
        if self.demo:
            own |= {
                DEMO: "1",
                "DONDOC_SMTP_HOST": "127.0.0.1",
                "DONDOC_SMTP_PORT": str(self.settings.sink_smtp_port),
                "DONDOC_SMTP_MODE": "plain",
                "DONDOC_SMTP_SENDER": "dondoc@hungyen.example",
                "DONDOC_MAIL_LOOKUP_URL": f"http://127.0.0.1:{self.settings.sink_port}/api/lookup",
                "DONDOC_ZALO_URL": f"http://127.0.0.1:{self.settings.zalo_port}",
                "DONDOC_ZALO_APP_ID": DEMO_APP_ID,
                "DONDOC_ZALO_APP_SECRET": DEMO_APP_SECRET,
            }
        if self.settings.prefect_api_url is not None:
            return own
        return server.client_environment(own, self.settings.home, self.endpoint)

    def _require_free_ports(self) -> None:
        wanted = {"DONDOC_PORT": self.settings.port}
        if self.settings.prefect_api_url is None:
            wanted["DONDOC_PREFECT_PORT"] = self.settings.prefect_port
        if self.demo:
            wanted |= {
                "DONDOC_SINK_PORT": self.settings.sink_port,
                "DONDOC_SINK_SMTP_PORT": self.settings.sink_smtp_port,
                "DONDOC_ZALO_PORT": self.settings.zalo_port,
            }
        taken = [
            f"cổng {port} đang có chương trình khác dùng → đặt {name}=<cổng khác>"
            for name, port in wanted.items()
            if _is_taken(port)
        ]
        if taken:
            raise DondocError("Không khởi động được:\n" + "\n".join(taken))

    def _log(self, name: str) -> Path:
        return self.settings.home / "log" / f"{name}.log"

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self.began:.1f} s".replace(".", ",")

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _answers(port: int, path: str) -> bool:
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _external_prefect_database() -> str:
    address = os.environ.get("PREFECT_API_DATABASE_CONNECTION_URL")
    if not address:
        raise SettingsError(
            "Dùng cơ sở dữ liệu ngoài thì cần PREFECT_API_URL (máy chủ Prefect có sẵn) hoặc "
            "PREFECT_API_DATABASE_CONNECTION_URL (cơ sở dữ liệu cho Prefect do dondoc khởi động)."
        )
    return address


def _last_lines(step: Child, count: int = 15) -> str:
    lines = step.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-count:])
