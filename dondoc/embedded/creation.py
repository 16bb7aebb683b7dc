"""The first start: initdb into a draft folder that becomes the data folder by one rename, so that a start killed
half-way leaves nothing that looks like a database."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from dondoc.embedded import account, passwords, programs
from dondoc.embedded.account import SERVER_ENVIRONMENT, Account, Reach
from dondoc.embedded.errors import EmbeddedError
from dondoc.embedded.layout import Layout

HBA = "# Written by dondoc: a password over the socket, nothing else.\nlocal all all scram-sha-256\n"
DRAFT = "data.new-"


def create(layout: Layout, server: Account, install: Path, admin_password: str) -> None:
    """Make the data folder for `server`: UTF-8, C.UTF-8 order (nothing depends on the machine's locale), checksums."""
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=layout.root))  # mkdtemp creates 0700
    maker = account.with_a_name(server)
    account.give(draft, maker)
    _initdb(draft, maker, install, admin_password)
    account.give(draft, server)
    _replace_hba(draft, server)
    draft.rename(layout.data)
    _sync_folder(layout.root)


def discard_drafts(layout: Layout) -> None:
    """Remove what a killed first start left. What a living initdb still writes, the next start removes."""
    for draft in layout.root.glob(f"{DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True)


def check_version(data: Path) -> None:
    """EmbeddedError when the data folder was made by another major version of PostgreSQL."""
    made_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != programs.major():
        raise EmbeddedError(
            f"Dữ liệu trong {data} do PostgreSQL {made_by} tạo, còn bản đang cài là {programs.major()}. "
            "Hãy xuất bằng bản dondoc cũ rồi nạp vào một DONDOC_HOME mới: docs/operations.md, mục Sao lưu."
        )


def reset_admin(layout: Layout, server: Account, install: Path, password: str) -> None:
    """Give the administrator role a new password in single-user mode: the password file was lost. No server may run."""
    maker = account.with_a_name(server)
    account.give(layout.data, maker)
    with Reach(maker) as reach:
        command: list[str | Path] = [install / "bin" / "postgres", "--single", "-D", reach.folder(layout.data)]
        command += ["-c", "exit_on_error=true", "-c", "log_min_error_statement=panic", "postgres"]
        _run(command, maker, reach, f"ALTER ROLE {passwords.ADMIN} PASSWORD '{password}'\n")
    account.give(layout.data, server)


def _initdb(draft: Path, maker: Account, install: Path, admin_password: str) -> None:
    with Reach(maker) as reach:
        command: list[str | Path] = [
            install / "bin" / "initdb",
            "-D",
            reach.folder(draft),
            "--username",
            passwords.ADMIN,
        ]
        command += [f"--pwfile={reach.secret(admin_password)}", "--auth=scram-sha-256", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        _run(command, maker, reach)


def _run(command: list[str | Path], runner: Account, reach: Reach, text: str = "") -> None:
    user, group, groups = runner.popen_user()
    done = subprocess.run(
        command,
        input=text,
        user=user,
        group=group,
        extra_groups=groups,
        pass_fds=reach.descriptors,
        env=SERVER_ENVIRONMENT,
        cwd="/",
        umask=0o077,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        tail = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise EmbeddedError(f"Không tạo được cơ sở dữ liệu nhúng ({Path(command[0]).name}):\n{tail}")


def _replace_hba(data: Path, server: Account) -> None:
    """Written anew, never through what is there: the folder was in another account's hands during initdb."""
    path = data / "pg_hba.conf"
    path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(HBA)
        file.flush()
        os.fchown(descriptor, server.uid, server.gid)
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
