"""The passwords of the embedded database: random, in one 0600 file in libpq's password-file format.

Addresses name that file (`passfile=`), so that no URL, process list or log ever holds a password.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

ADMIN = "dondoc_admin"
DATABASES = ("dondoc", "prefect")  # each owned by a role of the same name that is no superuser
ROLES = (ADMIN, *DATABASES)


def read(passfile: Path) -> dict[str, str] | None:
    """role → password; None when the file is missing or does not have all of them."""
    try:
        lines = passfile.read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    entries = [line.split(":") for line in lines]
    found = {entry[3]: entry[4] for entry in entries if len(entry) == 5}
    return found if set(ROLES) <= set(found) else None


def invent() -> dict[str, str]:
    """New random passwords, free of the characters that libpq's format would need escaped."""
    return {role: secrets.token_hex(24) for role in ROLES}


def write(passfile: Path, passwords: dict[str, str]) -> None:
    """Replace the file in one step; it belongs to whoever owns its folder and is readable by no one else."""
    text = "".join(f"*:*:*:{role}:{password}\n" for role, password in passwords.items())
    descriptor, draft = tempfile.mkstemp(prefix="pgpass.new-", dir=passfile.parent)  # mkstemp creates 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        if os.geteuid() == 0:
            owner = passfile.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        os.fsync(descriptor)
    Path(draft).rename(passfile)
