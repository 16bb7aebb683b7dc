"""Problems that a person must mend, and the one exception that carries them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (or doubtful) in what a person wrote.

    `file` and `line` say where (line counts from 1; None when the whole file is meant), `code` is
    stable and greppable, `message` says what and why, `hint` what to do. Texts are Vietnamese.
    """

    file: str
    line: int | None
    severity: Severity
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        hint = f" → {self.hint}" if self.hint else ""
        return f"{where}: [{self.code}] {self.message}{hint}"


class DondocError(Exception):
    """Root of the errors that dondoc raises on purpose; the text is fit to show to a person."""


class ProblemsFound(DondocError):
    """Input that cannot be used; carries every Problem at once, so that nothing is half-applied."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SettingsError(DondocError):
    """The environment or a setting is missing or wrong; the text says which and what to do."""


class Refused(DondocError):
    """A person's request that the rules do not allow; the text (Vietnamese) says why and what is possible."""
