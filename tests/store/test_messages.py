"""The outbox: one message per recipient, day and class; one worker per message; never sent twice, whatever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from store_cast import NOW, RECIPIENT, TODAY, let_go, message, notice, obligation

from dondoc.domain.policy import DEFAULT
from dondoc.store import attempts, claims, message_counts, messages, notices, obligations, switches
from dondoc.store.attempts import AttemptOutcome, Finished
from dondoc.store.claims import Claimed, Terms, Wait

LATER = NOW + timedelta(minutes=30)
EMAIL = Terms()


def create(session: Session, **values: object) -> int:
    message_id = messages.create(session, message(**values), NOW)
    assert message_id is not None
    session.commit()
    return message_id


def take(session: Session, now: datetime = NOW, terms: Terms = EMAIL) -> Claimed | Wait | None:
    """Claim as a worker does: committed before anything is sent."""
    found = claims.claim_next(session, now, terms)
    session.commit()
    return found


def claim(session: Session, now: datetime = NOW, terms: Terms = EMAIL) -> Claimed:
    claimed = take(session, now, terms)
    assert isinstance(claimed, Claimed)
    return claimed


def end(
    session: Session, message_id: int, n: int, outcome: AttemptOutcome, code: int | None, text: str,
    next_try_at: datetime | None, now: datetime,
) -> bool:  # fmt: skip
    return attempts.record(session, Finished(message_id, "email", n, outcome, code, text), next_try_at, now)


def status(session: Session, message_id: int) -> str:
    found = messages.get(session, message_id)
    assert found is not None
    return found.status


def test_a_recipient_has_one_message_a_day_and_class(session: Session) -> None:
    first = create(session)
    assert messages.create(session, message(subject="lần hai", header_id="<khac@dondoc.example>"), NOW) is None
    others = [
        create(session, klass="held"),
        create(session, day=TODAY + timedelta(days=1)),
        create(session, recipient="b/focal"),
    ]
    assert len({first, *others}) == 4
    assert message_counts.count(session, TODAY) == 3


def test_one_message_id_never_names_two_messages(session: Session) -> None:
    create(session, header_id="<1@dondoc.example>")
    with pytest.raises(IntegrityError, match="header_id"):
        messages.create(session, message(klass="held", header_id="<1@dondoc.example>"), NOW)


def test_eight_composers_at_once_write_one_message(sessions: sessionmaker[Session]) -> None:
    together = Barrier(8)

    def compose(number: int) -> int | None:
        together.wait()
        with sessions.begin() as session:
            return messages.create(session, message(), NOW)

    with ThreadPoolExecutor(8) as pool:
        assert len([found for found in pool.map(compose, range(8)) if found is not None]) == 1


def test_eight_workers_at_once_take_each_message_once(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        created = {create(session, recipient=f"{n}/focal") for n in range(40)}
    together = Barrier(8)

    def work(number: int) -> list[int]:
        taken: list[int] = []
        together.wait()
        while len(taken) <= len(created):
            with sessions() as session:
                claimed = take(session, NOW)
            if claimed is None:
                break
            assert claimed.n == 1
            taken.append(claimed.message.id)
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [message_id for part in pool.map(work, range(8)) for message_id in part]
    assert sorted(taken) == sorted(created)


def test_the_attempt_is_on_record_before_the_send(sessions: sessionmaker[Session], session: Session) -> None:
    message_id = create(session)
    claimed = claim(session)
    assert (claimed.message.id, claimed.message.address, claimed.n) == (message_id, "dau-moi@so-tu-phap.example", 1)
    with sessions() as other:
        assert status(other, message_id) == "sending"
        (attempt,) = attempts.of_message(other, message_id)
        found = (attempt.n, attempt.channel, attempt.started_at, attempt.finished_at, attempt.outcome)
        assert found == (1, "email", NOW, None, None)


def test_the_message_that_waited_longest_goes_first_and_none_before_its_time(session: Session) -> None:
    late = create(session, recipient="1/focal", next_try_at=NOW)
    early = create(session, recipient="2/focal", next_try_at=NOW - timedelta(minutes=5))
    create(session, recipient="3/focal", next_try_at=NOW + timedelta(seconds=1))
    create(session, recipient="4/focal", status="held", next_try_at=None)
    assert [claim(session).message.id, claim(session).message.id] == [early, late]
    assert take(session, NOW) is None


def test_stop_all_stops_at_the_door(session: Session) -> None:
    create(session)
    switches.put(session, switches.STOP_ALL, switches.ON, NOW, "quản trị", "thử")
    session.commit()
    assert take(session, NOW) is None
    switches.put(session, switches.STOP_ALL, switches.OFF, NOW, "quản trị", "xong")
    session.commit()
    assert take(session, NOW) is not None


@pytest.mark.parametrize("outcome", ["sent", "refused", "unknown", "administrator"])
def test_a_message_takes_the_outcome_of_its_attempt_and_is_not_claimed_again(
    session: Session, outcome: AttemptOutcome
) -> None:
    message_id = create(session)
    claimed = claim(session)
    assert end(session, message_id, claimed.n, outcome, 250, "2.0.0 Ok", None, LATER)
    session.commit()
    row = messages.get(session, message_id)
    assert row is not None
    assert (row.status, row.next_try_at, row.sent_at) == (outcome, None, LATER if outcome == "sent" else None)
    (attempt,) = attempts.of_message(session, message_id)
    assert (attempt.outcome, attempt.code, attempt.text, attempt.finished_at) == (outcome, 250, "2.0.0 Ok", LATER)
    assert take(session, NOW + timedelta(days=1)) is None


def test_a_passing_refusal_is_tried_again_as_the_next_attempt(session: Session) -> None:
    message_id = create(session)
    end(session, message_id, claim(session).n, "retry", 451, "thử lại sau", LATER, NOW)
    session.commit()
    assert take(session, LATER - timedelta(seconds=1)) is None
    again = take(session, LATER)
    assert again is not None
    assert (again.message.id, again.n) == (message_id, 2)


def test_lines_of_an_old_digest_go_on_with_the_reason_and_doubtful_ones_only_once(session: Session) -> None:
    owed = obligation()
    obligations.insert_obligations(session, [owed], DEFAULT, NOW, {owed.id: 0})
    notices.queue(session, [(notice(owed), RECIPIENT)], NOW)
    message_id = create(session)
    line = [row.id for row in notices.queued(session, TODAY)]
    notices.composed(session, message_id, line)
    assert notices.carry_on(session, message_id, "Không rõ.", doubtful=True) == 1
    (waiting,) = notices.queued(session, TODAY)
    assert (waiting.reason, waiting.carried, waiting.message_id) == ("Còn 7 ngày làm việc. Không rõ.", 1, None)
    second = create(session, klass="held")
    notices.composed(session, second, line)
    assert notices.carry_on(session, second, "Lại không rõ.", doubtful=True) == 0
    assert notices.carry_on(session, second, "Chưa gửi được.", doubtful=False) == 1


def test_only_digests_of_past_days_expire_and_not_what_was_released_today(session: Session) -> None:
    old = TODAY - timedelta(days=1)
    digest = create(session, day=old)
    create(session, day=old, klass="apply:x")
    create(session)
    released = create(session, day=old, recipient="b/focal", status="held", next_try_at=None)
    assert let_go(session, released, "so-noi-vu", NOW)
    assert [row.id for row in messages.expire(session, TODAY)] == [digest]
    assert status(session, digest) == "dropped"


def test_an_outcome_stands_except_that_the_unknown_may_become_known(session: Session) -> None:
    message_id = create(session)
    n = claim(session).n
    assert end(session, message_id, n, "unknown", None, "mất kết nối", None, NOW)
    assert not end(session, message_id, n, "retry", 451, "", LATER, NOW)
    assert end(session, message_id, n, "sent", 250, "thấy trong hộp thư đến", None, LATER)
    assert not end(session, message_id, n, "refused", 550, "", None, LATER)
    assert status(session, message_id) == "sent"


def test_only_the_latest_attempt_can_end(session: Session) -> None:
    message_id = create(session)
    end(session, message_id, claim(session).n, "retry", 451, "", NOW, NOW)
    session.commit()
    assert claim(session).n == 2
    assert not end(session, message_id, 1, "sent", 250, "", None, NOW)
    assert status(session, message_id) == "sending"
    with pytest.raises(ValueError, match="an end has none"):
        end(session, message_id, 2, "sent", 250, "", LATER, NOW)


def test_a_worker_killed_after_the_claim_leaves_a_message_that_nobody_sends_again(
    engine: Engine, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        message_id = create(session)
        n = claim(session).n
        session.execute(text("SELECT 1"))
        kill(engine, session)
        with pytest.raises(OperationalError):
            end(session, message_id, n, "sent", 250, "", None, NOW)
    with sessions() as session:
        assert take(session, NOW + timedelta(days=1)) is None
        assert attempts.lost(session, NOW + timedelta(minutes=9)) == []
        (left,) = attempts.lost(session, NOW + timedelta(minutes=10))
        assert (left.message.id, left.n) == (message_id, n)
        assert end(session, message_id, n, "unknown", None, "", None, NOW + timedelta(minutes=10))
        assert attempts.lost(session, NOW + timedelta(days=1)) == []


def test_a_worker_killed_before_the_claim_is_committed_leaves_the_message_ready(
    engine: Engine, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions() as session:
        message_id = create(session)
        commit = session.commit
        monkeypatch.setattr(session, "commit", lambda: (kill(engine, session), commit()))
        with pytest.raises(OperationalError):
            take(session, NOW)
    with sessions() as session:
        assert attempts.of_message(session, message_id) == []
        assert claim(session).message.id == message_id


def kill(engine: Engine, session: Session) -> None:
    """End the session's connection on the server, as a crash or a network cut would."""
    pid = session.connection().connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def test_a_person_releases_what_is_held_and_what_waits_for_an_administrator(session: Session) -> None:
    held, ready = create(session, status="held", next_try_at=None), create(session, recipient="b/focal")
    assert (let_go(session, held, "so-noi-vu", LATER), let_go(session, ready, "so-noi-vu", LATER)) == (True, False)
    row = messages.get(session, held)
    assert row is not None
    assert (row.status, row.next_try_at, row.released_by, row.released_at) == ("ready", LATER, "so-noi-vu", LATER)
    end(session, ready, claim(session).n, "administrator", 535, "sai mật khẩu", None, NOW)
    assert let_go(session, ready, "quản trị", NOW)
    assert status(session, ready) == "ready"


def test_messages_that_met_our_own_fault_are_resumed(session: Session) -> None:
    message_id = create(session)
    end(session, message_id, claim(session).n, "administrator", 535, "sai mật khẩu", None, NOW)
    assert message_counts.count_status(session, "administrator") == 1
    assert messages.resume(session, LATER) == [message_id]
    session.commit()
    again = take(session, LATER)
    assert again is not None
    assert (again.message.id, again.n) == (message_id, 2)


def test_dropping_takes_what_has_not_left_and_records_why(session: Session) -> None:
    leaving, waiting = create(session), create(session, recipient="b/focal")
    claim(session)
    assert messages.drop(session, [leaving, waiting], "Gửi nhầm người.") == [waiting]
    row = messages.get(session, waiting)
    assert row is not None
    assert (row.status, row.reason, row.next_try_at) == ("dropped", "Gửi nhầm người.", None)
    assert not let_go(session, waiting, "so-noi-vu", NOW)
    assert status(session, waiting) == "dropped"


def test_holding_all_leaves_nothing_to_claim_until_a_person_releases_it(session: Session) -> None:
    ready, tried = create(session), create(session, recipient="b/focal", next_try_at=NOW - timedelta(minutes=1))
    end(session, tried, claim(session).n, "retry", 451, "", NOW, NOW)
    assert messages.hold_all(session, "Nghi có lỗi danh bạ.") == [ready, tried]
    session.commit()
    assert take(session, LATER) is None
    assert [row.reason for row in messages.find(session, status="held")] == ["Nghi có lỗi danh bạ."] * 2
    assert let_go(session, tried, "quản trị", LATER)
    session.commit()
    again = take(session, LATER)
    assert again is not None
    assert (again.message.id, again.n) == (tried, 2)


def test_another_channel_only_after_a_refusal_and_with_attempts_of_its_own(session: Session) -> None:
    message_id = create(session)
    assert not messages.switch_channel(session, message_id, "zalo", "84900000000", "Sở Tư pháp", NOW)
    end(session, message_id, claim(session).n, "refused", 550, "không có hộp thư", None, NOW)
    assert messages.switch_channel(session, message_id, "zalo", "84900000000", "Sở Tư pháp", NOW)
    session.commit()
    assert take(session) is None  # email has had its turn
    claimed = claim(session, terms=Terms(("email", "zalo")))
    assert (claimed.message.channel, claimed.message.address, claimed.n) == ("zalo", "84900000000", 1)
    assert [(a.channel, a.n, a.outcome) for a in attempts.of_message(session, message_id)] == [
        ("email", 1, "refused"),
        ("zalo", 1, None),
    ]


def test_messages_are_found_by_status_day_and_recipient(session: Session) -> None:
    one, other = create(session), create(session, recipient="b/focal", day=TODAY + timedelta(days=1))
    claim(session)
    assert [row.id for row in messages.find(session)] == [other, one]
    assert [row.id for row in messages.find(session, status="sending")] == [one]
    assert [row.id for row in messages.find(session, day=TODAY + timedelta(days=1))] == [other]
    assert [row.id for row in messages.find(session, recipient="b/focal", limit=1)] == [other]
    assert messages.find(session, status="ready", day=TODAY) == []
