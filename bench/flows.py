"""All task flows of the Hưng Yên plan due at one moment: our in-process worker against Prefect's process worker.

The same deployments, flows, database, server and concurrency, one after the other in one run, on the embedded
PostgreSQL in a folder of its own. Each round is bounded: what has not ended by then is left out and the seconds a run
are those of the runs that ended, as the table then says.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from rich.console import Console
from rich.table import Table

from dondoc.bootstrap import open_app
from dondoc.embedded import Cluster
from dondoc.scheduling import server
from dondoc.services import applying, scheduling
from dondoc.store import migrate

ROOT = Path(__file__).resolve().parents[1]
PLAN_ID = "hung-yen-2024"
# The plan's own year: on that day its tasks are open, some due, some overdue.
NOW = "2024-04-03T07:30:00+07:00"
LEAD_SECONDS = 15.0  # to create the runs before the moment they are due
FAULT = re.compile(rb"ERROR|CRITICAL|Traceback|database is locked|Internal Server Error")
TARGET = 3.0
READY_SECONDS = 180.0
OURS, PROCESS = "dondoc", "dondoc-process"

say = Console(stderr=True, soft_wrap=True).print


@dataclass(frozen=True)
class Round:
    """What one worker did: seconds from the due moment to the last end."""

    name: str
    runs: int
    ended: int
    completed: int
    seconds: float

    @property
    def per_run(self) -> float:
        return self.seconds / max(1, self.ended)


def main() -> int:
    """Print one table; exit 1 when we are not three times faster or anything failed."""
    options = _options()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dondoc-bench-")))
        cluster = stack.enter_context(Cluster(home))
        endpoint = server.Endpoint("127.0.0.1", options.port)
        env = server.client_environment(os.environ, home, endpoint)
        env |= {
            "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(ROOT / "config"), "DONDOC_PLANS": str(ROOT / "plans"),
            "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_PUBLIC_URL": "https://dondoc.example",
            "DONDOC_PREFECT_PORT": str(options.port), "DONDOC_NOW": NOW, "PREFECT_WORKER_QUERY_SECONDS": "2",
        }  # fmt: skip
        env.pop("DONDOC_DATABASE_URL", None)
        os.environ.clear()
        os.environ.update(env)
        log = home / "server.log"
        started = stack.enter_context(_prefect(server.environment(env, home, cluster.prefect_url(), endpoint), log))
        if not server.wait_ready(endpoint, READY_SECONDS, lambda: started.poll() is None):
            say(log.read_text(errors="replace"))
            return 1
        _apply(cluster)
        rounds = [_round(kind, options, endpoint, home) for kind in (OURS, PROCESS)]
        faults = {path.name: len(FAULT.findall(path.read_bytes())) for path in home.glob("*.log")}
    return _report(rounds, faults, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=8, help="runs at once, the same for both")
    parser.add_argument("--tasks", type=int, default=130, help="how many of the plan's tasks")
    parser.add_argument("--at-most", type=float, default=300.0, help="seconds for each round")
    parser.add_argument("--port", type=int, default=4287)
    return parser.parse_args()


@contextmanager
def _prefect(env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(server.command(), env=dict(env), stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _apply(cluster: Cluster) -> None:
    """The real plan in the real store, its deployments in Prefect; a second time to see that nothing is written."""
    migrate(cluster.url())
    with open_app() as app:
        applying.apply_file(app, app.settings.plans / f"{PLAN_ID}.yaml", app.now(), "bench")
        for name in ("lần đầu", "lần thứ hai"):
            began = time.perf_counter()
            result = scheduling.sync_all(app, lambda _: None)[PLAN_ID]
            say(f"Lịch chạy, {name}: {time.perf_counter() - began:.1f} giây; {result}")


def _round(kind: str, options: argparse.Namespace, endpoint: server.Endpoint, home: Path) -> Round:
    with SyncPrefectClient(endpoint.api_url) as client:
        _move_to_pool(client, kind)
        with _worker(kind, options.limit, home):
            _wait_for_worker(client, kind)
            due = datetime.now(UTC) + timedelta(seconds=LEAD_SECONDS)
            runs = _create_runs(client, due, options.tasks)
            return _watch(client, kind, runs, due, options.at_most)


def _move_to_pool(client: SyncPrefectClient, kind: str) -> None:
    """The deployments are the same ones; only the pool they point at changes."""
    if kind == PROCESS:
        client.request("POST", "/work_pools/", json={"name": PROCESS, "type": "process"})
    for one in _deployments(client):
        client.request("PATCH", f"/deployments/{one['id']}", json={"work_pool_name": kind, "paused": False})


def _deployments(client: SyncPrefectClient) -> list[dict[str, Any]]:
    body = {"flows": {"name": {"any_": ["track_task"]}}, "limit": 200}
    return list(client.request("POST", "/deployments/filter", json=body).json())


@contextmanager
def _worker(kind: str, limit: int, home: Path) -> Iterator[None]:
    ours = [sys.executable, "-m", "dondoc.scheduling.serving", "--limit", str(limit)]
    theirs = [
        sys.executable, "-m", "prefect", "worker", "start", "--pool", PROCESS, "--type", "process",
        "--limit", str(limit), "--name", PROCESS,
    ]  # fmt: skip
    with (home / f"worker-{kind}.log").open("wb") as output:
        process = subprocess.Popen(
            ours if kind == OURS else theirs, cwd=home, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for_worker(client: SyncPrefectClient, kind: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while not client.request("POST", f"/work_pools/{kind}/workers/filter", json={}).json():
        if time.monotonic() > end:
            raise TimeoutError(f"the worker of {kind} did not come up")
        time.sleep(0.5)


def _create_runs(client: SyncPrefectClient, due: datetime, tasks: int) -> list[UUID]:
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}}
    return [
        client.request("POST", f"/deployments/{one['id']}/create_flow_run", json={"state": state}).json()["id"]
        for one in _deployments(client)[:tasks]
    ]


def _watch(client: SyncPrefectClient, kind: str, runs: list[UUID], due: datetime, at_most: float) -> Round:
    body = {"flow_runs": {"id": {"any_": runs}}, "limit": 200}
    while True:
        found = client.request("POST", "/flow_runs/filter", json=body).json()
        ends = [datetime.fromisoformat(one["end_time"]) for one in found if one["end_time"]]
        elapsed = (datetime.now(UTC) - due).total_seconds()
        say(f"{kind}: {len(ends)}/{len(runs)} sau {max(0.0, elapsed):.0f} giây")
        if len(ends) == len(runs) or elapsed > at_most:
            break
        time.sleep(5)
    completed = sum(one["state_type"] == "COMPLETED" for one in found)
    seconds = (max(ends) - due).total_seconds() if ends else at_most
    return Round(kind, len(runs), len(ends), completed, seconds)


def _report(rounds: list[Round], faults: dict[str, int], options: argparse.Namespace) -> int:
    table = Table(f"{rounds[0].runs} nhiệm vụ cùng lúc, {options.limit} luồng", "xong", "giây", "giây mỗi lần chạy")
    for one in rounds:
        name = "trong tiến trình" if one.name == OURS else "tiến trình riêng của Prefect"
        ended = f"{one.completed}/{one.runs}" + ("" if one.ended == one.runs else " (hết giờ đo)")
        table.add_row(name, ended, f"{one.seconds:.1f}", f"{one.per_run:.2f}")
    ratio = rounds[1].per_run / rounds[0].per_run
    table.add_row("nhanh hơn", "", "", f"{ratio:.1f} lần")
    table.add_row("lỗi trong nhật ký", "", "", ", ".join(f"{name} {count}" for name, count in sorted(faults.items())))
    Console().print(table)
    sound = all(one.completed == one.ended for one in rounds) and rounds[0].ended == rounds[0].runs
    return 0 if ratio >= TARGET and sound and not faults["server.log"] else 1


if __name__ == "__main__":
    sys.exit(main())
