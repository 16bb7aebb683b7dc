"""Asking Zalo what became of a message: yes, surely not, or nothing that can be said."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from standin_desk import HANG, NOW, Desk, desk, fresh
from zalo_wire import CONVERSATION, HeldTokens, Wire, channel_of, closed_port, envelope, wire
from zalo_wire import settings as settings_of

from dondoc.channels.outcomes import DeliveryError, Sought
from dondoc.channels.zalo import ZaloChannel

TEXT = "Kính gửi Sở Tư pháp\nCòn 3 việc đến hạn."
LATER = NOW + timedelta(minutes=10)
LAM = "3811000000000000002"


def sought(text: str = TEXT, at: datetime = NOW, address: str = HANG, key: str = "<k1@dondoc.example>") -> Sought:
    return Sought(key, address, text, at)


def ask(zalo: Desk, *wanted: Sought) -> list[bool | None]:
    """What is answered to each, None where there is no entry."""
    found = channel_of(zalo, timeout=1.5).arrived(wanted, LATER)
    return [found.get(each.key) for each in wanted]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


def test_it_can_be_asked(zalo: Desk) -> None:
    assert channel_of(zalo).can_be_asked is True


def test_what_was_delivered_without_an_answer_is_found(zalo: Desk) -> None:
    zalo.fault("cut_after", times=1)
    assert channel_of(zalo).send(envelope(TEXT), NOW).kind == "unknown"
    assert ask(zalo, sought()) == [True]


def test_what_never_came_is_surely_absent(zalo: Desk) -> None:
    zalo.fault("cut_before", times=1)
    assert channel_of(zalo).send(envelope(TEXT), NOW).kind == "unknown"
    assert ask(zalo, sought()) == [False]


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "\n",
        TEXT + "  ",
        TEXT.replace("\n", "  \n"),
        TEXT.replace("\n", "\r\n"),
        unicodedata.normalize("NFD", TEXT),
    ],
)
def test_blanks_at_line_ends_and_the_form_of_accents_make_no_difference(zalo: Desk, text: str) -> None:
    zalo.cs(TEXT)
    assert ask(zalo, sought(text)) == [True]


@pytest.mark.parametrize("text", [TEXT[:-1], " " + TEXT, TEXT.upper(), TEXT.replace("\n", " "), ""])
def test_another_text_is_not_it(zalo: Desk, text: str) -> None:
    if text:
        zalo.cs(text)
    assert ask(zalo, sought()) == [False]


def test_what_the_person_wrote_is_not_ours(zalo: Desk) -> None:
    zalo.standin.account.interact(HANG, TEXT, NOW)
    assert ask(zalo, sought()) == [False]


@pytest.mark.parametrize(("before", "expected"), [(timedelta(hours=2), True), (timedelta(hours=2, seconds=1), False)])
def test_the_same_text_counts_from_two_hours_before_the_try(zalo: Desk, before: timedelta, expected: bool) -> None:
    zalo.at(NOW - before)
    zalo.cs(TEXT)
    assert ask(zalo, sought()) == [expected]


@pytest.mark.parametrize(
    ("newer", "older", "expected"), [(10, 1, None), (10, 0, None), (9, 1, False), (9, 0, False), (0, 10, False)]
)
def test_only_messages_that_reach_back_to_the_try_prove_absence(
    zalo: Desk, newer: int, older: int, expected: bool | None
) -> None:
    for minutes, many in ((-180, older), (1, newer)):
        zalo.at(NOW + timedelta(minutes=minutes))
        for n in range(many):
            zalo.standin.account.interact(HANG, f"câu hỏi {n}", NOW + timedelta(minutes=minutes))
    assert ask(zalo, sought()) == [expected]


def test_several_messages_and_people_are_told_apart(zalo: Desk) -> None:
    zalo.person(LAM)
    zalo.cs("một")
    zalo.cs("hai", LAM)
    wanted = [
        sought("một", key="<1@x>"),
        sought("hai", key="<2@x>"),
        sought("hai", address=LAM, key="<3@x>"),
        sought("một", address=LAM, key="<4@x>"),
        sought("một", address="không phải mã", key="<5@x>"),
        sought("một", address="999", key="<6@x>"),
    ]
    assert ask(zalo, *wanted) == [True, False, True, False, None, None]


def test_one_call_serves_a_persons_messages(server: Wire) -> None:
    server.answers[CONVERSATION] = {"data": [], "error": 0, "message": "Success"}
    channel = ZaloChannel(settings_of(server.url), HeldTokens("t"))
    wanted = [sought(str(n), key=f"<{n}@x>") for n in range(5)]
    assert channel.arrived(wanted, LATER) == {each.key: False for each in wanted}
    assert server.paths() == [CONVERSATION]


@pytest.mark.parametrize("fault", ["cut_before", "down", "silent", "garbage"])
def test_a_zalo_that_is_away_says_nothing(zalo: Desk, fault: str) -> None:
    zalo.cs(TEXT)
    zalo.fault(fault, "conversation")
    assert ask(zalo, sought()) == [None]


@pytest.mark.parametrize("fault", [{"do": "error", "code": -32}, {"do": "http", "status": 500}, {"do": "lie_error"}])
def test_an_error_says_nothing(zalo: Desk, fault: dict[str, Any]) -> None:
    zalo.fault(path="conversation", **fault)
    assert ask(zalo, sought()) == [None]


def test_nobody_listening_and_no_token_say_nothing() -> None:
    nowhere = settings_of(f"http://127.0.0.1:{closed_port()}")
    assert ZaloChannel(nowhere, HeldTokens("t")).arrived([sought()], LATER) == {}

    class Nothing(HeldTokens):
        def access_token(self, now: datetime) -> str:
            raise DeliveryError("administrator", None, "chưa nối Zalo")

    assert ZaloChannel(nowhere, Nothing("")).arrived([sought()], LATER) == {}


def test_a_refused_token_is_exchanged_once(zalo: Desk) -> None:
    zalo.cs(TEXT)
    zalo.fault("error", "conversation", code=-220, times=1)
    assert ask(zalo, sought()) == [True]
    zalo.fault("error", "conversation", code=-220)
    assert ask(zalo, sought()) == [None]


@pytest.mark.parametrize(
    "row",
    [
        None,
        {"src": 0},
        {"src": 0, "time": "hôm qua", "message": "x"},
        {"time": 1711328400000, "message": "x"},
        {"src": "OA", "time": 1711328400000, "message": "x"},
    ],
)
def test_a_row_that_cannot_be_read_proves_nothing(server: Wire, row: Any) -> None:
    server.answers[CONVERSATION] = {"data": [row], "error": 0, "message": "Success"}
    channel = ZaloChannel(settings_of(server.url), HeldTokens("t"))
    assert channel.arrived([sought()], LATER) == {}


def test_rows_without_text_and_times_as_strings_are_read(server: Wire) -> None:
    rows = [
        {"src": 0, "time": "1711328400000", "type": "photo", "url": "https://x"},
        {"src": "0", "time": "1711328400000", "type": "text", "message": TEXT},
    ]
    server.answers[CONVERSATION] = {"data": rows, "error": "0", "message": "Success"}
    channel = ZaloChannel(settings_of(server.url), HeldTokens("t"))
    assert channel.arrived([sought()], LATER) == {"<k1@dondoc.example>": True}
