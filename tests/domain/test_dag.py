"""What the graph of a plan holds, in which word a task stands there, and which links a late task endangers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_world import day, task, world

from dondoc.domain.clauses import By, Ongoing, Per, Upon
from dondoc.domain.dag import MOST_LINKS, Dag, dag
from dondoc.domain.plan import After, DateFrom, Plan, Task
from dondoc.domain.task_states import Summary, TaskState, summary
from dondoc.errors import Refused

WAITS = Upon(event="có hướng dẫn của Bộ", relation="when")
DATED = By(date=day("31/3/2024"))


def plan_of(*tasks: Task) -> Plan:
    return world(*tasks).scope.plan


CHAIN = plan_of(
    task("I.1", DATED),
    task("I.2", DATED, after=After(("I.1",))),
    task("I.3", Upon(event="có kết quả", relation="after"), after=After(("I.2",), proposed=("I.1",))),
    task("II.1", WAITS),
    task("II.2", Per(reference="Kế hoạch của Bộ Nội vụ"), date_from=DateFrom("I.3")),
    task("II.3", Ongoing()),
)


def ids(found: Dag) -> list[str]:
    return [node.task.id for node in found.nodes]


def links(found: Dag) -> list[tuple[str, str, str]]:
    return [(link.before, link.task, link.kind) for link in found.links]


def late(found: Dag) -> list[tuple[str, str]]:
    return [(link.before, link.task) for link in found.links if link.late]


def one(state: TaskState, number: int = 1, done: int = 0) -> Summary:
    return Summary(state, number, done, number + done)


def test_it_holds_what_is_linked_or_waits_and_the_rest_when_asked() -> None:
    assert ids(dag(CHAIN)) == ["I.1", "I.2", "I.3", "II.1", "II.2"]
    assert links(dag(CHAIN)) == [
        ("I.1", "I.2", "after"), ("I.1", "I.3", "proposed"), ("I.2", "I.3", "after"), ("I.3", "II.2", "document"),
    ]  # fmt: skip
    assert ids(dag(CHAIN, everything=True))[-1] == "II.3"


def test_a_section_comes_with_what_it_is_linked_to() -> None:
    assert ids(dag(CHAIN, section="II")) == ["I.3", "II.1", "II.2"]
    assert links(dag(CHAIN, section="II")) == [("I.3", "II.2", "document")]


def test_what_a_task_waits_for_is_told_in_words() -> None:
    made = plan_of(
        task("I.1", DATED), task("I.2", WAITS, after=After(("I.1",), "any", 5)),
        task("I.3", Per(reference="Kế hoạch của Bộ"), date_from=DateFrom("I.9", "tinh-2023")),
    )  # fmt: skip
    waits = {node.task.id: node.waits for node in dag(made).nodes}
    assert waits["I.1"] == ()
    assert waits["I.2"] == (
        "khi có hướng dẫn của Bộ", "việc đầu tiên trong các việc trước được duyệt",
        "5 ngày làm việc sau khi việc trước được duyệt",
    )  # fmt: skip
    assert waits["I.3"] == ("theo Kế hoạch của Bộ", "theo nhiệm vụ I.9 của kế hoạch tinh-2023")


def test_numbers_in_ids_count_as_numbers_and_sections_as_the_plan_lists_them() -> None:
    made = plan_of(*(task(id, WAITS) for id in ("IX.10", "IX.9", "V.1/b", "V.1/a")))
    assert ids(dag(made)) == ["IX.9", "IX.10", "V.1/a", "V.1/b"]


@pytest.mark.parametrize(
    ("numbers", "worst", "words"),
    [
        ({"done_on_time": 3, "in_term": 24}, "in_term", (24, 3, 27)),
        ({"overdue": 1, "due_soon": 2, "done_late": 24}, "overdue", (1, 24, 27)),
        ({"not_open": 3, "unassigned": 1, "done_on_time": 1}, "not_open", (3, 1, 4)),
        ({"awaiting": 26, "ongoing": 1}, "awaiting", (26, 0, 26)),
        ({"done_late": 1, "done_on_time": 26}, "done_late", (1, 27, 27)),
        ({"waived": 2, "done_on_time": 1}, "done_on_time", (1, 1, 1)),
        ({"waived": 2}, "waived", (2, 0, 0)),
    ],
)
def test_the_worst_of_many_is_the_tasks_and_what_is_done_is_counted(
    numbers: dict[TaskState, int], worst: TaskState, words: tuple[int, int, int]
) -> None:
    assert summary(numbers) == Summary(worst, *words)
    assert summary({}) is None


def test_a_late_task_marks_what_still_needs_it() -> None:
    overdue = {"I.1": one("overdue", 2, 25), "I.2": one("in_term"), "I.3": one("overdue")}
    assert late(dag(CHAIN, overdue)) == [("I.1", "I.2"), ("I.3", "II.2")]  # a proposal counts for nothing
    assert late(dag(CHAIN, {**overdue, "I.2": one("done_late"), "II.2": one("waived")})) == []
    assert late(dag(CHAIN, {"I.1": one("due_soon")})) == []


def test_what_the_first_product_has_opened_needs_the_others_no_more() -> None:
    made = plan_of(task("I.1", DATED), task("I.2", DATED), task("I.3", WAITS, after=After(("I.1", "I.2"), "any")))
    assert late(dag(made, {"I.1": one("overdue"), "I.2": one("in_term")})) == [("I.1", "I.3")]
    assert late(dag(made, {"I.1": one("overdue"), "I.2": one("done_on_time", 1, 1)})) == []


def test_more_links_than_anybody_can_read_are_refused() -> None:
    first = [f"I.{n}" for n in range(40)]
    made = plan_of(
        *(task(id, DATED) for id in first), *(task(f"II.{n}", DATED, after=After(tuple(first))) for n in range(26))
    )
    with pytest.raises(Refused, match=f"1040 mối nối, quá {MOST_LINKS}"):
        dag(made)
    assert len(dag(replace(made, tasks=made.tasks[:60])).links) == 800
