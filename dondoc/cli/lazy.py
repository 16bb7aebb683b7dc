"""Commands whose modules are imported only when they are used: `dondoc deadline` must not wait for Prefect."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and imports one when it is called or its help is asked for.

    `commands_at` maps a name to `module:attribute` and a line of help; a name in `unlisted` is not listed. Context,
    command and formatter are those of the Click that Typer carries inside; it does not publish their types.
    """

    commands_at: ClassVar[dict[str, tuple[str, str]]] = {}
    unlisted: ClassVar[frozenset[str]] = frozenset()

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order people meet them."""
        return list(self.commands_at)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, imported now; None for a name that is not ours."""
        if cmd_name not in self.commands_at:
            return None
        return _load(cmd_name, self.commands_at[cmd_name][0])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands without importing any of them."""
        rows = [(name, words) for name, (_, words) in self.commands_at.items() if name not in self.unlisted]
        with formatter.section("Lệnh"):
            formatter.write_dl(rows)


def group(cls: type[LazyGroup], words: str) -> typer.Typer:
    """A Typer application with the commands of `cls`; `words` is its help."""
    made = typer.Typer(
        cls=cls,
        help=words,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    # Nothing is shared between commands: each opens what it needs. The callback makes Typer keep it a group.
    made.callback()(lambda: None)
    return made


def _load(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found: Any = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        loaded = typer.main.get_group(found)
        loaded.name = name
        return loaded
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name=name)(found)
    return typer.main.get_command(single)
