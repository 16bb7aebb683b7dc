"""The last and the next run of a task's deployment, for a page that only reads two lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from dondoc.scheduling.names import FLOW
from dondoc.scheduling.rest import open_rest

TIMEOUT = 1.0
LAST = 5
PAST_STATES = ("RUNNING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED", "CANCELLING", "PENDING", "PAUSED")


class PrefectAway(Exception):
    """Prefect does not answer in time, refuses us, or answers what cannot be read."""


@dataclass(frozen=True, slots=True)
class FlowRun:
    """One run: Prefect's name of its state and type, and the aware moment it started or is meant to."""

    name: str
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Runs:
    """The last runs, newest first, and when the next one is meant to start."""

    last: tuple[FlowRun, ...] = ()
    next_at: datetime | None = None


def runs_of(api_url: str, deployment: str) -> Runs:
    """The runs of a `track_task` deployment. Waits at most about a second in all. Raises PrefectAway."""
    try:
        with open_rest(api_url, TIMEOUT) as client:
            past = _asked(client, deployment, list(PAST_STATES), "EXPECTED_START_TIME_DESC", LAST)
            coming = _asked(client, deployment, ["SCHEDULED"], "EXPECTED_START_TIME_ASC", 1)
            return Runs(tuple(_run(row) for row in past), _run(coming[0]).at if coming else None)
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PrefectAway(type(error).__name__) from error


def _asked(client: httpx.Client, deployment: str, states: list[str], sort: str, limit: int) -> list[dict[str, Any]]:
    wanted = {
        "flows": {"name": {"any_": [FLOW]}},
        "deployments": {"name": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": states}}},
        "sort": sort,
        "limit": limit,
    }
    answer = client.post("flow_runs/filter", json=wanted)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()
    return rows


def _run(row: dict[str, Any]) -> FlowRun:
    at = row.get("start_time") or row.get("expected_start_time")
    moment = datetime.fromisoformat(at) if at else None
    return FlowRun(str(row["name"]), str(row["state_type"] or ""), moment)
