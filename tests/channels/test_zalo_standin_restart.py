"""What the stand-in told is on disk before it is told: a restart, even after kill -9, forgets none of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from standin_desk import HANG, NOW, Desk, desk

from dondoc.channels.standin import DEMO_APP_ID, ZaloStandIn

PROCESS = """
import sys, threading
from pathlib import Path
from dondoc.channels.standin import ZaloStandIn
with ZaloStandIn(Path(sys.argv[1]), welcoming=True) as running:
    print(running.port, flush=True)
    threading.Event().wait()
"""


@contextmanager
def process(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    child = subprocess.Popen([sys.executable, "-c", PROCESS, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield f"http://127.0.0.1:{child.stdout.readline().strip()}", child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def journal(folder: Path) -> Path:
    return folder / "journal.jsonl"


def test_messages_and_tokens_survive_a_kill(tmp_path: Path) -> None:
    with process(tmp_path) as (url, child), httpx.Client(base_url=url) as client:
        pair = client.post("/control/consent", json={}).json()
        headers = {"access_token": pair["access_token"]}
        body = {"recipient": {"user_id": HANG}, "message": {"text": "một"}}
        assert client.post("/v3.0/oa/message/cs", json=body, headers=headers).json()["error"] == 0
        told = client.get("/control/messages").json()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    with process(tmp_path) as (url, _), httpx.Client(base_url=url) as client:
        assert client.get("/control/messages").json() == told
        assert client.post("/v3.0/oa/message/cs", json=body, headers=headers).json()["error"] == 0
        form = {"app_id": DEMO_APP_ID, "grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        answers = [
            client.post("/v4/oa/access_token", data=form, headers={"secret_key": "demo-bi-mat"}).json() for _ in "12"
        ]
        assert ["access_token" in answers[0], answers[1]["error"]] == [True, -14020]


def test_people_limits_and_the_pinned_clock_survive_but_faults_do_not(tmp_path: Path) -> None:
    later = NOW + timedelta(days=3)
    with desk(tmp_path) as zalo:
        zalo.at(later)
        zalo.person(display_name="Hằng", last_interaction=NOW.isoformat())
        zalo.control("settings", per_minute=7)
        zalo.fault("down")
        people, access = zalo.client.get("/control/people").json(), zalo.consent()["access_token"]
    with desk(tmp_path) as zalo:
        zalo.access = access
        assert zalo.client.get("/control/people").json() == people
        assert zalo.client.get("/control/faults").json() == []
        assert zalo.cs()["data"]["quota"] == {}
        assert zalo.client.get("/control/messages").json()[0]["time"] == later.isoformat()
        answer = zalo.client.get("/v2.0/oa/getoa", headers={"access_token": access})
        assert answer.headers["X-RateLimit-Limit"] == "7"


def test_a_killed_token_stays_known_as_one_over_a_restart(tmp_path: Path) -> None:
    with desk(tmp_path) as zalo:
        old = zalo.consent()["access_token"]
        zalo.consent()
    with desk(tmp_path) as zalo:
        zalo.access = old
        assert zalo.cs()["error"] == -220


def test_a_torn_last_line_was_never_told_and_is_dropped(tmp_path: Path) -> None:
    with desk(tmp_path, welcoming=True) as zalo:
        zalo.consent()
        zalo.cs("một")
        zalo.cs("hai")
    whole = journal(tmp_path).read_bytes()
    journal(tmp_path).write_bytes(whole[:-20])
    with desk(tmp_path, welcoming=True) as zalo:
        assert zalo.texts() == ["một"]
        zalo.consent()
        zalo.cs("ba")
    with desk(tmp_path) as zalo:
        assert zalo.texts() == ["một", "ba"]


@pytest.mark.parametrize(
    "line", [b"\0\0\0\n", b"[1]\n", b'{"kind":"message","value":{}}\n', b'{"kind":"new"}\n', b"{}\n"]
)
def test_a_line_that_says_nothing_costs_only_itself(tmp_path: Path, line: bytes) -> None:
    with desk(tmp_path, welcoming=True) as zalo:
        zalo.consent()
        zalo.cs("một")
    with journal(tmp_path).open("ab") as file:
        file.write(line)
    with desk(tmp_path) as zalo:
        assert zalo.texts() == ["một"]


def test_reset_forgets_everything_also_after_a_restart(tmp_path: Path) -> None:
    with desk(tmp_path, welcoming=True) as zalo:
        pair = zalo.consent()
        zalo.cs()
        zalo.at(NOW + timedelta(days=1))
        zalo.control("settings", daily_quota=1)
        zalo.fault("down")
        zalo.control("reset")
        assert zalo.cs()["error"] == -216
        assert zalo.oauth(pair["refresh_token"])["error"] == -14020
    with desk(tmp_path) as zalo:
        assert (zalo.texts(), zalo.client.get("/control/people").json()) == ([], [])
        assert zalo.control("clock")["now"] == NOW.isoformat()


def test_a_disk_that_cannot_be_written_is_an_http_error_and_no_message(tmp_path: Path) -> None:
    in_the_way = tmp_path / "tệp"
    in_the_way.write_text("")
    with desk(in_the_way, welcoming=True) as zalo:
        assert zalo.client.post("/control/consent", json={}).status_code == 500
        assert zalo.texts() == []


def test_it_may_start_again_on_its_port_and_tells_at_once_when_that_is_taken(tmp_path: Path) -> None:
    with ZaloStandIn(tmp_path) as first, pytest.raises(OSError):
        ZaloStandIn(tmp_path / "2", first.port).start()
    first.start()
    again = Desk(first)
    assert again.client.get("/").status_code == 200
    first.stop()
    first.stop()
    with pytest.raises(httpx.ConnectError):
        again.client.get("/")
    again.client.close()
