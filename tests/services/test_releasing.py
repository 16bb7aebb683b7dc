"""A person's release: judged again at that moment, so that nobody is named late who no longer is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import select
from town import Town, only, shipped

from dondoc.errors import Refused
from dondoc.services import answering, outbox_views, releasing
from dondoc.services.replies import Reply
from dondoc.store.models import JournalRow, MessageRow

JANUARY, MARCH = "II.2.39", "II.2.26"  # by 31/01 and by 31/05/2024, Văn phòng UBND tỉnh
FIRST = "hung-yen-2024/II.2.39/-/1/van-phong-ubnd-tinh"


def held(town: Town) -> list[MessageRow]:
    with town.app.sessions() as session:
        return list(session.scalars(select(MessageRow).where(MessageRow.status == "held").order_by(MessageRow.id)))


def until_the_head_is_told(town: Town, *tasks: str) -> MessageRow:
    """Nobody answers until the copy for the head waits for its release."""
    town.apply(only(shipped(), *tasks), assign=False)
    day = date(2024, 2, 1)
    while not held(town):
        day = town.app.calendar.add(day, 1)
        town.morning(day)
    (message,) = held(town)
    assert message.recipient == "van-phong-ubnd-tinh/head"
    return message


def report_done(town: Town, obligation: str) -> None:
    answering.submit(
        town.app, obligation_ids=[obligation], by="van-phong-ubnd-tinh", submission="phieu-1", now=town.moment,
        reply=Reply("done", document_number="12/KH-UBND", document_date=town.moment.date()),
    )  # fmt: skip


def to_heads(town: Town) -> int:
    return sum("lanhdao@" in to for mail in town.mails() for to in mail.entry.to)


def test_a_message_about_work_reported_since_is_dropped_not_sent(town: Town) -> None:
    message = until_the_head_is_told(town, JANUARY)
    report_done(town, FIRST)
    assert releasing.release(town.app, [message.id], "so-noi-vu", town.moment) == []
    town.morning(town.moment.date(), time(10, 0))
    assert to_heads(town) == 0
    assert held(town) == []
    with town.app.sessions() as session:
        said = session.scalars(select(JournalRow).where(JournalRow.subject == f"message/{message.id}")).all()
    assert [row.action for row in said] == ["dropped"]


def test_what_was_reported_since_is_taken_out_and_the_rest_goes(town: Town) -> None:
    workspace = only(shipped(), JANUARY, "II.2.12")  # both by 31/01/2024
    town.apply(workspace, assign=False)
    message = until_the_head_is_told(town, JANUARY, "II.2.12")
    report_done(town, FIRST)
    assert releasing.release(town.app, [message.id], "so-noi-vu", town.moment) == [message.id]
    town.morning(town.moment.date(), time(10, 0))
    (mail,) = [m for m in town.mails() if any("lanhdao@" in to for to in m.entry.to)]
    assert mail.text is not None
    assert "II.2.12" in mail.text
    assert "II.2.39" not in mail.text


def test_dropping_needs_a_reason_and_keeps_the_message(town: Town) -> None:
    message = until_the_head_is_told(town, JANUARY)
    with pytest.raises(Refused):
        releasing.drop(town.app, [message.id], "so-noi-vu", "  ", town.moment)
    assert releasing.drop(town.app, [message.id], "so-noi-vu", "Đã trao đổi trực tiếp.", town.moment) == [message.id]
    (row,) = [r for r in outbox_views.listed(town.app, ["dropped"]) if r["id"] == message.id]
    assert "Đã trao đổi trực tiếp" in row["reason"]


def test_only_states_that_exist_can_be_listed() -> None:
    with pytest.raises(Refused, match="held"):
        outbox_views.status_of("bị giữ")


def test_stop_all_is_turned_on_and_off_with_a_reason_and_loses_nothing(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    with pytest.raises(Refused):
        releasing.stop_all(town.app, True, "so-noi-vu", " ", town.moment)
    releasing.stop_all(town.app, True, "so-noi-vu", "Kiểm tra danh bạ.", town.moment)
    town.morning(date(2024, 1, 22))
    assert town.mails() == []
    releasing.stop_all(town.app, False, "so-noi-vu", "Danh bạ đúng.", town.moment)
    town.morning(date(2024, 1, 22), time(10, 0))
    assert len(town.mails()) == 1


def test_what_waits_can_be_held_and_is_released_one_by_one(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    releasing.stop_all(town.app, True, "so-noi-vu", "Kiểm tra.", town.moment)
    town.morning(date(2024, 1, 22))
    (waiting,) = releasing.hold_all(town.app, "so-noi-vu", "Xem lại lời thư.", town.moment)
    releasing.stop_all(town.app, False, "so-noi-vu", "Xong.", town.moment)
    town.morning(date(2024, 1, 22), time(9, 0))
    assert town.mails() == []
    assert releasing.release(town.app, [waiting], "so-noi-vu", town.moment) == [waiting]
    town.morning(date(2024, 1, 22), time(9, 15))
    assert len(town.mails()) == 1


def test_a_rehearsal_mailbox_gets_everything_and_says_whose_it_was(town: Town) -> None:
    settings = replace(town.app.settings, redirect_all_to="thu@dondoc.example")
    town.app = replace(town.app, settings=settings)
    town.apply(only(shipped(), JANUARY), assign=False)
    town.morning(date(2024, 1, 22))
    (mail,) = town.mails()
    assert all("thu@dondoc.example" in to for to in mail.entry.to)
    assert dict(mail.headers)["X-Dondoc-Redirected-From"] == "cchc@vpubnd.hungyen.example"
