"""Bytes that no answer speaks of go after some days; what was recorded stays for ever."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from office import JUSTICE, QUARTER, Office, open_office, small
from sqlalchemy import select

from dondoc.errors import Problem
from dondoc.intake.files import Checked, check_file, keep, path_of
from dondoc.services import drafts
from dondoc.services.attachments import UNCLAIMED_DAYS, drop_unclaimed, take
from dondoc.store import drafts as rows
from dondoc.store.models import AlarmRow


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


def scanner(office: Office, folder: Path, body: str) -> None:
    """From now on files are scanned by a small program."""
    path = folder / "scanner.py"
    path.write_text(f"import sys\n{body}\n", encoding="utf-8")
    settings = replace(office.app.settings, scan=(sys.executable, str(path)))
    office.app = replace(office.app, settings=settings)


PDF = b"%PDF-1.7\nbao cao"


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("sys.exit(1)", "file-infected", "báo tệp có mã độc"),
        ("sys.exit(3)", "file-unscanned", "chưa kiểm tra được vi-rút"),
    ],
)
def test_what_the_scanner_does_not_call_clean_is_neither_taken_nor_kept(
    office: Office, tmp_path: Path, body: str, code: str, words: str
) -> None:
    scanner(office, tmp_path, body)
    refused = take(office.app, "bc.pdf", io.BytesIO(PDF))
    assert isinstance(refused, Problem)
    assert (refused.code, words in refused.message) == (code, True)
    assert list((office.app.settings.home / "files").glob("??/*")) == []
    with office.app.sessions() as session:
        raised = [row.key for row in session.scalars(select(AlarmRow))]
    assert raised == (["scan"] if code == "file-unscanned" else [])


def test_a_clean_file_is_kept_and_what_is_no_good_file_is_not_even_scanned(office: Office, tmp_path: Path) -> None:
    scanner(office, tmp_path, f"open({str(tmp_path / 'log')!r}, 'a').write('x'); sys.exit(0)")
    checked = take(office.app, "bc.pdf", io.BytesIO(PDF))
    assert isinstance(checked, Checked)
    assert path_of(office.app.settings.home, checked.sha256).read_bytes() == PDF
    assert isinstance(take(office.app, "virus.pdf", io.BytesIO(b"MZ" + bytes(99))), Problem)
    assert (tmp_path / "log").read_text(encoding="utf-8") == "x"


def test_files_of_drafts_are_spared_as_long_as_the_draft_is_there(office: Office) -> None:
    checked = kept(office, b"nhap", timedelta(days=UNCLAIMED_DAYS, seconds=1))
    said = {"note": "x", "files": [asdict(checked)]}
    with office.app.sessions.begin() as session:
        drafts.save(session, JUSTICE, drafts.answer_form([QUARTER]), [QUARTER], said, office.moment)
    assert drop_unclaimed(office.app, office.moment) == 0
    with office.app.sessions.begin() as session:
        rows.delete(session, JUSTICE, drafts.answer_form([QUARTER]))
    assert drop_unclaimed(office.app, office.moment) == 1
