"""Bytes that no answer speaks of go after some days; what was recorded stays for ever."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from office import QUARTER, Office, open_office, small

from dondoc.intake.files import Checked, check_file, keep, path_of
from dondoc.services.attachments import UNCLAIMED_DAYS, drop_unclaimed


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 3, 20)) as opened:
        yield opened


def kept(office: Office, content: bytes, age: timedelta) -> Checked:
    """A PDF with that content, last used so long ago."""
    stream = io.BytesIO(b"%PDF-1.7\n" + content)
    checked = check_file("bc.pdf", stream)
    assert isinstance(checked, Checked)
    moment = (office.moment - age).timestamp()
    os.utime(keep(office.app.settings.home, checked, stream), (moment, moment))
    return checked


def test_only_old_files_that_no_answer_speaks_of_are_dropped(office: Office) -> None:
    old, young = timedelta(days=UNCLAIMED_DAYS, seconds=1), timedelta(days=UNCLAIMED_DAYS)
    answered, forgotten, recent = kept(office, b"a", old), kept(office, b"b", old), kept(office, b"c", young)
    office.submit(QUARTER, kind="done", files=(answered,))
    assert drop_unclaimed(office.app, office.moment) == 1
    there = [path_of(office.app.settings.home, file.sha256).exists() for file in (answered, forgotten, recent)]
    assert there == [True, False, True]


def test_sending_old_bytes_again_makes_them_young(office: Office) -> None:
    checked = kept(office, b"a", timedelta(days=30))
    keep(office.app.settings.home, checked, io.BytesIO(b"%PDF-1.7\na"))
    assert drop_unclaimed(office.app, office.moment) == 0


def test_an_office_without_files_has_nothing_to_drop(office: Office) -> None:
    assert drop_unclaimed(office.app, office.moment) == 0
