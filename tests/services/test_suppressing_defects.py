"""One decision at a time: a newer one takes the place of the former, and what has ended cannot be ended again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from outbox_help import JUSTICE, Post, by, open_post, task

from dondoc.errors import Refused
from dondoc.services import suppressing

FIRST = date(2024, 6, 5)
FOCAL, HEAD = f"{JUSTICE}/focal", f"{JUSTICE}/head"


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice owes a task by 14/6/2024; the clock stands on 3 June."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE]))
        yield opened


def silence(post: Post, until: date | None = None, recipient: str = FOCAL, reason: str = "Sắp xếp.") -> int:
    return suppressing.suppress(post.app, recipient, until, "so-noi-vu", reason, post.moment)


def lift(post: Post, number: int) -> None:
    suppressing.lift(post.app, number, "so-noi-vu", "Xong.", post.moment)


def in_force(post: Post) -> list[int]:
    return [row["id"] for row in suppressing.in_force(post.app, post.moment)]


def test_what_has_ended_by_itself_cannot_be_lifted(post: Post) -> None:
    number = silence(post, until=date(2024, 6, 4))
    post.set(date(2024, 6, 5))
    with pytest.raises(Refused, match=f"Không có lệnh ngừng gửi số {number} còn hiệu lực"):
        lift(post, number)
    assert post.journal("suppression-lifted") == []


def test_on_its_last_day_it_can_be_lifted(post: Post) -> None:
    number = silence(post, until=date(2024, 6, 4))
    post.set(date(2024, 6, 4))
    lift(post, number)
    assert in_force(post) == []


def test_a_newer_one_replaces_the_former_so_that_lifting_it_really_lifts(post: Post) -> None:
    former = silence(post, until=date(2024, 6, 28))
    other = silence(post, recipient=HEAD)
    newer = silence(post, until=date(2024, 6, 7), reason="Chỉ đến cuối tuần.")
    assert in_force(post) == [other, newer]
    (ended,) = post.journal("suppression-lifted")
    assert (ended.who, ended.subject, ended.old, ended.new, ended.why) == (
        "so-noi-vu", FOCAL, "2024-06-28", None, "Thay bằng lệnh mới: Chỉ đến cuối tuần.",
    )  # fmt: skip
    with pytest.raises(Refused):
        lift(post, former)
    lift(post, newer)
    assert in_force(post) == [other]
    assert post.morning(FIRST).sent == 1


def test_one_that_has_ended_is_not_replaced(post: Post) -> None:
    silence(post, until=date(2024, 6, 4))
    post.set(date(2024, 6, 5))
    silence(post)
    assert post.journal("suppression-lifted") == []


def test_what_is_refused_leaves_the_former_as_it_is(post: Post) -> None:
    former = silence(post)
    with pytest.raises(Refused):
        silence(post, until=date(2024, 6, 2))
    assert in_force(post) == [former]


def test_two_persons_at_once_leave_one_in_force(post: Post) -> None:
    together = Barrier(4)

    def one(number: int) -> int:
        together.wait()
        return silence(post, reason=f"Người thứ {number}.")

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(one, range(4)))
    (last,) = in_force(post)
    assert last == max(made)
    assert len(post.journal("suppression-lifted")) == 3
