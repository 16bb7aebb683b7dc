"""The fixed flows of prefect.yaml: made by `dondoc up` and by plain `prefect deploy`, the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect_server import Traffic

from dondoc.scheduling import fixed
from dondoc.scheduling.reconciling import SyncResult
from dondoc.scheduling.server import Endpoint, client_environment

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "prefect.yaml"
CRONS = {
    "sweep/quet": ["*/30 8-16 * * 1-6"],
    "deliver/gui-thu": ["*/15 8-16 * * 1-6"],
    "collect/thu-nhan": ["*/5 7-16 * * 1-6"],
    "summary/bon-nhom": ["5 8 * * 1-6"],
    "audit/kiem-tra": ["0 18 * * *"],
    "load_plan/nap-ke-hoach": [],
    "on_event/su-kien": [],
}


def ensured(api_url: str) -> SyncResult:
    """Ensure without a word."""
    return fixed.ensure(api_url=api_url, say=lambda _: None, file=FILE)


def on_server(prefect: SyncPrefectClient) -> dict[str, DeploymentResponse]:
    """The fixed deployments, as "flow/name"."""
    found = [one for one in prefect.read_deployments() if "co-dinh" in one.tags]
    return {f"{prefect.read_flow(one.flow_id).name}/{one.name}": one for one in found}


def test_up_makes_them_once(api_url: str, prefect: SyncPrefectClient, traffic: Traffic) -> None:
    first = ensured(api_url)
    assert first.created + first.updated + first.unchanged == len(CRONS)
    before = len(traffic.writes)
    assert ensured(api_url) == SyncResult(unchanged=len(CRONS))
    assert traffic.writes[before:] == []
    made = on_server(prefect)
    assert {name: [s.schedule.cron for s in one.schedules] for name, one in made.items()} == CRONS  # type: ignore[union-attr]
    assert {s.schedule.timezone for one in made.values() for s in one.schedules} == {"Asia/Ho_Chi_Minh"}
    load = made["load_plan/nap-ke-hoach"].parameter_openapi_schema or {}
    assert sorted(load["properties"]) == ["force", "plan_id"]


def test_plain_prefect_deploy_makes_the_same(
    api_url: str, prefect: SyncPrefectClient, prefect_server: Endpoint, tmp_path: Path
) -> None:
    ensured(api_url)  # makes the work pool too
    for one in on_server(prefect).values():
        prefect.delete_deployment(one.id)
    environment = client_environment(os.environ, tmp_path, prefect_server)
    deploy = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(deploy, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    made = on_server(prefect)
    assert {name: [s.schedule.cron for s in one.schedules] for name, one in made.items()} == CRONS  # type: ignore[union-attr]
    assert ensured(api_url) == SyncResult(unchanged=len(CRONS))
    # No folder of this machine is written into them: a worker elsewhere imports the installed package.
    assert not any(one.pull_steps or one.path for one in made.values())
