"""The number and symbol of a document as text has it: "Số: 3456 /BNV-CCVC", "Số: 05/2024/TT-BNV", "Số 12-CT/TU"."""

from __future__ import annotations

import re

_SYMBOL = r"[A-ZĐ][A-Za-zĐđÔôƠơƯư0-9&.]*"
NUMBER = rf"\d{{1,6}}[a-z]?\s*[/-]\s*(?:(?:19|20)\d\d\s*/\s*)?{_SYMBOL}(?:\s*[-/]\s*{_SYMBOL})*"
_WHOLE = re.compile(NUMBER)
_LINE = re.compile(r"(?:luật |nghị quyết |pháp lệnh |nghị định )?số\s*:?\s*(?P<rest>.*)", re.IGNORECASE)


def number_of_line(line: str) -> str | None:
    """What stands after "Số:", tidied; "" when that is no whole number; None for a line that does not begin so."""
    match = _LINE.fullmatch(line.replace("–", "-"))
    return None if match is None else tidy_number(match["rest"]) or ""


def tidy_number(text: str) -> str | None:
    """The number without blanks, when the text is one and nothing else."""
    text = text.replace("–", "-").strip().rstrip(".;,")
    whole = _WHOLE.fullmatch(text)
    return re.sub(r"\s+", "", text) if whole and "/" in text else None
