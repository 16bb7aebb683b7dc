"""Attached files: judged, scanned and kept as they come in; those that nobody claimed go again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import select

from dondoc.errors import Problem
from dondoc.intake.files import Checked, check_file, keep, kept_before
from dondoc.intake.scanning import Scanned, scan
from dondoc.services import drafts
from dondoc.services.alarms import Alarms
from dondoc.services.app import App
from dondoc.store.models import EventFileRow, FileRow

log = logging.getLogger(__name__)

UNCLAIMED_DAYS = 2
"""Longer than any session lives, so that no open form loses the files it has sent."""


def take(app: App, raw_name: str, stream: BinaryIO) -> Checked | Problem:
    """Judge a file by its bytes and, where the office has a scanner (DONDOC_SCAN), by what that says; keep a good one.

    Returns the Problem to show to who sent it. What the scanner could not judge is refused too, and the operators are
    told. Blocking. Raises OSError when the bytes cannot be kept.
    """
    judged = check_file(raw_name, stream)
    if isinstance(judged, Problem):
        return judged
    refused = _scanned(app, judged, stream)
    if refused is not None:
        return refused
    keep(app.settings.home, judged, stream)
    return judged


def _scanned(app: App, file: Checked, stream: BinaryIO) -> Problem | None:
    if not app.settings.scan:
        return None
    found = scan(app.settings.scan, stream)
    if found.verdict == "clean":
        return None
    facts = {"action": "file-scanned", "verdict": found.verdict, "sha256": file.sha256, "said": found.said}
    log.warning("a file was not taken: %s", found.verdict, extra=facts)
    if found.verdict == "infected":
        message, hint = "phần mềm quét vi-rút báo tệp có mã độc.", "Quét lại máy của đơn vị, rồi gửi tệp sạch."
        return Problem(file.name, None, "error", "file-infected", message, hint)
    _tell(app, found)
    message, hint = "chưa kiểm tra được vi-rút.", "Thử lại sau ít phút; các nội dung đã nhập vẫn còn."
    return Problem(file.name, None, "error", "file-unscanned", message, hint)


def _tell(app: App, found: Scanned) -> None:
    words = f"Phần mềm quét vi-rút (DONDOC_SCAN) không trả lời được nên tệp đính kèm chưa được nhận: {found.said}."
    Alarms(app.sessions, app.now, app.settings.alarm_url)("scan", words)


def drop_unclaimed(app: App, now: datetime) -> int:
    """Delete kept files that no answer, event or draft speaks of and that were last used some days ago; how many."""
    old = list(kept_before(app.settings.home, now - timedelta(days=UNCLAIMED_DAYS)))
    with app.sessions() as session:
        names = [path.name for path in old]
        claimed = set[str]()
        for row in (FileRow, EventFileRow):
            claimed |= set(session.scalars(select(row.sha256).where(row.sha256.in_(names))))
        claimed |= drafts.files_of_all(session)
    unclaimed = [path for path in old if path.name not in claimed]
    for path in unclaimed:
        path.unlink(missing_ok=True)
    return len(unclaimed)
