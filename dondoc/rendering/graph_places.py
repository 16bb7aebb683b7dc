"""The places of a drawing: how large each task's box is, where it stands, along which points each line runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dondoc.domain.dag import Dag, Link, Node
from dondoc.domain.layering import Arrangement, Bend, Pair, Place, arrange, components
from dondoc.rendering.graph_looks import look, printable, progress
from dondoc.rendering.measuring import wrapped

BOX, PAD, TEXT = 292, 22, 13
LINE_HEIGHT, NUDGE = 18, 5
BETWEEN, APART = 64, 22
"""Room between columns for the lines; between boxes that stand above each other."""
GROUP = 40
ALONE_COLUMNS = 3
MOST_LINES, MOST_WAIT_LINES = 4, 3
_TURNS = 6

NOTHING = "Không có nhiệm vụ nào nối với nhau hay chờ sự kiện."
LINKED, WAITING, REST = "Nối với nhau", "Chờ sự kiện, không nối với nhiệm vụ nào", "Các nhiệm vụ khác"


@dataclass(frozen=True, slots=True)
class Written:
    """One line of a box: its text and how it is set (id, state, small, text, wait)."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Box:
    """A task's box, `x` and `y` its upper left corner."""

    node: Node
    x: float
    y: float
    height: float
    lines: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """The way of a link: from box to box through `points`, two for each column it passes."""

    link: Link
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What the boxes below it have in common; `y` is its baseline."""

    text: str
    y: float


@dataclass(frozen=True)
class Drawing:
    """All places, in px from the upper left corner."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    headings: tuple[Heading, ...]
    width: float
    height: float


def drawing(dag: Dag) -> Drawing:
    """Where everything stands: what hangs together side by side in columns, the rest in a grid below."""
    lines = {node.task.id: written(node, dag.at is not None) for node in dag.nodes}
    sizes = {id: _height(found) for id, found in lines.items()}
    by_pair = {(link.before, link.task): link for link in dag.links}
    groups = components([node.task.id for node in dag.nodes], by_pair)
    nodes = {node.task.id: node for node in dag.nodes}
    alone = [group[0] for group in groups if len(group) == 1]
    sheet = _Sheet(nodes, lines, sizes)
    sheet.linked([group for group in groups if len(group) > 1], by_pair)
    sheet.grid(WAITING, [id for id in alone if nodes[id].waits])
    sheet.grid(REST, [id for id in alone if not nodes[id].waits])
    return sheet.finished()


def written(node: Node, has_states: bool) -> tuple[Written, ...]:
    """The lines of a task's box."""
    room = BOX - 2 * PAD
    found = [Written(line, "id") for line in wrapped(printable(node.task.id), TEXT, room, 1)]
    if has_states:
        found.append(Written(look(node.summary).words, "state"))
        more = progress(node.summary) if node.summary else ""
        found += [Written(more, "small")] if more else []
    activity = wrapped(printable(node.task.activity), TEXT, room, MOST_LINES)
    found += [Written(line, "text") for line in activity]
    waits = printable("; ".join(node.waits))
    found += [Written(line, "wait") for line in wrapped(f"Chờ: {waits}", TEXT, room, MOST_WAIT_LINES) if waits]
    return tuple(found)


def baselines(lines: Sequence[Written]) -> list[float]:
    """Where each line of a box stands below its upper edge: what is of another kind a little apart."""
    found, y, before = [], PAD / 2 - 4, ""
    for line in lines:
        y += LINE_HEIGHT + (NUDGE if before and line.style in ("text", "wait") and line.style != before else 0)
        found.append(y)
        before = line.style
    return found


def _height(lines: Sequence[Written]) -> float:
    return baselines(lines)[-1] + PAD / 2 + 5


class _Sheet:
    """Fills the drawing from top to bottom."""

    def __init__(
        self, nodes: Mapping[str, Node], lines: Mapping[str, tuple[Written, ...]], sizes: Mapping[str, float]
    ) -> None:
        self.nodes, self.written, self.sizes = nodes, lines, sizes
        self.boxes: list[Box] = []
        self.lines: list[Line] = []
        self.headings: list[Heading] = []
        self.top = 0.0
        self.columns = 0

    def linked(self, groups: Sequence[Sequence[str]], links: Mapping[Pair, Link]) -> None:
        """Groups of tasks that hang together, one below the other."""
        if groups:
            self._head(LINKED)
        for group in groups:
            members = set(group)
            own = {pair: link for pair, link in links.items() if pair[0] in members}
            self._group(arrange(group, own), own)
            self.top += GROUP

    def grid(self, heading: str, ids: Sequence[str]) -> None:
        """Tasks without a link, in rows."""
        if not ids:
            return
        self._head(heading)
        across = max(ALONE_COLUMNS, self.columns)
        for start in range(0, len(ids), across):
            row = ids[start : start + across]
            for column, id in enumerate(row):
                self._box(id, column, self.top)
            self.top += max(self.sizes[id] for id in row) + APART
        self.top += GROUP - APART

    def finished(self) -> Drawing:
        """The drawing; without a task it says that there is none."""
        if not self.boxes:
            self._head(NOTHING)
        width = self.columns * BOX + max(0, self.columns - 1) * BETWEEN
        return Drawing(
            tuple(self.boxes), tuple(self.lines), tuple(self.headings), width, max(0.0, self.top - GROUP)
        )  # fmt: skip

    def _head(self, text: str) -> None:
        self.headings.append(Heading(text, self.top + 16))
        self.top += 34

    def _box(self, id: str, column: int, y: float) -> None:
        self.columns = max(self.columns, column + 1)
        self.boxes.append(Box(self.nodes[id], _x(column), y, self.sizes[id], self.written[id]))

    def _group(self, found: Arrangement, links: Mapping[Pair, Link]) -> None:
        heights = {place: self.sizes[place] if isinstance(place, str) else 0.0 for c in found.columns for place in c}
        middles = _middles(found, heights)
        shift = self.top - min(middles[place] - heights[place] / 2 for place in middles)
        for at, column in enumerate(found.columns):
            for place in column:
                if isinstance(place, str):
                    self._box(place, at, round(middles[place] + shift - heights[place] / 2, 1))
        for pair, route in found.routes.items():
            points = tuple(_points(route, found, middles, shift))
            self.lines.append(Line(links[pair], points))
        self.top = max(middles[place] + shift + heights[place] / 2 for place in middles)


def _x(column: int) -> float:
    return column * (BOX + BETWEEN)


def _points(
    route: Sequence[Place], found: Arrangement, middles: Mapping[Place, float], shift: float
) -> Iterator[tuple[float, float]]:
    start = next(n for n, column in enumerate(found.columns) if route[0] in column)
    for n, place in enumerate(route):
        x, y = _x(start + n), round(middles[place] + shift, 1)
        if n > 0:
            yield x, y
        if n < len(route) - 1:
            yield x + BOX, y


def _middles(found: Arrangement, heights: Mapping[Place, float]) -> dict[Place, float]:
    """The middle of each place: as level with its neighbours as the order in its column and the room allow."""
    beside: dict[Place, list[Place]] = {}
    for route in found.routes.values():
        for left, right in zip(route, route[1:], strict=False):
            beside.setdefault(left, []).append(right)
            beside.setdefault(right, []).append(left)
    where: dict[Place, float] = {}
    for column in found.columns:
        where.update(zip(column, _spread([0.0] * len(column), _gaps(column, heights)), strict=True))
    for turn in range(_TURNS):
        for column in found.columns if turn % 2 == 0 else reversed(found.columns):
            wanted = [_mean([where[other] for other in beside.get(place, ())], where[place]) for place in column]
            where.update(zip(column, _spread(wanted, _gaps(column, heights)), strict=True))
    return where


def _mean(found: Sequence[float], otherwise: float) -> float:
    return sum(found) / len(found) if found else otherwise


def _gaps(column: Sequence[Place], heights: Mapping[Place, float]) -> list[float]:
    """The least distance between the middles of neighbours in a column."""
    return [
        (heights[one] + heights[other]) / 2
        + (APART / 2 if isinstance(one, Bend) and isinstance(other, Bend) else APART)
        for one, other in zip(column, column[1:], strict=False)
    ]


def _spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The positions nearest to those wanted (least squares) that keep the order and the gaps.

    Pool adjacent violators: without the gaps the positions need only not fall, and what would fall shares its mean.
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[tuple[float, int]] = []
    for target, offset in zip(wanted, offsets, strict=False):
        total, size = target - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / size:
            before, number = pools.pop()
            total, size = total + before, size + number
        pools.append((total, size))
    level = [total / size for total, size in pools for _ in range(size)]
    return [one + offset for one, offset in zip(level, offsets, strict=False)]
