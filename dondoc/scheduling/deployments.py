"""One Prefect deployment for each plan task, kept in step by difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import anyio
from prefect.client.schemas.schedules import RRuleSchedule

from dondoc.clock import ZONE
from dondoc.scheduling.client import open_client
from dondoc.scheduling.names import FLOW, name_of
from dondoc.scheduling.reconciling import Deployment, Say, SyncResult, Timetable, ensure_pool, existing, reconcile
from dondoc.scheduling.worker import DEFAULT_POOL

__all__ = ["SyncResult", "TaskDeployment", "name_of", "rdate_rule", "sync"]

ENTRYPOINT = "flows.track_task.track_task"
SLUG = "moc-thoi-han"
WAKE_AT = "T073000"
LONGEST_RULE = 6500
PARAMETERS = {
    "type": "object",
    "properties": {
        "plan_id": {"title": "Mã kế hoạch", "type": "string", "position": 0},
        "task_id": {"title": "Mã nhiệm vụ", "type": "string", "position": 1},
    },
    "required": ["plan_id", "task_id"],
}


@dataclass(frozen=True, slots=True)
class TaskDeployment:
    """A plan task that Prefect shall wake us for on `checkpoints`: all days of the plan's year, past ones included.

    The past days stay in it so that applying the same plan on another day writes nothing.
    """

    name: str
    plan_id: str
    task_id: str
    description: str
    tags: tuple[str, ...]
    checkpoints: tuple[date, ...]


def sync(
    plan_id: str, desired: Sequence[TaskDeployment], say: Say, *, now: datetime, api_url: str,
    pool: str = DEFAULT_POOL, whole: bool = True,
) -> SyncResult:  # fmt: skip
    """Bring the deployments of one plan into the Prefect at `api_url`; a second call writes nothing.

    What `desired` no longer holds, and what has had its last checkpoint before the day of `now`, is paused: Prefect
    would go on looking at it every minute. A deployment that a person paused by hand is set going again. Deployments
    of other plans are not touched. Without `whole`, `desired` are some of the plan's tasks and the others are left as
    they are. Raises PrefectError when the server cannot be used.
    """
    wanted = [_wanted(one, now.date(), pool) for one in desired]
    return anyio.run(_sync, api_url, plan_id, wanted, pool, say, whole)


async def _sync(api_url: str, plan_id: str, wanted: list[Deployment], pool: str, say: Say, whole: bool) -> SyncResult:
    async with open_client(api_url) as client:
        chosen: dict[str, Any] = {"name_part": f"{plan_id}-"} if whole else {"names": [one.name for one in wanted]}
        similar = await existing(client, FLOW, **chosen)
        found = [one for one in similar if one.parameters.get("plan_id") == plan_id]
        if wanted:
            await ensure_pool(client, pool)
        return await reconcile(client, found, wanted, say)


def _wanted(one: TaskDeployment, today: date, pool: str) -> Deployment:
    days = sorted(set(one.checkpoints))
    rule = RRuleSchedule(rrule=rdate_rule(days, today), timezone=ZONE) if days else None
    return Deployment(
        flow=FLOW,
        name=one.name,
        entrypoint=ENTRYPOINT,
        description=one.description,
        tags=one.tags,
        parameters={"plan_id": one.plan_id, "task_id": one.task_id},
        parameter_schema=PARAMETERS,
        timetables=(Timetable(SLUG, rule),) if rule else (),
        paused=bool(days) and days[-1] < today,
        pool=pool,
    )


def rdate_rule(days: Sequence[date], today: date) -> str:
    """The days, each at 07:30 of the schedule's own zone, as one iCalendar rule (days sorted, at least one).

    Prefect takes 6,500 characters, some 400 days: when there are more, past days are left out first, then the last.
    """
    times = [f"{day:%Y%m%d}{WAKE_AT}" for day in days]
    room = (LONGEST_RULE - len(f"DTSTART:{times[0]}\nRDATE:")) // (len(times[0]) + 1)
    past = sum(1 for day in days if day < today)
    surplus = max(0, len(times) - room)
    times = times[min(past, surplus) :][:room]
    return f"DTSTART:{times[0]}\nRDATE:{','.join(times)}"
