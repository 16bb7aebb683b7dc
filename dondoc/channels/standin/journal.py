"""The stand-in's memory on disk: one JSON object a line, only ever appended, on disk before anything is answered."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

Record = dict[str, Any]


class Journal:
    """The file `journal.jsonl` in the stand-in's folder. One process writes it at a time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.jsonl"
        self._file: int | None = None

    def read(self) -> Iterator[Record]:
        """Every record in the order written. A line that is no record (torn by a crash) is passed over with a log."""
        lines = self._path.read_bytes().split(b"\n") if self._path.exists() else []
        for number, line in enumerate(lines[:-1], 1):
            try:
                record = json.loads(line)
            except ValueError:
                log.warning("line %s of the journal is torn", number, extra={"action": "zalo_line_torn"})
                continue
            if isinstance(record, dict):
                yield record

    def append(self, *records: Record) -> None:
        """Write all of `records`; return when they are on disk. Raises OSError, and then none of them is kept."""
        file = self._opened()
        before = os.fstat(file).st_size
        try:
            _write(file, "".join(json.dumps(record) + "\n" for record in records).encode())
            os.fsync(file)
        except OSError:
            os.ftruncate(file, before)
            raise

    def clear(self) -> None:
        """Forget everything."""
        file = self._opened()
        os.ftruncate(file, 0)
        os.fsync(file)

    def close(self) -> None:
        """Let go of the file; the next `append` opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        """The file, ready to append. A last line without its end was never answered for: it is cut off."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            whole = self._path.read_bytes().rfind(b"\n") + 1
            os.ftruncate(self._file, whole)
            _sync_folder(self._path.parent)
        return self._file


def _write(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
