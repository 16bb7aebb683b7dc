"""`dondoc plan …`: check, show, rehearse, compare, apply."""

from __future__ import annotations

import typer

from dondoc.cli.plan_apply import apply, undo
from dondoc.cli.plan_check import plan_check
from dondoc.cli.plan_show import plan_show
from dondoc.cli.plan_simulate import simulate

plan_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
plan_app.command("check")(plan_check)
plan_app.command("show")(plan_show)
plan_app.command("simulate")(simulate)
plan_app.command("apply")(apply)
plan_app.command("undo")(undo)
