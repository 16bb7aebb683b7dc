"""The answer to a recorded event: urgent mail at once while the office works, the same later when it could not be."""

from __future__ import annotations

from datetime import date, time

from town import Town, only, shipped

from dondoc.domain.events import Event
from dondoc.services import events, releasing
from dondoc.services.event_choices import Choice
from dondoc.services.events import Recorded
from dondoc.services.responding import Responded, respond

TASK = "V.2.96"  # "Khi có chủ trương của Thủ tướng Chính phủ": one agency
DOCUMENT = "12/TTg"
MONDAY, SATURDAY = date(2024, 3, 25), date(2024, 3, 23)


def recorded(town: Town, day: date, hour: time) -> Recorded:
    """The event that the task waits for."""
    town.apply(only(shipped(), TASK), assign=False)
    event = Event("directive", day, "Về chủ trương đầu tư", DOCUMENT, "Thủ tướng Chính phủ")
    return events.record(town.app, event, [Choice(TASK)], by="Lan", now=town.set(day, hour))


def told(town: Town) -> int:
    """How many mails name the event's document."""
    return sum(DOCUMENT in str(mail.text) for mail in town.mails())


def test_its_message_leaves_at_once_and_once_though_prefect_is_away(town: Town) -> None:
    done = recorded(town, MONDAY, time(9, 0))
    assert "lần quét kế tiếp" in done.unheard
    assert "127.0.0.1:9" in done.unheard
    assert respond(town.app, done.event_id, town.moment) == Responded(tasks=1, queued=1, composed=1, sent=1)
    assert respond(town.app, done.event_id, town.moment) == Responded(tasks=1)
    assert told(town) == 1


def test_outside_working_hours_it_waits_for_the_next_delivery(town: Town) -> None:
    done = recorded(town, SATURDAY, time(9, 0))
    assert respond(town.app, done.event_id, town.moment).composed == 0
    town.morning(MONDAY)
    assert told(town) == 1


def test_without_an_answer_the_next_delivery_does_the_same(town: Town) -> None:
    recorded(town, MONDAY, time(9, 0))
    town.morning(MONDAY, time(9, 15))
    assert told(town) == 1


def test_while_everything_is_stopped_nothing_leaves(town: Town) -> None:
    done = recorded(town, MONDAY, time(9, 0))
    releasing.stop_all(town.app, True, "Lan", "sửa danh bạ", town.moment)
    assert respond(town.app, done.event_id, town.moment) == Responded(tasks=1, queued=1, composed=1)
    assert told(town) == 0


def test_an_event_that_opened_nothing_changes_nothing(town: Town) -> None:
    recorded(town, MONDAY, time(9, 0))
    assert respond(town.app, "sk-20240325-00000000", town.moment).tasks == 0
