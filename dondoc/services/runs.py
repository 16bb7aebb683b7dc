"""A task's Prefect runs for a page that must not wait for Prefect: asked beside the page's own work, kept a little."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Literal, TypeVar

from dondoc.scheduling import runs
from dondoc.scheduling.names import name_of
from dondoc.scheduling.runs import PrefectAway, Runs
from dondoc.services.app import App

KEPT_SECONDS = 10.0
PATIENCE = 0.04
"""How long a page waits for an answer that is under way, in seconds."""
MOST_KEPT = 500
ASKED_AT_ONCE = 2

T = TypeVar("T")
State = Literal["known", "asking", "away"]
Asking = Callable[[str, str], Runs]


@dataclass(frozen=True, slots=True)
class Known:
    """What a page may say: the runs as last heard (maybe of an earlier question), or that Prefect is asked or away."""

    state: State
    runs: Runs | None = None


@dataclass(slots=True)
class _Question:
    asked_at: float
    answer: Future[Runs]


class RunBoard:
    """Asks in the background, each name at most once in ten seconds, whatever comes of it."""

    def __init__(self, app: App, asking: Asking = runs.runs_of) -> None:
        self._url, self._asking = app.settings.prefect_address, asking
        self._threads = ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="prefect-runs")
        self._lock = threading.Lock()
        self._questions: OrderedDict[str, _Question] = OrderedDict()
        self._heard: OrderedDict[str, Runs] = OrderedDict()
        self._away_until = 0.0

    def ask(self, plan_id: str, task_id: str) -> None:
        """See that the question is under way; returns at once."""
        name = _name(plan_id, task_id)
        with self._lock:
            found = self._questions.get(name) if name else None
            now = time.monotonic()
            fresh = found is not None and (now - found.asked_at < KEPT_SECONDS or not found.answer.done())
            if name and not fresh and now >= self._away_until:
                _keep(self._questions, name, _Question(now, self._threads.submit(self._asking, self._url, name)))

    def known(self, plan_id: str, task_id: str, patience: float = PATIENCE) -> Known:
        """What is known now; waits for the question under way for at most `patience` seconds."""
        name = _name(plan_id, task_id)
        with self._lock:
            question = self._questions.get(name) if name else None
        if question is None or name is None:
            return Known("away", self._last(name or ""))
        try:
            found = question.answer.result(patience)
        except TooLate:
            return Known("asking", self._last(name))
        except PrefectAway:
            # Nor is it asked about other tasks in vain: each question would hold a thread for its whole time limit.
            self._away_until = question.asked_at + KEPT_SECONDS
            return Known("away", self._last(name))
        with self._lock:
            _keep(self._heard, name, found)
        return Known("known", found)

    def _last(self, name: str) -> Runs | None:
        with self._lock:
            return self._heard.get(name)


def _name(plan_id: str, task_id: str) -> str | None:
    try:
        return name_of(plan_id, task_id)
    except ValueError:
        return None


def _keep(kept: OrderedDict[str, T], name: str, value: T) -> None:
    """The newest stay: an address that anybody can vary must not fill the memory."""
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
