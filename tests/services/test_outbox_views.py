"""The outbox as it is read: states, filters, one message whole, when things leave, and no personal link's token."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from sqlalchemy import event
from town import Town, only, shipped

from dondoc.domain.moments import at
from dondoc.errors import Refused
from dondoc.services import composing, envelopes, links, outbox_views, releasing, sweeping
from dondoc.services.alarms import Alarms
from dondoc.services.outbox_views import FOR_A_PERSON, STATUS_NAMES, STATUSES, Departure, departure
from dondoc.store import attempts, claims, messages
from dondoc.store.attempts import AttemptOutcome, Finished
from dondoc.store.claims import Claimed

JANUARY, QUARTER = "II.2.39", "I.2.5"
MONDAY = date(2024, 1, 22)


def composed(town: Town, day: date = MONDAY) -> list[int]:
    """Sweep and write the day's messages, without sending any."""
    now = town.set(day)
    before = {row["id"] for row in outbox_views.listed(town.app, STATUSES)}
    sweeping.sweep(town.app, now)
    composing.compose_day(town.app, now)
    return [row["id"] for row in outbox_views.listed(town.app, STATUSES) if row["id"] not in before]


def tried(town: Town, outcome: AttemptOutcome, text: str, again: datetime | None = None) -> None:
    """Claim the next message and let its attempt end so."""
    with town.app.sessions.begin() as session:
        claimed = claims.claim_next(session, town.moment)
        assert isinstance(claimed, Claimed)
        done = Finished(claimed.message.id, "email", claimed.n, outcome, None, text)
        assert attempts.record(session, done, again, town.moment)


def test_every_state_has_a_name_in_vietnamese() -> None:
    assert set(STATUS_NAMES) == set(STATUSES)
    assert set(FOR_A_PERSON) < set(STATUSES)


def test_attempts_are_counted_over_all_tries(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    (number,) = composed(town)
    for minute in (1, 2):
        tried(town, "retry", "bận", again=at(MONDAY, time(8, minute)))
        town.set(MONDAY, time(8, minute))
    tried(town, "unknown", "đứt")
    (row,) = outbox_views.listed(town.app)
    assert (row["id"], row["status"], row["attempts"], row["reason"]) == (number, "unknown", 3, "đứt")
    assert [one["outcome"] for one in outbox_views.shown(town.app, number)["attempts"]] == ["retry", "retry", "unknown"]


def test_a_long_list_is_one_query_and_reads_no_bodies(town: Town) -> None:
    town.apply(shipped())  # the year's list of every agency
    numbers = composed(town, date(2024, 1, 2))
    assert len(numbers) > 20
    said: list[str] = []
    event.listen(town.app.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    assert len(outbox_views.listed(town.app)) == len(numbers)
    assert len(said) == 1
    assert "body_" not in said[0]


def test_newest_day_first_then_as_they_were_written(town: Town) -> None:
    town.apply(only(shipped(), JANUARY, QUARTER))
    first = composed(town, date(2024, 1, 2))
    later = composed(town)
    assert [row["id"] for row in outbox_views.listed(town.app, STATUSES)] == [*later, *first]
    assert [row["id"] for row in outbox_views.listed(town.app, ["held"])] == first


def test_a_state_that_does_not_exist(town: Town) -> None:
    with pytest.raises(Refused, match="Không có tình trạng “giữ”.*held, ready"):
        outbox_views.status_of("giữ")


def test_the_links_token_stands_nowhere(town: Town) -> None:
    town.apply(only(shipped(), JANUARY), assign=False)
    (number,) = composed(town)
    with town.app.sessions() as session:
        row = messages.get(session, number)
    assert row is not None
    token = links.message_token(links.server_key(town.app.settings.home), envelopes.key_of(row))
    tried(town, "refused", f'liên kết "https://dondoc.example/l/{token}" bị chặn (http://x.vn/l/{token})')
    said = str(outbox_views.shown(town.app, number)) + str(outbox_views.listed(town.app))
    assert token not in said
    assert 'liên kết "https://dondoc.example/l/[liên kết cá nhân]" bị chặn (http://x.vn/l/[liên kết cá nhân])' in said
    assert "LIEN-KET-CA-NHAN" not in said


def test_a_message_that_does_not_exist(town: Town) -> None:
    with pytest.raises(Refused, match="Không có thư số 7"):
        outbox_views.shown(town.app, 7)


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        (at(MONDAY, time(7, 29)), at(MONDAY, time(7, 30))),
        (at(MONDAY, time(7, 30)), at(MONDAY, time(7, 30))),
        (at(MONDAY, time(11, 30)), at(MONDAY, time(11, 30))),
        (at(MONDAY, time(11, 30, 1)), at(MONDAY, time(13, 30))),
        (at(MONDAY, time(17, 0)), at(MONDAY, time(17, 0))),
        (at(MONDAY, time(17, 0, 1)), at(date(2024, 1, 23), time(7, 30))),
        (at(date(2024, 1, 20), time(9, 0)), at(MONDAY, time(7, 30))),  # Saturday
        (at(date(2024, 2, 9), time(9, 0)), at(date(2024, 2, 15), time(7, 30))),  # Tết
        (at(date(2035, 1, 2), time(9, 0)), None),  # no calendar
    ],
)
def test_when_what_is_ready_leaves(town: Town, now: datetime, leaves: datetime | None) -> None:
    assert departure(town.app, now) == Departure(leaves, stopped=False)


def test_when_everything_is_stopped(town: Town) -> None:
    releasing.stop_all(town.app, True, "so-noi-vu", "Kiểm tra.", town.moment)
    assert departure(town.app, town.moment).stopped
    releasing.stop_all(town.app, False, "so-noi-vu", "Xong.", town.moment)
    assert not departure(town.app, town.moment).stopped


def test_the_alarms_of_a_day_oldest_first(town: Town) -> None:
    for hour, key in ((9, "b"), (8, "a")):
        moment = town.set(MONDAY, time(hour, 0))
        Alarms(town.app.sessions, lambda moment=moment: moment, None)(key, f"báo động {key}")
    assert [(row["key"], row["words"], row["heard"]) for row in outbox_views.alarms_of(town.app, MONDAY)] == [
        ("a", "báo động a", False),
        ("b", "báo động b", False),
    ]
    assert outbox_views.alarms_of(town.app, date(2024, 1, 23)) == []
