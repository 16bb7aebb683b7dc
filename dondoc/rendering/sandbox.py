"""The environment in which templates that an administrator edited are run: no side effects, and bounded.

Templates are trusted to be well meant, not to be right: a slip must end as a Problem with a line, never as a message
with a hole in it, a full disk or a machine at 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, select_autoescape
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dondoc.rendering.compiled import CompiledTemplates

MAX_OUTPUT = 500_000
"""Characters one template may produce; 48 lines of a year's list are about 60,000."""

_FILTERS = (
    *("abs", "count", "d", "default", "e", "escape", "first", "groupby", "join", "last", "length", "list", "lower"),
    *("map", "max", "min", "reject", "rejectattr", "replace", "round", "select", "selectattr", "sort", "string", "sum"),
    *("title", "trim", "unique", "upper"),
)
_COMPILED = CompiledTemplates()
# Each can make a string of any length out of a few characters.
_STRETCHING = {"center", "expandtabs", "format", "format_map", "join", "ljust", "replace", "rjust", "zfill"}


class TooLong(Exception):
    """A template produced more than MAX_OUTPUT characters."""


class NoticeEnvironment(ImmutableSandboxedEnvironment):
    """StrictUndefined, autoescape for .html, no `range`, no globals, only the filters that words need."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, folder: Path, filters: Mapping[str, Any]) -> None:
        super().__init__(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html",), default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=_COMPILED,
        )
        self.filters = {name: self.filters[name] for name in _FILTERS} | dict(filters)
        self.globals.clear()

    def join_path(self, template: str, parent: str) -> str:
        """A .html template may only use .html ones, and a text template text ones.

        A macro marks its result as safe when its caller escapes, though a macro in a .txt file has escaped nothing.
        """
        if template.endswith(".html") != parent.endswith(".html"):
            raise SecurityError(f"{parent} cannot use {template}: HTML and text templates are not mixed")
        return template

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic stays arithmetic: text times a number would be a text of any length."""
        if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"the operator {operator} is for numbers only")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:
        """No wrapper for `str.format`: then `is_safe_attribute` is asked about it, like about any other method."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """What the sandbox allows, without the methods that stretch strings."""
        if hasattr(type(obj), "__dataclass_fields__"):  # most of all questions, and what the sandbox would answer
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in _STRETCHING)


def named_texts(template: Template, values: Mapping[str, Any]) -> dict[str, str]:
    """What the template sets by `{% set name %}…{% endset %}` at its top, each in one line."""
    module = template.make_module(dict(values))
    return {name: " ".join(str(value).split()) for name, value in vars(module).items() if not name.startswith("_")}


def bounded(template: Template, values: Mapping[str, Any]) -> str:
    """The template's output. Raises TooLong as soon as it passes MAX_OUTPUT, and whatever the template raises."""
    pieces, length = [], 0
    for piece in template.generate(**values):
        length += len(piece)
        if length > MAX_OUTPUT:
            raise TooLong
        pieces.append(piece)
    return "".join(pieces)
