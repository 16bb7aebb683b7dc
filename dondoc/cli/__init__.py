"""The command line: a contract that other tools call (DESIGN §5). Exit 0 done, 1 problems found, 2 usage."""

from __future__ import annotations

import sys

import typer

from dondoc.cli.lazy import LazyGroup
from dondoc.errors import DondocError, ProblemsFound

app = typer.Typer(
    cls=LazyGroup,
    help="dondoc (đôn đốc): kế hoạch năm tự theo dõi.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Nothing is shared between commands; each opens what it needs."""


def main() -> None:
    """Run the command; a mistake that a person can mend is one clear text on stderr and exit 1, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except ProblemsFound as found:
        print("\n".join(str(problem) for problem in found.problems), file=sys.stderr)
        sys.exit(1)
    except DondocError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
