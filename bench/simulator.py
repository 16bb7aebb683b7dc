"""How long the rehearsed year of Hưng Yên takes, with nobody answering and with everybody answering in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from dondoc.domain.obligations import expand
from dondoc.domain.simulate import Report, Simulation
from dondoc.loading import load_workspace
from dondoc.services import simulating

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print one table: seconds, obligations, notices, messages."""
    began = time.perf_counter()
    workspace = load_workspace(ROOT / "plans" / "hung-yen-2024.yaml", ROOT / "config").require()
    loading = time.perf_counter() - began
    owed = [o for o in expand(simulating.world_of(workspace).scope) if o.due_on and o.kind != "unassigned"]
    add = workspace.calendar.add
    in_time = [
        Report(max(add(o.due_on, -4), o.opens_on), o.task_id, o.agency, "done", o.period) for o in owed if o.due_on
    ]
    table = Table("Năm 2024 của Hưng Yên", "giây", "việc", "dòng nhắc", "thư")
    table.add_row("đọc tệp và kiểm tra", f"{loading:.2f}", "", "", "")
    for name, run in (
        ("không ai trả lời", lambda: simulating.rehearse(workspace)),
        ("ai cũng trả lời đúng hạn", lambda: simulating.rehearse(workspace, in_time)),
    ):
        seconds, simulation = _timed(run)
        table.add_row(name, f"{seconds:.2f}", str(len(owed)), str(len(simulation.issued)), str(len(simulation.drafts)))
    Console().print(table)


def _timed(run: Callable[[], Simulation]) -> tuple[float, Simulation]:
    began = time.perf_counter()
    simulation = run()
    return time.perf_counter() - began, simulation


if __name__ == "__main__":
    main()
