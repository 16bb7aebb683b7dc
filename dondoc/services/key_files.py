"""Secrets that an installation makes for itself: files under `secret/` of DONDOC_HOME, for their owner only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of the key file, which is made on first use. Raises OSError when it can be neither read nor made.

    Of several processes that make it at once one wins, and all read that one's key.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_once(path, make())
    return path.read_bytes()


def _create_once(path: Path, content: bytes) -> None:
    """Write the file whole or not at all, 0600; when another process was quicker, its file stays."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.link(part, path)
        _keep_name(path.parent)
    except FileExistsError:
        return
    finally:
        part.unlink()


def _keep_name(folder: Path) -> None:
    """After a power cut the name must still be there: what the key has encrypted will be."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
