"""The deadline algebra: what one "Thời gian" cell can say (DEADLINES §1).

A cell is a tuple of clauses in the order written. All dates are civil days in Asia/Ho_Chi_Minh, ends included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Period = Literal["day", "week", "month", "quarter", "half_year", "nine_months", "year"]
Relation = Literal["when", "after"]
Unit = Literal["working_day", "day", "week", "month"]
Side = Literal["after", "before"]

PERIODS: tuple[Period, ...] = ("day", "week", "month", "quarter", "half_year", "nine_months", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Common to all: `label` names the part of the task it is for, `immediate` stands for "ngay khi"."""

    label: str | None = None
    immediate: bool = False


@dataclass(frozen=True, slots=True)
class By(Clause):
    """Finish on or before `date`."""

    date: date


@dataclass(frozen=True, slots=True)
class Within(Clause):
    """Do it inside [start, end]; due at the end."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Every(Clause):
    """Once in each `period`; `on` names the day ("by day 14", "by 06-14", "by friday", "by day 24 of last month")."""

    period: Period
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Ongoing(Clause):
    """All year round; accounted for in the plan's periodic reports."""


@dataclass(frozen=True, slots=True)
class Upon(Clause):
    """Starts when (or after) something happens; `event` is the source's words without the connective."""

    event: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Offset(Clause):
    """A length of time counted after (or before) something."""

    amount: int
    unit: Unit
    from_: str
    side: Side


@dataclass(frozen=True, slots=True)
class Per(Clause):
    """As another document prescribes."""

    reference: str


@dataclass(frozen=True, slots=True)
class Unknown(Clause):
    """Words that could not be understood with certainty; a person decides."""

    text: str


AnyClause = By | Within | Every | Ongoing | Upon | Offset | Per | Unknown

_TYPES: dict[str, type[Clause]] = {
    "by": By, "within": Within, "every": Every, "ongoing": Ongoing,
    "upon": Upon, "offset": Offset, "per": Per, "unknown": Unknown,
}  # fmt: skip
_NAMES = {cls: name for name, cls in _TYPES.items()}


def to_json(clause: AnyClause) -> dict[str, Any]:
    """The clause as the contract's JSON object: `type`, its fields, and label/immediate/on only where set."""
    out: dict[str, Any] = {"type": _NAMES[type(clause)]}
    for field in (*type(clause).__dataclass_fields__,):
        value = getattr(clause, field)
        if value is None or value is False:
            continue
        out[field.rstrip("_")] = value.isoformat() if isinstance(value, date) else value
    for last in ("label", "immediate"):
        if last in out:
            out[last] = out.pop(last)
    return out


def from_json(value: dict[str, Any]) -> AnyClause:
    """The inverse of `to_json`. Raises KeyError/TypeError/ValueError on what is no clause."""
    fields = dict(value)
    cls = _TYPES[fields.pop("type")]
    if "from" in fields:
        fields["from_"] = fields.pop("from")
    for name in ("date", "start", "end"):
        if isinstance(fields.get(name), str):
            fields[name] = date.fromisoformat(fields[name])
    return cls(**fields)  # type: ignore[return-value]
