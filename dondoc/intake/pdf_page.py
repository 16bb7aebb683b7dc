"""The first page of a PDF, read in a process of its own so that no file can stop or exhaust this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any, BinaryIO

from dondoc.intake.pages import FirstPage, laid_out

SECONDS = 30.0
"""Wall time for one page; what has not been read by then is refused."""
_REASONS = {
    "encrypted": "tệp PDF được đặt mật khẩu",
    "broken": "tệp PDF bị hỏng hoặc bị cắt cụt",
    "too-much": "trang đầu của tệp PDF quá nặng để đọc an toàn",
}
_CHUNK = 1024 * 1024


class BadPdf(Exception):
    """The file cannot be read; `code` is a key of the reasons, the text (Vietnamese) says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_REASONS[code])


def first_page(stream: BinaryIO, seconds: float = SECONDS) -> FirstPage:
    """The first lines; none when the page has no letters (a scan). Raises BadPdf. Leaves the stream rewound."""
    answer = _ask(stream, seconds)
    if "refused" in answer:
        raise BadPdf(answer["refused"])
    return FirstPage(laid_out(answer["text"]), answer["recognised"])


def _ask(stream: BinaryIO, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryFile() as copy:  # the process gets a file of its own, open from its beginning
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            copy.write(chunk)
        stream.seek(0)
        copy.seek(0)
        command = [sys.executable, "-I", "-m", "dondoc.intake.pdf_child"]
        try:
            done = subprocess.run(
                command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"refused": "too-much"}
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:  # killed by a limit of its own
        return {"refused": "too-much"}
    return answer
