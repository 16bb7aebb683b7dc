"""What dondoc's flows and deployments are called in Prefect; imports nothing of it."""

from __future__ import annotations

FLOW = "track_task"


def name_of(plan_id: str, task_id: str) -> str:
    """The deployment's name: `<plan-id>-<task-id>` with "/", which Prefect forbids, as "~".

    Raises ValueError for the other characters that Prefect forbids.
    """
    name = f"{plan_id}-{task_id}".replace("/", "~")
    if wrong := set(name) & set("%&<>"):
        raise ValueError(f"Mã “{name}” có ký tự không dùng được trong Prefect: {' '.join(sorted(wrong))}")
    return name
