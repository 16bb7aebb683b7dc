"""Brings Prefect's deployments to what is wanted by difference: what is right already is not written.

Every write costs: Prefect then deletes and re-inserts the deployment's coming runs, and a write in the middle of its
scheduler's tick can double one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import anyio
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentScheduleUpdate,
    DeploymentUpdate,
    WorkPoolCreate,
)
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowFilter, FlowFilterName
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, RRuleSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from dondoc.scheduling.worker import DEFAULT_POOL, WORKER_TYPE, InProcessWorker

PARALLEL = 8
PAGE = 200
SAY_EVERY = 10

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Timetable:
    """One schedule of a deployment; Prefect changes the schedule of the same `slug` in place."""

    slug: str
    schedule: CronSchedule | RRuleSchedule


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment as it should be. `entrypoint` is the module path of the flow object."""

    flow: str
    name: str
    entrypoint: str
    description: str
    tags: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_schema: Mapping[str, Any] = field(default_factory=dict)
    timetables: tuple[Timetable, ...] = ()
    paused: bool = False
    pool: str = DEFAULT_POOL


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a synchronisation wrote: deployments made, changed, put to rest; and how many were right already."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    paused: int = 0

    def __add__(self, other: SyncResult) -> SyncResult:
        return SyncResult(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.paused + other.paused,
        )

    def __str__(self) -> str:
        return f"lịch chạy: {self.created} mới, {self.updated} sửa, {self.unchanged} giữ nguyên, {self.paused} cho nghỉ"


async def ensure_pool(client: PrefectClient, name: str) -> None:
    """Make the work pool for in-process workers when there is none of that name; an existing one is left as it is."""
    try:
        await client.read_work_pool(name)
    except ObjectNotFound:
        template = InProcessWorker.get_default_base_job_template()
        try:
            await client.create_work_pool(WorkPoolCreate(name=name, type=WORKER_TYPE, base_job_template=template))
        except ObjectAlreadyExists:
            return  # the worker made it in the same moment


async def existing(
    client: PrefectClient, flow: str, name_part: str | None = None, names: Collection[str] | None = None
) -> list[DeploymentResponse]:
    """All deployments of a flow, with `name_part` in their name, or with one of these `names`, when that is given."""
    wanted = DeploymentFilterName(like_=name_part, any_=list(names) if names is not None else None)
    named = DeploymentFilter(name=wanted) if name_part or names is not None else None
    found: list[DeploymentResponse] = []
    while True:
        page = await client.read_deployments(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            deployment_filter=named,
            limit=PAGE,
            offset=len(found),
        )
        found += page
        if len(page) < PAGE:
            return found


async def reconcile(
    client: PrefectClient, found: Iterable[DeploymentResponse], wanted: Iterable[Deployment], say: Say
) -> SyncResult:
    """Create what is missing in `found`, change what differs, pause what is no longer wanted; nothing is deleted.

    `wanted` are all of one flow. Up to 8 writes at once; `say` gets a Vietnamese line every few of them.
    """
    known = {deployment.name: deployment for deployment in found}
    targets = {deployment.name: deployment for deployment in wanted}
    new = [target for name, target in targets.items() if name not in known]
    moved = [
        (known[name], target, changed)
        for name, target in targets.items()
        if name in known and (changed := changes(known[name], target))
    ]
    gone = [deployment for name, deployment in known.items() if name not in targets and not deployment.paused]
    flow_id = await _flow_id(client, new[0].flow) if new else None
    jobs: list[Callable[[], Awaitable[None]]] = []
    jobs += [_Create(client, flow_id, target) for target in new if flow_id]
    jobs += [_Update(client, deployment, changed) for deployment, _, changed in moved]
    jobs += [_Update(client, deployment, {"paused": True}) for deployment in gone]
    await _all(jobs, say)
    rested = sum(1 for _, target, changed in moved if target.paused and set(changed) == {"paused"})
    kept = len(targets) - len(new) - len(moved)
    return SyncResult(len(new), len(moved) - rested, kept, len(gone) + rested)


def changes(found: DeploymentResponse, wanted: Deployment) -> dict[str, Any]:
    """The fields of `found` that differ, each with its wanted value as Prefect's update takes it; {} when none does."""
    theirs = {
        "entrypoint": found.entrypoint,
        "description": found.description or "",
        "tags": sorted(found.tags),
        "parameters": found.parameters,
        "parameter_openapi_schema": found.parameter_openapi_schema or {},
        "paused": found.paused,
        "work_pool_name": found.work_pool_name,
        "schedules": _rows((s.slug or "", s.active, s.schedule) for s in found.schedules),
    }
    ours = {
        "entrypoint": wanted.entrypoint,
        "description": wanted.description,
        "tags": sorted(wanted.tags),
        "parameters": dict(wanted.parameters),
        "parameter_openapi_schema": dict(wanted.parameter_schema),
        "paused": wanted.paused,
        "work_pool_name": wanted.pool,
        "schedules": _rows((t.slug, True, t.schedule) for t in wanted.timetables),
    }
    changed = {name: value for name, value in ours.items() if theirs[name] != value}
    if "schedules" in changed:
        changed["schedules"] = [
            DeploymentScheduleUpdate(slug=t.slug, active=True, schedule=t.schedule) for t in wanted.timetables
        ]
    return changed


def _rows(schedules: Iterable[tuple[str, bool, Any]]) -> list[tuple[str, bool, dict[str, Any]]]:
    rows = ((slug, active, schedule.model_dump(mode="json")) for slug, active, schedule in schedules)
    return sorted(rows, key=lambda row: row[0])


@dataclass(frozen=True, slots=True)
class _Create:
    client: PrefectClient
    flow_id: UUID
    target: Deployment

    async def __call__(self) -> None:
        target = self.target
        await self.client.create_deployment(
            flow_id=self.flow_id,
            name=target.name,
            entrypoint=target.entrypoint,
            description=target.description,
            tags=list(target.tags),
            parameters=dict(target.parameters),
            parameter_openapi_schema=dict(target.parameter_schema),
            schedules=[
                DeploymentScheduleCreate(slug=t.slug, active=True, schedule=t.schedule) for t in target.timetables
            ],
            paused=target.paused,
            work_pool_name=target.pool,
        )


@dataclass(frozen=True, slots=True)
class _Update:
    client: PrefectClient
    found: DeploymentResponse
    changed: Mapping[str, Any]

    async def __call__(self) -> None:
        await self.client.update_deployment(self.found.id, DeploymentUpdate(**self.changed))
        if "schedules" in self.changed:
            kept = {update.slug for update in self.changed["schedules"]}
            for schedule in self.found.schedules:  # an update leaves a schedule that it does not name
                if schedule.slug and schedule.slug not in kept:
                    await self.client.delete_deployment_schedule(self.found.id, schedule.id)


async def _flow_id(client: PrefectClient, flow: str) -> UUID:
    known = await client.read_flows(flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])), limit=1)
    return known[0].id if known else await client.create_flow_from_name(flow)


async def _all(jobs: list[Callable[[], Awaitable[None]]], say: Say) -> None:
    turns, done = anyio.Semaphore(PARALLEL), 0

    async def one(job: Callable[[], Awaitable[None]]) -> None:
        nonlocal done
        async with turns:
            await job()
        done += 1
        if done % SAY_EVERY == 0 or done == len(jobs):
            say(f"Ghi lịch chạy vào Prefect: {done}/{len(jobs)}")

    async with anyio.create_task_group() as group:
        for job in jobs:
            group.start_soon(one, job)
