"""Under which account the server runs, and how that account reaches folders whose parents are closed to it.

PostgreSQL refuses to run as root. Root therefore lends it a numeric account that belongs to nobody, one per folder, so
that no other daemon (as with a shared `nobody`) can look into it. Such an account cannot walk through /root or a
0700 project folder, and those must not be opened for it: it is handed open descriptors instead and uses
`/proc/self/fd/N`, which leads straight to the folder without asking its parents.
"""

from __future__ import annotations

import hashlib
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from dondoc.embedded.errors import EmbeddedError

# Numbers that no distribution, login service or service manager assigns (systemd, UIDS-GIDS: "unused"), below 65536
# so that they exist in containers with the usual mapping.
FREE_NUMBERS = range(60578, 60706)
SERVER_ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group number that PostgreSQL's processes run under."""

    uid: int
    gid: int

    @property
    def is_lent(self) -> bool:
        """Whether it differs from the account of this process (then this process is root)."""
        return self.uid != os.geteuid()

    def popen_user(self) -> tuple[int | None, int | None, list[int] | None]:
        """`user`, `group` and `extra_groups` for subprocess."""
        return (self.uid, self.gid, []) if self.is_lent else (None, None, None)


def choose(data: Path) -> Account:
    """This process's account; for root the one that owns the data folder, else a free number for that folder."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if not Path("/proc/self/fd").is_dir():
        raise EmbeddedError(
            "Chạy bằng root cần /proc (Linux). Hãy chạy bằng một người dùng thường, hoặc đặt DONDOC_DATABASE_URL."
        )
    for folder in (data, data.parent):
        if folder.exists() and folder.stat().st_uid != 0:
            return Account(folder.stat().st_uid, folder.stat().st_gid)
    return _free_account(str(data))


def with_a_name(server: Account) -> Account:
    """Who runs initdb and single-user mode, which insist on a name; the files are handed to `server` afterwards."""
    if not server.is_lent:
        return server
    try:
        pwd.getpwuid(server.uid)
    except KeyError:
        return _nobody()
    return server


def _nobody() -> Account:
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedError(
            "Chạy bằng root cần tài khoản hệ thống 'nobody' để tạo cơ sở dữ liệu nhúng. "
            "Hãy chạy bằng một người dùng thường, hoặc đặt DONDOC_DATABASE_URL."
        ) from error
    return Account(nobody.pw_uid, nobody.pw_gid)


def _free_account(text: str) -> Account:
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = [number for number in FREE_NUMBERS if number not in taken]
    if not free:
        return _nobody()
    number = free[int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % len(free)]
    return Account(number, number)


def give(folder: Path, account: Account) -> None:
    """Hand a whole folder to `account`, following no symbolic link."""
    if not account.is_lent and folder.stat().st_uid == account.uid:
        return
    for _path, folders, files, descriptor in os.fwalk(folder):
        os.fchown(descriptor, account.uid, account.gid)
        for name in [*folders, *files]:
            os.chown(name, account.uid, account.gid, dir_fd=descriptor, follow_symlinks=False)


class Reach:
    """Folders as `account` can name them while this is open: their path, or an inherited descriptor."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.descriptors: list[int] = []

    def __enter__(self) -> Reach:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)

    def folder(self, path: Path) -> str:
        """The text to give to a program as the folder's path; the program must inherit `descriptors`."""
        if not self._account.is_lent:
            return str(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        self.descriptors.append(descriptor)
        return f"/proc/self/fd/{descriptor}"

    def secret(self, text: str) -> str:
        """A path from which the program can read `text` once; it never touches a disk."""
        reading, writing = os.pipe()
        os.fchown(reading, self._account.uid, -1)
        os.write(writing, text.encode())
        os.close(writing)
        self.descriptors.append(reading)
        return f"/dev/fd/{reading}"
