"""The deadline parser: what a "Thời gian" cell means (DEADLINES §1–2).

Pure; never raises on any text. What is not understood with certainty is an `Unknown` clause, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

from dondoc.domain.clauses import AnyClause, Unknown
from dondoc.domain.deadline.asides import ReadClause
from dondoc.domain.deadline.line import Line
from dondoc.domain.deadline.reader import read
from dondoc.domain.deadline.repair import repair
from dondoc.domain.deadline.titles import RULE_TITLES

LONGEST_CELL = 2000
"""Characters; a longer text is no deadline cell and is unknown as a whole."""
MOST_BRACKETS = 30
"""A text with more of them is unknown as a whole too: reading brackets in brackets must not run deep."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as it was understood: its repaired words, and for each clause the rule and the words it read."""

    text: str
    year: int
    parts: tuple[ReadClause, ...]

    @property
    def clauses(self) -> tuple[AnyClause, ...]:
        return tuple(part.clause for part in self.parts)


def parse(text: str, year: int) -> tuple[AnyClause, ...]:
    """The clauses of a cell in the order written; days are civil days in Asia/Ho_Chi_Minh, a missing year is `year`."""
    return explain(text, year).clauses


def explain(text: str, year: int) -> Reading:
    """The clauses of a cell with the names of the rules that read them."""
    if len(text) > LONGEST_CELL or text.count("(") + text.count("[") > MOST_BRACKETS:
        return Reading(text, year, _unknown(text.strip()))
    repaired = repair(text)
    parts = read(Line(repaired), year)
    if not parts and text.strip(" \r\n\t.\xa0"):
        repaired = repaired or text.strip()
        parts = _unknown(repaired)
    return Reading(repaired, year, parts)


def _unknown(words: str) -> tuple[ReadClause, ...]:
    return (ReadClause(Unknown(text=words), "unknown", words),)


__all__ = ["LONGEST_CELL", "RULE_TITLES", "ReadClause", "Reading", "explain", "parse"]
