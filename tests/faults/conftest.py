"""The bed's modules and the faulty mail server are found beside the tests of channels."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "channels"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

if TYPE_CHECKING:
    from fault_bed import Base, Received


class Story(NamedTuple):
    """The world to copy, and what everybody receives in it when nothing goes wrong."""

    base: Base
    expected: Counter[Received]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One cluster and one undisturbed run for all faults of a file."""
    from fault_bed import Base
    from fault_run import undisturbed

    with Base(tmp_path_factory.mktemp("faults")) as base:
        yield Story(base, undisturbed(base))
