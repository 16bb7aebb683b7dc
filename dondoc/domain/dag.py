"""What the graph of a plan shows: which tasks, what each waits for, which links a late task endangers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dondoc.domain.clause_words import condition
from dondoc.domain.clauses import Offset, Per, Upon
from dondoc.domain.dependencies import Edge, EdgeKind, edges
from dondoc.domain.occurrences import conditions
from dondoc.domain.plan import Plan, Task
from dondoc.domain.task_states import Summary
from dondoc.errors import Refused

MOST_LINKS = 1_000
"""More can be drawn, and read by nobody."""


@dataclass(frozen=True, slots=True)
class Node:
    """A task in the graph. `waits`: what it waits for besides other tasks, in words; `summary` None: nothing is owed,
    or the graph has no states."""

    task: Task
    waits: tuple[str, ...]
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class Link:
    """`before` comes before `task`. `late`: it is overdue and what comes after it still needs it."""

    before: str
    task: str
    kind: EdgeKind
    late: bool


@dataclass(frozen=True)
class Dag:
    """Tasks in a fixed order that the order of the file does not change, and the links between them.

    `at`: the aware moment of the states; None when there are none, because the plan is not followed.
    """

    plan: Plan
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    at: datetime | None

    @property
    def late(self) -> int:
        """How many links a late task endangers."""
        return sum(link.late for link in self.links)


def dag(
    plan: Plan,
    states: Mapping[str, Summary] | None = None,
    at: datetime | None = None,
    *,
    everything: bool = False,
    section: str | None = None,
) -> Dag:
    """The graph of `plan`, whose links must be free of cycles (the loader refuses them).

    It holds the tasks with a link and those that wait for something; with `everything` all; with `section` only those
    of that section and what they are linked with. `states` (by task id) are as of `at`.
    Raises Refused when there are too many links to draw.
    """
    found = edges(plan)
    chosen = _chosen(plan, found, everything, section)
    kept = [edge for edge in found if edge.before in chosen and edge.task in chosen]
    if len(kept) > MOST_LINKS:
        raise Refused(
            f"Sơ đồ có {len(kept)} mối nối, quá {MOST_LINKS} mối nối thì không ai đọc được: hãy chọn một lĩnh vực."
        )
    tasks = [task for task in in_order(plan) if task.id in chosen]
    place = {task.id: n for n, task in enumerate(tasks)}
    kept.sort(key=lambda edge: (place[edge.before], place[edge.task]))
    known = states or {}
    return Dag(
        plan,
        tuple(Node(task, waits(task), known.get(task.id)) for task in tasks),
        tuple(Link(edge.before, edge.task, edge.kind, _is_late(plan, edge, known)) for edge in kept),
        at if states is not None else None,
    )


def in_order(plan: Plan) -> list[Task]:
    """The tasks by section and number, whatever their order in the file."""
    sections = {section.no: n for n, section in enumerate(plan.sections)}
    return sorted(plan.tasks, key=lambda task: (sections.get(task.section, len(sections)), _natural(task.id)))


def waits(task: Task) -> tuple[str, ...]:
    """What the task waits for besides other tasks: events, documents, a task of another plan; and how many of the
    tasks before it open it, where that is not all of them at once."""
    clauses = [one.clause for part in task.parts for one in conditions(part.clauses)]
    found = [condition(clause) for clause in clauses if isinstance(clause, Upon | Offset | Per)]
    source = task.date_from
    if source is not None and source.plan is not None:
        found.append(f"theo nhiệm vụ {source.task} của kế hoạch {source.plan}")
    return tuple(dict.fromkeys((*found, *_rule(task))))


def _rule(task: Task) -> Iterator[str]:
    if task.after.tasks and task.after.mode == "any":
        yield "việc đầu tiên trong các việc trước được duyệt"
    if task.after.tasks and task.after.mode == "each":
        yield "từng kết quả được duyệt của việc trước"
    if task.after.lag:
        yield f"{task.after.lag} ngày làm việc sau khi việc trước được duyệt"


def _chosen(plan: Plan, found: Collection[Edge], everything: bool, section: str | None) -> frozenset[str]:
    linked = {id for edge in found for id in (edge.before, edge.task)}
    shown = {task.id for task in plan.tasks if everything or task.id in linked or waits(task)}
    if section is None:
        return frozenset(shown)
    own = {id for id in shown if plan.by_id[id].section == section}
    return frozenset(own | set(_neighbours(found, own)))


def _neighbours(found: Iterable[Edge], own: Collection[str]) -> Iterator[str]:
    for edge in found:
        if edge.before in own or edge.task in own:
            yield from (edge.before, edge.task)


def _is_late(plan: Plan, edge: Edge, states: Mapping[str, Summary]) -> bool:
    before, after = states.get(edge.before), states.get(edge.task)
    if edge.kind == "proposed" or before is None or before.state != "overdue" or (after is not None and after.is_over):
        return False
    task = plan.by_id[edge.task]
    opened = edge.kind == "after" and task.after.mode == "any" and any(_is_begun(states, id) for id in task.after.tasks)
    return not opened


def _is_begun(states: Mapping[str, Summary], id: str) -> bool:
    return id in states and states[id].done > 0


def _natural(id: str) -> tuple[tuple[int, int, str], ...]:
    """ "I.2.9" before "I.2.10": numbers count as numbers."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", id)
    return tuple((0, int(piece), piece) if piece.isascii() and piece.isdigit() else (1, 0, piece) for piece in pieces)
