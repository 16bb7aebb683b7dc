"""Messages, windows and limits as Zalo documents them for customer-service texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from standin_desk import HANG, NOW, NOW_MS, Desk, desk, fresh

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


def conversation(zalo: Desk, **asked: Any) -> Any:
    return zalo.get("/v2.0/oa/conversation", json.dumps({"user_id": HANG} | asked))


def test_a_delivered_text_is_told_as_documented(zalo: Desk) -> None:
    told = zalo.cs("xin chào")
    id = told["data"].pop("message_id")
    assert told == {
        "data": {"user_id": HANG, "sent_time": str(NOW_MS), "quota": {"quota_type": "reply"}},
        "error": 0,
        "message": "Success",
    }
    kept = {"message_id": id, "user_id": HANG, "text": "xin chào", "time": "2024-03-25T08:00:00+07:00"}
    assert zalo.client.get("/control/messages").json() == [kept | {"charged": False, "tracking": None}]
    assert [(message.message_id, message.text) for message in zalo.standin.messages()] == [(id, "xin chào")]


def test_the_same_text_again_is_a_second_message(zalo: Desk) -> None:
    ids = {zalo.cs("một")["data"]["message_id"] for _ in range(2)}
    assert len(ids) == 2
    assert zalo.texts() == ["một", "một"]


@pytest.mark.parametrize(
    ("after", "error", "quota"),
    [
        (timedelta(0), 0, {"quota_type": "reply"}),
        (timedelta(hours=48), 0, {"quota_type": "reply"}),
        (timedelta(hours=48) + SECOND, 0, {}),
        (timedelta(days=7), 0, {}),
        (timedelta(days=7) + SECOND, -230, None),
    ],
)
def test_free_for_48_hours_charged_for_7_days_then_shut(
    zalo: Desk, after: timedelta, error: int, quota: dict[str, str] | None
) -> None:
    zalo.person(last_interaction=(NOW - after).isoformat())
    told = zalo.cs()
    assert (told["error"], told["data"]["quota"] if "data" in told else None) == (error, quota)
    assert [message["charged"] for message in zalo.client.get("/control/messages").json()] == (
        [] if error else [quota == {}]
    )


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"follows": False}, -213),
        ({"active": False}, -227),
        ({"blocked": True}, -244),
        ({"last_interaction": None}, -230),
    ],
)
def test_who_cannot_be_reached_is_told_by_number_and_gets_nothing(
    zalo: Desk, facts: dict[str, Any], error: int
) -> None:
    zalo.person(**facts)
    told = zalo.cs()
    assert (told["error"], set(told)) == (error, {"error", "message"})
    assert zalo.texts() == []


def test_somebody_never_met_has_not_followed(zalo: Desk) -> None:
    assert zalo.cs(user_id="1")["error"] == -213
    assert zalo.quota("1")["error"] == -213
    assert zalo.get("/v2.0/oa/conversation", '{"user_id":"1"}')["error"] == -213


def test_a_welcoming_account_takes_everybody_for_a_follower_met_just_now(tmp_path: Path) -> None:
    with desk(tmp_path, welcoming=True) as zalo:
        zalo.consent()
        assert zalo.cs(user_id="7")["data"]["quota"] == {"quota_type": "reply"}
        zalo.at(NOW + timedelta(days=7) + SECOND)
        zalo.consent()
        assert zalo.cs(user_id="7")["error"] == -230
        assert zalo.cs(user_id="8")["error"] == 0


def test_2000_characters_are_the_limit(zalo: Desk) -> None:
    assert zalo.cs("ế" * 2000)["error"] == 0
    assert zalo.cs("ế" * 2001)["error"] == -210
    assert len(zalo.texts()) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"message":{"text":"x"}}',
        b'{"recipient":{"user_id":3811},"message":{"text":"x"}}',
        b'{"recipient":{"user_id":""},"message":{"text":"x"}}',
        b'{"recipient":{"message_id":"abc"},"message":{"text":"x"}}',
        b'{"recipient":{"user_id":"3811000000000000001"}}',
        b'{"recipient":{"user_id":"3811000000000000001"},"message":{"text":" "}}',
        b'{"recipient":{"user_id":"3811000000000000001"},"message":{"text":5}}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_says_nothing_is_an_invalid_field(zalo: Desk, body: bytes) -> None:
    answer = zalo.client.post("/v3.0/oa/message/cs", content=body, headers={"access_token": zalo.access})
    assert (answer.status_code, answer.json()["error"]) == (200, -201)


def test_only_texts_are_stood_in_for(zalo: Desk) -> None:
    body = {"recipient": {"user_id": HANG}, "message": {"text": "x", "attachment": {"type": "file"}}}
    assert zalo.post("/v3.0/oa/message/cs", body).json()["error"] == -233


def test_over_the_limit_of_a_minute_a_call_waits_for_the_next(zalo: Desk) -> None:
    zalo.control("settings", per_minute=2)
    body = {"recipient": {"user_id": HANG}, "message": {"text": "x"}}
    answers = [zalo.post("/v3.0/oa/message/cs", body) for _ in range(3)]
    told = [
        (each.json()["error"], each.headers["X-RateLimit-Limit"], each.headers["X-RateLimit-Remain"])
        for each in answers
    ]
    assert told == [(0, "2", "1"), (0, "2", "0"), (-32, "2", "0")]
    zalo.at(NOW + timedelta(minutes=1))
    assert zalo.cs()["error"] == 0


def test_the_limit_of_a_minute_is_4000(zalo: Desk) -> None:
    answer = zalo.client.get("/v2.0/oa/getoa", headers={"access_token": zalo.access})
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remain"]) == ("4000", "3999")


def test_a_spent_quota_holds_until_midnight_in_vietnam(zalo: Desk) -> None:
    zalo.control("settings", daily_quota=1)
    zalo.at(NOW.replace(hour=0))
    assert [zalo.cs()["error"], zalo.cs()["error"]] == [0, -211]
    zalo.at(NOW.replace(hour=23, minute=59))
    assert zalo.cs()["error"] == -211
    zalo.at(NOW.replace(hour=0) + timedelta(days=1))
    assert zalo.cs()["error"] == 0


def test_messages_go_by_night_too(zalo: Desk) -> None:
    zalo.at(NOW.replace(hour=2))
    zalo.consent()
    assert zalo.cs()["error"] == 0


def test_the_last_interaction_is_told_in_milliseconds(zalo: Desk) -> None:
    told = zalo.quota()
    assert (told["error"], told["data"]["last_interaction"], told["data"]["user_id"]) == (0, NOW_MS, HANG)
    zalo.person(last_interaction=None)
    assert zalo.quota()["data"]["last_interaction"] is None


def test_a_conversation_is_told_newest_first_from_both_sides(zalo: Desk) -> None:
    zalo.person(display_name="Trần Thị Hằng")
    sent = zalo.cs("một")["data"]["message_id"]
    zalo.at(NOW + SECOND)
    zalo.client.post(f"/people/{HANG}")
    theirs, ours = conversation(zalo)["data"]
    assert ours == {
        "src": 0,
        "time": NOW_MS,
        "type": "text",
        "message": "một",
        "message_id": sent,
        "from_id": "1000000000000000001",
        "to_id": HANG,
        "from_display_name": "Đôn đốc (OA mẫu)",
        "to_display_name": "Trần Thị Hằng",
    }
    assert (theirs["src"], theirs["time"], theirs["from_id"], theirs["from_display_name"]) == (
        1,
        NOW_MS + 1000,
        HANG,
        "Trần Thị Hằng",
    )


def test_a_conversation_is_told_in_parts_of_at_most_10(zalo: Desk) -> None:
    for number in range(12):
        zalo.cs(str(number))
    assert [line["message"] for line in conversation(zalo)["data"]] == [str(n) for n in range(11, 1, -1)]
    assert [line["message"] for line in conversation(zalo, offset=10, count=10)["data"]] == ["1", "0"]
    assert conversation(zalo, count=11)["error"] == -210
    assert conversation(zalo, offset=-1)["error"] == -201
    assert zalo.get("/v2.0/oa/conversation")["error"] == -201


def test_a_person_and_the_account_can_be_asked_for(zalo: Desk) -> None:
    zalo.person(display_name="Trần Thị Hằng")
    assert zalo.get("/v3.0/oa/user/detail", json.dumps({"user_id": HANG}))["data"] == {
        "user_id": HANG,
        "display_name": "Trần Thị Hằng",
        "user_is_follower": True,
        "user_last_interaction_date": "25/03/2024",
    }
    account = zalo.get("/v2.0/oa/getoa")["data"]
    assert (account["is_verified"], account["name"]) == (True, "Đôn đốc (OA mẫu)")


def test_a_text_with_half_a_sign_is_kept_without_it(zalo: Desk) -> None:
    body = b'{"recipient":{"user_id":"3811000000000000001"},"message":{"text":"a\\ud800b"},"tracking_id":"k"}'
    answer = zalo.client.post("/v3.0/oa/message/cs", content=body, headers={"access_token": zalo.access})
    assert answer.json()["error"] == 0
    assert zalo.texts() == ["a?b"]
    assert zalo.standin.messages()[0].tracking == "k"
    assert zalo.client.get(f"/people/{HANG}").status_code == 200
