"""The graph of a plan as a Mermaid flowchart: text that wikis and forges draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from dondoc.domain.dag import Dag, Node
from dondoc.domain.dependencies import EdgeKind
from dondoc.rendering.graph_looks import INK, PALETTE, Look, as_of, look, printable
from dondoc.rendering.graph_places import written

_SHAPES: Mapping[str, tuple[str, str]] = {
    "rectangle": ("[", "]"), "dashed": ("[", "]"), "rounded": ("(", ")"), "pill": ("([", "])"), "double": ("[[", "]]"),
    "hexagon": ("{{", "}}"), "octagon": (">", "]"), "leaning": ("[/", "/]"), "leaning-back": ("[\\", "\\]"),
    "trapezium": ("[/", "\\]"),
}  # fmt: skip
_ARROWS: Mapping[EdgeKind, str] = {"after": "-->", "document": "==>", "proposed": "-.->"}
_LATE = "|quá hạn|"
_PLAIN = " .,:/()–“”…;-"
"""Punctuation that means nothing to Mermaid inside quotes; letters and digits apart, all else is written by number."""


def mermaid(dag: Dag) -> str:
    """The flowchart, one statement a line; no text of the plan can end its label or give an order."""
    ids = {node.task.id: f"n{number}" for number, node in enumerate(dag.nodes, 1)}
    lines = ["flowchart LR", f"    accTitle: {_title(dag.plan.title)}", f"    accDescr: {_title(as_of(dag.at))}"]
    lines += [f"    {ids[node.task.id]}{_box(node, dag.at is not None)}" for node in dag.nodes]
    lines += [
        f"    {ids[link.before]} {_ARROWS[link.kind]}{_LATE if link.late else ''} {ids[link.task]}"
        for link in dag.links
    ]
    return "\n".join([*lines, *_classes(dag, ids), *_late_links(dag)]) + "\n"


def _box(node: Node, has_states: bool) -> str:
    opens, closes = _SHAPES[look(node.summary).shape]
    # Mermaid breaks lines by itself, in boxes of its own width.
    lines = groupby(written(node, has_states), key=lambda line: line.style)
    label = "<br/>".join(escaped(" ".join(line.text for line in own)) for _, own in lines)
    return f'{opens}"{label}"{closes}'


def escaped(text: str) -> str:
    """One line of a label. Mermaid reads "#60;" as the character of that number."""
    kept = "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in printable(text))
    # What begins like an item of a list would be read as Markdown.
    kept = re.sub(r"^(\d+)([.)])(?= |$)", lambda found: f"{found[1]}#{ord(found[2])};", kept)
    kept = re.sub(r"^-", "#45;", kept)
    # Mermaid takes "style…:…#…;" for an order wherever it stands, and drops its last ";".
    return re.sub(r":(?! )", "#58;", kept)


def _title(text: str) -> str:
    """Where Mermaid knows no way to write a character by its number: only what means nothing."""
    return " ".join("".join(c if c.isalnum() or c in " .,:/()–“”" else " " for c in printable(text)).split())


def _classes(dag: Dag, ids: Mapping[str, str]) -> Iterator[str]:
    """A class for each look that is used, and who has it."""
    by_look: dict[Look, list[str]] = {}
    for node in dag.nodes:
        by_look.setdefault(look(node.summary), []).append(ids[node.task.id])
    for found, members in by_look.items():
        name = f"{found.tone}_{found.shape.replace('-', '_')}"
        yield f"    classDef {name} {_class_style(found)}"
        yield f"    class {','.join(members)} {name}"


def _class_style(found: Look) -> str:
    stroke, fill = PALETTE[found.tone]
    dashed = ",stroke-dasharray:6 4" if found.shape == "dashed" else ""
    return (
        f"fill:{fill},stroke:{stroke},color:{INK},stroke-width:{'3px' if found.shape == 'hexagon' else '1px'}{dashed}"
    )


def _late_links(dag: Dag) -> Sequence[str]:
    late = ",".join(str(number) for number, link in enumerate(dag.links) if link.late)
    return [f"    linkStyle {late} stroke:{PALETTE['red'][0]},stroke-width:3px"] if late else []
