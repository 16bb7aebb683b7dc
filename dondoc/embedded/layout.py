"""Where the embedded database keeps its things under DONDOC_HOME, and the folders nobody else may enter."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from dondoc.embedded.account import Account
from dondoc.embedded.errors import EmbeddedError

PORT = 5432  # names the socket file only: nothing listens on TCP
SOCKET_FILE = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 107  # bytes in sockaddr_un.sun_path on Linux, the final zero not counted
SHORT_FOLDERS = Path("/tmp")  # not XDG_RUNTIME_DIR: a logout would remove the socket under a running server


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one embedded database; `home` is absolute and free of symbolic links."""

    home: Path

    @property
    def root(self) -> Path:
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def passfile(self) -> Path:
        return self.root / "pgpass"

    @property
    def start_log(self) -> Path:
        return self.root / "start.log"

    @property
    def turn_lock(self) -> Path:
        """Held during a start or a stop."""
        return self.root / "turn.lock"

    @property
    def use_lock(self) -> Path:
        """Shared by every process that uses the server; the last one out stops it."""
        return self.root / "use.lock"

    @property
    def server_lock(self) -> Path:
        """Inherited by every PostgreSQL process: free exactly when none is alive on `data`."""
        return self.root / "server.lock"

    @property
    def socket(self) -> Path:
        """The folder of the socket: under `home`, or a short one when the operating system's limit forbids that."""
        inside = self.root / "socket"
        if len(os.fsencode(inside / SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return SHORT_FOLDERS / f"dondoc-{digest}"


def prepare(layout: Layout) -> None:
    """Make the folders that belong to us; what exists above them is left as it is."""
    layout.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    private_folder(layout.root, Account(*_owner(layout.home)) if os.geteuid() == 0 else own_account())
    logs = layout.home / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    link = logs / "postgresql"
    if not link.is_symlink() and not link.exists():
        link.symlink_to(Path("..") / "postgres" / "data" / "log")


def private_folder(path: Path, owner: Account) -> None:
    """Make `path` a real folder of `owner` with mode 0700, or prove that it is one.

    Raises EmbeddedError when it is a symbolic link or belongs to somebody else: whoever owns it could read or replace
    what we put there.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        _refuse_strangers(path, owner)
    except OSError as error:
        raise EmbeddedError(f"Không tạo được thư mục {path}: {error.strerror}") from error
    if os.geteuid() == 0:
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
    path.chmod(0o700)


def discard_short_socket(layout: Layout) -> None:
    """Remove the socket folder when it stands outside DONDOC_HOME; called when no server is alive."""
    if layout.home not in layout.socket.parents:
        with contextlib.suppress(OSError):
            layout.socket.rmdir()


def own_account() -> Account:
    return Account(os.geteuid(), os.getegid())


def _owner(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_uid, status.st_gid


def _refuse_strangers(path: Path, owner: Account) -> None:
    status = path.lstat()
    if stat.S_ISDIR(status.st_mode) and status.st_uid in (owner.uid, os.geteuid()):
        return
    raise EmbeddedError(
        f"Thư mục {path} phải là thư mục thật và thuộc tài khoản đang chạy (số {os.geteuid()}), nhưng lại thuộc "
        f"tài khoản số {status.st_uid}. Hãy chạy bằng đúng tài khoản đã tạo nó, đặt DONDOC_HOME sang thư mục khác, "
        "hoặc xóa thư mục đó nếu không ai dùng."
    )
