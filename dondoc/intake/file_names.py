"""What a file's name says: "3456_BNV-CCVC_2024-05-10_Hướng dẫn vị trí việc làm.pdf".

Only a name that begins with a number and symbol is believed; the day and the words may be missing.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from dondoc.domain.directory import fold
from dondoc.domain.document_kinds import TYPES, kind_of_letter, type_of_number
from dondoc.domain.events import EventKind
from dondoc.domain.incoming import Said
from dondoc.intake.texts import clean_line, parse_day

_NAME = re.compile(
    r"(?P<number>\d{1,6}[a-z]?)[_\-. ](?:(?P<year>(?:19|20)\d\d)[_\-. ])?"
    r"(?P<symbol>[A-ZĐ][A-Za-zĐđ]*(?:-[A-ZĐ][A-Za-zĐđ&]*)+)(?:[_ .]+(?P<rest>.*))?"
)
_DAY = re.compile(r"(?P<day>\d{4}-\d\d-\d\d|\d{1,2}[-.]\d{1,2}[-.]\d{4})(?:[_ ]+(?P<rest>.*))?")


def read_name(name: str) -> Said:
    """What the name says; nothing when it is not written so."""
    stem = clean_line(PurePath(name).stem)
    match = _NAME.fullmatch(stem)
    if match is None:
        return Said()
    number = "/".join(part for part in (match["number"], match["year"], match["symbol"]) if part)
    rest, dated = match["rest"] or "", _DAY.fullmatch(match["rest"] or "")
    day = parse_day(dated["day"]) if dated else None
    subject = clean_line((dated["rest"] or "" if dated else rest).replace("_", " ")) or None
    return Said(_kind(number, subject), number, None, day, subject)


def _kind(number: str, subject: str | None) -> EventKind | None:
    named = type_of_number(number)
    if named is not None:
        return named.kind
    words = fold(subject or "")
    typed = next((one.kind for one in TYPES if words.startswith(one.name + " ")), None)
    return typed or kind_of_letter(words)
