"""Home Affairs reviews slowly, and once wrongly; nobody is overdue or reminded while an answer in time waits.

Three departments owe the same task by Friday 14/6/2024. On the 12th one reports it done, one says that there is nothing
to report, one that it belongs to the Office. Home Affairs is away for three weeks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from outbox_help import FINANCE, HEALTH, JUSTICE, OFFICE, PLAN, SUPERVISOR, Post, by, id_of, open_post, task

from dondoc.domain.calendar import days
from dondoc.domain.moments import at, end_of_day
from dondoc.domain.policy import LATE_KINDS
from dondoc.services import answering, delivering, reviewing, status, undoing
from dondoc.services.replies import Reply
from dondoc.services.tracking import explain_task

FIRST, LAST = date(2024, 6, 12), date(2024, 7, 5)
DONE, NOTHING, NOT_MINE = (id_of("I.1", agency) for agency in (JUSTICE, FINANCE, HEALTH))
BOSS = f"{SUPERVISOR}/lan"


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE, FINANCE, HEALTH]))
        yield opened


def counted(post: Post, now: datetime) -> dict[str, int]:
    total = status.to_json(now, status.counts(post.app, now, PLAN))["total"]
    return {name: number for name, number in total.items() if number}


def say(post: Post, obligation_id: str, reply: Reply) -> None:
    answering.submit(post.app, obligation_ids=[obligation_id], reply=reply, by="đơn vị", submission=obligation_id,
                     now=post.moment)  # fmt: skip


def morning(post: Post, on: date) -> None:
    post.set(on)
    delivering.deliver(post.app, post.moment)


def told(post: Post, kind: str) -> list[tuple[str, str]]:
    """(the day, the obligation's agency) of every line of that kind, oldest first."""
    return [(f"{row.on:%d/%m}", row.obligation_id.rpartition("/")[2]) for row in post.lines() if row.kind == kind]


def test_a_slow_and_once_mistaken_review_makes_nobody_late(post: Post) -> None:
    post.set(FIRST, time(10, 0))
    say(post, DONE, Reply("done", document_number="12/BC", document_date=FIRST))
    say(post, NOTHING, Reply("not_applicable", note="Không phát sinh."))
    say(post, NOT_MINE, Reply("not_mine", note="Của Văn phòng.", whose=OFFICE))
    seen = {FIRST: counted(post, post.moment)}
    for on in days(FIRST + timedelta(days=1), LAST):
        morning(post, on)
        assert "overdue" not in counted(post, post.moment), on
        mistakes(post, on)
        seen[on] = counted(post, post.set(on, time(23, 0)))
        assert "overdue" not in seen[on], on

    assert told(post, "reminder") == []  # all had answered before the first reminder was due on the 13th
    assert not [row for row in post.lines() if row.kind in LATE_KINDS]
    # The reviewer, and nobody else, hears each week of what waits.
    assert [day for day, agency in told(post, "review_waiting") if agency == JUSTICE] == ["19/06", "26/06", "03/07"]
    assert {row.recipient for row in post.lines() if row.kind == "review_waiting"} == {f"{SUPERVISOR}/focal"}

    decide_at_last(post)
    # Whatever was thought meanwhile: each evening is rebuilt as it was.
    assert {on: counted(post, at(on, time(23, 0))) for on in seen if on > FIRST} == {
        on: numbers for on, numbers in seen.items() if on > FIRST
    }


def mistakes(post: Post, on: date) -> None:
    """A return that is taken back within the hour, and an acceptance that is noticed to be wrong a day later."""
    if on == date(2024, 6, 24):
        reviewing.return_(post.app, DONE, by=BOSS, now=post.set(on, time(9, 0)), reason="Nhầm hồ sơ.")
        undoing.undo(post.app, DONE, by=BOSS, now=post.set(on, time(9, 40)), why="Nhầm hồ sơ của đơn vị khác.")
    if on == date(2024, 6, 26):
        reviewing.accept(post.app, NOTHING, by=BOSS, now=post.set(on, time(9, 0)))
    if on == date(2024, 6, 27):
        undoing.undo(post.app, NOTHING, by=BOSS, now=post.set(on, time(9, 0)), why="Bấm nhầm.")
    if on == date(2024, 6, 28):
        # The return was never heard of; the acceptance was told on the 27th, and that it holds no more today.
        assert [(row.rule, row.status) for row in post.lines() if row.kind == "decided"] == [
            ("told_returned", "dropped"), ("told_waived", "composed"), ("told_undone", "composed"),
        ]  # fmt: skip
        words = post.texts(f"{FINANCE}@")[-1]
        assert "Quyết định chấp nhận đã được lấy lại" in words and "quá hạn" not in words


def decide_at_last(post: Post) -> None:
    post.set(LAST, time(23, 30))
    report = reviewing.accept(post.app, DONE, by=BOSS, now=post.moment)
    assert (report.submitted_on, report.late) == (FIRST, False)
    reviewing.accept(post.app, NOTHING, by=BOSS, now=post.moment)
    assert reviewing.accept(post.app, NOT_MINE, by=BOSS, now=post.moment).reassigned_to == OFFICE
    assert counted(post, end_of_day(LAST)) == {"done_on_time": 1, "waived": 2, "in_term": 1}
    morning(post, date(2024, 7, 8))
    (mail,) = (text for text in post.texts(f"{OFFICE}@") if "VIỆC BẮT ĐẦU" in text)
    assert "Chuyển từ Sở Y tế" in mail and "10/7/2024" in mail
    ((_, sentences),) = explain_task(post.app, DONE, post.moment)
    assert sentences[0] == "Đã hoàn thành đúng hạn (gửi 12/06/2024)."
    assert any("quyết định đó được lấy lại 24/06/2024. Được chấp nhận 05/07/2024." in one for one in sentences)
