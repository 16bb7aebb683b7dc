"""Laws of the outbox: a message's states, its lines, and what a recipient gets over days in which all goes wrong."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outbox_help import Post, Zalo, by, departments, id_of, leads, open_post, task, workspace
from psycopg import sql
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from dondoc import store
from dondoc.channels.envelope import Envelope
from dondoc.channels.outcomes import Outcome, Sought
from dondoc.domain.backoff import DELAYS_MIN, next_try
from dondoc.domain.compose import PRESSED, URGENCY, Line, compose
from dondoc.domain.decide import Notice
from dondoc.domain.directory import Contact, Recipient
from dondoc.domain.moments import at
from dondoc.domain.obligations import Obligation
from dondoc.domain.policy import NOTICE_KINDS, names_late_to_others
from dondoc.embedded import Cluster
from dondoc.services import composing, sending
from dondoc.services.releasing import RELEASED
from dondoc.store import attempts, claims, messages
from dondoc.store.attempts import Finished
from dondoc.store.models import MessageRow, NoticeRow

LAW = settings(max_examples=60, deadline=None, derandomize=True)
FEW = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FEWER = settings(
    max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NOW = at(date(2024, 6, 5))
TODAY = NOW.date()
DAY = timedelta(days=1)


# The pure parts


@given(
    st.integers(1, 40),
    st.datetimes(datetime(2024, 1, 1), datetime(2025, 1, 1)).map(lambda m: m.replace(tzinfo=NOW.tzinfo)),
)
@LAW
def test_every_passing_refusal_has_a_later_moment_or_is_the_last(n: int, now: datetime) -> None:
    again = next_try(n, now)
    assert (again is None) == (n > len(DELAYS_MIN))
    assert again is None or again > now


@given(st.text(max_size=2000))
@LAW
def test_the_other_sides_words_become_one_line_that_the_database_takes(words: str) -> None:
    plain = sending._plain(words)
    assert plain.encode("utf-8").decode("utf-8") == plain
    assert len(plain) <= sending.MOST_TEXT
    assert "\x00" not in plain
    assert len(plain.splitlines()) <= 1
    assert sending._plain(plain) == plain


lines = st.builds(
    lambda kind, to, held, number, rule: Line(
        Notice(f"ke-hoach/I.{number}/-/1/so", rule, "1", kind, to, held, "vì sao"),
        Obligation(
            f"ke-hoach/I.{number}/-/1/so", "ke-hoach", f"I.{number}", "-", "1", "so", "task", "tên", TODAY, TODAY,
            TODAY, "so-noi-vu", "mac-dinh",
        ),
        Recipient(f"so/{'head' if to in ('head', 'leader') else 'focal'}", "so", Contact("focal", "so@tinh.example")),
    ),
    st.sampled_from(NOTICE_KINDS), st.sampled_from(["lead", "head", "supervisor", "leader"]), st.booleans(),
    st.integers(1, 4), st.sampled_from(["bậc", PRESSED]),
)  # fmt: skip


@given(st.lists(lines, max_size=12, unique=True))
@LAW
def test_every_line_is_in_exactly_one_draft(given_lines: list[Line]) -> None:
    drafts = compose(given_lines, TODAY)
    assert Counter(line for draft in drafts for line in draft.lines) == Counter(given_lines)
    assert len({draft.key for draft in drafts}) == len(drafts)


@given(st.lists(lines, max_size=12, unique=True))
@LAW
def test_what_may_leave_at_once_never_names_anybody_late_to_others_nor_holds_what_is_held(
    given_lines: list[Line],
) -> None:
    for draft in compose(given_lines, TODAY):
        late = any(names_late_to_others(line.notice.kind, line.notice.to) for line in draft.lines)
        assert draft.names_late == late
        assert draft.is_held == (late or any(line.notice.held for line in draft.lines))
        if draft.klass == "digest" or draft.klass.startswith("urgent:"):
            assert not draft.is_held


rows = st.builds(
    lambda id, obligation, recipient, kind: NoticeRow(
        id=id, obligation_id=f"I.{obligation}", recipient=f"{recipient}/focal", kind=kind
    ),
    st.integers(1, 10**6), st.integers(1, 3), st.integers(1, 2), st.sampled_from(NOTICE_KINDS),
)  # fmt: skip


@given(st.lists(rows, max_size=12, unique_by=lambda row: row.id))
@LAW
def test_of_the_lines_about_one_obligation_the_most_urgent_is_kept_and_none_is_lost(
    given_rows: list[NoticeRow],
) -> None:
    keep, looser = composing._tightest(given_rows)
    assert sorted(row.id for row in (*keep, *looser)) == sorted(row.id for row in given_rows)

    def about(row: NoticeRow) -> tuple[str, str, str]:
        # said beside what the ladder says
        apart = row.kind in ("assignment", "decided", "review_waiting", "waiting_silent", "upstream_late")
        return row.obligation_id, row.recipient, row.kind if apart else ""

    best = {about(row): URGENCY.index(row.kind) for row in keep}  # type: ignore[arg-type]
    assert len(best) == len(keep)
    assert all(URGENCY.index(row.kind) >= best[about(row)] for row in looser)  # type: ignore[arg-type]


# The states of a message


Move = Callable[[Session, int, datetime], object]


def claim(session: Session, message_id: int, now: datetime) -> None:
    claims.claim_next(session, now, claims.Terms(("email", "zalo")))


def end(outcome: str) -> Move:
    def move(session: Session, message_id: int, now: datetime) -> None:
        row = messages.get(session, message_id)
        assert row is not None
        tries = [a for a in attempts.of_message(session, message_id) if a.channel == row.channel]
        if tries:
            done = Finished(message_id, row.channel, tries[-1].n, outcome, None, "lời đáp")  # type: ignore[arg-type]
            attempts.record(session, done, now if outcome == "retry" else None, now)

    return move


def release(session: Session, message_id: int, now: datetime) -> None:
    """To where it was addressed, on record before it may leave, as in the services."""
    row = messages.get(session, message_id)
    assert row is not None
    if row.status in RELEASED:
        row.released_at, row.released_by = now, "so-noi-vu"
        session.flush()
        messages.readdress(session, message_id, row.channel, row.address, now)


MOVES: dict[str, Move] = {
    "claim": claim,
    **{outcome: end(outcome) for outcome in ("sent", "retry", "refused", "unknown", "administrator")},
    "release": release,
    "drop": lambda s, m, now: messages.drop(s, [m], "Không gửi."),
    "undrop": lambda s, m, now: messages.undrop(s, [m], "Lấy lại."),
    "hold all": lambda s, m, now: messages.hold_all(s, "Xem lại."),
    "resume": lambda s, m, now: messages.resume(s, now),
    "expire": lambda s, m, now: messages.expire(s, now.date()),
    "again, unknown": lambda s, m, now: messages.again(s, m, "unknown", now),
    "again, sent": lambda s, m, now: messages.again(s, m, "sent", now),
    "arrived": lambda s, m, now: messages.arrived(s, m, now),
    "doubt": lambda s, m, now: messages.doubt(s, m, "sent", "Không thấy."),
    "give up": lambda s, m, now: messages.give_up(s, m, "unknown", "Không thấy."),
    "switch": lambda s, m, now: messages.switch_channel(s, m, "zalo", "3811", "x", now),
    "tomorrow": lambda s, m, now: None,
}
FROM = {
    "held": {"ready", "dropped"},
    "ready": {"sending", "held", "dropped"},
    "retry": {"sending", "held", "dropped"},
    "sending": {"sent", "retry", "refused", "unknown", "administrator"},
    "refused": {"ready", "dropped"},
    "administrator": {"ready", "retry", "held", "dropped"},
    "unknown": {"sent", "refused", "retry", "dropped"},
    "sent": {"retry", "unknown"},
    "dropped": {"held"},
}
"""Every way there is: from what was sent only proof of its absence leads back, from what was dropped only a person's
hand, and no further than to be held. No way leads from either to `ready`."""


@pytest.fixture(scope="module")
def engine(cluster: Cluster, template_database: str) -> Iterator[Engine]:
    with fresh_database(cluster, template_database) as url:
        engine = store.engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def sessions(engine: Engine) -> sessionmaker[Session]:
    return store.session_factory(engine)


_numbers = itertools.count(1)


@contextmanager
def fresh_database(cluster: Cluster, template: str) -> Iterator[str]:
    """One for each example: what the one before left must not be in the way."""
    name = f"test_{os.getpid()}_laws_{next(_numbers)}"
    with psycopg.connect(cluster.admin_url().replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER dondoc TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        yield cluster.url(name)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def new_message(session: Session, names_late: bool) -> int:
    number = next(_numbers)
    made = messages.create(
        session,
        messages.NewMessage(
            f"{number}/focal", TODAY, "digest", None, "so", "email", "so@tinh.example", "Sở",
            f"<{number}@dondoc.example>", "Nhắc việc", "…", "…", "…", "held" if names_late else "ready",
            "Chờ cho gửi." if names_late else "", None if names_late else NOW, names_late,
        ),
        NOW,
    )  # fmt: skip
    assert made is not None
    return made


@given(st.booleans(), st.lists(st.sampled_from(sorted(MOVES)), max_size=25))
@FEW
def test_a_message_moves_only_as_it_may_and_what_is_not_sent_says_why_or_when(
    sessions: sessionmaker[Session], names_late: bool, moves: list[str]
) -> None:
    with sessions.begin() as session:
        messages.drop(session, session.scalars(select(MessageRow.id)).all(), "Ví dụ trước.")
        message_id = new_message(session, names_late)
    now, before, released = NOW, "held" if names_late else "ready", False
    for name in moves:
        now += DAY if name == "tomorrow" else timedelta(minutes=1)
        with sessions.begin() as session:
            MOVES[name](session, message_id, now)
        with sessions() as session:
            row = messages.get(session, message_id)
            assert row is not None
            tries = attempts.of_message(session, message_id)
        released = (released or name == "release") and row.status != "held"
        assert row.status == before or row.status in FROM[before], (before, name, row.status)
        assert (row.next_try_at is not None) == (row.status in ("ready", "retry")) or row.status == "sending"
        assert row.status in ("ready", "sending", "sent") or row.reason, (name, row.status)
        assert [a.outcome for a in tries].count(None) == (row.status == "sending")
        assert not names_late or released or row.status in ("held", "dropped")
        before = row.status


@pytest.mark.parametrize(
    "path",
    [
        "claim sent again,_sent claim sent",
        "claim sent doubt arrived",
        "claim retry claim refused switch claim unknown give_up",
        "claim unknown again,_unknown hold_all release drop",
        "claim administrator resume claim administrator hold_all drop undrop release",
        "claim unknown refused drop",
        "tomorrow expire",
    ],
)
def test_ways_of_the_table_can_really_be_gone(sessions: sessionmaker[Session], path: str) -> None:
    """So that the law above cannot hold because nothing ever happens: every move of these paths changes the state."""
    with sessions() as session:
        message_id, now, before = new_message(session, False), NOW, "ready"
        for name in (word.replace("_", " ") for word in path.split()):
            now += DAY if name == "tomorrow" else timedelta(minutes=1)
            MOVES[name](session, message_id, now)
            row = messages.get(session, message_id)
            assert row is not None
            assert row.status != before or name in ("tomorrow", "arrived"), name
            before = row.status
        session.rollback()


# Over days in which all goes wrong


class Weather(Zalo):
    """The other side as it really is: `truth` is what reached the people, whatever it answered."""

    def __init__(self, days: Sequence[str], askable: Sequence[bool]) -> None:
        super().__init__()
        self.days, self.askable, self.day = days, askable, 0
        self.truth: list[Envelope] = []

    @property
    def can_be_asked(self) -> bool:
        return True

    def send(self, envelope: Envelope, now: datetime) -> Outcome:
        what = self.days[self.day]
        if what in ("sent", "unknown, there"):
            self.truth.append(envelope)
        kind: Any = what.partition(",")[0]
        return Outcome(kind, None, what)

    def arrived(self, sought: Sequence[Sought], now: datetime) -> dict[str, bool]:
        if not self.askable[self.day]:
            return {}
        there = {envelope.message_id for envelope in self.truth}
        return {each.key: each.key in there for each in sought}


WEATHER = ["sent", "retry", "unknown, there", "unknown, gone", "administrator"]
DAYS = [date(2024, 6, 5), date(2024, 6, 6), date(2024, 6, 7), date(2024, 6, 10)]
"""Three days of weather, then a fair one on which everything can be asked."""


@given(
    st.lists(st.sampled_from(WEATHER), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.lists(st.sampled_from([time(8, 0), time(11, 20), time(16, 50)]), min_size=1, max_size=2, unique=True),
)
@FEWER
def test_no_line_is_lost_and_none_is_said_twice_but_once_in_doubt(
    cluster: Cluster, template_database: str, days: list[str], askable: list[bool], hours: list[time]
) -> None:
    agencies = departments(2)
    tasks = [task(f"I.{number}", by("14/6/2024"), leads=leads(agencies)) for number in (1, 2)]
    with (
        fresh_database(cluster, template_database) as url,
        tempfile.TemporaryDirectory() as folder,
        open_post(url, Path(folder), date(2024, 6, 3)) as post,
    ):
        weather = Weather([*days, "sent"], [*askable, True])
        post.change(channels={"email": weather})
        post.apply(workspace(*tasks, more=agencies), assign=False)
        for weather.day, day in enumerate(DAYS):
            for hour in sorted(hours):
                post.morning(day, hour)
                weather_laws(post, weather)
        end_laws(post, weather, agencies)


def weather_laws(post: Post, weather: Weather) -> None:
    """At any moment: nobody got the same message twice, and a recipient has one digest a day."""
    twice = Counter(envelope.message_id for envelope in weather.truth)
    assert max(twice.values(), default=1) == 1
    digests = Counter((row.recipient, row.day) for row in post.rows() if row.klass == "digest")
    assert max(digests.values(), default=1) == 1


def end_laws(post: Post, weather: Weather, agencies: Sequence[Any]) -> None:
    """In the end every agency has heard of every task once, or twice where nobody could say in between."""
    for agency, number in itertools.product(agencies, (1, 2)):
        heard = [
            envelope for envelope in weather.truth
            if envelope.to_address == f"{agency.id}@tinh.example" and f"I.{number}" in envelope.text
        ]  # fmt: skip
        assert 1 <= len(heard) <= 2, (agency.id, number)
        doubts = [row for row in post.lines() if row.obligation_id == id_of(f"I.{number}", agency.id) and row.carried]
        assert len(heard) == 1 or doubts
