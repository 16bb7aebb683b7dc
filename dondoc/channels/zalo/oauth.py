"""The rotating pair of tokens as the channel sees it: where a token comes from, and the call that swaps a pair.

A refresh token is good for one swap; a swap kills the access token before it at once (Zalo OA documentation, OAuth v4).
Keeping the pair safe between the two is the work of whoever implements Tokens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import httpx

from dondoc.channels.zalo.client import Answer, Http, OaApi, Unanswered, Unsent, fit, number
from dondoc.channels.zalo.errors import TOKEN_CODES
from dondoc.channels.zalo.settings import ZaloSettings

LIFE = timedelta(hours=25)
"""How long an access token lives (Zalo OA documentation, OAuth v4); older pages say 1 hour, so the answer is read."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,4000}")


class Tokens(Protocol):
    """Where the channel gets its access token. `now` is aware. Both raise DeliveryError when there is none."""

    def access_token(self, now: datetime) -> str:
        """A token that should be good at `now`."""

    def refreshed(self, stale: str, now: datetime) -> str:
        """Another token than `stale`, which Zalo refused."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token, how long it lives, and the refresh token that came with it."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    life: timedelta = LIFE


class RefreshRefused(Exception):
    """Zalo answered a swap with an error: no new pair was made."""

    def __init__(self, code: int, words: str) -> None:
        self.code = code
        self.words = words
        super().__init__(f"{code} {words}")


class Throttled(Exception):
    """HTTP 429: the swap was not looked at."""


@dataclass(frozen=True, slots=True)
class Account:
    """The Official Account behind a token. `is_alive` None: that could not be learned; `name` "" likewise."""

    is_alive: bool | None
    name: str = ""
    words: str = ""


class OauthClient:
    """Swaps refresh tokens and asks whether an access token still opens the door. Threads may share it."""

    def __init__(self, settings: ZaloSettings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._api = OaApi(settings, http)

    def refresh(self, refresh_token: str) -> Pair:
        """Swap; `refresh_token` is spent by it.

        Raises Unsent (nothing happened), Throttled (nothing happened), RefreshRefused (Zalo said no), Unanswered (it
        may have happened: the connection died, or the answer cannot be read).
        """
        form = {"refresh_token": refresh_token, "app_id": self._settings.app_id, "grant_type": "refresh_token"}
        headers = {"secret_key": self._settings.app_secret, "Accept": "application/json"}
        address = f"{self._settings.oauth_url}/v4/oa/access_token"
        answer = self._http.ask(httpx.Request("POST", address, headers=headers, data=form))
        if answer.status == 429:
            raise Throttled
        if answer.error:
            raise RefreshRefused(answer.error, fit(answer.words, self._settings.app_secret, refresh_token))
        pair = _pair(answer)
        if pair is None:
            raise Unanswered(f"HTTP {answer.status}")
        return pair

    def account(self, access_token: str) -> Account:
        """Ask `getoa` (it changes nothing). Never raises: only -216 and -220 prove a token dead, all else nothing."""
        try:
            answer = self._api.get("/v2.0/oa/getoa", access_token)
        except (Unsent, Unanswered) as failed:
            return Account(None, words=str(failed))
        if answer.error == 0:
            return Account(True, _name(answer))
        words = self._api.fit(answer.words, access_token) or f"HTTP {answer.status}"
        return Account(False if answer.error in TOKEN_CODES else None, words=words)


def is_token(text: str) -> bool:
    """Whether `text` can be a token: visible ASCII without blanks, so that it can stand in a header."""
    return _TOKEN.fullmatch(text) is not None


def _pair(answer: Answer) -> Pair | None:
    body = answer.body if answer.status == 200 and answer.body is not None else {}
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if not (isinstance(access, str) and isinstance(refresh, str) and is_token(access) and is_token(refresh)):
        return None
    seconds = number(body.get("expires_in"))
    life = timedelta(seconds=seconds) if seconds is not None and 0 < seconds < LIFE.total_seconds() else LIFE
    return Pair(access, refresh, life)


def _name(answer: Answer) -> str:
    data = (answer.body or {}).get("data")
    name = data.get("name") if isinstance(data, dict) else None
    return fit(name) if isinstance(name, str) else ""
