"""A process of its own that reads the first page of one PDF: `python -m dondoc.intake.pdf_child < FILE`.

A PDF may be made to cost any time and memory. Whoever starts this gives it a deadline; the process gives itself limits
of memory, processor time and files before it looks at the first byte. It answers with one JSON object:
`{"text", "recognised"}`, or `{"refused": "encrypted" | "broken" | "too-much"}`.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
from typing import Any

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 15
MAX_CONTENT = 4 * 1024 * 1024
"""Bytes of a page's drawing commands; reading more takes gigabytes."""
MAX_STREAM = 24 * 1024 * 1024
MAX_TEXT = 200_000
INVISIBLE = 3
"""The text rendering mode of letters that a recogniser laid under a picture."""


def main() -> None:
    """Read standard input, answer on standard output."""
    for what, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (limit, limit))
    logging.disable()
    try:
        answer = _read(sys.stdin.buffer.read())
    except MemoryError:
        answer = {"refused": "too-much"}
    sys.stdout.write(json.dumps(answer))


def _read(data: bytes) -> dict[str, Any]:
    from pypdf import PdfReader, overwrite_configuration
    from pypdf.errors import LimitReachedError

    overwrite_configuration(
        zlib_maximum_output_length=MAX_STREAM, lzw_maximum_output_length=MAX_STREAM,
        run_length_maximum_output_length=MAX_STREAM, jbig2dec_binary=None,
    )  # fmt: skip
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"refused": "encrypted"}
        return _first_page(reader.pages[0])
    except (MemoryError, RecursionError, LimitReachedError):
        return {"refused": "too-much"}
    except Exception:  # on damaged input the library may fail in any way
        return {"refused": "broken"}


def _first_page(page: Any) -> dict[str, Any]:
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > MAX_CONTENT:
        return {"refused": "too-much"}
    modes: set[int] = set()

    def watch(operator: bytes, operands: list[Any], *_: object) -> None:
        if operator == b"Tr" and operands:
            modes.add(int(operands[0]))

    plain = page.extract_text(visitor_operand_before=watch)
    if not plain.strip():
        return {"text": "", "recognised": False}
    text = page.extract_text(extraction_mode="layout")
    return {"text": text[:MAX_TEXT], "recognised": INVISIBLE in modes}


if __name__ == "__main__":
    main()
