"""Faults on demand, as a client on a real socket meets them, and what was delivered all the same."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from standin_desk import HANG, Desk, desk, fresh

CUT = (httpx.RemoteProtocolError, httpx.ReadError)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


def sent(zalo: Desk, **more: Any) -> httpx.Response:
    body = {"recipient": {"user_id": HANG}, "message": {"text": "x"}}
    return zalo.post("/v3.0/oa/message/cs", body, **more)


def test_error_is_told_and_nothing_delivered(zalo: Desk) -> None:
    zalo.fault("error", code=-234)
    answer = sent(zalo)
    assert (answer.status_code, answer.json()["error"]) == (200, -234)
    assert zalo.texts() == []


def test_error_32_comes_with_a_spent_minute(zalo: Desk) -> None:
    zalo.fault("error", code=-32)
    answer = sent(zalo)
    assert (answer.json()["error"], answer.headers["X-RateLimit-Remain"]) == (-32, "0")


@pytest.mark.parametrize(("works", "texts"), [(False, []), (True, ["x"])])
def test_http_gives_the_status(zalo: Desk, works: bool, texts: list[str]) -> None:
    zalo.fault("http", status=502, works=works)
    assert sent(zalo).status_code == 502
    assert zalo.texts() == texts


@pytest.mark.parametrize(("works", "texts"), [(False, []), (True, ["x"])])
def test_garbage_is_no_json(zalo: Desk, works: bool, texts: list[str]) -> None:
    zalo.fault("garbage", works=works)
    answer = sent(zalo)
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert zalo.texts() == texts


@pytest.mark.parametrize(("do", "texts"), [("cut_before", []), ("cut_after", ["x"]), ("down", [])])
def test_a_cut_connection_ends_without_an_answer(zalo: Desk, do: str, texts: list[str]) -> None:
    zalo.fault(do, times=1)
    with pytest.raises(CUT):
        sent(zalo)
    assert zalo.texts() == texts
    assert sent(zalo).json()["error"] == 0


def test_a_lie_of_failure_delivers(zalo: Desk) -> None:
    zalo.fault("lie_error")
    assert sent(zalo).json()["error"] == -200
    assert zalo.texts() == ["x"]


def test_a_lie_of_success_delivers_nothing(zalo: Desk) -> None:
    zalo.fault("lie_ok")
    told = sent(zalo).json()
    assert (told["error"], told["message"], set(told["data"])) == (
        0,
        "Success",
        {"message_id", "user_id", "sent_time", "quota"},
    )
    assert zalo.texts() == []


def test_silence_delivers_and_lasts_as_long_as_the_client(zalo: Desk) -> None:
    zalo.fault("silent", times=1)
    with pytest.raises(httpx.ReadTimeout):
        sent(zalo, timeout=0.2)
    assert zalo.texts() == ["x"]
    assert sent(zalo).json()["error"] == 0


def test_slow_is_late_but_as_usual(zalo: Desk) -> None:
    zalo.fault("slow", seconds=0.01)
    assert sent(zalo).json()["error"] == 0
    assert zalo.texts() == ["x"]


def test_slow_delivers_also_when_the_client_has_gone(zalo: Desk) -> None:
    zalo.fault("slow", seconds=0.5, times=1)
    with pytest.raises(httpx.ReadTimeout):
        sent(zalo, timeout=0.05)
    while not zalo.texts():
        time.sleep(0.05)
    assert zalo.texts() == ["x"]


def test_a_fault_is_met_so_many_times(zalo: Desk) -> None:
    zalo.fault("error", times=2)
    assert [sent(zalo).json()["error"] for _ in range(3)] == [-200, -200, 0]


def test_without_times_it_lasts_until_cleared(zalo: Desk) -> None:
    zalo.fault("error")
    assert [sent(zalo).json()["error"] for _ in range(3)] == [-200] * 3
    assert zalo.client.delete("/control/faults").json() == []
    assert sent(zalo).json()["error"] == 0


def test_a_fault_meets_its_own_calls_only(zalo: Desk) -> None:
    zalo.fault("error", path="quota", code=-209)
    assert (sent(zalo).json()["error"], zalo.quota()["error"]) == (0, -209)
    assert zalo.get("/v2.0/oa/getoa")["error"] == 0


def test_down_meets_every_call_whatever_path_it_names_but_not_the_page(zalo: Desk) -> None:
    zalo.fault("down", path="cs")
    for call in (zalo.cs, zalo.quota, lambda: zalo.get("/v2.0/oa/getoa"), lambda: zalo.oauth("x")):
        with pytest.raises(CUT):
            call()
    assert zalo.client.get("/").status_code == 200


def test_the_first_fault_that_fits_comes_first(zalo: Desk) -> None:
    zalo.fault("error", code=-1, times=1)
    zalo.fault("error", path="*", code=-2, times=1)
    assert zalo.client.get("/control/faults").json() == [
        {"path": "cs", "do": "error", "times": 1, "code": -1, "status": 503, "seconds": 0.0, "works": False},
        {"path": "*", "do": "error", "times": 1, "code": -2, "status": 503, "seconds": 0.0, "works": False},
    ]
    assert [sent(zalo).json()["error"] for _ in range(3)] == [-1, -2, 0]


def test_a_refresh_whose_answer_is_lost_has_spent_its_token(zalo: Desk) -> None:
    pair = zalo.consent()
    zalo.fault("cut_after", path="oauth", times=1)
    with pytest.raises(CUT):
        zalo.oauth(pair["refresh_token"])
    assert zalo.oauth(pair["refresh_token"])["error"] == -14020
    assert zalo.cs()["error"] == -220


def test_a_refresh_cut_before_has_spent_nothing(zalo: Desk) -> None:
    pair = zalo.consent()
    zalo.fault("cut_before", path="oauth", times=1)
    with pytest.raises(CUT):
        zalo.oauth(pair["refresh_token"])
    assert "access_token" in zalo.oauth(pair["refresh_token"])


def test_a_refresh_lied_about_gives_tokens_that_open_nothing(zalo: Desk) -> None:
    pair = zalo.consent()
    zalo.fault("lie_ok", path="oauth", times=1)
    false = zalo.oauth(pair["refresh_token"])
    assert false["expires_in"] == "90000"
    assert zalo.cs()["error"] == 0
    zalo.access = false["access_token"]
    assert zalo.cs()["error"] == -216


def test_an_oauth_error_on_demand_has_oauths_shape(zalo: Desk) -> None:
    zalo.fault("error", path="oauth", code=-14029)
    told = zalo.oauth(zalo.consent()["refresh_token"])
    assert (told["error"], told["error_name"]) == (-14029, "Application has not been approved")


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "cs"},
        {"do": "error"},
        {"path": "nowhere", "do": "error"},
        {"path": "cs", "do": "explode"},
        {"path": "cs", "do": "error", "times": 0},
        {"path": "cs", "do": "error", "times": True},
        {"path": "cs", "do": "error", "code": 0},
        {"path": "cs", "do": "http", "status": 200},
        {"path": "cs", "do": "slow", "seconds": -1},
        {"path": "cs", "do": "garbage", "works": "yes"},
        {"path": "cs", "do": "error", "\ud800": 1},
        {"path": ["cs"], "do": "error"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(zalo: Desk, fault: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    answer = zalo.client.post("/control/faults", content=json.dumps(fault), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert zalo.client.get("/control/faults").json() == []


@pytest.mark.parametrize("do", ["slow", "silent"])
def test_stopping_cuts_who_still_waits(tmp_path: Path, do: str) -> None:
    with desk(tmp_path) as zalo, ThreadPoolExecutor(1) as other:
        zalo.person()
        zalo.consent()
        zalo.fault(do, seconds=3600, times=1)
        waiting = other.submit(sent, zalo)
        while zalo.standin.faults.active():
            time.sleep(0.01)
        zalo.standin.stop()
        assert isinstance(waiting.exception(), CUT)
        assert [message.text for message in zalo.standin.messages()] == {"slow": [], "silent": ["x"]}[do]
