"""Claims: one worker per message, limits that hold across threads and processes, workers that are known to live."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker
from store_cast import NOW, TODAY, let_go, message

from dondoc import store
from dondoc.domain.moments import at
from dondoc.store import attempts, claims, messages, suppressions, switches, workers
from dondoc.store.attempts import AttemptOutcome, Finished
from dondoc.store.claims import Claimed, Limits, Terms, Wait
from dondoc.store.models import AttemptRow

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BOTH = ("email", "zalo")
FREE = Terms()


def fill(session: Session, count: int, **values: object) -> list[int]:
    """So many messages that may leave, each to somebody else unless said otherwise."""
    made = []
    for number in range(count):
        given = {"recipient": f"{number}/focal", "header_id": f"<{values}-{number}@dondoc.example>"} | values
        made.append(messages.create(session, message(**given), NOW))
    session.commit()
    assert None not in made
    return [each for each in made if each is not None]


def claim(session: Session, now: datetime, terms: Terms = FREE) -> Claimed | Wait | None:
    found = claims.claim_next(session, now, terms)
    session.commit()
    return found


def end(session: Session, claimed: Claimed | Wait | None, outcome: AttemptOutcome, now: datetime = NOW) -> None:
    assert isinstance(claimed, Claimed)
    again = now if outcome == "retry" else None
    row = claimed.message
    assert attempts.record(session, Finished(row.id, row.channel, claimed.n, outcome, None, "lời đáp"), again, now)
    session.commit()


def drain(
    sessions: sessionmaker[Session], terms: Terms, now: datetime = NOW
) -> tuple[list[int], Claimed | Wait | None]:
    """Claim until nothing more is given, ending each as sent; what was taken and the last answer."""
    taken: list[int] = []
    with sessions() as session:
        while isinstance(found := claim(session, now, terms), Claimed):
            taken.append(found.message.id)
            end(session, found, "sent", now)
    return taken, found


def together(sessions: sessionmaker[Session], terms: Terms, workers: int = 8) -> list[tuple[list[int], object]]:
    """What each of so many threads takes when all start at once."""
    start = Barrier(workers)

    def work(_: int) -> tuple[list[int], object]:
        start.wait()
        return drain(sessions, terms)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, range(workers)))


def drain_in_a_process(url: str, terms: Terms) -> int:
    engine = store.engine(url)
    taken, _ = drain(store.session_factory(engine), terms)
    engine.dispose()
    return len(taken)


def test_eight_threads_never_take_more_than_a_minute_allows(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        fill(session, 30)
    found = together(sessions, Terms(limits={"email": Limits(per_minute=7)}))
    assert sum(len(taken) for taken, _ in found) == 7
    assert {last for _, last in found} == {Wait(NOW + MINUTE)}


def test_eight_threads_never_take_more_than_a_day_allows(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        fill(session, 30)
    found = together(sessions, Terms(limits={"email": Limits(per_day=7)}))
    assert sum(len(taken) for taken, _ in found) == 7
    assert {last for _, last in found} == {None}  # no use to wait for: the day is full


def test_eight_threads_never_give_a_recipient_more_than_its_day_allows(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        for number in range(10):
            fill(session, 2, klass=f"event:{number}")
    found = together(sessions, Terms(recipient_per_day=3))
    assert sum(len(taken) for taken, _ in found) == 6  # three for each of two


def test_processes_share_the_limits(database_url: str, sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        fill(session, 30)
    terms = Terms(limits={"email": Limits(per_minute=7)})
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(drain_in_a_process, [database_url] * 2, [terms] * 2)) == 7


def test_a_place_is_free_exactly_a_minute_after_it_was_taken(session: Session) -> None:
    fill(session, 5)
    terms = Terms(limits={"email": Limits(per_minute=2)})
    second = timedelta(seconds=1)
    assert isinstance(claim(session, NOW, terms), Claimed)
    assert isinstance(claim(session, NOW + 20 * second, terms), Claimed)
    assert claim(session, NOW + 30 * second, terms) == Wait(NOW + MINUTE)
    assert claim(session, NOW + 59 * second, terms) == Wait(NOW + MINUTE)
    assert isinstance(claim(session, NOW + MINUTE, terms), Claimed)
    assert claim(session, NOW + MINUTE, terms) == Wait(NOW + 20 * second + MINUTE)


def test_a_full_minute_is_not_waited_for_when_nothing_of_that_channel_waits(session: Session) -> None:
    fill(session, 1)
    terms = Terms(BOTH, {"email": Limits(per_minute=1)})
    assert isinstance(claim(session, NOW, terms), Claimed)
    assert claim(session, NOW, terms) is None


def test_a_full_channel_leaves_the_other_one_alone(session: Session) -> None:
    fill(session, 2)
    fill(session, 2, channel="zalo", klass="held")
    terms = Terms(BOTH, {"email": Limits(per_minute=1)})
    found = [claim(session, NOW, terms) for _ in range(4)]
    assert [each.message.channel for each in found if isinstance(each, Claimed)] == ["email", "zalo", "zalo"]
    assert found[3] == Wait(NOW + MINUTE)


def test_a_day_begins_at_midnight_in_viet_nam(session: Session) -> None:
    fill(session, 3, day=TODAY + timedelta(days=1), next_try_at=at(TODAY))
    terms = Terms(limits={"email": Limits(per_day=1)})
    midnight = at(TODAY + timedelta(days=1)).replace(hour=0)
    assert isinstance(claim(session, midnight - MINUTE, terms), Claimed)
    assert claim(session, midnight - MINUTE, terms) is None
    assert isinstance(claim(session, midnight, terms), Claimed)
    assert claim(session, midnight + 23 * HOUR, terms) is None


def test_every_try_takes_a_place_whatever_became_of_it(session: Session) -> None:
    fill(session, 1)
    terms = Terms(limits={"email": Limits(per_day=2)})
    for _ in range(2):
        end(session, claim(session, NOW, terms), "retry")
    assert claim(session, NOW, terms) is None


def test_what_a_clock_set_back_left_in_the_future_does_not_stop_the_channel(session: Session) -> None:
    fill(session, 2)
    terms = Terms(limits={"email": Limits(per_minute=1)})
    end(session, claim(session, NOW + HOUR, terms), "sent")
    assert isinstance(claim(session, NOW, terms), Claimed)


def test_a_message_in_flight_takes_its_recipients_place_whatever_day_it_was_composed_for(session: Session) -> None:
    fill(session, 1, klass="held", day=TODAY - timedelta(days=2))
    fill(session, 1)
    terms = Terms(recipient_per_day=1)
    end(session, claim(session, NOW, terms), "unknown")
    assert claim(session, NOW, terms) is None


def test_a_recipients_full_day_does_not_stop_the_others(session: Session) -> None:
    first, _ = (fill(session, 1, klass=f"event:{n}", next_try_at=NOW - MINUTE)[0] for n in (1, 2))
    (other,) = fill(session, 1, recipient="khac/focal")
    terms = Terms(recipient_per_day=1)
    found = [claim(session, NOW, terms) for _ in range(3)]
    assert [each.message.id for each in found if isinstance(each, Claimed)] == [first, other]


def test_an_old_digest_is_not_claimed_unless_it_was_released_today(session: Session) -> None:
    yesterday = TODAY - timedelta(days=1)
    fill(session, 1, day=yesterday)
    assert claim(session, NOW) is None
    (held,) = fill(session, 1, recipient="b/focal", day=yesterday, status="held", next_try_at=None)
    assert let_go(session, held, "so-noi-vu", NOW)
    (event,) = fill(session, 1, klass="event:1", day=yesterday)
    found = [claim(session, NOW) for _ in range(3)]
    assert sorted(each.message.id for each in found if isinstance(each, Claimed)) == sorted([held, event])


def test_nothing_is_claimed_for_a_recipient_that_gets_nothing(session: Session) -> None:
    fill(session, 1)
    suppressed = suppressions.suppress_recipient(session, "0/focal", TODAY, "Đang kiểm tra.", "so-noi-vu", NOW)
    assert claim(session, NOW) is None
    suppressions.lift(session, suppressed.id, "so-noi-vu", NOW)
    assert isinstance(claim(session, NOW), Claimed)


def test_a_claim_says_why_its_address_is_closed(session: Session) -> None:
    fill(session, 1)
    suppressions.close_address(session, "zalo", message().address, None, "kênh khác", "dondoc", NOW)
    suppressions.close_address(session, "email", message().address, TODAY, "550 5.1.1 không có", "dondoc", NOW)
    claimed = claim(session, NOW)
    assert isinstance(claimed, Claimed)
    assert claimed.closed == "550 5.1.1 không có"


def test_no_claim_begins_once_stop_all_is_committed(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        fill(session, 400)
    stopped, workers = threading.Event(), 4
    running = Barrier(workers + 1)
    late: list[object] = []

    def work(_: int) -> None:
        running.wait()
        with sessions() as session:
            found: object = ...
            while found is not None:
                was_stopped = stopped.is_set()
                found = claim(session, NOW)
                if was_stopped:
                    late.append(found)

    with ThreadPoolExecutor(workers) as pool:
        ended = [pool.submit(work, number) for number in range(workers)]
        running.wait()
        with sessions.begin() as session:
            switches.put(session, switches.STOP_ALL, switches.ON, NOW, "so-noi-vu", "kiểm tra")
        stopped.set()
        [each.result() for each in ended]
    assert set(late) <= {None}
    with sessions() as session:
        assert session.scalars(select(func.count()).select_from(AttemptRow)).one() < 400


# Who lives and who is dead


def lost(session: Session, now: datetime) -> list[int]:
    found = [each.message.id for each in attempts.lost(session, now)]
    session.rollback()
    return found


@pytest.mark.parametrize("jump", [timedelta(0), 11 * MINUTE, HOUR, -HOUR, timedelta(days=400)])
def test_a_living_worker_is_never_declared_dead_whatever_the_clock_says(
    engine: Engine, session: Session, jump: timedelta
) -> None:
    fill(session, 1)
    with workers.living_worker(engine) as worker:
        claim(session, NOW, Terms(worker=worker.number))
        assert lost(session, NOW + jump) == []


@pytest.mark.parametrize("jump", [11 * MINUTE, HOUR, -HOUR])
def test_a_dead_worker_is_found_also_after_the_clock_was_set_back(
    engine: Engine, session: Session, jump: timedelta
) -> None:
    (message_id,) = fill(session, 1)
    with workers.living_worker(engine) as worker:
        claim(session, NOW, Terms(worker=worker.number))
    assert lost(session, NOW + jump) == [message_id]


def test_a_dead_worker_is_not_looked_for_before_ten_minutes(engine: Engine, session: Session) -> None:
    fill(session, 1)
    with workers.living_worker(engine) as worker:
        claim(session, NOW, Terms(worker=worker.number))
    assert lost(session, NOW + 9 * MINUTE) == []


def test_a_worker_whose_database_was_restarted_is_not_declared_dead(engine: Engine, session: Session) -> None:
    fill(session, 2)
    with workers.living_worker(engine) as worker:
        cut_others(session)
        claim(session, NOW, Terms(worker=worker.hold()))
        assert lost(session, NOW + HOUR) == []


def test_a_worker_ends_quietly_when_its_database_has_gone(engine: Engine, session: Session) -> None:
    with workers.living_worker(engine) as worker:
        cut_others(session)
    assert worker.number  # and no error


def test_threads_of_one_worker_may_ask_for_its_lock_at_once(engine: Engine, session: Session) -> None:
    with workers.living_worker(engine) as worker, ThreadPoolExecutor(8) as pool:
        cut_others(session)
        assert set(pool.map(lambda _: worker.hold(), range(40))) == {worker.number}


def cut_others(session: Session) -> None:
    """As a restart does: every other connection to this database is gone."""
    session.execute(
        text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )
    session.commit()


# What stays on record


@pytest.mark.parametrize("outcome", ["retry", "refused", "unknown", "administrator"])
def test_what_is_not_sent_says_why(session: Session, outcome: AttemptOutcome) -> None:
    (message_id,) = fill(session, 1, reason="")
    end(session, claim(session, NOW), outcome)
    row = messages.get(session, message_id)
    assert row is not None
    assert (row.status, row.reason) == (outcome, "lời đáp")


def test_what_is_sent_in_the_end_says_no_more_why_it_was_not(session: Session) -> None:
    (message_id,) = fill(session, 1)
    end(session, claim(session, NOW), "retry")
    end(session, claim(session, NOW), "sent")
    row = messages.get(session, message_id)
    assert row is not None
    assert (row.status, row.reason) == ("sent", "")


def test_tries_are_counted_by_channel_and_end(session: Session) -> None:
    (message_id,) = fill(session, 1)
    end(session, claim(session, NOW), "retry")
    end(session, claim(session, NOW), "refused")
    messages.switch_channel(session, message_id, "zalo", "3811", "Sở Tư pháp", NOW)
    end(session, claim(session, NOW, Terms(BOTH)), "retry")
    counted = {
        (channel, outcome): attempts.ended(session, message_id, channel, outcome)  # type: ignore[arg-type]
        for channel in BOTH
        for outcome in ("retry", "refused", "sent")
    }
    assert {key: number for key, number in counted.items() if number} == {
        ("email", "retry"): 1, ("email", "refused"): 1, ("zalo", "retry"): 1,
    }  # fmt: skip
