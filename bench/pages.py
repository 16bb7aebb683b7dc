"""What the supervisor's pages cost with 1,000 and with 100,000 obligations: server time and SQL queries of each page.

Both stores lie in one embedded PostgreSQL (its default, durable settings). Each holds ONE made-up plan, the hardest
shape: 50 tasks owed by 20 agencies, and 500 tasks owed by 200 agencies, so that a task has 200 obligations, an agency
500, the plan's table 2,000 pages. The product applies the plan; half a year of answers, messages, notices and journal
is put in bulk (tests/crowd.py). Every page is then asked for in turn, as a signed-in person does, through the ASGI
application in this process: the time is from the request to the last byte, the waiting in no network. Beside it stands
the processor time that it took, ours and PostgreSQL's together: on a machine that others use too, that says more.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from crowd import PLAN, TODAY, agency_id, crowd, settle  # noqa: E402

from dondoc.bootstrap import open_app  # noqa: E402
from dondoc.console import console_app  # noqa: E402
from dondoc.domain.moments import at  # noqa: E402
from dondoc.embedded import Cluster  # noqa: E402
from dondoc.services import accounts, links, signing_in  # noqa: E402
from dondoc.services.app import App  # noqa: E402
from dondoc.store import migrate  # noqa: E402

LIMIT = 0.150
"""Seconds of server time at the 95th percentile."""
SHAPES = {1_000: (50, 20), 100_000: (500, 200)}
PASSWORD = "một câu đủ dài để thử"
BASE = "http://127.0.0.1:8080"

say = Console(stderr=True, soft_wrap=True).print


@dataclass
class Store:
    """One database: how many obligations it holds, its pages, and what asking for each of them took."""

    obligations: int
    pages: dict[str, str]
    app: App
    desk: str
    link: str
    seconds: dict[str, list[float]] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    def percentile(self, page: str, percent: int) -> float:
        """Seconds."""
        return statistics.quantiles(self.seconds[page], n=100, method="inclusive")[percent - 1]


def main() -> int:
    """Print one table; exit 1 when a page is above the limit or its number of queries grows with the store."""
    options = _options()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dondoc-bench-")))
        cluster = stack.enter_context(Cluster(home))
        stores = [stack.enter_context(_store(cluster, home, size)) for size in sorted(options.obligations)]
        for store in stores:
            asyncio.run(_ask(store, options.rounds, options.only))
    return _report(stores)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, nargs="+", default=[1_000, 100_000], choices=sorted(SHAPES))
    parser.add_argument("--rounds", type=int, default=30, help="requests of each page")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    return parser.parse_args()


@contextmanager
def _store(cluster: Cluster, home: Path, size: int) -> Iterator[Store]:
    name, (tasks, agencies) = f"pages_{size}", SHAPES[size]
    with psycopg.connect(cluster.admin_url("postgres").replace("+psycopg", ""), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} OWNER dondoc").format(sql.Identifier(name)))
    migrate(cluster.url(name))
    env = {
        "DONDOC_HOME": str(home / name), "DONDOC_CONFIG": str(ROOT / "config"), "DONDOC_PUBLIC_URL": BASE,
        "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_DATABASE_URL": cluster.url(name),
        "DONDOC_PREFECT_PORT": "9",
    }  # fmt: skip
    with open_app(env) as opened:
        app = replace(opened, now=lambda: at(TODAY))
        began = time.perf_counter()
        found = settle(app, tasks, agencies)
        say(f"{found:,} việc: nạp trong {time.perf_counter() - began:.0f} giây")
        yield Store(found, _pages(tasks), app, _signed_in(app), _link(app))


def _pages(tasks: int) -> dict[str, str]:
    plan = f"/theo-doi/ke-hoach/{PLAN}"
    task = crowd(tasks, 1).plan.tasks[tasks // 3].id
    return {
        "tổng quan": "/theo-doi",
        "các kế hoạch": "/theo-doi/ke-hoach",
        "các cơ quan": "/theo-doi/co-quan",
        "bảng kế hoạch": plan,
        "bảng, trang cuối": f"{plan}?trang=999999",
        "bảng, quá hạn theo hạn": f"{plan}?trang-thai=qua-han&sap-xep=han",
        "bảng, theo cơ quan": f"{plan}?sap-xep=co-quan",
        "bảng, tìm": f"{plan}?tim=thu+tuc&thang=2024-q2",
        "nhiệm vụ": f"{plan}/nhiem-vu/{task}",
        "cơ quan": f"/theo-doi/co-quan/{agency_id(7)}",
        "thư": "/theo-doi/thu?tinh-trang=unknown",
        "việc của đơn vị": "/viec",
    }


def _signed_in(app: App) -> str:
    accounts.create(
        app, login="bench", name="Bench", agency="so-noi-vu", role="supervisor", password=PASSWORD, by="bench",
        now=app.now(), must_change=False,
    )  # fmt: skip
    entered = signing_in.sign_in(app, "bench", PASSWORD, app.now())
    assert entered is not None
    return entered.cookie


def _link(app: App) -> str:
    with app.sessions.begin() as session:
        token = links.issue(session, f"{agency_id(7)}/focal", agency_id(7), app.now())
        opened = links.open_link(session, token, app.now())
    assert not isinstance(opened, str)
    return opened.cookie


async def _ask(store: Store, rounds: int, only: str) -> None:
    """Every page in turn, so that none is asked for with caches that only it uses; the first round fills them."""
    count = [0]
    event.listen(store.app.engine, "before_cursor_execute", lambda *_: count.__setitem__(0, count[0] + 1))
    transport = httpx.ASGITransport(console_app(store.app))
    gc.collect()
    gc.freeze()  # as `dondoc serve console` does
    cookies = {"dondoc-ban": store.desk, "dondoc": store.link}
    async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=cookies) as client:
        for number in range(rounds + 1):
            for page, address in store.pages.items():
                if only not in page:
                    continue
                count[0], worked, began = 0, _processor_time(store), time.perf_counter()
                found = await client.get(address)
                seconds, worked = time.perf_counter() - began, _processor_time(store) - worked
                if found.status_code != 200:
                    sys.exit(f"{address}: {found.status_code}")
                if number:
                    store.seconds.setdefault(page, []).append(seconds)
                    store.queries[page] = max(store.queries.get(page, 0), count[0])
                    store.processor[page] = store.processor.get(page, 0) + worked


def _processor_time(store: Store) -> float:
    """Seconds that this process and the store's connections have worked; PostgreSQL's come in steps of a tick, which
    even out over the rounds."""
    name, ticks = f" {store.app.engine.url.database} ", 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if name in (folder / "cmdline").read_text(errors="replace"):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _report(stores: list[Store]) -> int:
    table = Table("trang (thời gian: ms)")
    for store in stores:
        for head in ("p50", "p95", "bộ xử lý", "truy vấn"):
            table.add_column(f"{store.obligations:,}\n{head}", justify="right")
    table.add_column(f"p95 lớn / nhỏ (giới hạn {LIMIT * 1000:.0f} ms)", justify="right")
    wrong = False
    for page in stores[0].seconds:
        cells = []
        for store in stores:
            cells += [f"{1000 * store.percentile(page, n):.0f}" for n in (50, 95)]
            worked = store.processor[page] / len(store.seconds[page])
            cells += [f"{1000 * worked:.0f}", str(store.queries[page])]
        slow = any(store.percentile(page, 95) > LIMIT for store in stores)
        grows = len({store.queries[page] for store in stores}) > 1
        wrong = wrong or slow or grows
        ratio = stores[-1].percentile(page, 95) / stores[0].percentile(page, 95)
        table.add_row(page, *cells, f"{ratio:.1f}{' CHẬM' if slow else ''}{' TRUY VẤN TĂNG' if grows else ''}")
    Console(width=150).print(table)
    say(f"tải của máy lúc đo: {os.getloadavg()[0]:.1f} trên {os.cpu_count()} bộ xử lý")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
