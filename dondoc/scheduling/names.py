"""What dondoc's flows, deployments and events are called in Prefect; imports nothing of it."""

from __future__ import annotations

FLOW = "track_task"
ON_EVENT = "on_event/su-kien"
"""The flow and deployment that answer a recorded event, as prefect.yaml names them."""

EVENT_RECORDED = "dondoc.event.recorded"
TASK_OPENED = "dondoc.task.opened"
EVENT_RESOURCE, TASK_RESOURCE = "dondoc.event.", "dondoc.task."
"""What the ids of Prefect's resources begin with."""
EVENT_ID = "dondoc.event-id"
"""The label that carries a recorded event's bare id."""


def name_of(plan_id: str, task_id: str) -> str:
    """The deployment's name: `<plan-id>-<task-id>` with "/", which Prefect forbids, as "~".

    Raises ValueError for the other characters that Prefect forbids.
    """
    name = f"{plan_id}-{task_id}".replace("/", "~")
    if wrong := set(name) & set("%&<>"):
        raise ValueError(f"Mã “{name}” có ký tự không dùng được trong Prefect: {' '.join(sorted(wrong))}")
    return name
