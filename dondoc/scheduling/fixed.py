"""The deployments that every installation has, as prefect.yaml declares them.

`prefect deploy --all` reads the same file for an external server; `ensure` serves `dondoc up`, in a fraction of the
time and without writing what is right already.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import Flow
from prefect.utilities.callables import parameter_schema
from ruamel.yaml import YAML

from dondoc.scheduling.client import open_client
from dondoc.scheduling.reconciling import Deployment, Say, SyncResult, Timetable, ensure_pool, existing, reconcile
from dondoc.scheduling.worker import load_flow

FILE = Path("prefect.yaml")


def ensure(*, api_url: str, say: Say, file: Path = FILE) -> SyncResult:
    """Bring the deployments of `file` into the Prefect at `api_url`; a second call writes nothing.

    Raises PrefectError when the server cannot be used, Prefect's ScriptError when a flow cannot be imported.
    """
    return anyio.run(_ensure, api_url, read(file), say)


def read(file: Path = FILE) -> list[Deployment]:
    """The deployments that `file` declares; of Prefect's own format we use name, description, tags, entrypoint,
    parameters, schedules (cron, timezone, slug) and the work pool's name."""
    declared = YAML(typ="safe", pure=True).load(file)
    return [_deployment(entry) for entry in declared["deployments"]]


async def _ensure(api_url: str, wanted: list[Deployment], say: Say) -> SyncResult:
    total = SyncResult()
    async with open_client(api_url) as client:
        for pool in {one.pool for one in wanted}:
            await ensure_pool(client, pool)
        for one in wanted:
            found = [known for known in await existing(client, one.flow, one.name) if known.name == one.name]
            total += await reconcile(client, found, [one], say)
    return total


def _deployment(entry: dict[str, Any]) -> Deployment:
    flow = load_flow(entry["entrypoint"])
    return Deployment(
        flow=flow.name,
        name=entry["name"],
        entrypoint=entry["entrypoint"],
        description=entry["description"].strip(),
        tags=tuple(entry.get("tags", ())),
        parameters=entry.get("parameters") or {},
        parameter_schema=_schema(flow),
        timetables=tuple(
            Timetable(one["slug"], CronSchedule(cron=one["cron"], timezone=one["timezone"]))
            for one in entry.get("schedules", ())
        ),
        pool=entry["work_pool"]["name"],
    )


def _schema(flow: Flow[Any, Any]) -> dict[str, Any]:
    """The form for a run by hand, written as `prefect deploy` writes it: without an empty "definitions"."""
    schema: dict[str, Any] = parameter_schema(flow).model_dump_for_openapi()
    return {name: value for name, value in schema.items() if name != "definitions" or value}
