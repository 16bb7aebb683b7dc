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


Reader = Callable[[Line, int, int], Match | None]
"""Reads the line at a token for a plan year."""
NUMBER = "#"
"""Stands for any number among the words that a rule can start with."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A reader and the words, without accents, that it can start with."""

    read: Reader
    starts: frozenset[str]


def by_first_word(rules: tuple[Rule, ...]) -> dict[str, tuple[Reader, ...]]:
    """For each first word the readers to try, in order."""
    words = frozenset[str]().union(*(rule.starts for rule in rules))
    return {word: tuple(rule.read for rule in rules if word in rule.starts) for word in words}


def first_word(line: Line, i: int) -> str:
    """Token i as `by_first_word` knows it; "QII" and "QuýII" start as "q" does."""
    folded = line.folds[i]
    if folded[:1].isdecimal():
        return NUMBER
    return "q" if folded[:1] == "q" and folded != "qua" else folded
