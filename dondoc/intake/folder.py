"""The watched folder: which files are complete, what stands beside them, and where they go when they are dealt with.

Only regular files directly in the folder count. A file is complete when it does not change while we look twice; names
that programs give to unfinished files are left alone. Nothing is ever deleted or overwritten.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

TAKEN, REFUSED = "da-nhan", "khong-nhan"
LOOK_AGAIN_SECONDS = 2.0
YOUNG_SECONDS = 600.0
"""What looks damaged may still be on its way for so long after its last change."""
SIDECAR = ".yaml"
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp", "~")
_NOBODYS = ("thumbs.db", "desktop.ini", ".ds_store")

Signature = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A complete file and the sidecar beside it."""

    path: Path
    sidecar: Path | None = None


class Folder:
    """The folder `root`, which must exist."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def look(self, pause: Callable[[float], None]) -> tuple[tuple[Arrival, ...], int]:
        """The complete files in the order of their names, and how many are not complete yet. Looks twice, with a pause
        (seconds) between. A sidecar that changes keeps its document waiting."""
        before = self._files()
        if not before:
            return (), 0
        pause(LOOK_AGAIN_SECONDS)
        after = self._files()
        still = {name for name, signature in after.items() if before.get(name) == signature}
        documents = [name for name in sorted(after) if not name.casefold().endswith(SIDECAR)]
        arrivals = tuple(Arrival(self.root / name, self._sidecar(name, after)) for name in documents)
        complete = tuple(
            one for one in arrivals if one.path.name in still and (one.sidecar is None or one.sidecar.name in still)
        )
        return complete, len(arrivals) - len(complete)

    def orphans(self, now: datetime) -> tuple[Path, ...]:
        """Sidecars that have stood here for a while without a document."""
        files = self._files()
        used = {one.name for name in files if (one := self._sidecar(name, files)) is not None}
        paths = [self.root / name for name in sorted(files) if name.casefold().endswith(SIDECAR) and name not in used]
        return tuple(path for path in paths if not is_young(path, now))

    def taken(self, arrival: Arrival) -> None:
        """Put the file, and its sidecar when no other document needs it, where the dealt-with ones are."""
        self._move(arrival.path, self._free(TAKEN, arrival.path.name))
        self._sidecar_follows(arrival, TAKEN)

    def refused(self, arrival: Arrival, why: str) -> None:
        """Put the file where the refused ones are, with a text beside it that says why."""
        target = self._free(REFUSED, arrival.path.name)
        target.with_name(f"{target.name}.txt").write_text(why, encoding="utf-8")
        self._move(arrival.path, target)
        self._sidecar_follows(arrival, REFUSED)

    def _files(self) -> Mapping[str, Signature]:
        """By name: what tells whether the file has changed."""
        found = {}
        for path in self.root.iterdir():
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if not stat.S_ISDIR(status.st_mode) and not _is_left_alone(path.name):
                found[path.name] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        return found

    def _sidecar(self, document: str, files: Mapping[str, Signature]) -> Path | None:
        if document.casefold().endswith(SIDECAR):
            return None
        names = (document + SIDECAR, Path(document).stem + SIDECAR)
        return next((self.root / name for name in names if name in files), None)

    def _sidecar_follows(self, arrival: Arrival, folder: str) -> None:
        """A sidecar that two documents share goes with the last of them."""
        files = self._files()
        if arrival.sidecar is None or arrival.sidecar.name not in files:
            return
        if not any(self._sidecar(name, files) == arrival.sidecar for name in files):
            self._move(arrival.sidecar, self._free(folder, arrival.sidecar.name))

    def _free(self, folder: str, name: str) -> Path:
        """A path in that folder that nothing has yet: "a.pdf", else "a (2).pdf"."""
        (self.root / folder).mkdir(exist_ok=True)
        stem, suffix = Path(name).stem, Path(name).suffix
        target, n = self.root / folder / name, 1
        while target.exists() or target.is_symlink():
            n += 1
            target = target.with_name(f"{stem} ({n}){suffix}")
        return target

    @staticmethod
    def _move(path: Path, target: Path) -> None:
        path.rename(target)  # in one file system; of a symbolic link the link itself is moved


def is_young(path: Path, now: datetime) -> bool:
    """Whether the file changed only just now. A clock that is far off, ours or the sender's, makes no file young."""
    return abs(now.timestamp() - path.lstat().st_mtime) < YOUNG_SECONDS


def _is_left_alone(name: str) -> bool:
    words = name.casefold()
    return words.startswith((".", "~$")) or words.endswith(_UNFINISHED) or words in _NOBODYS
