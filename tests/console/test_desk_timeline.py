"""The journal in words: every action that the code writes has its own, and nothing of the code shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from town import ROOT, shipped

from dondoc.console.desk.timeline import ACTIONS, OTHER, timeline
from dondoc.domain.moments import at
from dondoc.domain.obligations import Scope
from dondoc.services.books import Book, Frozen
from dondoc.store.journal import Entry

PLACES = {
    "journal.write": 3, "Entry": 2, "journal.Entry": 2, "self._journal": 3,
    "matter.write": 0, "opened.write": 0, "desk.write": 2, "self.desk.write": 2, "write": 2,
}  # fmt: skip
"""Where the action stands among the arguments of each call that writes to the journal."""
MADE_OF_PARTS = {"guard-": ("guard-allowed", "guard-refused")}
"""Names that are put together, by how they begin."""


@pytest.fixture(scope="module")
def book() -> Book:
    found = shipped()
    frozen = Frozen(found.plan, found.directory, found.regime, found.ladder)
    return Book(
        frozen, Scope(found.plan, found.directory, found.calendar, found.regime, found.ladder.id, {}), False, None
    )


def actions(path: Path, constants: dict[str, str]) -> Iterator[str]:
    """The action of every call in a module that writes to the journal; one in a variable, as it was put there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            place = PLACES.get(ast.unparse(node.func))
            for argument in node.args[place : place + 1] if place is not None else ():
                yield from _texts(argument, constants)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "action":
            yield from _texts(node.value, constants)


def _texts(node: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, constants)
        yield from _texts(node.orelse, constants)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield from MADE_OF_PARTS.get(str(node.values[0].value), (str(node.values[0].value),))


def _constants(path: Path) -> dict[str, str]:
    """The module's texts under a name in capitals."""
    found = (node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.Assign))
    return {
        ast.unparse(node.targets[0]): node.value.value
        for node in found
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def test_every_action_of_the_code_has_words() -> None:
    modules = sorted((ROOT / "dondoc").rglob("*.py"))
    found = {name for path in modules for name in actions(path, _constants(path))}
    assert {"answered", "redated", "guard-allowed", "extension-granted", "released", "waived", "contact-asked"} <= found
    assert sorted(found - set(ACTIONS)) == []


def test_an_unknown_action_is_told_without_its_name(book: Book) -> None:
    (event,) = timeline([entry("something-new")], book)
    assert event.badge.words == OTHER


def entry(action: str, old: str | None = None, new: str | None = None, who: str = "dondoc", why: str = "") -> Entry:
    return Entry(at(date(2024, 3, 20)), who, action, "hung-yen-2024/I.2.5/-/1/so-tu-phap", old, new, why)


@pytest.mark.parametrize(
    ("one", "who", "change"),
    [
        (entry("redated", "2024-03-31", "2024-04-15"), "Hệ thống", "Chủ Nhật, 31/3/2024 → Thứ Hai, 15/4/2024"),
        (entry("answered", None, "ack", "so-tu-phap/focal"), "Sở Tư pháp (đầu mối)", "Xác nhận và hẹn ngày"),
        (entry("accepted", "reported:7", "accepted", "so-noi-vu/lan"), "Sở Nội vụ (lan)", ""),
        (
            entry("lead-selected", None, "so-y-te, so-tu-phap", "dòng lệnh (root)"),
            "dòng lệnh (root)",
            "Sở Y tế; Sở Tư pháp",
        ),
        (entry("channel-switched", "email", "zalo"), "Hệ thống", "thư điện tử → Zalo"),
    ],
)
def test_what_was_and_what_is(one: Entry, who: str, change: str, book: Book) -> None:
    (event,) = timeline([one], book)
    assert (event.who, event.change) == (who, change)


def test_a_links_token_never_shows(book: Book) -> None:
    (event,) = timeline([entry("dropped", why="xem https://a.example/l/bimat-rat-dai nhé")], book)
    assert "bimat" not in event.why
