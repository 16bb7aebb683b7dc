"""`dondoc up`: everything on this machine, with progress, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dondoc import settings as settings_module
from dondoc.cli.processes import Child, own_command
from dondoc.embedded import Cluster, hold_home
from dondoc.errors import DondocError
from dondoc.scheduling import server
from dondoc.settings import Settings

TEND_SECONDS = 0.5


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

    def run(self) -> None:
        """Start in dependency order, tell the addresses as soon as each answers, then watch until told to stop."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: self.stopping.set())
        self._require_free_ports()
        with self._database() as environment:
            try:
                self._start(environment)
                while not self.stopping.wait(TEND_SECONDS):
                    for child in self.children:
                        child.tend(self._say)
            finally:
                self._say("Đang dừng…")
                for child in reversed(self.children):
                    child.stop()
        self._say("Đã dừng tất cả.")

    def _start(self, environment: Mapping[str, str]) -> None:
        api = self._start_prefect(environment)
        self._run_step("Cập nhật cơ sở dữ liệu", own_command("serve", "migrate"), environment)
        if self.demo:
            self._start_child("Hộp thư mẫu", own_command("serve", "sink"), environment)
        self._start_child("Trang trả lời", own_command("serve", "console"), environment)
        self._wait_for_page("Trang trả lời", self.settings.port)
        if self.demo:
            self._wait_for_page("Hộp thư mẫu", self.settings.sink_port)
            self._say(f"  Hộp thư mẫu: http://127.0.0.1:{self.settings.sink_port}")
        self._say(f"  Trang:       {self.settings.require_public_url()}")
        if self.demo:
            self._run_step("Nạp kế hoạch và lịch sử mẫu", own_command("serve", "seed"), environment)
        if self.stopping.is_set():
            return
        server.wait_ready(api, 120, stop=self.stopping)
        self._say(f"✓ Prefect sẵn sàng ({self._elapsed()}): {api.removesuffix('/api')}")
        self._run_step("Lịch chạy của từng nhiệm vụ", own_command("serve", "deployments"), environment)
        self._start_child("Bộ chạy việc", own_command("serve", "worker"), environment)
        self._say(f"Sẵn sàng sau {self._elapsed()}. Nhấn Ctrl-C để dừng.")

    def _start_prefect(self, environment: Mapping[str, str]) -> str:
        if self.settings.prefect_api_url is not None:
            return self.settings.prefect_api_url
        child = Child("Prefect", server.command(self.settings), environment, self._log("prefect"))
        child.start()
        self.children.append(child)
        return environment["PREFECT_API_URL"]

    def _start_child(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        child = Child(name, command, environment, self._log(command[-1]))
        child.start()
        self.children.append(child)

    def _run_step(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """A step that ends by itself; its progress is shown as it comes."""
        if self.stopping.is_set():
            return
        step = Child(name, command, environment, self._log(command[-1]))
        step.start()
        assert step.process is not None
        with self.console.status(f"{name}…"):
            while step.process.poll() is None and not self.stopping.wait(0.05):
                continue
        step.stop()
        if step.process.returncode != 0 and not self.stopping.is_set():
            raise DondocError(f"{name} không thành công; xem {step.log}\n{_last_lines(step)}")
        self._say(f"✓ {name} ({self._elapsed()})")

    def _wait_for_page(self, name: str, port: int) -> None:
        while not self.stopping.wait(0.05):
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    self._say(f"✓ {name} ({self._elapsed()})")
                    return
            for child in self.children:
                child.tend(self._say)

    @contextmanager
    def _database(self) -> Iterator[dict[str, str]]:
        """The environment of the children, with the embedded database running unless an external one is set."""
        environment = self._environment()
        if self.settings.database_url is not None:
            yield {**environment, **server.environment(self.settings, self.settings.database_url)}
            return
        with Cluster(self.settings.home) as cluster:
            self._say(f"✓ Cơ sở dữ liệu ({self._elapsed()})")
            yield {**environment, **server.environment(self.settings, cluster.prefect_url())}

    def _environment(self) -> dict[str, str]:
        environment = {"DONDOC_HOME": str(self.settings.home), "PYTHONUNBUFFERED": "1"}
        if self.demo:
            environment |= {
                "DONDOC_DEMO": "1",
                "DONDOC_SMTP_HOST": "127.0.0.1",
                "DONDOC_SMTP_PORT": str(self.settings.sink_smtp_port),
                "DONDOC_SMTP_MODE": "plain",
                "DONDOC_SMTP_SENDER": "dondoc@hungyen.example",
            }
        return environment

    def _require_free_ports(self) -> None:
        wanted = {"DONDOC_PORT": self.settings.port}
        if self.settings.prefect_api_url is None:
            wanted["DONDOC_PREFECT_PORT"] = self.settings.prefect_port
        if self.demo:
            wanted |= {
                "DONDOC_SINK_PORT": self.settings.sink_port,
                "DONDOC_SINK_SMTP_PORT": self.settings.sink_smtp_port,
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
        self.console.print(text, markup=False)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _last_lines(step: Child, count: int = 15) -> str:
    lines = step.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-count:])
