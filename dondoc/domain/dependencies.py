"""The order of a plan's tasks as a directed acyclic graph (DEADLINES §3 "After another task")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dondoc.domain.plan import Plan, Task

EdgeKind = Literal["after", "document", "proposed"]


@dataclass(frozen=True, slots=True)
class Edge:
    """`before` comes before `task`: as the plan's words or a person say, as the document that gives its date, or only
    as a proposal. All are ids of the same plan."""

    before: str
    task: str
    kind: EdgeKind


def links(task: Task) -> tuple[str, ...]:
    """The tasks of the same plan that come before this one; proposals are none."""
    source = task.date_from
    document = (source.task,) if source is not None and source.plan is None else ()
    return tuple(dict.fromkeys((*task.after.tasks, *document)))


def edges(plan: Plan) -> tuple[Edge, ...]:
    """Every link between two tasks of the plan, in its order; a decided one counts before the same proposed."""
    found: dict[tuple[str, str], Edge] = {}
    for task in plan.tasks:
        source = task.date_from
        document = (source.task,) if source is not None and source.plan is None else ()
        groups: tuple[tuple[EdgeKind, tuple[str, ...]], ...] = (
            ("after", task.after.tasks), ("document", document), ("proposed", task.after.proposed),
        )  # fmt: skip
        for kind, ids in groups:
            for id in ids:
                found.setdefault((id, task.id), Edge(id, task.id, kind))
    return tuple(found.values())


def cyclic(graph: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The nodes that lie on a cycle or lead into one, in the graph's order; links to unknown nodes are ignored."""
    waiting = {node: {before for before in before_it if before in graph} for node, before_it in graph.items()}
    settled = True
    while settled:
        free = {node for node, before_it in waiting.items() if not before_it}
        settled = bool(free)
        waiting = {node: before_it - free for node, before_it in waiting.items() if node not in free}
    return list(waiting)


def downstream(plan: Plan) -> dict[str, tuple[Task, ...]]:
    """For each task that others come after: these, in the plan's order."""
    found: dict[str, tuple[Task, ...]] = {}
    for task in plan.tasks:
        for id in links(task):
            found[id] = (*found.get(id, ()), task)
    return found
