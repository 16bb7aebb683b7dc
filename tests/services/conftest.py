"""A town for each test: fresh database, real sink."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from town import Town, open_town

from dondoc.channels.sink import Sink


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """An authority in early January 2024."""
    sink = Sink(tmp_path / "sink")
    sink.start()
    opened = open_town(database_url, tmp_path / "home", sink, date(2024, 1, 2))
    yield opened
    opened.app.engine.dispose()
    sink.stop()
