"""Reading a conversation: is a text of ours there? (Pure; `GET /v2.0/oa/conversation`, Zalo OA documentation.)"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dondoc.channels.outcomes import Sought
from dondoc.channels.zalo.client import Answer, number

NEWEST = 10
"""How many messages one call gives at most."""
SLACK = timedelta(hours=2)
"""So much Zalo's clock may be behind ours: a machine's clock that is an hour wrong must not double a message. A text
of ours is never said twice within it, for each message carries a link of its own."""
_FROM_OA = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One message of either side; `text` is None where it holds none."""

    from_oa: bool
    at: datetime
    text: str | None


def lines_of(answer: Answer) -> tuple[Line, ...] | None:
    """The newest messages; None when not every one of them can be read, so that nothing can be proved by absence."""
    rows = answer.body.get("data") if answer.error == 0 and answer.body is not None else None
    if not isinstance(rows, list):
        return None
    lines = [_line(row) for row in rows]
    known = tuple(line for line in lines if line is not None)
    return known if len(known) == len(lines) else None


def is_there(sought: Sought, lines: Sequence[Line]) -> bool | None:
    """True: the Official Account said exactly that, since it was tried. False: surely not. None: it cannot be said,
    for the newest messages do not reach back to the try.

    Blanks at line ends and the form of the accents (NFC or NFD) make no difference.
    """
    since, wanted = sought.attempted_at - SLACK, _plain(sought.text)
    if any(line.from_oa and line.at >= since and _plain(line.text or "") == wanted for line in lines):
        return True
    reaches_back = len(lines) < NEWEST or min(line.at for line in lines) < since
    return False if reaches_back else None


def moment(value: object) -> datetime | None:
    """Zalo's milliseconds since 1970 (a number or a string) as an aware moment; None for anything else."""
    milliseconds = number(value)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    except (ValueError, OverflowError, OSError):
        return None


def _line(row: object) -> Line | None:
    if not isinstance(row, dict):
        return None
    source, at, text = number(row.get("src")), moment(row.get("time")), row.get("message")
    if source is None or at is None:
        return None
    return Line(source == _FROM_OA, at, text if isinstance(text, str) else None)


def _plain(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip()
