"""Where to go after signing in: an address of these pages, never of another site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HOME = "/theo-doi"
LONGEST = 500
_LOCAL = re.compile(r"/(?![/\\])[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*")


def local_path(text: str | None) -> str:
    """The address when it is a plain path (with a query) of these pages, else the overview.

    Browsers read `//host`, `/\\host` and addresses with tabs or line ends in them as another site's: only a path of
    harmless characters is followed. A sign-in page is never returned to.
    """
    if text is None or len(text) > LONGEST or not _LOCAL.fullmatch(text):
        return HOME
    parts = urlsplit(text)
    path = parts.path
    strange = parts.scheme or parts.netloc or "//" in path or ".." in path or "%" in path
    return HOME if strange or path.startswith(("/dang-", "/l/")) else text
