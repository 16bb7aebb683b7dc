"""From the sweep to the mailbox: one message per recipient and day, held ones held, nothing outside office hours."""

from __future__ import annotations

import time as clock_time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

from sqlalchemy import Connection, event, select, text
from town import Town, only, shipped

from dondoc.services import composing, delivering, releasing, sweeping
from dondoc.store import claims, switches
from dondoc.store import notices as ledger
from dondoc.store.models import AttemptRow, MessageRow, NoticeRow

JANUARY = "II.2.39"  # by 31/01/2024, Văn phòng UBND tỉnh
QUARTER = "I.2.5"  # within quarter I, Sở Tư pháp


def outbox(town: Town) -> list[MessageRow]:
    with town.app.sessions() as session:
        return list(session.scalars(select(MessageRow).order_by(MessageRow.id)))


def notices(town: Town) -> list[NoticeRow]:
    with town.app.sessions() as session:
        return list(session.scalars(select(NoticeRow).order_by(NoticeRow.id)))


def quiet_start(town: Town, *tasks: str) -> None:
    """Apply these tasks without the year's list and with no periodic reports in the way."""
    town.apply(only(shipped(), *tasks), assign=False)


def test_a_reminder_arrives_as_one_mail_with_a_link_and_the_plans_words(town: Town) -> None:
    quiet_start(town, JANUARY)
    result = town.morning(date(2024, 1, 22))  # seven working days before 31/01
    assert (result.composed, result.sent) == (1, 1)
    (mail,) = town.mails()
    assert mail.text is not None
    assert "Muộn nhất là ngày 31/01/2024" in mail.text
    assert "https://dondoc.example/l/" in mail.text
    assert "LIEN-KET-CA-NHAN" not in mail.text
    assert mail.html is not None
    assert "LIEN-KET-CA-NHAN" not in mail.html


def test_the_stored_body_never_holds_the_links_token(town: Town) -> None:
    quiet_start(town, JANUARY)
    town.morning(date(2024, 1, 22))
    (mail,) = town.mails()
    assert mail.text is not None
    token = mail.text.split("/l/")[1].split()[0]
    (row,) = outbox(town)
    assert token not in row.body_text + row.body_html + row.body_zalo


def apart(town: Town) -> Connection:
    """A connection each of whose statements sees the present."""
    return town.app.engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def test_who_composes_at_the_same_time_waits_longer_than_any_lock_should_last(town: Town) -> None:
    quiet_start(town, JANUARY)
    now = town.set(date(2024, 1, 22))
    sweeping.sweep(town.app, now)

    @event.listens_for(town.app.engine, "begin")
    def hurry(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")

    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                   "AND wait_event_type = 'Lock'")  # fmt: skip
    with ThreadPoolExecutor(1) as pool, town.app.sessions.begin() as first, apart(town) as look:
        assert len(ledger.queued(first, now.date())) == 1
        second = pool.submit(composing.compose_day, town.app, now)
        while not look.scalar(waiting) and not second.done():
            clock_time.sleep(0.01)
        clock_time.sleep(0.2)
        first.rollback()
    assert second.result().messages == 1


def test_a_repeated_delivery_sends_nothing_twice(town: Town) -> None:
    quiet_start(town, JANUARY)
    for hour in (time(8, 0), time(8, 15), time(10, 0), time(14, 0)):
        town.morning(date(2024, 1, 22), hour)
    assert len(town.mails()) == 1


def test_nothing_leaves_before_eight_at_noon_in_the_evening_or_on_a_day_off(town: Town) -> None:
    quiet_start(town, JANUARY)
    for day, hour in (
        (date(2024, 1, 20), time(9, 0)),  # Saturday
        (date(2024, 1, 22), time(7, 45)),
        (date(2024, 1, 22), time(12, 0)),
        (date(2024, 1, 22), time(19, 0)),
    ):
        town.morning(day, hour)
        assert town.mails() == [], (day, hour)
    town.morning(date(2024, 1, 23))
    assert len(town.mails()) == 1  # deferred, not dropped


def test_after_ten_days_of_downtime_each_recipient_gets_one_fitting_message(town: Town) -> None:
    town.apply(shipped(), assign=False)
    town.morning(date(2024, 3, 20))
    before = len(town.mails())
    result = town.morning(date(2024, 4, 10))
    sent = [mail.entry.to for mail in town.mails()[before:]]
    assert result.sent == len(sent) > 20
    assert max(Counter(map(str, sent)).values()) == 1
    about = Counter(
        (row.obligation_id, row.recipient)
        for row in notices(town)
        if row.on == date(2024, 4, 10) and row.status == "composed"
    )
    assert max(about.values()) == 1


def test_the_sweep_counts_what_wake_ups_missed(town: Town) -> None:
    quiet_start(town, JANUARY)
    sweeping.sweep(town.app, town.set(date(2024, 1, 2)))
    found = sweeping.sweep(town.app, town.set(date(2024, 1, 25)))
    assert found.missed == found.looked_at > 0


def test_a_task_wake_up_only_looks_at_its_own_task(town: Town) -> None:
    quiet_start(town, JANUARY, QUARTER)
    sweeping.sweep(town.app, town.set(date(2024, 1, 22)), "hung-yen-2024", JANUARY)
    assert {row.obligation_id.split("/")[1] for row in notices(town)} == {JANUARY}


def test_the_copy_to_the_head_is_held_until_released_and_then_leaves_once(town: Town) -> None:
    quiet_start(town, JANUARY)
    town.morning(date(2024, 2, 15))
    for day in (19, 20, 21, 22, 23):
        town.morning(date(2024, 2, day))
    held = [row for row in outbox(town) if row.status == "held"]
    assert [(row.recipient, row.klass) for row in held] == [("van-phong-ubnd-tinh/head", "held")]
    assert not any("lanhdao@" in str(mail.entry.to) for mail in town.mails())
    released = releasing.release(town.app, [held[0].id], "so-noi-vu", town.moment)
    assert released == [held[0].id]
    town.morning(date(2024, 2, 23), time(9, 0))
    town.morning(date(2024, 2, 23), time(9, 15))
    assert sum("lanhdao@" in str(mail.entry.to) for mail in town.mails()) == 1


def test_stop_all_keeps_everything_in_the_outbox(town: Town) -> None:
    quiet_start(town, JANUARY)
    with town.app.sessions.begin() as session:
        switches.put(session, "stop-all", "on", town.moment, "so-noi-vu", "kiểm tra")
    result = town.morning(date(2024, 1, 22))
    assert (result.composed, result.sent, result.stopped) == (1, 0, True)
    assert town.mails() == []


def test_a_message_whose_worker_died_is_unknown_and_never_sent_again(town: Town) -> None:
    quiet_start(town, JANUARY)
    town.morning(date(2024, 1, 22), time(7, 50))
    sweeping.sweep(town.app, town.set(date(2024, 1, 22)))
    delivering.compose_day(town.app, town.moment)
    with town.app.sessions.begin() as session:
        assert claims.claim_next(session, town.moment) is not None  # and here the process dies
    town.morning(date(2024, 1, 22), time(10, 0))
    assert [row.status for row in outbox(town)] == ["unknown"]
    assert town.mails() == []
    with town.app.sessions() as session:
        assert [row.outcome for row in session.scalars(select(AttemptRow))] == ["unknown"]


def test_every_agency_of_the_plan_is_told_at_most_once_a_day_over_a_quarter(town: Town) -> None:
    town.apply(shipped(), assign=False)
    day = date(2024, 1, 2)
    while day < date(2024, 2, 5):
        town.morning(day)
        day = town.app.calendar.add(day, 1)
    per_day = Counter((row.recipient, row.day) for row in outbox(town) if row.klass == "digest")
    assert max(per_day.values()) == 1
    assert {row.status for row in outbox(town)} <= {"sent", "held"}
