"""How a task's state looks in a drawing: colour, shape, sign and words, each of which tells it alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dondoc.domain.dag import Dag, Link
from dondoc.domain.dependencies import EdgeKind
from dondoc.domain.moments import ZONE
from dondoc.domain.task_states import Summary, TaskState
from dondoc.rendering.wording import number, short_day


@dataclass(frozen=True, slots=True)
class Look:
    """`tone` and `sign` are those of the pages (dondoc.css, signs.html), `shape` an outline of graph_shapes."""

    tone: str
    sign: str
    shape: str
    words: str


LOOKS: Mapping[TaskState, Look] = {
    "overdue": Look("red", "alert", "hexagon", "Quá hạn chưa hoàn thành"),
    "due_soon": Look("amber", "clock", "octagon", "Sắp đến hạn"),
    "in_term": Look("blue", "open", "rectangle", "Đang thực hiện trong hạn"),
    "not_open": Look("grey", "later", "dashed", "Chưa đến kỳ"),
    "unassigned": Look("violet", "plus", "leaning-back", "Chưa xác định đơn vị"),
    "awaiting": Look("violet", "wait", "leaning", "Chờ sự kiện"),
    "ongoing": Look("grey", "loop", "rounded", "Thường xuyên"),
    "done_late": Look("amber", "check", "double", "Hoàn thành quá hạn"),
    "done_on_time": Look("green", "check", "pill", "Hoàn thành đúng hạn"),
    "waived": Look("grey", "dash", "trapezium", "Được miễn"),
}
NONE = Look("plain", "", "rectangle", "Không có việc nào")
"""A task of which nothing is owed, and every task of a drawing without states."""
LINK_WORDS: Mapping[EdgeKind, str] = {
    "after": "làm trước", "document": "cho ngày hạn bằng văn bản", "proposed": "mới đề xuất, chưa tính vào đâu",
}  # fmt: skip
LATE_WORDS = "việc trước quá hạn"

INK, SOFT, LINE = "#1c262b", "#55636a", "#8a949a"
PALETTE: Mapping[str, tuple[str, str]] = {
    "red": ("#a3211b", "#fbeae7"), "amber": ("#855200", "#fbf0da"), "violet": ("#6b3a86", "#f4ebf8"),
    "blue": ("#1d5387", "#e7f0f9"), "green": ("#22653a", "#e6f3ea"), "grey": ("#55636a", "#edece7"),
    "plain": (LINE, "#ffffff"),
}  # fmt: skip
"""Outline and ground of each tone on paper; the pages' style sheet has the same (a test holds them together)."""
DARK_INK, DARK_SOFT, DARK_LINE, DARK_GROUND = "#e6ecee", "#a3b1b7", "#71828a", "#11181b"
DARK: Mapping[str, tuple[str, str]] = {
    "red": ("#ff9d92", "#3a1d1b"), "amber": ("#f2be6a", "#35280f"), "violet": ("#d9b0ee", "#2e2137"),
    "blue": ("#94c5f3", "#172b3d"), "green": ("#8fd6a6", "#15301f"), "grey": ("#a3b1b7", "#222d32"),
    "plain": (DARK_LINE, "#192226"),
}  # fmt: skip


def look(summary: Summary | None) -> Look:
    """How a task looks."""
    return NONE if summary is None else LOOKS[summary.state]


def progress(summary: Summary) -> str:
    """ "5 việc quá hạn; 3/27 đã xong": what one word cannot say; "" where there is nothing more to say."""
    said = []
    if summary.state in ("overdue", "due_soon") and summary.total > 1:
        said.append(f"{number(summary.number)} việc {'quá hạn' if summary.state == 'overdue' else 'sắp đến hạn'}")
    if summary.total > 1 and (summary.done or summary.state not in ("awaiting", "unassigned", "ongoing")):
        said.append(f"{number(summary.done)}/{number(summary.total)} đã xong")
    return "; ".join(said)


def as_of(at: datetime | None) -> str:
    """Of when the states are."""
    if at is None:
        return "Theo tệp kế hoạch, không kèm tình trạng"
    local = at.astimezone(ZONE)
    return f"Tình hình đến {local:%H:%M} ngày {short_day(local.date())}"


def describe_link(link: Link) -> str:
    """One link in words, by the tasks' ids."""
    late = f"; {LATE_WORDS}" if link.late else ""
    return f"{link.before} → {link.task}: {LINK_WORDS[link.kind]}{late}"


def counted(dag: Dag) -> str:
    """How much the drawing holds."""
    late = f", {number(dag.late)} chỗ việc trước quá hạn" if dag.late else ""
    return f"{number(len(dag.nodes))} nhiệm vụ, {number(len(dag.links))} mối nối{late}"


def printable(text: str) -> str:
    """The text on one line, without what no drawing may hold: control characters, marks that turn the direction."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
