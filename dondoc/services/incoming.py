"""Takes in what lies in the watched folder of incoming documents: each becomes an event that waits for a person.

Bytes first (the archive of evidence, by SHA-256), then the row, then the file's move: whatever dies in between, the
next run finds the digest and goes on where it stopped. Nothing is opened here.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

from sqlalchemy import func, select

from dondoc.domain.incoming import Said
from dondoc.errors import Problem, ProblemsFound, Refused
from dondoc.intake.files import MAX_FILE, check_file
from dondoc.intake.folder import REFUSED, TAKEN, Arrival, Folder, is_young
from dondoc.intake.incoming import NotRegular, open_regular, read_checked
from dondoc.loading.sidecars import load_sidecar
from dondoc.services import attachments
from dondoc.services.alarms import Alarms
from dondoc.services.app import App
from dondoc.services.arriving import names_of_bodies, record_arrival
from dondoc.settings import Settings

log = logging.getLogger(__name__)

Fate = Literal["taken", "added", "known", "refused", "waiting", "failed"]
MAY_BE_CUT_SHORT = frozenset({"file-empty", "file-refused", "file-disguised", "pdf-broken"})
"""What a file looks like while it is still being copied."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Collected:
    """How many files became a new event, joined a known one, had been taken in before, were refused, are not complete
    (or not scanned) yet, and could not be dealt with for a reason of ours."""

    taken: int = 0
    added: int = 0
    known: int = 0
    refused: int = 0
    waiting: int = 0
    failed: int = 0


def make_folder(settings: Settings) -> None:
    """Make the folder and its two places for what is dealt with. Raises Refused when a folder that the office set is
    not there: it may be a disk that is not mounted."""
    root = settings.incoming
    if root != settings.home / "incoming" and not root.is_dir():
        raise Refused(f"Không thấy thư mục công văn đến {root} (DONDOC_INCOMING): tạo thư mục hoặc nối lại ổ đĩa.")
    for folder in (root, root / TAKEN, root / REFUSED):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def collect(app: App, now: datetime) -> Collected:
    """Take in every complete file of the folder; the same bytes a second time change nothing.

    One collection at a time in the whole installation: a second one finds nothing to do. Raises Refused when the folder
    is not there.
    """
    make_folder(app.settings)
    with _alone(app) as alone:
        return _collect(app, now) if alone else Collected()


def _collect(app: App, now: datetime) -> Collected:
    folder = Folder(app.settings.incoming)
    arrivals, incomplete = folder.look(app.pause)
    fates = Counter[Fate](_dealt_with(app, folder, arrival, now) for arrival in arrivals)
    fates["waiting"] += incomplete
    for orphan in folder.orphans(now):
        folder.refused(Arrival(orphan), "Không có văn bản nào cùng tên với tệp mô tả này.")
        fates["refused"] += 1
    _alarm(app, fates)
    return Collected(**{str(fate): number for fate, number in fates.items()})


def _dealt_with(app: App, folder: Folder, arrival: Arrival, now: datetime) -> Fate:
    """One file, whatever it holds; what goes wrong with it stops no other."""
    try:
        fate, why = _take(app, arrival, now)
        if fate == "refused":
            folder.refused(arrival, why)
        elif fate != "waiting":
            folder.taken(arrival)
    except Exception as error:
        log.exception("an incoming file was not dealt with", extra={"action": "incoming-failed"})
        return "waiting" if isinstance(error, FileNotFoundError) else "failed"
    return fate


def _take(app: App, arrival: Arrival, now: datetime) -> tuple[Fate, str]:
    try:
        with open_regular(arrival.path) as stream, tempfile.TemporaryFile() as copy:
            _copy(stream, copy)  # from here on nobody can change what we judge, keep and read
            beside = load_sidecar(arrival.sidecar).require() if arrival.sidecar else None
            return _take_in(app, arrival, copy, beside, now)
    except NotRegular:
        return "refused", "Đây là liên kết, ống dẫn hoặc thiết bị, không phải một tệp."
    except ProblemsFound as found:
        return _turned_away(arrival, found.problems, now)
    except Refused as refused:
        return "refused", f"{refused}\n"


def _take_in(app: App, arrival: Arrival, copy: BinaryIO, beside: Said | None, now: datetime) -> tuple[Fate, str]:
    checked = check_file(arrival.path.name, copy)
    if isinstance(checked, Problem):
        return _turned_away(arrival, (checked,), now)
    said = read_checked(checked, copy, beside, names_of_bodies(app))
    if isinstance(said, Problem):
        return _turned_away(arrival, (said,), now)
    kept = attachments.take(app, arrival.path.name, copy)
    if isinstance(kept, Problem):
        return _turned_away(arrival, (kept,), now)
    return record_arrival(app, said, kept, now), ""


def _turned_away(arrival: Arrival, problems: tuple[Problem, ...], now: datetime) -> tuple[Fate, str]:
    codes = {problem.code for problem in problems}
    if "file-unscanned" in codes or (codes & MAY_BE_CUT_SHORT and is_young(arrival.path, now)):
        return "waiting", ""
    return "refused", "\n".join(str(problem) for problem in problems) + "\n"


def _copy(stream: BinaryIO, copy: BinaryIO) -> None:
    """As many bytes as tell that a file is too big."""
    left = MAX_FILE + 1
    while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
        copy.write(chunk)
        left -= len(chunk)
    copy.seek(0)


@contextmanager
def _alone(app: App) -> Iterator[bool]:
    """Whether this is the only collection; a process that dies lets go with its connection."""
    key = func.hashtextextended("collect", 0)
    with app.engine.connect() as connection:
        mine = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        try:
            yield mine
        finally:
            if mine:
                connection.execute(select(func.pg_advisory_unlock(key)))


def _alarm(app: App, fates: Counter[Fate]) -> None:
    if fates["refused"] or fates["failed"]:
        words = (
            f"Thư mục công văn đến: {fates['refused']} tệp không nhận được (xem {REFUSED}/), "
            f"{fates['failed']} tệp chưa xử lý được (xem nhật ký)."
        )
        Alarms(app.sessions, app.now, app.settings.alarm_url)("incoming", words)
