"""What a sweep costs when few of very many open obligations are due: the same number due in a small and a large store.

Both stores lie in one embedded PostgreSQL (its default, durable settings) and hold the shipped plan, its obligations
multiplied under made-up ids, each with a line in the ledger. The product's own sweep runs in turn on one and the other.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from dondoc.bootstrap import open_app
from dondoc.domain.moments import at
from dondoc.embedded import Cluster
from dondoc.services import applying
from dondoc.services.app import App
from dondoc.services.sweeping import sweep
from dondoc.store import migrate

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "plans" / "hung-yen-2024.yaml"
APPLIED, TODAY = date(2024, 1, 2), date(2024, 3, 25)
"""On that Monday the plan has obligations to be reminded of, others whose day has passed, most of them later."""
TARGET = 1.5

say = Console(stderr=True, soft_wrap=True).print
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass
class Store:
    """One database: how many obligations are open in it, and what its sweeps took and read."""

    open_ones: int
    app: App
    admin: Connection
    seconds: list[float]
    read: list[int]

    @property
    def usual(self) -> float:
        return statistics.median(self.seconds)


def main() -> int:
    """Print one table; exit 1 when the large store's sweep takes more than 1.5 times the small one's."""
    options = _options()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dondoc-bench-")))
        cluster = stack.enter_context(Cluster(home))
        stores = [stack.enter_context(_store(cluster, home, count, options.due)) for count in sorted(options.open)]
        for number in range(options.rounds + 1):
            for store in stores:
                _sweep(store, options.due, counts=number > 0)  # the first fills PostgreSQL's and our caches
    return _report(stores, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--open", type=int, nargs=2, default=[100_000, 1_000_000], help="open obligations of each store"
    )
    parser.add_argument("--due", type=int, default=1_000, help="how many of them a sweep must look at")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


@contextmanager
def _store(cluster: Cluster, home: Path, open_ones: int, due: int) -> Iterator[Store]:
    name = f"open_{open_ones}"
    with _admin(cluster, "postgres") as server:
        server.execute(sql.SQL("CREATE DATABASE {} OWNER dondoc").format(sql.Identifier(name)))
    migrate(cluster.url(name))
    env = {
        "DONDOC_HOME": str(home), "DONDOC_CONFIG": str(ROOT / "config"), "DONDOC_DATABASE_URL": cluster.url(name),
        "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_PUBLIC_URL": "https://dondoc.example",
    }  # fmt: skip
    with open_app(env) as app, _admin(cluster, name) as admin:
        began = time.perf_counter()
        _fill(app, admin, open_ones, due)
        say(f"{open_ones:,} việc đang mở, {due:,} việc đến ngày: nạp trong {time.perf_counter() - began:.0f} giây")
        yield Store(open_ones, app, admin, [], [])


def _admin(cluster: Cluster, database: str) -> Connection:
    return psycopg.connect(cluster.admin_url(database).replace("+psycopg", ""), autocommit=True)


def _fill(app: App, admin: Connection, open_ones: int, due: int) -> None:
    """The applied plan after its first sweep is the stock from which the others are copied."""
    applying.apply_file(app, PLAN, at(APPLIED), "bench")
    sweep(app, at(APPLIED))
    admin.execute("CREATE TABLE stock AS SELECT * FROM obligations WHERE next_on IS NOT NULL AND due_on IS NOT NULL")
    admin.execute("UPDATE obligations SET next_on = NULL")
    _multiply(admin, "due", "next_on <= %(today)s", due)
    _multiply(admin, "later", "next_on > %(today)s", open_ones - due)
    admin.execute("CREATE TABLE due AS SELECT id, next_on FROM obligations WHERE next_on <= %s", [TODAY])
    columns = 'obligation_id, rule, firing, recipient, kind, audience, held, "on", created_at, status, reason'
    line = "id, 'outlook', 'bench', agency || '/focal', 'outlook', 'lead', false, %s, now(), 'composed', ''"
    admin.execute(
        f"INSERT INTO notices ({columns}) SELECT {line} FROM obligations WHERE next_on IS NOT NULL", [APPLIED]
    )
    admin.execute("VACUUM (ANALYZE)")


def _multiply(admin: Connection, name: str, which: str, count: int) -> None:
    """So many copies of the stock that fits, each under an id of its own."""
    values = {"today": TODAY, "count": count, "name": name}
    columns = [row[0] for row in admin.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'stock'::regclass "
               "AND attnum > 0 ORDER BY attnum")]  # fmt: skip
    others = sql.SQL(", ").join(sql.Identifier(str(column)) for column in columns if column != "id")
    admin.execute(
        sql.SQL(
            "WITH fit AS (SELECT *, row_number() OVER (ORDER BY id) - 1 AS nth, count(*) OVER () AS of FROM stock"
            " WHERE {which}) INSERT INTO obligations (id, {others})"
            " SELECT fit.id || '/' || %(name)s || '-' || n, {others} FROM generate_series(0, %(count)s - 1) n"
            " JOIN fit ON fit.nth = n %% fit.of"
        ).format(which=sql.SQL(which), others=others),
        values,
    )


def _sweep(store: Store, due: int, counts: bool) -> None:
    """One sweep over what is due again; how many rows PostgreSQL read for it is told by its own statistics."""
    store.admin.execute("UPDATE obligations o SET next_on = due.next_on FROM due WHERE o.id = due.id")
    store.admin.execute('DELETE FROM notices WHERE "on" = %s', [TODAY])
    store.admin.execute("VACUUM (ANALYZE) obligations, notices")
    before = _rows_read(store)
    began = time.perf_counter()
    result = sweep(store.app, at(TODAY))
    seconds = time.perf_counter() - began
    if result.looked_at != due or result.guarded or not result.queued:
        sys.exit(f"lần quét không như mong đợi: {result}")
    if counts:
        store.seconds.append(seconds)
        store.read.append(_rows_read(store) - before)


def _rows_read(store: Store) -> int:
    store.app.engine.dispose()  # a connection that ends leaves its counts behind
    store.admin.execute("SELECT pg_stat_force_next_flush()")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _backends(store):
        time.sleep(0.05)
    found = store.admin.execute(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"
        " WHERE relname IN ('obligations', 'notices')"
    ).fetchone()
    return int(str(found[0])) if found is not None else 0


def _backends(store: Store) -> bool:
    """Whether a connection of the product still lives; the bench's own is not one of them."""
    found = store.admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    ).fetchone()
    return found is not None and found[0] != 0


def _report(stores: list[Store], options: argparse.Namespace) -> int:
    table = Table("việc đang mở", "đến ngày", "giây mỗi lần quét (trung vị)", "từng lần", "dòng PostgreSQL đọc")
    for store in stores:
        each = " ".join(f"{seconds:.2f}" for seconds in store.seconds)
        read = f"{statistics.median(store.read):,.0f}"
        table.add_row(f"{store.open_ones:,}", f"{options.due:,}", f"{store.usual:.3f}", each, read)
    ratio = stores[-1].usual / stores[0].usual
    table.add_row("lớn / nhỏ", "", f"{ratio:.2f} (nhiều nhất {TARGET})", "", "")
    Console().print(table)
    return 0 if ratio <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
