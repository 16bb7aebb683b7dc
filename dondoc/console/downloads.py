"""An attached file as a response: always a download, in a sandbox, kept by nobody on the way."""

from __future__ import annotations

import logging
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from dondoc.intake.files import path_of
from dondoc.store.models import EventFileRow, FileRow

_log = logging.getLogger("dondoc.console")
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


def attached(home: Path, row: FileRow | EventFileRow) -> Response:
    """The file. Raises HTTPException 404 "file-missing" when its bytes are gone."""
    path = path_of(home, row.sha256)
    if not path.is_file():
        _log.error("an attached file is gone", extra={"action": "file-missing", "sha256": row.sha256})
        raise HTTPException(404, "file-missing")
    headers = {"Content-Security-Policy": FILE_POLICY, "Cache-Control": "private, no-store"}
    return FileResponse(path, headers=headers, media_type=row.media_type, filename=row.name)
