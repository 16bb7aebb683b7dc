"""Flows for the worker's tests, one for each way to end."""

from __future__ import annotations

import threading
import time

from prefect import flow
from prefect.logging import get_run_logger

running = 0
most_at_once = 0
_counting = threading.Lock()


@flow(name="worker-ends-well")
def ends_well(number: int = 0) -> int:
    """Says something and returns."""
    get_run_logger().info("số %s", number)
    return number


@flow(name="worker-raises")
def raises() -> None:
    """A fault of ours."""
    raise ValueError("hỏng")


@flow(name="worker-leaves")
def leaves() -> None:
    """What must not take the worker along."""
    raise SystemExit(3)


@flow(name="worker-takes-a-while")
def takes_a_while(seconds: float) -> None:
    """Counts how many run at once."""
    global running, most_at_once
    with _counting:
        running += 1
        most_at_once = max(most_at_once, running)
    time.sleep(seconds)
    with _counting:
        running -= 1


@flow(name="worker-waits-for-a-file")
def waits_for_a_file(path: str) -> None:
    """Goes on when the file is there."""
    from pathlib import Path

    Path(path + ".begun").touch()
    while not Path(path).exists():
        time.sleep(0.05)
