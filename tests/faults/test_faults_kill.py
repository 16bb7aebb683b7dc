"""A worker is killed with -9 at every named point of a delivery: nobody loses a message, nobody gets one twice."""

from __future__ import annotations

import pytest
from conftest import Story
from fault_points import POINTS
from fault_run import try_fault

SHORTENED = list(POINTS)[::3]
"""Every third point: `make faults` goes through all of them."""


@pytest.mark.parametrize("point", SHORTENED)
def test_killed_at(point: str, story: Story) -> None:
    verdict = try_fault(story.base, point, story.expected)
    assert verdict.struck, "the worker never came to that point"
    assert (verdict.lost, verdict.doubled, verdict.unsettled) == ((), (), 0), verdict.settled


def test_there_are_at_least_twenty_points_in_every_part_of_the_way() -> None:
    parts = {point.split(".")[0] for point in POINTS}
    assert len(POINTS) >= 20
    assert parts >= {"sweep", "compose", "claim", "send", "record", "settle", "zalo", "refresh"}
