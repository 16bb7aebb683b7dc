"""The question of a stop: it grows while it waits, is asked anew for more after an answer, ends with a newer one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from outbox_help import FINANCE, JUSTICE, PLAN, Post, by, id_of, open_post, task

from dondoc.domain.plan import Task
from dondoc.errors import Refused
from dondoc.services import guarding, sweeping
from dondoc.store import obligations

EVE, LATE, NEXT = date(2024, 6, 14), date(2024, 6, 17), date(2024, 6, 18)
MORE = [f"II.{n}" for n in range(1, 6)]
"""Due on 28/6/2024, until a hand moves them."""


def plan() -> list[Task]:
    """Eleven tasks of Justice that are late on LATE, and five of Finance that are not."""
    eleven = [task(f"I.{n}", by("14/6/2024"), leads=[JUSTICE]) for n in range(1, 12)]
    return [*eleven, *(task(name, by("28/6/2024"), leads=[FINANCE]) for name in MORE)]


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """The first stop, of eleven, has just been made."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(*plan())
        sweep(opened, EVE)
        assert sweep(opened, LATE) == 11
        yield opened


def sweep(post: Post, day: date, hour: time = time(8, 0)) -> int:
    """How many must wait for a person."""
    return sweeping.sweep(post.app, post.set(day, hour)).guarded


def five_more(post: Post) -> None:
    """A fault moves the others too: they are late now."""
    with post.app.sessions.begin() as session:
        for name in MORE:
            obligations.redate(session, id_of(name, FINANCE), EVE, EVE, ())
        obligations.set_next(session, {id_of(name, FINANCE): LATE for name in MORE})


def decide(post: Post, decision: str, number: int) -> None:
    guarding.answer(post.app, number, decision, "so-noi-vu", "Đã xem.", post.moment)  # type: ignore[arg-type]


def waiting(post: Post) -> list[tuple[str, int]]:
    """(day, found) of what waits."""
    return [(row["day"], row["found"]) for row in guarding.waiting(post.app)]


def number(post: Post) -> int:
    (row,) = guarding.waiting(post.app)
    return int(row["id"])


def told(post: Post) -> int:
    return sum(line.kind == "overdue" and line.status != "superseded" for line in post.lines())


def alarms(post: Post) -> list[str]:
    return [row.key for row in post.alarms()]


def test_a_larger_stop_raises_the_question_that_waits_so_that_its_answer_lets_all_pass(post: Post) -> None:
    first = number(post)
    five_more(post)
    assert sweep(post, LATE, time(9, 0)) == 16
    assert (waiting(post), number(post)) == ([("2024-06-17", 16)], first)
    assert [(entry.old, entry.new) for entry in post.journal("guard-stopped")] == [(None, "11"), ("11", "16")]
    assert alarms(post) == [f"overdue-guard/{PLAN}"]
    decide(post, "allowed", first)
    assert sweep(post, LATE, time(10, 0)) == 0
    assert told(post) == 16


def test_a_smaller_stop_leaves_the_question_as_it_is(post: Post) -> None:
    post.report(id_of("I.1", JUSTICE))
    assert sweep(post, LATE, time(9, 0)) == 10
    assert waiting(post) == [("2024-06-17", 11)]
    assert len(post.journal("guard-stopped")) == 1


@pytest.mark.parametrize("decision", ["allowed", "refused"])
def test_after_an_answer_more_is_another_question_the_same_day(post: Post, decision: str) -> None:
    first = number(post)
    decide(post, decision, first)
    five_more(post)
    for hour in (9, 10):
        assert sweep(post, LATE, time(hour, 0)) == 16
    assert waiting(post) == [("2024-06-17", 16)]
    assert number(post) != first
    assert [(entry.old, entry.new) for entry in post.journal("guard-stopped")] == [(None, "11"), (None, "16")]
    assert alarms(post) == [f"overdue-guard/{PLAN}", f"overdue-guard/{PLAN}/2"]  # the operators hear of it
    decide(post, "allowed", number(post))
    assert sweep(post, LATE, time(11, 0)) == 0
    assert told(post) == 16


def test_after_a_no_the_same_is_not_asked_again_that_day(post: Post) -> None:
    decide(post, "refused", number(post))
    for hour in (9, 10):
        assert sweep(post, LATE, time(hour, 0)) == 11
    assert (waiting(post), alarms(post)) == ([], [f"overdue-guard/{PLAN}"])


def test_a_no_can_be_taken_back_the_same_day(post: Post) -> None:
    first = number(post)
    decide(post, "refused", first)
    post.set(LATE, time(16, 0))
    decide(post, "allowed", first)
    (taken_back,) = post.journal("guard-allowed")
    assert (taken_back.who, taken_back.old, taken_back.new) == ("so-noi-vu", "refused", "11")
    assert len(post.journal("guard-refused")) == 1
    assert sweep(post, LATE, time(16, 30)) == 0
    assert told(post) == 11


@pytest.mark.parametrize(("first", "then"), [("refused", "refused"), ("allowed", "refused"), ("allowed", "allowed")])
def test_nothing_else_can_be_taken_back(post: Post, first: str, then: str) -> None:
    guard = number(post)
    decide(post, first, guard)
    with pytest.raises(Refused, match=f"Không có điểm dừng số {guard} đang chờ trả lời"):
        decide(post, then, guard)


def test_a_no_cannot_be_taken_back_on_another_day(post: Post) -> None:
    first = number(post)
    decide(post, "refused", first)
    post.set(NEXT)
    with pytest.raises(Refused):
        decide(post, "allowed", first)


def test_a_question_that_nobody_answered_ends_with_the_one_of_a_newer_day(post: Post) -> None:
    first = number(post)
    sweep(post, NEXT)
    assert waiting(post) == [("2024-06-18", 11)]
    with pytest.raises(Refused):
        decide(post, "allowed", first)
    decide(post, "refused", number(post))
    assert waiting(post) == []  # nor does the first one come back


def test_until_then_it_can_still_be_answered(post: Post) -> None:
    post.set(date(2024, 6, 18), time(7, 0))
    decide(post, "allowed", number(post))
    assert sweep(post, NEXT) == 0
