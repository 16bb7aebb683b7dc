"""The drawings of a plan's graph: no text of a plan breaks out, each state is known by more than its colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dondoc.domain.clauses import Upon
from dondoc.domain.dag import Dag, dag
from dondoc.domain.moments import at
from dondoc.domain.plan import After, DateFrom, Part, Plan, Section, Task
from dondoc.domain.task_states import STATES, Summary, TaskState
from dondoc.rendering import graph_looks
from dondoc.rendering.graph_looks import LOOKS, progress
from dondoc.rendering.graph_mermaid import mermaid
from dondoc.rendering.graph_places import BOX, PAD, TEXT, drawing
from dondoc.rendering.graph_shapes import OUTLINES, SIGNS
from dondoc.rendering.graph_svg import file_svg, page_svg
from dondoc.rendering.measuring import width, wrapped
from dondoc.services.status import COUNT_NAMES

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
NOW = at(date(2024, 3, 20))
HOSTILE = (
    '"] --> n1["', "end", "`**đậm**`", "%%{init: {'theme':'dark'}}%%", "%% ghi chú\nclick n1 call alert()",
    "<script>alert(1)</script>", "]]></style><a href='https://x.example'>", "&lt; &amp; #quot; #35;",
    "a\0b\u202ec\ud800",
    "1. một", "- hai", 'style n1 fill:red;"', "n1:::overdue", "subgraph", "\\u0022)]}", "x" * 400, "", "Ơ\u031b" * 90,
)  # fmt: skip


def made(text: str) -> Plan:
    """A plan that says the same hostile thing wherever it can."""
    clause = Upon(event=text, relation="when")
    tasks = tuple(
        Task(id=f"I.{n} {text}", no=n, section="I", objective_code=None, objective=None, code=str(n), activity=text,
             products=(), lead_raw=text, lead_names=(text,), coordinate_raw="", coordinate_names=(), deadline=text,
             clauses=(clause,), parts=(Part(None, (), (clause,)),),
             after=After((f"I.1 {text}",) if n == 2 else (), proposed=(f"I.2 {text}",) if n == 3 else ()),
             date_from=DateFrom(f"I.3 {text}") if n == 4 else DateFrom(text, text) if n == 5 else None)
        for n in range(1, 6)
    )  # fmt: skip
    return Plan("ke-hoach", text, text, 2024, "a", None, "b", "c", (Section("I", text),), tasks)


def states(plan: Plan) -> dict[str, Summary]:
    given: tuple[TaskState, ...] = ("overdue", "in_term", "awaiting", "done_late")
    return {task.id: Summary(state, 1, 1, 2) for task, state in zip(plan.tasks, given, strict=False)}


def drawn(text: str) -> tuple[Dag, Dag]:
    plan = made(text)
    return dag(plan), dag(plan, states(plan), NOW)


LABEL = r'"(?:[^\W_]|[ .,:/()–“”…;-]|#[0-9]+;|<br/>)*"'
SHAPES = (
    (r"\[\[", r"\]\]"), (r"\(\[", r"\]\)"), (r"\{\{", r"\}\}"), (r"\[/", r"/\]"), (r"\[\\", r"\\\]"), (r"\[/", r"\\\]"),
    (r"\[", r"\]"), (r"\(", r"\)"), (">", r"\]"),
)  # fmt: skip
BOXED = "|".join(f"{opens}{LABEL}{closes}" for opens, closes in SHAPES)
GRAMMAR = (
    r"flowchart LR", r"    acc(?:Title|Descr): (?:[^\W_]|[ .,:/()–“”])*", rf"    n[0-9]+(?:{BOXED})",
    r"    n[0-9]+ (?:-->|==>|-\.->)(?:\|quá hạn\|)? n[0-9]+",
    r"    classDef [a-z_]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6},stroke-width:[13]px"
    r"(?:,stroke-dasharray:6 4)?",
    r"    class n[0-9]+(?:,n[0-9]+)* [a-z_]+", r"    linkStyle [0-9]+(?:,[0-9]+)* stroke:#[0-9a-f]{6},stroke-width:3px",
)  # fmt: skip
"""All that we write; mermaid 11.17 was seen to read every form of it."""


def hostile(test: object) -> object:
    for text in HOSTILE:
        test = example(text)(test)  # type: ignore[arg-type]
    return test


@hostile
@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_no_text_of_a_plan_breaks_out(text: str) -> None:
    for found in drawn(text):
        lines = mermaid(found).removesuffix("\n").split("\n")
        assert [line for line in lines if not any(re.fullmatch(rule, line) for rule in GRAMMAR)] == []
        assert not [line for line in lines if '"' in line and re.search(r"(style|classDef).*:\S*#.*;", line)]
        assert sum(bool(re.match(r"    n\d+\W", line)) for line in lines) == len(found.nodes) + len(found.links)
        for written in (file_svg(found), page_svg(found, lambda id: "/nhiem-vu")):
            check_svg(written)


ELEMENTS = frozenset({"svg", "title", "desc", "style", "rect", "g", "path", "circle", "text", "a"})


def check_svg(written: str) -> None:
    root = ET.fromstring(written.encode())
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert not [name for name in element.attrib if name.startswith("on") or "style" in name.lower()]
        assert element.get("href", "/nhiem-vu") == "/nhiem-vu"
        assert element.tag == f"{SVG}style" or "url(" not in " ".join(element.attrib.values())
    for style in root.iter(f"{SVG}style"):
        assert "url" not in (style.text or "") and "@import" not in (style.text or "")


def test_a_drawing_says_what_it_is_and_only_a_page_leads_somewhere() -> None:
    _, found = drawn("Ban hành kế hoạch")
    alone, page = (ET.fromstring(text.encode()) for text in (file_svg(found), page_svg(found, lambda id: f"/v/{id}")))
    assert (alone.get("role"), page.get("role")) == ("img", "group")
    for root in (alone, page):
        assert root[0].tag == f"{SVG}title" and root[0].get("id") == root.get("aria-labelledby")
        assert root[1].text == (
            "5 nhiệm vụ, 3 mối nối, 1 chỗ việc trước quá hạn. Tình hình đến 08:00 ngày 20/3/2024."
        ) and root[1].get("id") == root.get("aria-describedby")  # fmt: skip
    assert not list(alone.iter(f"{SVG}a")) and not list(page.iter(f"{SVG}style"))
    names = [link.get("aria-label") for link in page.iter(f"{SVG}a")]
    assert names[0] == "I.1 Ban hành kế hoạch, Quá hạn chưa hoàn thành: Ban hành kế hoạch"
    assert len(names) == 5


def test_the_legend_names_what_is_drawn_and_no_more() -> None:
    plain, found = drawn("việc")
    said = set(words(file_svg(found)))
    assert {"Mối nối: làm trước", "Mối nối: việc trước quá hạn", "Chờ sự kiện"} <= said
    assert "Được miễn" not in said
    assert "Chờ sự kiện" not in set(words(file_svg(plain)))


def words(written: str) -> Iterator[str]:
    return (text.text or "" for text in ET.fromstring(written.encode()).iter(f"{SVG}text"))


def test_every_line_of_a_box_has_room_in_it() -> None:
    for text in HOSTILE:
        for box in drawing(drawn(text)[1]).boxes:
            assert all(width(line.text, TEXT) <= BOX - 2 * PAD for line in box.lines), box
    assert wrapped("một hai ba bốn năm", 10, 60, 2) == ["một hai ba", "bốn năm"]
    assert wrapped("một hai ba bốn năm sáu", 10, 60, 2) == ["một hai ba", "bốn năm…"]


def test_a_state_is_known_by_its_shape_and_its_words_alone() -> None:
    assert set(LOOKS) == set(STATES)
    assert len({look.shape for look in LOOKS.values()}) == len({look.words for look in LOOKS.values()}) == len(STATES)
    assert {look.shape for look in LOOKS.values()} <= set(OUTLINES)
    assert {name: LOOKS[name].words for name in STATES if name in COUNT_NAMES} == COUNT_NAMES


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (Summary("overdue", 5, 3, 27), "5 việc quá hạn; 3/27 đã xong"),
        (Summary("not_open", 1, 3, 4), "3/4 đã xong"),
        (Summary("overdue", 1, 0, 1), ""),
        (Summary("awaiting", 27, 0, 27), ""),
        (Summary("awaiting", 20, 7, 27), "7/27 đã xong"),
    ],
)
def test_what_one_word_cannot_say(summary: Summary, said: str) -> None:
    assert progress(summary) == said


def test_colours_and_signs_are_those_of_the_pages() -> None:
    css = (ROOT / "dondoc/console/static/dondoc.css").read_text(encoding="utf-8").split(":root {")
    for block, ink, soft, palette in (
        (css[1], graph_looks.INK, graph_looks.SOFT, graph_looks.PALETTE),
        (css[2], graph_looks.DARK_INK, graph_looks.DARK_SOFT, graph_looks.DARK),
    ):
        own = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block.split("}")[0]))
        tones = {tone: (own.get(tone), own.get(f"{tone}-wash")) for tone in palette if tone != "plain"}
        assert (own["ink"], own["soft"], own["field"], own["card"], tones) == (
            ink, soft, *palette["plain"], {tone: pair for tone, pair in palette.items() if tone != "plain"},
        )  # fmt: skip
    html = (ROOT / "templates/pages/signs.html").read_text(encoding="utf-8")
    for name in {look.sign for look in LOOKS.values()}:
        drawn_there = html.partition(f'name == "{name}"')[2].partition("{%-")[0]
        paths = [path for path in SIGNS[name] if not path.startswith(("M3 12a9", "M4 5h16"))]  # a circle, a rectangle
        assert all(f'd="{path}"' in drawn_there for path in paths), name


def test_an_empty_graph_says_so() -> None:
    empty = dag(replace(made("việc"), tasks=()))
    assert "Không có nhiệm vụ nào nối với nhau hay chờ sự kiện." in list(words(file_svg(empty)))
    assert mermaid(empty).splitlines()[0] == "flowchart LR"
