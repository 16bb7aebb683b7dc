"""A late task warns the leads after it, without a name, once; the warning goes when the product is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from outbox_help import FINANCE, HEALTH, JUSTICE, SUPERVISOR, Post, by, id_of, open_post, task

from dondoc.domain.plan import After
from dondoc.services import delivering, releasing, reviewing
from dondoc.services.sweeping import sweep
from dondoc.store import messages

WORDS = "Nhiệm vụ I.1 (Việc I.1) mà việc này tiếp theo chưa có kết quả, hạn 31/01/2024 đã qua."


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice was to deliver by 31 January what Finance and Health go on from; it is 1 February, before eight."""
    with open_post(database_url, tmp_path, date(2024, 1, 2)) as opened:
        after = After(("I.1",))
        opened.settle_in(
            task("I.1", by("31/1/2024")), task("I.2", by("31/3/2024"), leads=[FINANCE, HEALTH], after=after)
        )
        opened.set(date(2024, 2, 1), time(7, 45))
        yield opened


def said(post: Post) -> list[tuple[str, str]]:
    return [(one.recipient.partition("/")[0], one.status) for one in post.lines() if one.kind == "upstream_late"]


def deliver_product(post: Post) -> None:
    post.report(id_of("I.1", JUSTICE))
    reviewing.accept(post.app, id_of("I.1", JUSTICE), by=f"{SUPERVISOR}/lan", now=post.moment)


def test_leads_hear_once_which_task_is_late_and_never_whose(post: Post) -> None:
    post.report(id_of("I.2", HEALTH))
    for day in (date(2024, 2, 1), date(2024, 2, 2), date(2024, 2, 5)):
        delivering.deliver(post.app, post.set(day))
    assert said(post) == [(FINANCE, "composed")]
    (letter,) = [text for text in post.texts(f"{FINANCE}@") if "VIỆC TRƯỚC" in text]
    assert f"   {WORDS}\n   Thời hạn của việc: " in letter
    assert "Tư pháp" not in letter


@pytest.mark.parametrize("composed", [False, True], ids=["queued", "held by a person"])
def test_once_the_product_is_there_nobody_is_warned_any_more(post: Post, composed: bool) -> None:
    sweep(post.app, post.moment)
    if composed:
        delivering.compose_day(post.app, post.set(date(2024, 2, 1)))
        with post.app.sessions.begin() as session:
            messages.hold_all(session, "xem đã")
    deliver_product(post)
    post.set(date(2024, 2, 1), time(9))
    if composed:
        held = [row.id for row in post.rows() if row.status == "held"]
        releasing.release(post.app, held, "so-noi-vu", post.moment)
    delivering.deliver(post.app, post.moment)
    assert {status for _, status in said(post)} == {"dropped"}
    assert not any("VIỆC TRƯỚC" in text for text in post.texts())
