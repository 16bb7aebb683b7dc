"""Four deliveries and two sweeps at once, each a process of its own, over 2,000 obligations due: exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from fault_bed import Base, Bed, open_bed
from town import only, shipped

from dondoc.bootstrap import open_app
from dondoc.domain.directory import Agency, Contact
from dondoc.domain.moments import at
from dondoc.domain.workspace import Workspace
from dondoc.services.applying import apply_workspace

QUARTER = "III.2.79"  # led by all departments and districts, due 31/3/2024
COPIES, DEPARTMENTS = 4, 490
DAY = date(2024, 3, 21)  # seven working days before, and after the quarter's reports


def crowd() -> Workspace:
    """Four tasks of the whole province, in a province with 490 departments more."""
    small = only(shipped(), QUARTER)
    (task,) = small.plan.tasks
    tasks = tuple(replace(task, id=f"{QUARTER}.{n}") for n in range(COPIES))
    kind = next(a.kind for a in small.directory.agencies if a.id == "so-tu-phap")
    more = tuple(
        Agency(f"so-{n}", f"Sở số {n}", f"Sở {n}", kind, "province",
               contacts=(Contact("focal", email=f"dau-moi@so-{n}.example"),))
        for n in range(DEPARTMENTS)
    )  # fmt: skip
    directory = replace(small.directory, agencies=(*small.directory.agencies, *more))
    return replace(small, plan=replace(small.plan, tasks=tasks), directory=directory)


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    folder: Path = tmp_path_factory.mktemp("faults")
    with Base(folder, crowd(), DAY) as base, open_bed(base) as opened:
        yield opened


def test_every_line_is_in_one_message_and_every_message_arrives_once(bed: Bed) -> None:
    bed.moment = at(DAY, time(8, 0))
    due = bed.execute(f"SELECT count(*) FROM obligations WHERE task_id LIKE '{QUARTER}.%' AND next_on <= '{DAY}'")
    assert due[0][0] >= 2000
    workers = [bed.another() for _ in range(6)]
    for number, worker in enumerate(workers):
        worker.start("sweep" if number < 2 else "deliver", bed.moment)
    answers = [worker.finish() for worker in workers]
    assert not any(answer is None or "failed" in answer for answer in answers), answers

    lines = bed.execute("SELECT obligation_id, rule, status, message_id IS NULL FROM notices WHERE rule = 'remind_7'")
    assert len(lines) == due[0][0]
    assert max(Counter((obligation, rule) for obligation, rule, *_ in lines).values()) == 1
    assert {(status, unsent) for *_, status, unsent in lines} == {("composed", False)}
    received = bed.received()
    assert set(received.values()) == {1}
    assert len({one.to for one in received}) == len(received) == due[0][0] // COPIES
    assert bed.execute("SELECT DISTINCT status FROM messages") == [("sent",)]
    assert sum(answer.get("sent", 0) for answer in answers if answer) == len(received)


def test_the_same_again_finds_nothing_to_do(bed: Bed) -> None:
    before = bed.received()
    for answer in (bed.do("deliver"), bed.do("sweep"), bed.do("deliver")):
        assert answer is not None
        assert not answer.get("sent")
        assert not answer.get("queued")
    assert bed.received() == before


def test_the_workers_were_processes_of_their_own_and_live(bed: Bed) -> None:
    assert len({worker.process.pid for worker in bed.workers}) == len(bed.workers) == 6
    with open_app(bed.env) as app:
        assert apply_workspace(app, crowd(), bed.moment, "kiểm thử", assign=False, live_from=DAY).written is False
