"""Faults on demand: what goes wrong with the next calls. Kept in memory only: a restarted stand-in is sound."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from dondoc.channels.standin.codes import SEND_FAILED

Path = Literal["cs", "oauth", "quota", "conversation", "getoa", "detail"]
Action = Literal[
    "error", "http", "slow", "cut_before", "cut_after", "lie_error", "lie_ok", "garbage", "silent", "down"
]  # fmt: skip
PATHS: tuple[str, ...] = (*get_args(Path), "*")
ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the calls of `path` ("*": all), `times` times (None: until cleared).

    `error`: answer `code`, do nothing. `http`: answer HTTP `status`. `slow`: wait `seconds`, then go on as usual, also
    when the caller has gone. `cut_before`, `cut_after`: close the connection without an answer, before or after the
    work. `lie_error`: do the work, answer `code`. `lie_ok`: answer success, do nothing. `garbage`: HTTP 200 with a
    body that is no JSON. `silent`: do the work and never answer. `down`: close the connection of every call at once,
    whatever `path` says.
    `works`: for `http` and `garbage`, whether the work is done all the same.
    """

    path: str
    do: Action
    times: int | None = None
    code: int = SEND_FAILED
    status: int = 503
    seconds: float = 0.0
    works: bool = False


class Faults:
    """The faults in force, in the order they were asked for; the first that fits a call is the one it meets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put `fault` behind those in force."""
        with self._lock:
            self._active.append(fault)

    def clear(self) -> None:
        """From now on everything is sound."""
        with self._lock:
            self._active.clear()

    def active(self) -> list[Fault]:
        """The faults in force; `times` is what is left."""
        with self._lock:
            return list(self._active)

    def meet(self, path: Path) -> Fault | None:
        """The fault that this call meets, if any; it is used up by one."""
        with self._lock:
            for index, fault in enumerate(self._active):
                if fault.do == "down" or fault.path in (path, "*"):
                    self._use(index, fault)
                    return fault
        return None

    def _use(self, index: int, fault: Fault) -> None:
        if fault.times == 1:
            del self._active[index]
        elif fault.times is not None:
            self._active[index] = replace(fault, times=fault.times - 1)


def read_fault(value: Mapping[str, Any]) -> Fault:
    """The fault that a JSON object asks for; raises ValueError saying what is wrong with it."""
    unknown = set(value) - set(Fault.__dataclass_fields__)
    _require(not unknown, f"unknown: {', '.join(sorted(unknown))}")
    given = {**value, "path": "*"} if value.get("do") == "down" else dict(value)
    _require(given.get("path") in PATHS, f"path must be one of {', '.join(PATHS)}")
    _require(given.get("do") in ACTIONS, f"do must be one of {', '.join(ACTIONS)}")
    fault = Fault(**given)
    _require(fault.times is None or is_count(fault.times), "times must be a whole number from 1, or null")
    _require(fault.times != 0, "times must be a whole number from 1, or null")
    _require(type(fault.code) is int and fault.code != 0, "code must be a number other than 0")
    _require(is_count(fault.status) and 300 <= fault.status <= 599, "status must be from 300 to 599")
    _require(is_amount(fault.seconds), "seconds must be a number from 0")
    _require(type(fault.works) is bool, "works must be true or false")
    return fault


def fault_json(fault: Fault) -> dict[str, Any]:
    """The object that `read_fault` reads."""
    return asdict(fault)


def is_count(value: object) -> bool:
    """Whether `value` is a whole number from 0 (True and False are none)."""
    return type(value) is int and value >= 0


def is_amount(value: object) -> bool:
    """Whether `value` is a finite number from 0."""
    return type(value) in (int, float) and 0 <= value < float("inf")  # type: ignore[operator]  # type() has told


def _require(fact: bool, message: str) -> None:
    if not fact:
        raise ValueError(message)
