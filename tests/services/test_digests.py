"""The supervisor's digest opens with the morning's state; what waits for review and what was decided stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from outbox_help import (
    CHAIR,
    FINANCE,
    JUSTICE,
    SUPERVISOR,
    Post,
    by,
    departments,
    id_of,
    leads,
    open_post,
    task,
    workspace,
)
from sqlalchemy import select

from dondoc.domain.directory import Agency
from dondoc.services import delivering, reviewing
from dondoc.store.models import MessageRow, NoticeRow

BOSS = f"{SUPERVISOR}/lan"


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(task("I.1", by("14/6/2024"), leads=[JUSTICE, FINANCE]))
        yield opened


def mornings(post: Post, *on: date) -> None:
    for day in on:
        post.set(day)
        delivering.deliver(post.app, post.moment)


def june(*numbers: int) -> list[date]:
    return [date(2024, 6, number) for number in numbers]


def body(post: Post, recipient: str, kind: str) -> str:
    """The words of the newest message to that recipient with a line of that kind."""
    with post.app.sessions() as session:
        chosen = (
            select(MessageRow.body_text)
            .join(NoticeRow, NoticeRow.message_id == MessageRow.id)
            .where(MessageRow.recipient == recipient, NoticeRow.kind == kind)
            .order_by(MessageRow.id.desc())
        )
        return session.scalars(chosen).first() or ""


def test_what_waits_for_review_opens_with_the_state_of_the_morning(post: Post) -> None:
    post.set(date(2024, 6, 12), time(10, 0))
    post.report(id_of("I.1", JUSTICE))
    mornings(post, *june(13, 17, 19))
    words = body(post, f"{SUPERVISOR}/focal", "review_waiting")
    assert "TÌNH HÌNH SÁNG NAY\nHoàn thành đúng hạn 0, hoàn thành quá hạn 0, đang thực hiện trong hạn 1, " in words
    assert "quá hạn chưa hoàn thành 1.\nCâu trả lời chờ duyệt: 1;" in words
    assert "CHỜ DUYỆT (1 việc)" in words and "đã chờ 5 ngày làm việc" in words
    assert "SỞ TÀI CHÍNH" not in words.upper()  # who is late is not told in what waits for review


def test_an_agencys_digest_has_no_such_opening(post: Post) -> None:
    mornings(post, *june(5, 17))
    assert "SÁNG NAY" not in body(post, f"{JUSTICE}/focal", "overdue")


def test_a_return_stands_in_the_next_digest_beside_what_else_is_said(post: Post) -> None:
    post.set(date(2024, 6, 12), time(10, 0))
    post.report(id_of("I.1", JUSTICE))
    reviewing.return_(post.app, id_of("I.1", JUSTICE), by=BOSS, now=post.moment, reason="Thiếu bảng số liệu")
    mornings(post, *june(13))
    words = body(post, f"{JUSTICE}/focal", "decided")
    assert "KẾT QUẢ XEM XÉT (1 việc)" in words
    assert "bổ sung trước hết Thứ Hai, 17/6/2024. Lý do: Thiếu bảng số liệu." in words


def test_a_return_that_was_answered_before_the_morning_is_told_no_more(post: Post) -> None:
    post.set(date(2024, 6, 12), time(10, 0))
    post.report(id_of("I.1", JUSTICE))
    reviewing.return_(post.app, id_of("I.1", JUSTICE), by=BOSS, now=post.moment, reason="Thiếu bảng số liệu")
    post.set(date(2024, 6, 12), time(15, 0))
    post.report(id_of("I.1", JUSTICE))
    mornings(post, *june(13))
    assert body(post, f"{JUSTICE}/focal", "decided") == ""


def test_many_decisions_of_one_day_are_no_flood(database_url: str, tmp_path: Path) -> None:
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as post:
        many: tuple[Agency, ...] = departments(30)
        post.apply(workspace(task("I.1", by("30/9/2024"), leads=leads(many)), more=many), assign=False)
        ids = [id_of("I.1", agency.id) for agency in many]
        post.report(*ids)
        post.set(date(2024, 6, 4), time(10, 0))
        reviewing.return_many(post.app, [(one, None) for one in ids], by=BOSS, now=post.moment, reason="Thiếu chữ ký.")
        mornings(post, date(2024, 6, 5))
        assert {row.status for row in post.rows() if row.day == date(2024, 6, 5)} == {"sent"}


def test_the_leaders_digest_carries_the_history_of_what_was_really_said(post: Post) -> None:
    working = june(5, 13, 17, 19, 25, 28) + [date(2024, 7, day) for day in (1, 2, 3, 4, 5, 8)]
    mornings(post, *working)
    words = body(post, f"{CHAIR}/head", "escalation_leaders") or body(post, f"{CHAIR}/focal", "escalation_leaders")
    assert (
        "Quá trình: 05/06/2024: nhắc trước hạn; 13/06/2024: nhắc trước hạn; 17/06/2024: báo quá hạn; "
        "19/06/2024: đôn đốc lần 1; 25/06/2024: đôn đốc lần 2; 28/06/2024: đưa vào danh sách của cơ quan theo dõi"
    ) in words
