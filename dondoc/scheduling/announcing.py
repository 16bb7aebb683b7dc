"""Tells Prefect what dondoc's automations wait for (`automations`): an event was recorded, a task was opened.

Wake-ups, no record: Prefect keeps them for a few days and does not repeat an action that failed. What is not announced
is found by the next sweep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx

from dondoc.clock import machine_now
from dondoc.scheduling.names import (
    EVENT_ID,
    EVENT_RECORDED,
    EVENT_RESOURCE,
    FLOW,
    TASK_OPENED,
    TASK_RESOURCE,
    name_of,
)
from dondoc.scheduling.rest import asked

AT_ONCE = 100
"""Deployments asked for, and events told, in one request."""

Task = tuple[str, str]
"""Plan id and task id."""


def announce_events(affected: Mapping[str, Sequence[Task]], *, api_url: str) -> None:
    """Tell Prefect that these events (ids) were recorded and which tasks each affects: no word of any document.

    Raises PrefectError within about 3 s when Prefect is away, refuses or hangs.
    """
    told = [_recorded(event_id, tasks) for event_id, tasks in affected.items()]
    asked(api_url, lambda client: _tell(client, told))


def announce_tasks(tasks: Sequence[Task], *, api_url: str) -> int:
    """Tell Prefect that these tasks were opened, each once with its deployment; returns how many have one.

    Raises PrefectError within about 3 s when Prefect is away, refuses or hangs.
    """
    names = {name_of(plan_id, task_id): (plan_id, task_id) for plan_id, task_id in tasks}
    return asked(api_url, lambda client: _open(client, names))


def _recorded(event_id: str, tasks: Sequence[Task]) -> dict[str, Any]:
    resource = {"prefect.resource.id": EVENT_RESOURCE + event_id, "prefect.resource.name": event_id, EVENT_ID: event_id}
    payload = {"event_id": event_id, "tasks": [{"plan": plan_id, "task": task_id} for plan_id, task_id in tasks]}
    return _event(EVENT_RECORDED, resource, payload)


def _open(client: httpx.Client, names: Mapping[str, Task]) -> int:
    listed, found = list(names), 0
    for start in range(0, len(listed), AT_ONCE):
        known = _deployments(client, listed[start : start + AT_ONCE])
        _tell(client, [_opened(name, *names[name], deployment) for name, deployment in known.items()])
        found += len(known)
    return found


def _opened(name: str, plan_id: str, task_id: str, deployment_id: str) -> dict[str, Any]:
    resource = {"prefect.resource.id": TASK_RESOURCE + name, "prefect.resource.name": name}
    related = {"prefect.resource.id": f"prefect.deployment.{deployment_id}", "prefect.resource.role": "deployment"}
    return _event(TASK_OPENED, resource, {"plan": plan_id, "task": task_id}) | {"related": [related]}


def _event(name: str, resource: dict[str, str], payload: dict[str, Any]) -> dict[str, Any]:
    moment = machine_now().isoformat()
    return {"id": str(uuid4()), "occurred": moment, "event": name, "resource": resource, "payload": payload}


def _tell(client: httpx.Client, events: list[dict[str, Any]]) -> None:
    client.post("events", json=events).raise_for_status()


def _deployments(client: httpx.Client, names: list[str]) -> dict[str, str]:
    wanted = {"flows": {"name": {"any_": [FLOW]}}, "deployments": {"name": {"any_": names}}, "limit": len(names)}
    answer = client.post("deployments/filter", json=wanted)
    answer.raise_for_status()
    return {str(row["name"]): str(row["id"]) for row in answer.json()}
