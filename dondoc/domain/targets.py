"""Targets (chỉ tiêu): what a plan promises to reach, and the verdict on what was reported."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from dondoc.domain.plan import Plan, Task
from dondoc.domain.target_values import NotMeasurable, Number, Reading, Said, Unreadable, read_values

Comparator = Literal["=", ">=", "<=", ">", "<"]
Verdict = Literal["met", "not_met", "not_reported", "not_measurable"]
Trend = Literal["better", "worse", "same", "unknown"]

VERDICT_WORDS: dict[Verdict, str] = {
    "met": "đạt", "not_met": "chưa đạt", "not_reported": "chưa có số liệu", "not_measurable": "không đo được",
}  # fmt: skip
TREND_WORDS: dict[Trend, str] = {
    "better": "tốt lên", "worse": "kém đi", "same": "không đổi", "unknown": "chưa so được",
}  # fmt: skip
COMPARATOR_WORDS: dict[Comparator, str] = {
    "=": "bằng", ">=": "từ", "<=": "không quá", ">": "trên", "<": "dưới",
}  # fmt: skip
_HOLDS: dict[Comparator, Callable[[Decimal, Decimal], bool]] = {
    "=": operator.eq, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
_WEIGHT: tuple[Verdict, ...] = ("not_met", "not_reported", "not_measurable", "met")
"""Of several verdicts the first of these stands: a target is met only when all of it is."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a target. `level`: the tier of government it speaks of, where the plan's file says so."""

    what: str
    comparator: Comparator
    value: Decimal
    unit: str | None
    level: str | None = None

    @property
    def wanted(self) -> str:
        """What is wanted, in words: "trên 95 %"."""
        return " ".join(filter(None, (COMPARATOR_WORDS[self.comparator], number_words(self.value), self.unit)))


@dataclass(frozen=True, slots=True)
class Target:
    """One target in the plan's words. `code` is the plan's, or its place in the list where it has none."""

    code: str
    group: str | None
    text: str
    measures: tuple[Measure, ...]

    @property
    def units(self) -> tuple[str | None, ...]:
        """The units of its measures, in order."""
        return tuple(measure.unit for measure in self.measures)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was reported of a target and the verdict: one reading for each measure (one in all where it has none).

    `contradicts`: the agency said otherwise than its own numbers; the numbers decide, a person is shown it.
    """

    readings: tuple[Reading, ...]
    verdicts: tuple[Verdict, ...]
    contradicts: bool = False

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole target."""
        return worst(self.verdicts)


def targets_of(plan: Plan) -> tuple[Target, ...]:
    """The plan's overall targets, then its targets."""
    overall = [target(entry, f"chung-{n}") for n, entry in enumerate(plan.overall_targets, 1)]
    return (*overall, *(target(entry, str(n)) for n, entry in enumerate(plan.targets, 1)))


def target(entry: Mapping[str, Any], place: str) -> Target:
    """One entry of a plan's `targets`; `place` names it where it has no code."""
    measures = tuple(
        Measure(m["what"], m["comparator"], Decimal(str(m["value"])), m.get("unit"), m.get("level"))
        for m in entry.get("measures") or ()
        if m.get("value") is not None
    )
    return Target(entry.get("code") or place, entry.get("group"), entry["text"], measures)


def judge(wanted: Target, text: str | None, happened: bool | None = None) -> Judged:
    """The verdict on what a report says: the typed value, and the box "đạt / chưa đạt" where it was ticked."""
    readings: tuple[Reading | None, ...]
    if text is not None and text.strip():
        readings = read_values(text, wanted.units)
    else:
        readings = (None if happened is None else Said(happened),) * max(len(wanted.measures), 1)
    measures = wanted.measures or (None,)
    verdicts = tuple(judge_one(measure, reading) for measure, reading in zip(measures, readings, strict=True))
    measured = worst(verdicts)
    contradicts = happened is not None and measured in ("met", "not_met") and (measured == "met") != happened
    return Judged(tuple(reading for reading in readings if reading is not None), verdicts, contradicts)


def judge_one(measure: Measure | None, reading: Reading | None) -> Verdict:
    """One measure (None: the target has none) against one reading; what is unreadable is not reported yet."""
    if isinstance(reading, Said):
        return "met" if reading.met else "not_met"
    if isinstance(reading, NotMeasurable):
        return "not_measurable"
    if isinstance(reading, Number) and measure is not None:
        return "met" if _HOLDS[measure.comparator](reading.value, measure.value) else "not_met"
    return "not_reported"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict for several; none at all means not reported."""
    found = set(verdicts)
    return next((verdict for verdict in _WEIGHT if verdict in found), "not_reported")


def trend(measure: Measure, earlier: Reading | None, later: Reading | None) -> Trend:
    """Whether the later of two periods is nearer to what is wanted; only numbers are compared."""
    if not isinstance(earlier, Number) or not isinstance(later, Number):
        return "unknown"
    before, after = _distance(measure, earlier.value), _distance(measure, later.value)
    if earlier.value == later.value or before == after:
        return "same"
    return "better" if after < before else "worse"


def serving(plan: Plan, code: str) -> tuple[Task, ...]:
    """The tasks that serve a target, by their `targets:` in the plan's file."""
    return tuple(task for task in plan.tasks if code in task.targets)


def proposed(plan: Plan, code: str) -> tuple[Task, ...]:
    """The tasks that are proposed to serve it; nobody has decided on these."""
    return tuple(task for task in plan.tasks if code in task.targets_proposed and code not in task.targets)


def owners(plan: Plan, code: str) -> tuple[str, ...]:
    """The agencies (ids) that report a target's value, where the plan's file says so."""
    return next((agencies for own, agencies in plan.target_owners if own == code), ())


def number_words(number: Decimal) -> str:
    """As Vietnamese readers write it: 2,5; 1.250."""
    text = f"{number.normalize():,f}"
    return text.translate(str.maketrans(",.", ".,"))


def reading_words(reading: Reading | None, unit: str | None = None) -> str:
    """What was reported, in words."""
    if isinstance(reading, Number):
        return " ".join(filter(None, (number_words(reading.value), unit)))
    if isinstance(reading, Said):
        return "đạt" if reading.met else "chưa đạt"
    if isinstance(reading, NotMeasurable):
        return "không đo được"
    return f"không đọc được “{reading.text}”: {reading.why}" if isinstance(reading, Unreadable) else ""


def readings_words(wanted: Target, readings: Sequence[Reading]) -> str:
    """All readings of a target in its measures' order."""
    units = wanted.units or (None,)
    return "; ".join(reading_words(reading, unit) for reading, unit in zip(readings, units, strict=False))


def _distance(measure: Measure, value: Decimal) -> Decimal:
    """How far a value is from what is wanted; beyond it counts as nearer, but for "=" where only the number counts."""
    if measure.comparator == "=":
        return abs(value - measure.value)
    return measure.value - value if measure.comparator in (">=", ">") else value - measure.value
