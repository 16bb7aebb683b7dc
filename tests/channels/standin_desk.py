"""A desk from which tests work the Zalo stand-in over real HTTP, as an application, an administrator, a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx

from dondoc.channels.standin import DEMO_APP_ID, DEMO_APP_SECRET, ZaloStandIn

NOW = datetime(2024, 3, 25, 8, 0, tzinfo=timezone(timedelta(hours=7)))
NOW_MS = 1711328400000
HANG = "3811000000000000001"
PAIR = {"app_id": DEMO_APP_ID, "grant_type": "refresh_token"}
SECRET = {"secret_key": DEMO_APP_SECRET}


class Desk:
    """One stand-in that runs, and a client that holds its newest access token."""

    def __init__(self, standin: ZaloStandIn) -> None:
        self.standin = standin
        self.client = httpx.Client(base_url=standin.url, timeout=10)
        self.access = ""

    def control(self, name: str, **body: Any) -> Any:
        """One control call; it must be accepted."""
        answer = self.client.post(f"/control/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def consent(self) -> dict[str, str]:
        """A first pair, whose access token is used from now on."""
        pair: dict[str, str] = self.control("consent")
        self.access = pair["access_token"]
        return pair

    def at(self, moment: datetime) -> None:
        """Pin the clock."""
        self.control("clock", now=moment.isoformat())

    def person(self, user_id: str = HANG, **facts: Any) -> None:
        """Register somebody; without more, a follower who interacted just now."""
        self.control("people", user_id=user_id, **facts)

    def fault(self, do: str, path: str = "cs", **more: Any) -> None:
        """Ask for one fault."""
        self.control("faults", path=path, do=do, **more)

    def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """One POST of the OA API with the token held."""
        return self.client.post(path, json=body, headers={"access_token": self.access}, **more)

    def cs(self, text: str = "Kính gửi Sở Tư pháp", user_id: str = HANG, **more: Any) -> Any:
        """Send one CS text and give back the JSON of the answer."""
        body = {"recipient": {"user_id": user_id}, "message": {"text": text}}
        return self.post("/v3.0/oa/message/cs", body, **more).json()

    def quota(self, user_id: str = HANG) -> Any:
        """Ask for the person's last interaction."""
        return self.post("/v3.0/oa/quota/message", {"user_id": user_id}).json()

    def get(self, path: str, data: str | None = None) -> Any:
        """One GET of the OA API with the token held."""
        query = {} if data is None else {"data": data}
        return self.client.get(path, params=query, headers={"access_token": self.access}).json()

    def oauth(self, refresh_token: str, secret: str = DEMO_APP_SECRET, **changes: str) -> Any:
        """Swap a refresh token; `changes` overwrite the fields of the form."""
        form = PAIR | {"refresh_token": refresh_token} | changes
        return self.client.post("/v4/oa/access_token", data=form, headers={"secret_key": secret}).json()

    def texts(self) -> list[str]:
        """The texts that were delivered, in order."""
        return [message["text"] for message in self.client.get("/control/messages").json()]


@contextmanager
def desk(folder: Path, **options: Any) -> Iterator[Desk]:
    """A stand-in over `folder` whose clock stands at NOW."""
    with ZaloStandIn(folder, **({"now": lambda: NOW} | options)) as standin:
        made = Desk(standin)
        with made.client:
            yield made


@contextmanager
def fresh(shared: Desk) -> Iterator[Desk]:
    """A running stand-in that has forgotten everything, with one person and a token: quicker than a new server."""
    shared.control("reset")
    shared.person()
    shared.consent()
    yield shared
