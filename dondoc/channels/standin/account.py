"""The Official Account: what it may do, to whom, and what was done. Every change is on disk before it is told.

Nothing here knows HTTP or reads a clock. All methods may be called from several threads.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dondoc import clock
from dondoc.channels.standin import state
from dondoc.channels.standin.codes import (
    BAD_APP,
    BAD_CODE,
    BAD_FIELD,
    BAD_GRANT,
    BAD_SECRET,
    NOT_FOLLOWED,
    OAUTH_WORDS,
    OVER_LIMIT,
    QUOTA_SPENT,
    Refused,
)
from dondoc.channels.standin.journal import Journal, Record
from dondoc.channels.standin.limits import Limits, Meter
from dondoc.channels.standin.people import Message, Person, require_reachable, window
from dondoc.channels.standin.tokens import Pair, mint

log = logging.getLogger(__name__)

TEXT_LIMIT = 2000
"""Characters of one CS text (Zalo OA documentation, CS text message)."""

CONVERSATION_LIMIT = 10
"""Messages that one call of `conversation` may ask for (Zalo OA documentation, conversation)."""

_ZONE = ZoneInfo(clock.ZONE)
_ID_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Identity:
    """One application and the one Official Account that authorised it."""

    app_id: str
    app_secret: str = field(repr=False)
    oa_id: str
    name: str


class Account:
    """The Official Account kept in `folder`. `welcoming`: a user id never met is a person who has just followed it."""

    def __init__(self, folder: Path, identity: Identity, welcoming: bool = False) -> None:
        self.identity = identity
        self._welcoming = welcoming
        self._journal = Journal(folder)
        self._lock = threading.RLock()
        self._meter = Meter()
        self._state = state.State()
        for record in self._journal.read():
            self._replay(record)

    def close(self) -> None:
        """Let go of the journal; a later change opens it again."""
        with self._lock:
            self._journal.close()

    # What applications do

    def refresh(self, app_id: str, secret: str, grant_type: str, refresh_token: str, now: datetime) -> Pair:
        """A new pair for a refresh token, which is spent by it; raises Refused with an OAuth number."""
        with self._lock:
            _require(app_id == self.identity.app_id, BAD_APP)
            _require(hmac.compare_digest(secret.encode(), self.identity.app_secret.encode()), BAD_SECRET)
            _require(grant_type != "authorization_code", BAD_CODE)  # no web consent here, so no code is ever good
            _require(grant_type == "refresh_token", BAD_GRANT)
            self._state.tokens.check_refresh(refresh_token, now)
            return self.consent(now)

    def enter(self, access_token: str, now: datetime) -> None:
        """Let one call in and count it; raises Refused -216, -220 or -32."""
        with self._lock:
            self._state.tokens.check_access(access_token, now)
            self._meter.count(now, self._state.limits.per_minute)

    def send(self, user_id: str, text: str, tracking: str | None, now: datetime) -> Message:
        """Deliver one CS text. The same text again is a second message. Raises Refused, and then delivers nothing."""
        if len(text) > TEXT_LIMIT:
            raise Refused(OVER_LIMIT)
        with self._lock:
            person = self.person(user_id, now)
            require_reachable(person, now)
            self._require_quota(now)
            charged = window(person, now) == "charged"
            message = Message(new_message_id(), user_id, clean(text), now, charged=charged, tracking=tracking)
            self._keep(state.message_record(message))
            return message

    def person(self, user_id: str, now: datetime) -> Person:
        """The person behind `user_id`; raises Refused -213 for one that was never met, unless we are welcoming."""
        if not is_user_id(user_id):
            raise Refused(BAD_FIELD, "user_id is invalid")
        with self._lock:
            if user_id not in self._state.people:
                _require(self._welcoming, NOT_FOLLOWED)
                self.register(user_id, {}, now)
            return self._state.people[user_id]

    def conversation(self, user_id: str, offset: int, count: int, now: datetime) -> list[Message]:
        """Both sides' messages, newest first; raises Refused -210 when more than 10 are asked for."""
        if count > CONVERSATION_LIMIT:
            raise Refused(OVER_LIMIT)
        with self._lock:
            self.person(user_id, now)
            return self.messages_with(user_id)[::-1][offset : offset + count]

    # What people and administrators do

    def consent(self, now: datetime) -> Pair:
        """A pair for the administrator, as the API Explorer gives it; every earlier token is dead at once."""
        with self._lock:
            pair = mint(now, self._state.limits.token_hours)
            self._keep(state.pair_record(pair))
            return pair

    def interact(self, user_id: str, text: str, now: datetime) -> None:
        """The person writes `text` to the Official Account: the windows of 48 hours and 7 days begin anew."""
        with self._lock:
            person = replace(self.person(user_id, now), last_interaction=now)
            message = Message(new_message_id(), user_id, clean(text), now, from_oa=False)
            self._keep(state.person_record(person), state.message_record(message))

    def register(self, user_id: str, changes: dict[str, Any], now: datetime) -> Person:
        """Change the fields of Person named in `changes`; a person not met before follows and interacted at `now`."""
        with self._lock:
            known = self._state.people.get(user_id) or Person(user_id, user_id, last_interaction=now)
            person = replace(known, **changes)
            self._keep(state.person_record(person))
            return person

    def set_limits(self, changes: dict[str, Any]) -> Limits:
        """Change the fields of Limits named in `changes`; tokens already minted keep their life."""
        with self._lock:
            limits = replace(self._state.limits, **changes)
            self._keep(state.limits_record(limits))
            return limits

    def pin(self, now: datetime | None) -> None:
        """Stop the clock at `now`, also over restarts, or let it run again."""
        self._keep(state.clock_record(now))

    def reset(self) -> None:
        """Forget everything: messages, people, tokens, limits, the pinned clock."""
        with self._lock:
            self._journal.clear()
            self._state, self._meter = state.State(), Meter()

    # What can be read

    @property
    def pinned(self) -> datetime | None:
        """The moment at which the clock stands, None while it runs."""
        return self._state.pinned

    def calls_left(self, now: datetime) -> tuple[int, int]:
        """The limit of calls per minute, and what the minute of `now` has left of it."""
        with self._lock:
            limit = self._state.limits.per_minute
            return limit, self._meter.left(now, limit)

    def people(self) -> list[Person]:
        """Everybody met so far, in the order first met."""
        with self._lock:
            return list(self._state.people.values())

    def messages(self) -> list[Message]:
        """Everything the Official Account delivered, in that order."""
        with self._lock:
            return [message for message in self._state.messages if message.from_oa]

    def messages_with(self, user_id: str) -> list[Message]:
        """Both sides of one conversation, oldest first."""
        with self._lock:
            return list(self._state.by_person.get(user_id, []))

    def _require_quota(self, now: datetime) -> None:
        quota = self._state.limits.daily_quota
        if quota is None:
            return
        today = now.astimezone(_ZONE).date()
        sent = sum(each.from_oa and each.sent_at.astimezone(_ZONE).date() == today for each in self._state.messages)
        _require(sent < quota, QUOTA_SPENT)

    def _keep(self, *records: Record) -> None:
        with self._lock:
            self._journal.append(*records)
            for record in records:
                self._state.apply(record)

    def _replay(self, record: Record) -> None:
        try:
            self._state.apply(record)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("a record of the journal is passed over: %s", error, extra={"action": "zalo_record_unread"})


def new_message_id() -> str:
    """A message id never given before."""
    return secrets.token_hex(10)


def is_user_id(value: object) -> bool:
    """Whether `value` can be a user id: ids are strings (Zalo OA documentation, CS text message)."""
    if not isinstance(value, str) or not 0 < len(value) <= _ID_LIMIT:
        return False
    return value.isprintable() and not any(sign.isspace() for sign in value) and value.strip(".") != ""


def clean(text: str) -> str:
    """`text` without halves of surrogate pairs, which JSON can carry but no page or file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _require(fact: bool, code: int) -> None:
    if not fact:
        raise Refused(code, OAUTH_WORDS.get(code, ""))
