"""All shipped plans together: applied into one database (time, obligations, deployments, memory) and rehearsed.

Printed: one table of the plans, one of obligations and message days per agency in each rehearsed year, when nobody
answers and when everybody reports four working days before the due day. Exit 1 when the rehearsed years together take
longer than the limit (processor time: other work on the machine does not count).
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from dondoc.bootstrap import open_app
from dondoc.domain.moments import at
from dondoc.domain.obligations import Obligation, expand
from dondoc.domain.simulate import Report, Simulation
from dondoc.domain.workspace import Workspace
from dondoc.embedded import Cluster
from dondoc.loading import load_workspace
from dondoc.services import scheduling, simulating
from dondoc.services.app import App
from dondoc.services.applying import apply_workspace
from dondoc.services.books import books
from dondoc.store import migrate

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2024, 1, 2)
LIMIT = 15.0
"""Seconds of processor time for all rehearsed years, once each."""


@dataclass
class Row:
    """What one plan cost: seconds to load, to apply, to rehearse."""

    workspace: Workspace
    loading: float
    applying: float = 0.0
    rehearsing: float = 0.0
    obligations: int = 0
    deployments: int = 0


def main() -> int:
    """Print the tables."""
    rows = [_loaded(file) for file in sorted((ROOT / "plans").glob("*.yaml"))]
    _apply_all(rows)
    years = Table("Cơ quan", "việc có hạn", "ngày có thư, không ai trả lời", "ngày có thư, ai cũng đúng hạn")
    for row in rows:
        _rehearse(row, years)
    console = Console(width=130)
    console.print(_plans(rows))
    console.print(years)
    spent = sum(row.rehearsing for row in rows)
    console.print(f"Diễn tập mọi năm: {spent:.1f} giây (giới hạn {LIMIT:.0f}). Bộ nhớ cao nhất: {_megabytes():.0f} MB.")
    return int(spent > LIMIT)


def _loaded(file: Path) -> Row:
    began = time.process_time()
    workspace = load_workspace(file, ROOT / "config").require()
    return Row(workspace, time.process_time() - began)


def _apply_all(rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory(prefix="dondoc-bench-") as folder, Cluster(Path(folder)) as cluster:
        migrate(cluster.url("dondoc"))
        env = {
            "DONDOC_HOME": folder, "DONDOC_CONFIG": str(ROOT / "config"), "DONDOC_PUBLIC_URL": "http://127.0.0.1:8080",
            "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_DATABASE_URL": cluster.url("dondoc"),
            "DONDOC_PREFECT_PORT": "9",
        }  # fmt: skip
        with open_app(env) as opened:
            app = replace(opened, now=lambda: at(TODAY))
            for row in rows:
                _apply(app, row)


def _apply(app: App, row: Row) -> None:
    began = time.perf_counter()
    applied = apply_workspace(app, row.workspace, app.now(), "bench")
    row.applying, row.obligations = time.perf_counter() - began, len(applied.diff.new)
    with app.sessions() as session:
        found = books(app, session)[row.workspace.plan.id]
    row.deployments = 0 if found.archived else len(scheduling.wanted(found))


def _rehearse(row: Row, table: Table) -> None:
    began = time.process_time()
    silent = simulating.rehearse(row.workspace)
    row.rehearsing = time.process_time() - began
    workspace = row.workspace
    owed = [o for o in expand(simulating.world_of(workspace).scope) if o.due_on is not None and o.kind != "unassigned"]
    good = simulating.rehearse(workspace, [_in_time(workspace, o) for o in owed])
    counts, quiet, busy = Counter(o.agency for o in owed), _message_days(good), _message_days(silent)
    table.add_row(f"[bold]{workspace.plan.id}[/]", "", "", "")
    agencies = workspace.directory.by_id
    for agency in sorted({*counts, *busy}, key=lambda id: (-counts[id], id)):
        table.add_row(agencies[agency].name, str(counts[agency]), str(busy[agency]), str(quiet[agency]))
    table.add_section()


def _in_time(workspace: Workspace, owed: Obligation) -> Report:
    due = owed.due_on or date.max
    return Report(max(workspace.calendar.add(due, -4), owed.opens_on), owed.task_id, owed.agency, "done", owed.period)


def _message_days(simulation: Simulation) -> Counter[str]:
    """Days with a message to an agency's own focal contact."""
    focal = [draft for draft in simulation.drafts if draft.recipient.contact.role == "focal"]
    return Counter(agency for agency, _ in {(draft.recipient.agency_id, draft.day) for draft in focal})


def _plans(rows: list[Row]) -> Table:
    table = Table("Kế hoạch", "đọc, giây", "áp dụng, giây", "việc", "lịch Prefect", "diễn tập, giây")
    for row in rows:
        table.add_row(
            row.workspace.plan.id, f"{row.loading:.1f}", f"{row.applying:.1f}", str(row.obligations),
            str(row.deployments), f"{row.rehearsing:.1f}",
        )  # fmt: skip
    table.add_row(
        "cộng", f"{sum(r.loading for r in rows):.1f}", f"{sum(r.applying for r in rows):.1f}",
        str(sum(r.obligations for r in rows)), str(sum(r.deployments for r in rows)),
        f"{sum(r.rehearsing for r in rows):.1f}",
    )  # fmt: skip
    return table


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
