"""The graph of a plan as SVG: complete in itself, no script, nothing from elsewhere, every text escaped and wrapped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

from dondoc.domain.dag import Dag, Link, Node
from dondoc.domain.dependencies import EdgeKind
from dondoc.domain.task_states import STATES
from dondoc.rendering import graph_looks as looks
from dondoc.rendering.graph_looks import LINK_WORDS, LOOKS, PALETTE, Look, printable, progress
from dondoc.rendering.graph_places import BOX, PAD, TEXT, Box, Drawing, Line, baselines, drawing
from dondoc.rendering.graph_shapes import OUTLINES, SIGNS
from dondoc.rendering.measuring import width, wrapped

MARGIN = 24
FONT = "'Be Vietnam Pro', system-ui, 'DejaVu Sans', sans-serif"
NAME, ABOUT = "so-do-ten", "so-do-mo-ta"
_KEY_WIDTH, _KEY_HEIGHT = 46.0, 24.0
_LEAST, _LEGEND = 2 * BOX, 1_000.0
_TIP, _TIP_HALF = 9.0, 4.5

Address = Callable[[str], str]
"""From a task's id to its page."""


def page_svg(dag: Dag, address: Address) -> str:
    """For a page that styles it (desk.css): each box leads to its task's page."""
    return _svg(dag, address, alone=False)


def file_svg(dag: Dag) -> str:
    """A file of its own, in light and dark and on paper; it leads nowhere."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _svg(dag, None, alone=True) + "\n"


def _svg(dag: Dag, address: Address | None, *, alone: bool) -> str:
    places = drawing(dag)
    inner = max(places.width, _LEAST)
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "dag", "font-family": FONT,
                              "font-size": str(TEXT)})  # fmt: skip
    root.set("role", "group" if address else "img")
    root.set("aria-labelledby", NAME)
    root.set("aria-describedby", ABOUT)
    _child(root, "title", f"Sơ đồ nhiệm vụ: {printable(dag.plan.title)}", id=NAME)
    _child(root, "desc", f"{looks.counted(dag)}. {looks.as_of(dag.at)}.", id=ABOUT)
    if alone:
        _child(root, "style", _style())
    ground = _child(root, "rect", class_="ground", fill="#ffffff" if alone else "none")
    top = _head(root, dag, inner) if alone else 0.0
    top = _legend(root, dag, top, min(inner, _LEGEND))
    _body(_child(root, "g", transform=f"translate({MARGIN} {top + MARGIN:g})"), places, dag, address)
    return _sized(root, ground, inner + 2 * MARGIN, top + places.height + 2 * MARGIN)


def _sized(root: ET.Element, ground: ET.Element, wide: float, high: float) -> str:
    root.set("width", f"{wide:g}")
    root.set("height", f"{high:g}")
    root.set("viewBox", f"0 0 {wide:g} {high:g}")
    ground.set("width", f"{wide:g}")
    ground.set("height", f"{high:g}")
    return ET.tostring(root, encoding="unicode")


def _head(root: ET.Element, dag: Dag, inner: float) -> float:
    """Whose graph this is and of when; a page says so itself."""
    y = MARGIN + 20.0
    for line in wrapped(printable(dag.plan.title), 18, inner, 3):
        _text(root, line, MARGIN, y, "ink", size="18", weight="600")
        y += 24
    _text(root, f"{looks.as_of(dag.at)}.", MARGIN, y, "soft")
    return y


def _legend(root: ET.Element, dag: Dag, top: float, room: float) -> float:
    """What shapes and lines mean, as far as they are used; where it ends below."""
    group = _child(root, "g", class_="legend")
    x, y = float(MARGIN), top + MARGIN
    for words, draw in _keys(dag):
        wide = _KEY_WIDTH + 8 + width(words, TEXT) + 20
        if x > MARGIN and x + wide > MARGIN + room:
            x, y = float(MARGIN), y + _KEY_HEIGHT + 12
        draw(_child(group, "g", transform=f"translate({x:g} {y:g})"))
        _text(group, words, x + _KEY_WIDTH + 8, y + 17, "ink")
        x += wide
    return y + _KEY_HEIGHT if len(group) else top


def _keys(dag: Dag) -> Iterator[tuple[str, Callable[[ET.Element], None]]]:
    used = {node.summary.state for node in dag.nodes if node.summary is not None}
    for state in (state for state in STATES if state in used):
        yield LOOKS[state].words, _state_key(LOOKS[state])
    for kind in (kind for kind in LINK_WORDS if any(link.kind == kind for link in dag.links)):
        yield f"Mối nối: {LINK_WORDS[kind]}", _line_key(kind, late=False)
    if dag.late:
        yield f"Mối nối: {looks.LATE_WORDS}", _line_key("after", late=True)


def _state_key(look: Look) -> Callable[[ET.Element], None]:
    def draw(group: ET.Element) -> None:
        _outline(group, look, 0, 0, _KEY_WIDTH, _KEY_HEIGHT)
        _sign(group, look, _KEY_WIDTH / 2 - 8, 4)

    return draw


def _line_key(kind: EdgeKind, *, late: bool) -> Callable[[ET.Element], None]:
    def draw(group: ET.Element) -> None:
        _arrow(group, Link("", "", kind, late), ((0, 12), (_KEY_WIDTH, 12)))

    return draw


def _body(group: ET.Element, places: Drawing, dag: Dag, address: Address | None) -> None:
    for heading in places.headings:
        _text(group, heading.text, 0, heading.y, "soft", weight="600")
    lines = _child(group, "g", class_="lines")
    for line in sorted(places.lines, key=lambda line: line.link.late):  # the late ones above the others
        _line(lines, line)
    boxes = _child(group, "g", class_="boxes")
    for box in places.boxes:
        _box(boxes, box, dag.at is not None, address)


def _box(boxes: ET.Element, box: Box, has_states: bool, address: Address | None) -> None:
    task, look = box.node.task, looks.look(box.node.summary)
    group = _child(boxes, "g", class_="box")
    if address is not None:
        group = _child(group, "a", href=address(task.id))
        group.set("aria-label", _named(box.node, has_states))
    _child(group, "title", _tip(box.node))
    _outline(group, look, box.x, box.y, BOX, box.height)
    for line, below in zip(box.lines, baselines(box.lines), strict=True):
        y = box.y + below
        x, colour = box.x + PAD, "soft" if line.style in ("wait", "small") else "ink"
        if line.style == "state" and look.sign:
            _sign(group, look, x, y - 13)
            x, colour = x + 22, look.tone
        _text(group, line.text, x, y, colour, weight="600" if line.style in ("id", "state") else None)


def _named(node: Node, has_states: bool) -> str:
    state = f", {looks.look(node.summary).words}" if has_states else ""
    return f"{printable(node.task.id)}{state}: {printable(node.task.activity)}"


def _tip(node: Node) -> str:
    """What a box has no room for, read where the pointer rests."""
    task = node.task
    said = (
        f"{task.id} {task.activity}", f"Chủ trì: {task.lead_words}", f"Thời hạn: {task.deadline or 'không ghi'}",
        f"Chờ: {'; '.join(node.waits)}" if node.waits else "", progress(node.summary) if node.summary else "",
    )  # fmt: skip
    return "\n".join(printable(line) for line in said if line)


def _outline(group: ET.Element, look: Look, x: float, y: float, wide: float, high: float) -> None:
    stroke, fill = PALETTE[look.tone]
    path = _child(group, "path", class_=f"shape {look.tone}", d=OUTLINES[look.shape](x, y, wide, high), fill=fill)
    path.set("stroke", stroke)
    path.set("stroke-width", "2.5" if look.shape == "hexagon" else "1.5")
    if look.shape in ("dashed", "leaning", "leaning-back"):
        path.set("stroke-dasharray", "6 4" if look.shape == "dashed" else "2 3")


def _sign(group: ET.Element, look: Look, x: float, y: float) -> None:
    sign = _child(group, "g", class_=f"sign {look.tone}", transform=f"translate({x:g} {y:g}) scale(.667)", fill="none")
    for name, value in (("stroke", PALETTE[look.tone][0]), ("stroke-width", "2"), ("stroke-linecap", "round")):
        sign.set(name, value)
    sign.set("stroke-linejoin", "round")
    for n, path in enumerate(SIGNS[look.sign]):
        drawn = _child(sign, "path", d=path)
        if look.sign == "open" and n:
            drawn.set("fill", PALETTE[look.tone][0])
            drawn.set("class", f"solid {look.tone}")


def _line(lines: ET.Element, line: Line) -> None:
    group = _child(lines, "g", class_="link")
    _child(group, "title", printable(looks.describe_link(line.link)))
    _arrow(group, line.link, line.points)


def _arrow(group: ET.Element, link: Link, points: tuple[tuple[float, float], ...]) -> None:
    """A curve through the points, level at each, and its tip; hollow where a document gives the date."""
    colour, name = (PALETTE["red"][0], "late") if link.late else (looks.SOFT, "line")
    (x, y), ends = points[0], points[1:]
    way = f"M{x:g} {y:g}"
    for number, (to_x, to_y) in enumerate(ends, 1):
        to_x -= _TIP if number == len(ends) else 0
        half = (x + to_x) / 2
        way += f" C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}" if to_y != y else f" H{to_x:g}"
        x, y = to_x, to_y
    path = _child(group, "path", class_=name, d=way, fill="none", stroke=colour)
    path.set("stroke-width", "2.5" if link.late else "1.5")
    if link.kind == "proposed":
        path.set("stroke-dasharray", "6 5")
    tip = f"M{x:g} {y - _TIP_HALF:g} L{x + _TIP:g} {y:g} L{x:g} {y + _TIP_HALF:g} Z"
    hollow = link.kind == "document"
    end = _child(group, "path", class_=f"{name}{'' if hollow else ' tip'}", d=tip, fill="none" if hollow else colour)
    end.set("stroke", colour)
    if link.late:
        _late_mark(group, points)


def _late_mark(group: ET.Element, points: tuple[tuple[float, float], ...]) -> None:
    """A sign in the middle of the first stretch: a late link is known without its colour."""
    (x, y), (to_x, to_y) = points[:2]
    middle = (x + to_x - _TIP) / 2, (y + to_y) / 2
    disc = _child(group, "circle", class_="disc", cx=f"{middle[0]:g}", cy=f"{middle[1]:g}", r="10", fill="#ffffff")
    disc.set("stroke", "none")
    _sign(group, LOOKS["overdue"], middle[0] - 8, middle[1] - 9)


def _text(
    group: ET.Element, words: str, x: float, y: float, colour: str, size: str | None = None, weight: str | None = None
) -> None:
    fill = {"ink": looks.INK, "soft": looks.SOFT}.get(colour) or PALETTE[colour][0]
    text = _child(group, "text", words, x=f"{x:g}", y=f"{y:g}", fill=fill, class_=f"word {colour}")
    for name, value in (("font-size", size), ("font-weight", weight)):
        if value is not None:
            text.set(name, value)


def _child(parent: ET.Element, name: str, text: str | None = None, *, class_: str | None = None,
           **attributes: str) -> ET.Element:  # fmt: skip
    element = ET.SubElement(parent, name, {"class": class_, **attributes} if class_ else attributes)
    element.text = text
    return element


def _style() -> str:
    """Only what the attributes cannot say: the same colours by night."""
    dark = [
        f".word.ink{{fill:{looks.DARK_INK}}}.word.soft{{fill:{looks.DARK_SOFT}}}.ground{{fill:{looks.DARK_GROUND}}}"
    ]
    dark.append(
        f".line{{stroke:{looks.DARK_SOFT}}}.line.tip{{fill:{looks.DARK_SOFT}}}.disc{{fill:{looks.DARK_GROUND}}}"
    )
    dark.append(f".late{{stroke:{looks.DARK['red'][0]}}}.late.tip{{fill:{looks.DARK['red'][0]}}}")
    for tone, (stroke, fill) in looks.DARK.items():
        dark.append(
            f".shape.{tone}{{stroke:{stroke};fill:{fill}}}.sign.{tone}{{stroke:{stroke}}}"
            f".word.{tone},.solid.{tone}{{fill:{stroke}}}"
        )
    return f"@media screen and (prefers-color-scheme:dark){{{''.join(dark)}}}"
