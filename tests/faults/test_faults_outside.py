"""Whatever goes wrong around the product: the messages received are those of the undisturbed run."""

from __future__ import annotations

import pytest
from conftest import Story
from fault_points import POINTS
from fault_run import try_fault
from fault_scenarios import FAULTS

OUTSIDE = [name for name in FAULTS if name not in POINTS][::3]
"""Every third fault: `make faults` goes through all of them."""


@pytest.mark.parametrize("name", OUTSIDE)
def test_with(name: str, story: Story) -> None:
    verdict = try_fault(story.base, name, story.expected)
    assert verdict.struck
    assert (verdict.lost, verdict.doubled, verdict.unsettled) == ((), (), 0), (verdict.settled, verdict.notes)
