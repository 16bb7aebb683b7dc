"""Control calls serve this machine only, take only what makes sense, and change only what they say."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from standin_desk import HANG, NOW, Desk, desk, fresh
from starlette.testclient import TestClient

from dondoc.channels.standin import standin_app


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


CALLS = [("GET", "messages"), ("GET", "faults"), ("GET", "people"), ("DELETE", "faults")]
CALLS += [("POST", name) for name in ("consent", "clock", "people", "settings", "faults", "reset")]


@pytest.mark.parametrize(("method", "name"), CALLS)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8027", "127.0.0.1.evil.example", "[::2]", "", "localhost@x"]
)
def test_a_foreign_host_is_refused(zalo: Desk, method: str, name: str, host: str) -> None:
    zalo.cs("một")
    json = {} if method == "POST" else None
    answer = zalo.client.request(method, f"/control/{name}", headers={"Host": host}, json=json)
    assert answer.status_code == 403
    assert zalo.texts() == ["một"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8027", "127.0.0.1", "[::1]", "[::1]:8027"])
def test_this_machines_own_names_are_served(zalo: Desk, host: str) -> None:
    assert zalo.client.get("/control/messages", headers={"Host": host}).status_code == 200


def test_another_machine_is_refused_under_whatever_name(zalo: Desk) -> None:
    app = standin_app(zalo.standin.account, zalo.standin.faults)
    for machine in ("192.0.2.7", "testclient"):
        client = TestClient(app, base_url="http://127.0.0.1:8027", client=(machine, 50000))
        assert client.get("/control/messages").status_code == 403


@pytest.mark.parametrize("name", [name for method, name in CALLS if method == "POST"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", None])
def test_what_a_web_form_can_send_is_refused(zalo: Desk, name: str, kind: str | None) -> None:
    zalo.cs("một")
    headers = {} if kind is None else {"Content-Type": kind}
    answer = zalo.client.post(f"/control/{name}", content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert zalo.texts() == ["một"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("clock", '{"now":"yesterday"}'),
        ("clock", '{"now":"2024-03-25T08:00:00"}'),
        ("clock", '{"now":5}'),
        ("clock", '{"then":null}'),
        ("people", "{}"),
        ("people", '{"user_id":5}'),
        ("people", '{"user_id":".."}'),
        ("people", '{"user_id":"a b"}'),
        ("people", '{"user_id":"1","display_name":null}'),
        ("people", '{"user_id":"1","follows":"yes"}'),
        ("people", '{"user_id":"1","last_interaction":"2024-03-25"}'),
        ("people", '{"user_id":"1","nickname":"x"}'),
        ("settings", '{"per_minute":-1}'),
        ("settings", '{"daily_quota":1.5}'),
        ("settings", '{"token_hours":1e9}'),
        ("settings", '{"token_hours":NaN}'),
        ("settings", '{"other":1}'),
        ("faults", "[]"),
        ("reset", "nonsense"),
        ("consent", "[" * 100_000),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(zalo: Desk, name: str, body: str) -> None:
    before = zalo.client.get("/control/people").json()
    answer = zalo.client.post(f"/control/{name}", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert zalo.client.get("/control/people").json() == before
    assert zalo.cs()["error"] == 0


def test_a_new_person_follows_and_has_just_interacted(zalo: Desk) -> None:
    told = zalo.control("people", user_id="9")
    assert told == {
        "user_id": "9",
        "display_name": "9",
        "follows": True,
        "last_interaction": NOW.isoformat(),
        "blocked": False,
        "active": True,
    }


def test_what_is_not_said_about_a_person_stays(zalo: Desk) -> None:
    zalo.person(display_name="Hằng", blocked=True)
    told = zalo.control("people", user_id=HANG, active=False)
    assert (told["display_name"], told["blocked"], told["active"]) == ("Hằng", True, False)


def test_limits_not_named_stay_and_null_brings_the_usual_one_back(zalo: Desk) -> None:
    zalo.control("settings", per_minute=5, daily_quota=6)
    assert zalo.control("settings", token_hours=2) == {"per_minute": 5, "daily_quota": 6, "token_hours": 2}
    usual: dict[str, Any] = {"per_minute": 4000, "daily_quota": None, "token_hours": 25.0}
    assert zalo.control("settings", **dict.fromkeys(usual)) == usual


def test_the_clock_is_pinned_and_freed(zalo: Desk) -> None:
    pinned = {"now": "2025-01-02T07:00:00+07:00", "pinned": True}
    assert zalo.control("clock", now="2025-01-02T00:00:00Z") == pinned
    assert zalo.cs()["error"] == -220
    assert zalo.control("clock", now=None) == {"now": NOW.isoformat(), "pinned": False}
    assert zalo.cs()["error"] == 0


def test_many_clients_at_once_lose_nothing(zalo: Desk) -> None:
    def send(number: int) -> int:
        body = {"recipient": {"user_id": HANG}, "message": {"text": str(number)}}
        url = f"{zalo.standin.url}/v3.0/oa/message/cs"
        return int(httpx.post(url, json=body, headers={"access_token": zalo.access}).json()["error"])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(40))) == [0] * 40
    assert sorted(zalo.texts(), key=int) == [str(number) for number in range(40)]
