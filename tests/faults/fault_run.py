"""All faults, or the named ones, as a table: `.venv/bin/python tests/faults/fault_run.py [NAME…]`.

For every fault the messages that people received are compared with those of the undisturbed run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent, HERE.parent / "channels", HERE.parents[1]):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from fault_bed import Base, Received, open_bed  # noqa: E402 - the folders above must be known first
from fault_scenarios import FAULTS, Fault, play  # noqa: E402 - as above
from rich.console import Console  # noqa: E402 - as above
from rich.table import Table  # noqa: E402 - as above


@dataclass(frozen=True)
class Verdict:
    """What a fault did to the messages: nothing, if all is well."""

    name: str
    words: str
    received: int
    lost: tuple[Received, ...]
    doubled: tuple[Received, ...]
    settled: Counter[str]
    unsettled: int
    struck: bool
    notes: tuple[str, ...]
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the fault happened, nothing is lost or doubled, and no fate is open."""
        return self.struck and not self.lost and not self.doubled and not self.unsettled


def undisturbed(base: Base) -> Counter[Received]:
    """What everybody receives when nothing goes wrong; checked to hold nothing twice."""
    with open_bed(base) as bed:
        play(bed, Fault())
        received = bed.received()
    twice = [one for one, count in received.items() if count > 1]
    if twice or not received:
        raise AssertionError(f"the undisturbed run is wrong: {len(received)} messages, twice: {twice}")
    return received


def try_fault(base: Base, name: str, expected: Counter[Received]) -> Verdict:
    """The story with that fault, in a world of its own."""
    began = time.monotonic()
    fault = FAULTS[name]()
    with open_bed(base) as bed:
        play(bed, fault)
        received, settled = bed.received(), bed.settled()
        (unsettled,) = bed.execute("SELECT count(*) FROM messages WHERE status IN ('sending', 'unknown')")[0]
        notes = tuple(dict.fromkeys(bed.notes))
    return Verdict(
        name, fault.words, received.total(), tuple((expected - received).elements()),
        tuple((received - expected).elements()), settled, unsettled, fault.struck, notes, time.monotonic() - began,
    )  # fmt: skip


def run(names: Sequence[str]) -> Iterator[Verdict]:
    """Verdicts one by one."""
    with tempfile.TemporaryDirectory(prefix="dondoc-faults-") as folder, Base(Path(folder)) as base:
        expected = undisturbed(base)
        for name in names:
            yield try_fault(base, name, expected)


def table(verdicts: Sequence[Verdict], expected: int) -> Table:
    """One line a fault, for people."""
    lines = Table("Sự cố", "Nhận", "Mất", "Thừa", "Chưa rõ → điều làm rõ", "Ghi chú", "Giây", title="Sự cố và thư")
    for one in verdicts:
        settled = "; ".join(f"{count} × {how}" for how, count in one.settled.items()) or "–"
        notes = "; ".join(one.notes) if one.struck else "KHÔNG XẢY RA"
        mark = "" if one.is_well else "✗ "
        lines.add_row(
            f"{mark}{one.words} [{one.name}]", str(one.received), str(len(one.lost)), str(len(one.doubled)), settled,
            notes, f"{one.seconds:.1f}",
        )  # fmt: skip
    return lines


def main() -> int:
    """Print the table; exit 1 when any fault lost or doubled anything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="faults (default: all)")
    wanted = options.parse_args().names or list(FAULTS)
    console = Console(width=None if sys.stdout.isatty() else 200)
    verdicts = []
    for verdict in run(wanted):
        verdicts.append(verdict)
        Console(stderr=True).print(f"{'✓' if verdict.is_well else '✗'} {verdict.name}", markup=False, highlight=False)
    console.print(table(verdicts, verdicts[0].received if verdicts else 0))
    for one in verdicts:
        for kind, rows in (("mất", one.lost), ("thừa", one.doubled)):
            for row in rows:
                print(f"{one.name}: {kind}: {row.channel} {row.to}: {row.words[:150]}")
    bad = [one.name for one in verdicts if not one.is_well]
    print(f"{len(verdicts) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
