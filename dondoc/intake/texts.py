"""What people type: cleaned of what no form needs, kept otherwise as typed; days in the ways officers write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_WRITTEN = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})")
_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def clean_text(raw: str) -> str:
    """The text in NFC with plain line ends, without control characters and the marks that reverse reading order."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).strip()


def clean_line(raw: str) -> str:
    """One line: as `clean_text`, with every run of white space made one space."""
    return " ".join(clean_text(raw).split())


def parse_day(raw: str) -> date | None:
    """The day written as 5/4/2024, 05-04-2024, 05.04.2024, 05042024 or 2024-04-05; None when it is no such day.

    A year of two digits is not guessed at.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    iso = _ISO.fullmatch(text)
    found = iso or _WRITTEN.fullmatch(text) or _DIGITS.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in (found.groups() if iso else reversed(found.groups())))
    try:
        return date(year, month, day)
    except ValueError:
        return None
