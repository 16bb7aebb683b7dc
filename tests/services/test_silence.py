"""Three silent reports reach the supervisor: one line a task, once for each report, gone when it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from outbox_help import FINANCE, JUSTICE, REGIME, SUPERVISOR, Post, open_post, task, workspace

from dondoc.domain.clauses import Upon
from dondoc.domain.events import Event
from dondoc.services import answering, delivering, events
from dondoc.services.event_choices import Choice
from dondoc.services.replies import Reply
from dondoc.services.sweeping import sweep

WAITS = Upon(event="có hướng dẫn của bộ", relation="when")


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Two departments wait for a guidance since January; the third report was due yesterday."""
    with open_post(database_url, tmp_path, date(2024, 1, 2)) as opened:
        plan = replace(workspace(task("I.1", WAITS, leads=[JUSTICE, FINANCE])), regime=REGIME)
        opened.apply(plan, assign=False)
        opened.set(date(2024, 9, 18))
        yield opened


def answer(post: Post, agency: str) -> None:
    answering.submit(
        post.app, obligation_ids=[f"ke-hoach/I.1/-/cho-1/{agency}"], by="đơn vị", submission=f"{post.moment}{agency}",
        now=post.moment, reply=Reply("not_happened", note="Chưa có."),
    )  # fmt: skip


def said(post: Post) -> list[tuple[str, str, str, str]]:
    """What the ledger holds of silence: on whose obligation, which report, its fate, its words."""
    return [
        (one.obligation_id.rpartition("/")[2], one.firing, one.status, one.reason)
        for one in post.lines()
        if one.kind == "waiting_silent"
    ]


BOTH = "Chờ “có hướng dẫn của bộ”: 2 đơn vị không trả lời ba kỳ báo cáo liền (từ quý I)."


def test_one_line_a_task_goes_to_the_supervisor_once_for_each_report(post: Post) -> None:
    delivering.deliver(post.app, post.moment)
    answer(post, JUSTICE)
    for day in (date(2024, 9, 19), date(2024, 9, 20)):
        delivering.deliver(post.app, post.set(day))
    assert said(post) == [(JUSTICE, "2024-Q3", "composed", BOTH)]
    assert any(BOTH in text for text in post.texts(f"{SUPERVISOR}@"))
    delivering.deliver(post.app, post.set(date(2024, 12, 18)))
    alone = "Chờ “có hướng dẫn của bộ”: Sở Tài chính không trả lời bốn kỳ báo cáo liền (từ quý I)."
    assert said(post)[1:] == [(FINANCE, "2024-Y", "composed", alone)]


def test_answered_before_the_digest_it_is_not_said_and_who_is_left_is(post: Post) -> None:
    sweep(post.app, post.moment)
    answer(post, JUSTICE)
    delivering.deliver(post.app, post.moment)
    delivering.deliver(post.app, post.set(date(2024, 9, 19)))
    assert [one[:3] for one in said(post)] == [(JUSTICE, "2024-Q3", "dropped"), (FINANCE, "2024-Q3", "composed")]


def test_what_no_longer_waits_or_has_just_begun_to_again_is_not_silent(post: Post) -> None:
    sweep(post.app, post.moment)
    guidance = Event("guidance", date(2024, 9, 17), "Hướng dẫn", "12/HD-BNV")
    made = events.record(post.app, guidance, (Choice("I.1"),), by="kiểm thử", now=post.moment)
    delivering.deliver(post.app, post.moment)
    assert [one[2] for one in said(post)] == ["dropped"]
    events.retract(post.app, made.event_id, by="kiểm thử", now=post.moment, why="Ghi nhầm")
    delivering.deliver(post.app, post.set(date(2024, 9, 19)))
    assert len(said(post)) == 1
