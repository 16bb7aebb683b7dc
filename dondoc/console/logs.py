"""Keeps the one secret that travels in an address, a link's token, out of every log."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"(/l/)[^/?#\s\"']+")
_LOGGERS = ("uvicorn.access", "uvicorn.error", "uvicorn.asgi")


def mask_links(text: str) -> str:
    """The text with every link token replaced: `/l/…` becomes `/l/***`."""
    return _TOKEN.sub(r"\1***", text)


class MaskLinks(logging.Filter):
    """Masks tokens in a record's message and arguments; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true, after masking."""
        if isinstance(record.msg, str):
            record.msg = mask_links(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(mask_links(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True


def hide_tokens() -> None:
    """Mask link tokens in what the web server logs; calling it again changes nothing."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, MaskLinks) for known in logger.filters):
            logger.addFilter(MaskLinks())
