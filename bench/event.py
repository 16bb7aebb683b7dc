"""Seconds from recording an event in working hours to its message in the mail sink, on the embedded default.

`dondoc up` runs as an operator starts it (embedded PostgreSQL, its own Prefect, the in-process worker, the pages) with
the Hưng Yên plan of 130 tasks; the clock stands in the plan's own year, in working hours. Each event is another task's,
at another moment of the worker's pause. Where the time goes is asked of Prefect afterwards.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from dondoc.bootstrap import open_app
from dondoc.channels.sink import HOST, Sink
from dondoc.domain.events import Event
from dondoc.embedded import Cluster
from dondoc.services import applying, events
from dondoc.services.app import App
from dondoc.services.event_choices import Choice
from dondoc.services.events import Recorded
from dondoc.store import migrate

ROOT = Path(__file__).resolve().parents[1]
PLAN_ID = "hung-yen-2024"
NOW = "2024-03-25T09:00:00+07:00"  # a Monday
TASKS = (
    "I.2.11",
    "II.2.20",
    "II.2.21",
    "II.2.29",
    "V.2.96",
    "V.2.97",
    "VII.2.129",
    "VII.2.130",
    "III.2.50",
    "III.2.51",
)
TARGET = 5.0
READY_SECONDS, WAIT_SECONDS = 240.0, 60.0
PHASE = 0.37

say = Console(stderr=True, soft_wrap=True).print


@dataclass(frozen=True)
class Round:
    """One event: its messages, and seconds since the recording began when it was recorded and announced, its run was
    made, started and ended, and the last of its messages lay in the sink."""

    messages: int
    recorded: float
    made: float
    started: float
    arrived: float
    ended: float


def main() -> int:
    """Print one table; exit 1 when the slowest event took 5 s or longer."""
    options = _options()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dondoc-bench-")))
        sink = Sink(home / "mails")
        sink.start()
        stack.callback(sink.stop)
        env = _environment(home, sink.port)
        os.environ.clear()
        os.environ.update(env)
        _apply(home, env)
        stack.enter_context(_up(home, env))
        app = stack.enter_context(open_app(env))
        _wait_for_worker(env)
        rounds = []
        for number, task_id in enumerate(TASKS[: options.events]):
            rounds.append(_round(app, sink, env, task_id, number + 1))
            say(f"{task_id}: {rounds[-1].messages} thư tới nơi sau {rounds[-1].arrived:.2f} giây")
            time.sleep(1 + PHASE * number)
    return _report(rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=len(TASKS))
    return parser.parse_args()


def _environment(home: Path, smtp_port: int) -> dict[str, str]:
    own = {
        "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(ROOT / "config"), "DONDOC_PLANS": str(ROOT / "plans"),
        "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_PUBLIC_URL": "https://dondoc.example",
        "DONDOC_SMTP_HOST": HOST, "DONDOC_SMTP_PORT": str(smtp_port), "DONDOC_SMTP_MODE": "plain",
        "DONDOC_SMTP_SENDER": "dondoc@sonoivu.hungyen.example", "DONDOC_NOW": NOW,
    }  # fmt: skip
    for name in ("DONDOC_PORT", "DONDOC_PREFECT_PORT"):
        own[name] = str(_free_port())
    strange = ("DONDOC_", "PREFECT_")
    return {name: value for name, value in os.environ.items() if not name.startswith(strange)} | own


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _apply(home: Path, env: Mapping[str, str]) -> None:
    with Cluster(home) as cluster:
        migrate(cluster.url())
        with open_app(env) as app:
            applying.apply_file(app, app.settings.plans / f"{PLAN_ID}.yaml", datetime.fromisoformat(NOW), "bench")


@contextmanager
def _up(home: Path, env: Mapping[str, str]) -> Iterator[None]:
    said = home / "up.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dondoc", "up"], cwd=ROOT, env=dict(env), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        end = time.monotonic() + READY_SECONDS
        while "Sẵn sàng" not in said.read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(said.read_text(encoding="utf-8"))
            time.sleep(0.2)
        say(said.read_text(encoding="utf-8").strip().splitlines()[-1])
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait_for_worker(env: Mapping[str, str]) -> None:
    """`dondoc up` says that all is ready when the worker was started; it asks for work some seconds later."""
    end = time.monotonic() + READY_SECONDS
    with _prefect(env) as client:
        while not client.post("work_pools/dondoc/workers/filter", json={}).json():
            if time.monotonic() > end:
                sys.exit("bộ chạy việc không lên")
            time.sleep(0.2)


def _prefect(env: Mapping[str, str]) -> httpx.Client:
    return httpx.Client(base_url=f"http://{HOST}:{env['DONDOC_PREFECT_PORT']}/api", timeout=30)


def _round(app: App, sink: Sink, env: Mapping[str, str], task_id: str, number: int) -> Round:
    before = len(sink.mailbox.ids())
    at, began = datetime.now(UTC), time.perf_counter()
    done = _record(app, task_id, number)
    recorded = time.perf_counter() - began
    wanted = len({one.agency for one in done.opened})
    while len(sink.mailbox.ids()) - before < wanted:
        if time.perf_counter() - began > WAIT_SECONDS:
            sys.exit(f"{task_id}: không đủ {wanted} thư sau {WAIT_SECONDS:.0f} giây")
        time.sleep(0.005)
    arrived = time.perf_counter() - began
    made, started, ended = ((moment - at).total_seconds() for moment in _moments(env, done.event_id))
    return Round(wanted, recorded, made, started, arrived, ended)


def _record(app: App, task_id: str, number: int) -> Recorded:
    """A document of the day that opens the task."""
    document = Event("guidance", app.now().date(), "Hướng dẫn thực hiện nhiệm vụ", f"{number}/BNV-CCHC", "Bộ Nội vụ")
    done = events.record(app, document, [Choice(task_id)], by="bench", now=app.now())
    if done.unheard:
        sys.exit(done.unheard)
    return done


def _moments(env: Mapping[str, str], event_id: str) -> tuple[datetime, datetime, datetime]:
    """When the event's run was made, started and ended, by Prefect's own clock: the machine's."""
    end = time.monotonic() + WAIT_SECONDS
    with _prefect(env) as client:
        while time.monotonic() < end:
            found: list[dict[str, Any]] = client.post(
                "flow_runs/filter", json={"flows": {"name": {"any_": ["on_event"]}}, "limit": 200}
            ).json()
            run = next((one for one in found if one["parameters"].get("event_id") == event_id), None)
            if run is not None and run["end_time"]:
                made, started, ended = (
                    datetime.fromisoformat(run[key]) for key in ("created", "start_time", "end_time")
                )
                return made, started, ended
            time.sleep(0.1)
    sys.exit(f"{event_id}: Prefect không có lần chạy nào đã xong")


def _report(rounds: Sequence[Round]) -> int:
    table = Table("giây từ lúc bắt đầu ghi", "trung vị", "lâu nhất", "lần đầu")
    for words, name in (
        ("ghi xong, Prefect đã nhận tin", "recorded"), ("quy tắc tự động tạo lần chạy", "made"),
        ("bộ chạy việc bắt đầu", "started"), ("thư nằm trong hộp", "arrived"), ("lần chạy kết thúc", "ended"),
    ):  # fmt: skip
        found = [getattr(one, name) for one in rounds]
        table.add_row(words, f"{statistics.median(found):.2f}", f"{max(found):.2f}", f"{found[0]:.2f}")
    Console().print(table)
    say(f"tải của máy lúc đo: {os.getloadavg()[0]:.1f} trên {os.cpu_count()} bộ xử lý")
    return 0 if max(one.arrived for one in rounds) < TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
