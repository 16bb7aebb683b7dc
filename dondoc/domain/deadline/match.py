"""What a rule gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dondoc.domain.clauses import AnyClause
from dondoc.domain.deadline.line import Line


@dataclass(frozen=True, slots=True)
class Match:
    """The clauses that a rule read, its name, and the token after the words it read."""

    rule: str
    clauses: tuple[AnyClause, ...]
    end: int


Rule = Callable[[Line, int, int], Match | None]
"""Reads the line at a token for a plan year."""
