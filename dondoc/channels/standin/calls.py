"""The calls of Zalo that the stand-in answers: what each does, what success and refusal look like on the wire.

A call can be done, pretended (success is told, nothing is done) or failed with a number; faults choose which.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from dondoc import clock
from dondoc.channels.standin.account import Account, clean, is_user_id, new_message_id
from dondoc.channels.standin.codes import BAD_FIELD, OA_WORDS, OAUTH_WORDS, TOO_MANY, UNSUPPORTED, Refused
from dondoc.channels.standin.faults import is_count
from dondoc.channels.standin.limits import TOKEN_HOURS
from dondoc.channels.standin.people import Message, Person
from dondoc.channels.standin.tokens import Pair, mint

_ZONE = ZoneInfo(clock.ZONE)
_REFERENCE = "https://developers.zalo.me/docs/official-account/phu-luc/ma-loi"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as received; header names are lower case, `now` is the moment it is answered (aware)."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, always with HTTP 200: Zalo's errors are told in the body."""

    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


class Call(Protocol):
    """One of Zalo's calls."""

    def do(self, asked: Asked) -> Reply:
        """Do it and answer; a refusal is an answer too."""

    def pretend(self, asked: Asked) -> Reply:
        """Answer as if it had been done."""

    def fail(self, asked: Asked, code: int) -> Reply:
        """Answer that it failed, with `code`."""


Work = Callable[[Asked], Any]


class OaCall:
    """A call of the OA API: the header `access_token` lets it in, `work` answers the `data` of the reply."""

    def __init__(self, account: Account, work: Work, pretence: Work | None = None) -> None:
        self._account = account
        self._work = work
        self._pretence = pretence or work

    def do(self, asked: Asked) -> Reply:
        try:
            self._account.enter(asked.headers.get("access_token", ""), asked.now)
            return self._success(asked, self._work(asked))
        except Refused as refused:
            return self._refusal(asked, refused)

    def pretend(self, asked: Asked) -> Reply:
        try:
            return self._success(asked, self._pretence(asked))
        except Refused as refused:
            return self._refusal(asked, refused)

    def fail(self, asked: Asked, code: int) -> Reply:
        return self._refusal(asked, Refused(code))

    def _success(self, asked: Asked, data: Any) -> Reply:
        return Reply({"data": data, "error": 0, "message": "Success"}, self._rate(asked))

    def _refusal(self, asked: Asked, refused: Refused) -> Reply:
        headers = self._rate(asked)
        if refused.code == TOO_MANY:
            headers["X-RateLimit-Remain"] = "0"
        return Reply({"error": refused.code, "message": refused.message}, headers)

    def _rate(self, asked: Asked) -> dict[str, str]:
        limit, left = self._account.calls_left(asked.now)
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": str(left)}


class OauthCall:
    """The call that swaps a refresh token for a pair (Zalo OA documentation, OAuth v4)."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def do(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode("utf-8", "replace")).items()}
        try:
            pair = self._account.refresh(
                form.get("app_id", ""),
                asked.headers.get("secret_key", ""),
                form.get("grant_type", ""),
                form.get("refresh_token", ""),
                asked.now,
            )
        except Refused as refused:
            return self.fail(asked, refused.code)
        return Reply(pair_json(pair, asked.now))

    def pretend(self, asked: Asked) -> Reply:
        return Reply(pair_json(mint(asked.now, TOKEN_HOURS), asked.now))

    def fail(self, asked: Asked, code: int) -> Reply:
        name = OAUTH_WORDS.get(code) or OA_WORDS.get(code, "Unknown error")
        return Reply({"error": code, "error_name": name, "error_description": name, "ref_doc": _REFERENCE})


class Works:
    """What each call of the OA API does, given a request that was let in."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def send(self, asked: Asked) -> dict[str, Any]:
        """`/v3.0/oa/message/cs`, text only."""
        body = _json(asked.body)
        user_id, text = _recipient(body), _text(body)
        return _sent(self._account.send(user_id, text, _tracking(body), asked.now))

    def pretend_to_send(self, asked: Asked) -> dict[str, Any]:
        """The answer of a message that nobody will get."""
        return _sent(Message(new_message_id(), _recipient(_json(asked.body)), "", asked.now))

    def quota(self, asked: Asked) -> Any:
        """`/v3.0/oa/quota/message`: one person's last interaction, or the assets of the account (it has none)."""
        body = _json(asked.body)
        if "quota_owner" in body:
            return []
        person = self._account.person(_user_id(body), asked.now)
        last = milliseconds(person.last_interaction) if person.last_interaction else None
        return {"user_id": person.user_id, "last_interaction": last, "cs_reply": {}, "promotion": {}}

    def conversation(self, asked: Asked) -> list[dict[str, Any]]:
        """`/v2.0/oa/conversation`."""
        data = _query(asked)
        offset, count = data.get("offset", 0), data.get("count", 10)
        if not is_count(offset) or not is_count(count):
            raise Refused(BAD_FIELD, "offset or count is invalid")
        person = self._account.person(_user_id(data), asked.now)
        messages = self._account.conversation(person.user_id, offset, count, asked.now)
        return [self._line(message, person) for message in messages]

    def detail(self, asked: Asked) -> dict[str, Any]:
        """`/v3.0/oa/user/detail`."""
        person = self._account.person(_user_id(_query(asked)), asked.now)
        last = person.last_interaction
        return {
            "user_id": person.user_id,
            "display_name": person.display_name,
            "user_is_follower": person.follows,
            "user_last_interaction_date": f"{last.astimezone(_ZONE):%d/%m/%Y}" if last else "",
        }

    def account(self, asked: Asked) -> dict[str, Any]:
        """`/v2.0/oa/getoa`."""
        identity = self._account.identity
        facts = {"is_verified": True, "package_name": "Nâng cao", "linked_ZCA": ""}
        return {"oaid": identity.oa_id, "oa_id": identity.oa_id, "name": identity.name} | facts

    def _line(self, message: Message, person: Person) -> dict[str, Any]:
        identity = self._account.identity
        ends = [(identity.oa_id, identity.name), (person.user_id, person.display_name)]
        (from_id, from_name), (to_id, to_name) = ends if message.from_oa else ends[::-1]
        return {
            "src": 0 if message.from_oa else 1,
            "time": milliseconds(message.sent_at),
            "type": "text",
            "message": message.text,
            "message_id": message.message_id,
            "from_id": from_id,
            "to_id": to_id,
            "from_display_name": from_name,
            "to_display_name": to_name,
        }


def pair_json(pair: Pair, now: datetime) -> dict[str, Any]:
    """The answer that carries a pair; `expires_in` is in seconds, and a string (Zalo OA documentation, OAuth v4)."""
    seconds = round((pair.access_until - now).total_seconds())
    return {"access_token": pair.access_token, "refresh_token": pair.refresh_token, "expires_in": str(seconds)}


def milliseconds(moment: datetime) -> int:
    """`moment` as Zalo writes it: milliseconds since 1970-01-01 UTC."""
    return round(moment.timestamp() * 1000)


def _sent(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "user_id": message.user_id,
        "sent_time": str(milliseconds(message.sent_at)),
        "quota": {} if message.charged else {"quota_type": "reply"},
    }


def _json(content: bytes | str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused(BAD_FIELD, "body is invalid")
    return value


def _query(asked: Asked) -> dict[str, Any]:
    return _json(asked.query.get("data", ""))


def _user_id(value: dict[str, Any]) -> str:
    user_id = value.get("user_id")
    if not isinstance(user_id, str) or not is_user_id(user_id):
        raise Refused(BAD_FIELD, "user_id is invalid")
    return user_id


def _recipient(body: dict[str, Any]) -> str:
    recipient = body.get("recipient")
    return _user_id(recipient if isinstance(recipient, dict) else {})


def _text(body: dict[str, Any]) -> str:
    message = body.get("message")
    if not isinstance(message, dict):
        raise Refused(BAD_FIELD, "message is invalid")
    if "attachment" in message:
        raise Refused(UNSUPPORTED)
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(BAD_FIELD, "text is invalid")
    return text


def _tracking(body: dict[str, Any]) -> str | None:
    value = body.get("tracking_id")
    return clean(value) if isinstance(value, str) else None
