"""How many phrases a second the deadline parser reads, nothing remembered between them: `python -m bench.parser`."""

from __future__ import annotations

import json
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from dondoc.domain.deadline import parse

CASES = Path(__file__).resolve().parents[1] / "tests" / "cases"
ROUNDS = 7

Phrases = list[tuple[str, int]]


def main() -> None:
    """Print one table: each file of cases and the best rate of several rounds, by the clock and by CPU time."""
    table = Table("Tập ví dụ", "cụm từ", "mỗi giây", "mỗi giây CPU")
    every: Phrases = []
    for path in sorted([*CASES.glob("deadlines*.jsonl"), *CASES.glob("deadlines*.yaml")]):
        phrases = _phrases(path)
        every += phrases
        table.add_row(path.name, str(len(phrases)), *_rates(phrases))
    table.add_section()
    table.add_row("tất cả", str(len(every)), *_rates(every))
    Console().print(table)


def _phrases(path: Path) -> Phrases:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        entries = [json.loads(line) for line in text.splitlines()]
    else:
        entries = YAML(typ="safe").load(text)
    return [(entry["text"], entry.get("year", 2024)) for entry in entries]


def _rates(phrases: Phrases) -> tuple[str, str]:
    """The best of several rounds over all phrases; other work on the machine slows the clock, hardly the CPU time."""
    rounds = [_round(phrases) for _ in range(ROUNDS)]
    return f"{max(clock for clock, _ in rounds):,.0f}", f"{max(cpu for _, cpu in rounds):,.0f}"


def _round(phrases: Phrases) -> tuple[float, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    for text, year in phrases:
        parse(text, year)
    return len(phrases) / (time.perf_counter() - clock), len(phrases) / (time.process_time() - cpu)


if __name__ == "__main__":
    main()
