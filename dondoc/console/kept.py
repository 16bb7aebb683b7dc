"""Files that came with a form which could not be taken: the next try carries a signed claim instead of the bytes.

A claim is good only in the session it was made in; without it a correct SHA-256 proves nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import asdict
from pathlib import Path

from dondoc.intake.files import Checked, path_of
from dondoc.services.links import server_key

LONGEST_CLAIM = 2_000


def claim(home: Path, csrf: str, file: Checked) -> str:
    """A text that gives the file back to the same session."""
    body = base64.urlsafe_b64encode(json.dumps(asdict(file), sort_keys=True).encode()).decode("ascii")
    return f"{body}.{_signature(home, csrf, body)}"


def claimed(home: Path, csrf: str, text: str) -> Checked | None:
    """The file that a claim speaks of; None when the claim is forged, of another session, or the bytes are gone."""
    body, _, signature = text.rpartition(".")
    if len(text) > LONGEST_CLAIM or not text.isascii():
        return None
    if not hmac.compare_digest(signature, _signature(home, csrf, body)):
        return None
    file = Checked(**json.loads(base64.urlsafe_b64decode(body)))
    return file if path_of(home, file.sha256).is_file() else None


def _signature(home: Path, csrf: str, body: str) -> str:
    return hmac.new(server_key(home), f"kept:{csrf}:{body}".encode(), hashlib.sha256).hexdigest()
