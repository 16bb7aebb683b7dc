"""What an agency typed about a target, read strictly: a number, "đạt", "không đo được", or not readable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dondoc.domain.directory import fold

_MET = frozenset({"đạt", "đã đạt"})
_NOT_MET = frozenset({"chưa đạt", "không đạt"})
_NOT_MEASURABLE = frozenset({"không đo được", "chưa đo được"})
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+")
_NUMBER = re.compile(r"(-?[0-9]{1,12}(?:\.[0-9]{1,9})*(?:,[0-9]{1,9})?)\s*(.*)", re.DOTALL)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Number:
    """A measured number, in the measure's own unit."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Said:
    """Words instead of a number: the agency says that it is met, or not."""

    met: bool


@dataclass(frozen=True, slots=True)
class NotMeasurable:
    """The agency says that it cannot be measured (yet)."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What cannot be understood with certainty: a person asks. `why` is Vietnamese."""

    text: str
    why: str


Reading = Number | Said | NotMeasurable | Unreadable


def read_value(text: str, unit: str | None = None) -> Reading:
    """One value as typed: "95", "95,5 %", "1.250,5", "đạt", "chưa đạt", "không đo được".

    A comma is the decimal sign, dots separate thousands; one dot before other than three digits ("95.5") can only be a
    decimal sign, one before three ("1.250") may be either and is not readable. A unit may follow when it is the
    measure's. Nothing else is understood: no "khoảng", ">", "15/16".
    """
    words = " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").split())
    folded = fold(words)
    if folded in _NOT_MEASURABLE:
        return NotMeasurable()
    if folded in _MET | _NOT_MET:
        return Said(folded in _MET)
    match = _NUMBER.fullmatch(words) if len(words) <= LONGEST else None
    if match is None:
        return Unreadable(text, "không phải một số, “đạt”, “chưa đạt” hay “không đo được”")
    if match[2] and (unit is None or fold(match[2]) != fold(unit)):
        return Unreadable(text, f"đơn vị tính là “{unit}”" if unit else "chỉ ghi số")
    number = _decimal(match[1])
    return Unreadable(text, "không rõ dấu chấm là phần nghìn hay phần thập phân") if number is None else Number(number)


def read_values(text: str, units: Sequence[str | None]) -> tuple[Reading, ...]:
    """One reading for each measure of a target. Several values are typed in the measures' order with ";" between.

    Words ("đạt", "không đo được") may stand once for all; a number never does.
    """
    parts = [part.strip() for part in text.split(";")]
    if len(parts) == len(units):
        return tuple(read_value(part, unit) for part, unit in zip(parts, units, strict=True))
    whole = read_value(text)
    if isinstance(whole, Said | NotMeasurable):
        return (whole,) * max(len(units), 1)
    if not units:
        return (Unreadable(text, "chỉ tiêu không ghi con số: trả lời “đạt” hoặc “chưa đạt”"),)
    why = f"chỉ tiêu có {len(units)} số đo, ghi {len(units)} giá trị cách nhau dấu “;”"
    return tuple(Unreadable(text, why) for _ in units)


def _decimal(digits: str) -> Decimal | None:
    whole, _, fraction = digits.partition(",")
    if "." in whole and not fraction and _is_decimal_point(whole):
        return Decimal(whole)
    if "." in whole and (not _THOUSANDS.fullmatch(whole) or _is_ambiguous(digits)):
        return None
    return Decimal(f"{whole.replace('.', '')}.{fraction}" if fraction else whole.replace(".", ""))


def _is_decimal_point(whole: str) -> bool:
    """One dot that cannot separate thousands: not three digits after it, or a lone zero before it."""
    before, _, after = whole.lstrip("-").partition(".")
    return "." not in after and (len(after) != 3 or before == "0" or len(before) > 3)


def _is_ambiguous(digits: str) -> bool:
    """ "1.250" may be typed by people for 1250 or for 1,25; only more dots or a comma decide."""
    return digits.count(".") == 1 and "," not in digits
