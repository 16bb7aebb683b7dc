"""Between its composition or release and its departure a message is judged again: who reported is not named late."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import select
from town import Town, only, shipped

from dondoc.services import answering, delivering, releasing
from dondoc.services.replies import Reply
from dondoc.store import journal
from dondoc.store.models import MessageRow, NoticeRow

JANUARY = "II.2.39"  # by 31/01/2024, Văn phòng UBND tỉnh
OTHER = "II.2.12"  # the same agency, also in January
OBLIGATION = f"hung-yen-2024/{JANUARY}/-/1/van-phong-ubnd-tinh"


def report_done(town: Town, obligation_id: str = OBLIGATION) -> None:
    reply = Reply(kind="done", document_number="12/KH-UBND", document_date=town.moment.date())
    answering.submit(
        town.app, obligation_ids=(obligation_id,), reply=reply, by="van-phong-ubnd-tinh/focal", submission="phieu-1",
        now=town.moment,
    )  # fmt: skip


def days(town: Town, first: date, last: date) -> None:
    day = first
    while day <= last:
        town.morning(day)
        day = town.app.calendar.add(day, 1)


def held(town: Town) -> list[MessageRow]:
    with town.app.sessions() as session:
        return list(session.scalars(select(MessageRow).where(MessageRow.status == "held")))


def heads_mails(town: Town) -> int:
    return sum("lanhdao@vpubnd" in str(mail.entry.to) for mail in town.mails())


def test_a_report_after_the_release_keeps_the_copy_to_the_head_at_home(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    days(town, date(2024, 2, 15), date(2024, 2, 23))
    (copy,) = held(town)
    town.set(date(2024, 2, 23), time(17, 30))
    assert releasing.release(town.app, [copy.id], "so-noi-vu", town.moment) == [copy.id]
    town.set(date(2024, 2, 23), time(18, 0))
    report_done(town)
    days(town, date(2024, 2, 26), date(2024, 2, 27))
    assert heads_mails(town) == 0
    with town.app.sessions() as session:
        row = session.get_one(MessageRow, copy.id)
        assert (row.status, row.reason) == ("dropped", "việc đã được báo cáo, miễn, hẹn ngày hoặc đổi hạn.")
        assert "dropped" in [entry.action for entry in journal.history(session, f"message/{copy.id}")]


def test_a_digest_that_waits_loses_only_the_line_that_was_reported(town: Town) -> None:
    town.apply(only(shipped(), JANUARY, OTHER), assign=False)
    town.set(date(2024, 1, 22), time(8, 0))
    releasing.stop_all(town.app, True, "so-noi-vu", "Kiểm tra danh bạ.", town.moment)
    delivering.deliver(town.app, town.moment)
    town.set(date(2024, 1, 22), time(9, 0))
    report_done(town)
    releasing.stop_all(town.app, False, "so-noi-vu", "Đã kiểm tra.", town.moment)
    delivering.deliver(town.app, town.moment)
    mail, receipt = sorted(town.mails(), key=lambda each: "Số biên nhận" in (each.text or ""))
    assert "Số biên nhận" in (receipt.text or "")  # who answered hears that it was recorded
    assert mail.text is not None
    assert "Muộn nhất là ngày 31/01/2024" not in mail.text
    assert "Muộn nhất trong tháng 01/2024" in mail.text
    with town.app.sessions() as session:
        lines = session.scalars(select(NoticeRow).where(NoticeRow.rule == "remind_7")).all()
        assert {(line.obligation_id.split("/")[1], line.status) for line in lines} == {
            (JANUARY, "dropped"),
            (OTHER, "composed"),
        }


def test_what_nothing_happened_to_is_not_judged_again(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    town.set(date(2024, 1, 22), time(8, 0))
    releasing.stop_all(town.app, True, "so-noi-vu", "Kiểm tra danh bạ.", town.moment)
    delivering.deliver(town.app, town.moment)
    releasing.stop_all(town.app, False, "so-noi-vu", "Đã kiểm tra.", town.moment)
    assert delivering.rejudge(town.app, town.moment) == 0
    delivering.deliver(town.app, town.set(date(2024, 1, 22), time(8, 15)))
    assert len(town.mails()) == 1
