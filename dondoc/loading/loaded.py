"""What every loader returns: a value, or the reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from dondoc.errors import Problem, ProblemsFound, Severity

T = TypeVar("T")


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """The outcome of loading. `value` is None when a problem of severity error was found; all problems are listed."""

    value: T | None
    problems: tuple[Problem, ...]

    def require(self) -> T:
        """The value; raises ProblemsFound with every problem when there is none."""
        if self.value is None:
            raise ProblemsFound(self.problems)
        return self.value


class Report:
    """Collects the problems of one file while it is read, so that a person sees all of them at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def error(self, line: int | None, code: str, message: str, hint: str = "") -> None:
        """What makes the file unusable."""
        self.add("error", line, code, message, hint)

    def warn(self, line: int | None, code: str, message: str, hint: str = "") -> None:
        """What a person should look at before use."""
        self.add("warning", line, code, message, hint)

    def info(self, line: int | None, code: str, message: str, hint: str = "") -> None:
        """What a person should know."""
        self.add("info", line, code, message, hint)

    def add(self, severity: Severity, line: int | None, code: str, message: str, hint: str) -> None:
        """One more problem of this file."""
        self.problems.append(Problem(self.file, line, severity, code, message, hint))

    @property
    def failed(self) -> bool:
        """Whether any error was found so far."""
        return any(problem.severity == "error" for problem in self.problems)

    def finish(self, value: T | None) -> Loaded[T]:
        """The outcome: problems in the order of their lines, and the value only when nothing is wrong."""
        problems = tuple(sorted(dict.fromkeys(self.problems), key=lambda problem: problem.line or 0))
        return Loaded(None if self.failed else value, problems)
