"""Everything the stand-in knows, rebuilt by replaying its journal; and how each fact is written there (pure)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from dondoc.channels.standin.journal import Record
from dondoc.channels.standin.limits import Limits
from dondoc.channels.standin.people import Message, Person
from dondoc.channels.standin.tokens import Pair, Tokens


@dataclass(slots=True)
class State:
    """`pinned` is the moment that the clock was pinned to (aware), None while it runs freely."""

    people: dict[str, Person] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    by_person: dict[str, list[Message]] = field(default_factory=dict)
    tokens: Tokens = field(default_factory=Tokens)
    limits: Limits = field(default_factory=Limits)
    pinned: datetime | None = None

    def apply(self, record: Record) -> None:
        """Take one record of the journal in; raises KeyError, TypeError or ValueError when it is none."""
        kind, value = record["kind"], record["value"]
        if kind == "person":
            person = Person(**_with_moments(value, "last_interaction"))
            self.people[person.user_id] = person
        elif kind == "message":
            self._add(Message(**_with_moments(value, "sent_at")))
        elif kind == "pair":
            self.tokens.replace(Pair(**_with_moments(value, "access_until", "refresh_until")))
        elif kind == "limits":
            self.limits = Limits(**value)
        elif kind == "clock":
            self.pinned = _with_moments(value, "pinned")["pinned"]
        else:
            raise ValueError(f"unknown kind of record {kind!r}")

    def _add(self, message: Message) -> None:
        self.messages.append(message)
        self.by_person.setdefault(message.user_id, []).append(message)


def person_record(person: Person) -> Record:
    """How `person` is written in the journal; the newest record of a user id counts."""
    return _record("person", asdict(person))


def message_record(message: Message) -> Record:
    """How `message` is written in the journal."""
    return _record("message", asdict(message))


def pair_record(pair: Pair) -> Record:
    """How `pair` is written in the journal; it kills the pair before it."""
    return _record("pair", asdict(pair))


def limits_record(limits: Limits) -> Record:
    """How `limits` are written in the journal."""
    return _record("limits", asdict(limits))


def clock_record(pinned: datetime | None) -> Record:
    """How the pinned clock is written in the journal; None frees it."""
    return _record("clock", {"pinned": pinned})


def _record(kind: str, value: dict[str, Any]) -> Record:
    plain = {key: item.isoformat() if isinstance(item, datetime) else item for key, item in value.items()}
    return {"kind": kind, "value": plain}


def _with_moments(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return value | {name: datetime.fromisoformat(value[name]) for name in names if value[name] is not None}
