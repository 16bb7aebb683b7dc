"""Where the nodes of an acyclic graph stand: in columns from left to right, in each from top to bottom (Sugiyama)."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

SWEEPS = 8
"""Forth and back; more has not made a plan's graph any clearer."""

Pair = tuple[str, str]
"""The first comes before the second."""


@dataclass(frozen=True, slots=True)
class Bend:
    """Where the line of a pair passes a column in which neither of the two stands."""

    before: str
    after: str
    column: int


Place = str | Bend
Columns = tuple[tuple[Place, ...], ...]


@dataclass(frozen=True)
class Arrangement:
    """`columns` from left to right, each from top to bottom. `routes`: through which places the line of a pair goes,
    one in each column from the first of the two to the second."""

    columns: Columns
    routes: Mapping[Pair, tuple[Place, ...]]


def components(nodes: Sequence[str], pairs: Collection[Pair]) -> list[list[str]]:
    """The nodes that hang together, each group and the groups among them in the order of `nodes`."""
    beside = _beside(pairs)
    seen: set[str] = set()
    found = []
    for node in nodes:
        if node in seen:
            continue
        reached, waiting = {node}, [node]
        while waiting:
            fresh = beside.get(waiting.pop(), set()) - reached
            reached |= fresh
            waiting.extend(fresh)
        seen |= reached
        found.append([one for one in nodes if one in reached])
    return found


def layers(nodes: Sequence[str], pairs: Collection[Pair]) -> dict[str, int]:
    """The column of each node: the length of the longest way to it. Raises graphlib.CycleError for a cycle."""
    before: dict[str, set[str]] = {node: set() for node in nodes}
    for first, second in pairs:
        before[second].add(first)
    found: dict[str, int] = {}
    for node in TopologicalSorter(before).static_order():
        found[node] = max((found[one] + 1 for one in before[node]), default=0)
    return found


def arrange(nodes: Sequence[str], pairs: Collection[Pair]) -> Arrangement:
    """Columns and order with few crossings, the same for the same nodes in their order and the same set of pairs."""
    column_of, rank = layers(nodes, pairs), {node: n for n, node in enumerate(nodes)}
    ordered = sorted(set(pairs), key=lambda pair: (rank[pair[0]], rank[pair[1]]))
    routes = {pair: tuple(_route(pair, column_of)) for pair in ordered}
    columns = _columns(nodes, routes, column_of, rank)
    segments = _segments(routes)
    best = columns
    for turn in range(SWEEPS):
        columns = _swept(columns, segments, forward=turn % 2 == 0)
        if crossings(columns, segments) < crossings(best, segments):
            best = columns
    return Arrangement(best, routes)


def crossings(columns: Columns, segments: Mapping[Place, Collection[Place]]) -> int:
    """How many lines cross, `segments` telling for each place to which places left and right of it lines go."""
    return sum(_crossings(left, right, segments) for left, right in zip(columns, columns[1:], strict=False))


def _crossings(left: Sequence[Place], right: Sequence[Place], segments: Mapping[Place, Collection[Place]]) -> int:
    where = {place: n for n, place in enumerate(right)}
    passed: list[int] = []
    count = 0
    for place in left:
        ends = sorted(where[other] for other in segments.get(place, ()) if other in where)
        count += sum(len(passed) - bisect_right(passed, end) for end in ends)
        for end in ends:
            insort(passed, end)
    return count


def _beside(pairs: Collection[Pair]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for first, second in pairs:
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    return found


def _route(pair: Pair, column_of: Mapping[str, int]) -> Iterator[Place]:
    first, second = pair
    yield first
    yield from (Bend(first, second, column) for column in range(column_of[first] + 1, column_of[second]))
    yield second


def _columns(
    nodes: Sequence[str], routes: Mapping[Pair, Sequence[Place]], column_of: Mapping[str, int], rank: Mapping[str, int]
) -> Columns:
    """Every node in its column in the given order; a bend stands where the node does that its line comes from."""
    found: list[list[tuple[int, int, Place]]] = [[] for _ in range(max(column_of.values(), default=-1) + 1)]
    for node in nodes:
        found[column_of[node]].append((rank[node], -1, node))
    for (first, second), places in routes.items():
        for bend in (place for place in places if isinstance(place, Bend)):
            found[bend.column].append((rank[first], rank[second], bend))
    return tuple(tuple(place for *_, place in sorted(column, key=lambda one: one[:2])) for column in found)


def _segments(routes: Mapping[Pair, Sequence[Place]]) -> dict[Place, list[Place]]:
    found: dict[Place, list[Place]] = {}
    for places in routes.values():
        for left, right in zip(places, places[1:], strict=False):
            found.setdefault(left, []).append(right)
            found.setdefault(right, []).append(left)
    return found


def _swept(columns: Columns, segments: Mapping[Place, Collection[Place]], *, forward: bool) -> Columns:
    """Each column ordered anew by where its neighbours in the column before it (or after it) stand on average."""
    found = list(columns)
    for at in range(1, len(found)) if forward else range(len(found) - 2, -1, -1):
        fixed = {place: n for n, place in enumerate(found[at - 1 if forward else at + 1])}
        own = {place: n for n, place in enumerate(found[at])}
        found[at] = tuple(sorted(found[at], key=lambda place: _mean(place, segments, fixed, own)))
    return tuple(found)


def _mean(
    place: Place, segments: Mapping[Place, Collection[Place]], fixed: Mapping[Place, int], own: Mapping[Place, int]
) -> float:
    found = [fixed[other] for other in segments.get(place, ()) if other in fixed]
    return sum(found) / len(found) if found else own[place]
