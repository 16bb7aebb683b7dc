"""The addresses of the reading pages; "/" in a task's id is written "~"."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from dondoc.domain.obligations import UNSELECTED
from dondoc.domain.plan import Plan

HOME = "/theo-doi"


def plan_address(plan_id: str, **chosen: str) -> str:
    """The plan's table, narrowed by what is chosen; names as the form's (underscores stand for hyphens)."""
    return with_query(f"{HOME}/ke-hoach/{quote(plan_id, safe='')}", {k.replace("_", "-"): v for k, v in chosen.items()})


def task_address(plan_id: str, task_id: str) -> str:
    """The task's page."""
    return f"{HOME}/ke-hoach/{quote(plan_id, safe='')}/nhiem-vu/{quote(task_id.replace('/', '~'), safe='')}"


def graph_address(plan_id: str, ending: str = "", *, everything: bool = False) -> str:
    """The plan's graph; with an ending (".svg", ".mmd") as a file."""
    path = f"{HOME}/ke-hoach/{quote(plan_id, safe='')}/so-do{ending}"
    return with_query(path, {"tat-ca": "1" if everything else ""})


def agency_address(agency: str) -> str:
    """The agency's page; "" for a group of which nobody is chosen yet."""
    return "" if agency.startswith(UNSELECTED) else f"{HOME}/co-quan/{quote(agency, safe='')}"


def task_of(plan: Plan, written: str) -> str:
    """The task id that an address means."""
    return written if written in plan.by_id else written.replace("~", "/")


def with_query(path: str, values: Mapping[str, str]) -> str:
    """The path with those values that are not empty."""
    query = urlencode({key: value for key, value in values.items() if value})
    return f"{path}?{query}" if query else path
