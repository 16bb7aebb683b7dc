"""Laws of the drawing, over random acyclic graphs: no arrow backwards, nothing on top of anything, one drawing."""

from __future__ import annotations

from dataclasses import replace

from core_world import day, task, world
from hypothesis import given, settings
from hypothesis import strategies as st

from dondoc.domain.clauses import By, Upon
from dondoc.domain.dag import dag
from dondoc.domain.layering import Pair, arrange, components, layers
from dondoc.domain.plan import After, Plan
from dondoc.rendering.graph_mermaid import mermaid
from dondoc.rendering.graph_places import APART, BOX, drawing
from dondoc.rendering.graph_svg import file_svg

LAW = settings(max_examples=80, deadline=None, derandomize=True)
MOST = 12


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], set[Pair]]:
    """Nodes in an order of their own, and pairs that lead from a lower number to a higher one."""
    count = draw(st.integers(0, MOST))
    pairs = draw(st.sets(st.tuples(st.integers(0, MOST), st.integers(0, MOST)), max_size=20))
    names = draw(st.permutations([f"I.{n}" for n in range(count)]))
    return list(names), {(f"I.{a}", f"I.{b}") for a, b in pairs if a < b < count}


def plan_of(nodes: list[str], pairs: set[Pair]) -> Plan:
    """A plan of these; every third waits for an event, every fifth link is a proposal."""
    tasks = []
    for id in nodes:
        before = sorted(a for a, b in pairs if b == id)
        clause = Upon(event=f"có văn bản {id}", relation="when") if int(id[2:]) % 3 == 0 else By(date=day("1/4/2024"))
        tasks.append(task(id, clause, after=After(tuple(before[:4]), proposed=tuple(before[4:]))))
    return replace(world(task("I.1", By(date=day("1/4/2024")))).scope.plan, tasks=tuple(tasks))


@LAW
@given(graphs())
def test_every_line_leads_forward_one_column_at_a_time(graph: tuple[list[str], set[Pair]]) -> None:
    nodes, pairs = graph
    column_of, found = layers(nodes, pairs), arrange(nodes, pairs)
    assert all(column_of[a] < column_of[b] for a, b in pairs)
    assert all(column_of[n] == max([column_of[a] + 1 for a, b in pairs if b == n], default=0) for n in nodes)
    at = {place: n for n, column in enumerate(found.columns) for place in column}
    assert {place for place in at if isinstance(place, str)} == set(nodes)
    for pair in pairs:
        route = found.routes[pair]
        assert (route[0], route[-1]) == pair
        assert [at[place] for place in route] == list(range(at[pair[0]], at[pair[1]] + 1))


@LAW
@given(graphs())
def test_groups_share_no_link_and_hold_everything(graph: tuple[list[str], set[Pair]]) -> None:
    nodes, pairs = graph
    found = components(nodes, pairs)
    assert sorted(node for group in found for node in group) == sorted(nodes)
    group_of = {node: n for n, group in enumerate(found) for node in group}
    assert all(group_of[a] == group_of[b] for a, b in pairs)


@LAW
@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_nothing(graph: tuple[list[str], set[Pair]], random: st.DataObject) -> None:
    made = plan_of(*graph)
    tasks = list(made.tasks)
    random.shuffle(tasks)  # type: ignore[attr-defined]
    turned = [
        replace(one, after=replace(one.after, tasks=one.after.tasks[::-1], proposed=one.after.proposed[::-1]))
        for one in tasks
    ]
    other = replace(made, tasks=tuple(turned))
    for everything in (False, True):
        first, second = (dag(plan, everything=everything) for plan in (made, other))
        assert (mermaid(first), file_svg(first)) == (mermaid(second), file_svg(second))


@LAW
@given(graphs())
def test_no_box_lies_on_another_and_every_arrow_ends_at_its_boxes(graph: tuple[list[str], set[Pair]]) -> None:
    found = drawing(dag(plan_of(*graph), everything=True))
    for n, one in enumerate(found.boxes):
        assert 0 <= one.x <= found.width - BOX and one.y >= 0 and one.y + one.height <= found.height + 0.2
        for other in found.boxes[:n]:
            apart = one.y + one.height + APART <= other.y + 0.3 or other.y + other.height + APART <= one.y + 0.3
            assert one.x != other.x or apart
    places = {box.node.task.id: box for box in found.boxes}
    for line in found.lines:
        before, after = places[line.link.before], places[line.link.task]
        xs = [x for x, _ in line.points]
        assert xs == sorted(xs) and xs[0] == before.x + BOX and xs[-1] == after.x
        assert before.y < line.points[0][1] < before.y + before.height
        assert after.y < line.points[-1][1] < after.y + after.height
