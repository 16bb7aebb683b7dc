"""The in-process worker: every end is reported, cancelling and stopping are orderly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import worker_flows
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling, Running, Scheduled

from dondoc.scheduling.serving import serve
from dondoc.scheduling.worker import WORKER_LABEL, WORKER_TYPE, InProcessWorker, load_flow

FLOWS = Path(worker_flows.__file__)
WAIT_SECONDS = 60.0


@dataclass
class Pool:
    """A work pool of one test, with deployments made on demand."""

    client: SyncPrefectClient
    name: str

    def run(self, flow: str, entrypoint: str | None = None, **parameters: Any) -> UUID:
        """A run that is due now."""
        flow_id = self.client.create_flow_from_name(f"{self.name}-{flow}")
        deployment = self.client.create_deployment(
            flow_id, flow, entrypoint=entrypoint or f"{FLOWS}:{flow}", work_pool_name=self.name
        )
        run = self.client.create_flow_run_from_deployment(deployment, parameters=parameters, state=Scheduled())
        return run.id

    def read(self, run_id: UUID) -> FlowRun:
        """The run as the server has it."""
        return self.client.read_flow_run(run_id)

    def ended(self, *run_ids: UUID) -> list[str]:
        """How the runs ended, once they all have."""
        return [str(self.wait(run_id, lambda run: run.state.is_final()).state.name) for run_id in run_ids]

    def wait(self, run_id: UUID, until: Callable[[Any], bool]) -> Any:
        """The run as soon as `until` holds."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            run = self.read(run_id)
            if until(run):
                return run
            time.sleep(0.1)
        raise AssertionError(f"still {self.read(run_id).state}")


@pytest.fixture
def pool(prefect: SyncPrefectClient, request: pytest.FixtureRequest) -> Pool:
    """An empty pool of our worker's type."""
    name = request.node.name.replace("_", "-")
    template = InProcessWorker.get_default_base_job_template()
    prefect.request("POST", "/work_pools/", json=WorkPoolCreate(
        name=name, type=WORKER_TYPE, base_job_template=template).model_dump(mode="json"))  # fmt: skip
    return Pool(prefect, name)


@contextmanager
def serving(api_url: str, pool: Pool, limit: int = 4) -> Iterator[threading.Event]:
    """A worker of the pool while the block lasts; leaving it waits for the runs in hand."""
    stop = threading.Event()
    worker = threading.Thread(
        target=serve, args=(api_url, stop), kwargs={"pool": pool.name, "limit": limit, "name": pool.name}
    )
    worker.start()
    try:
        yield stop
    finally:
        stop.set()
        worker.join(WAIT_SECONDS)
        assert not worker.is_alive()


def test_every_end_is_reported(api_url: str, pool: Pool) -> None:
    good, bad = pool.run("ends_well", number=7), pool.run("raises")
    gone, missing = pool.run("leaves"), pool.run("nothing", entrypoint="no_such_module.flow")
    with serving(api_url, pool):
        assert pool.ended(good, bad, gone, missing) == ["Completed", "Failed", "Crashed", "Crashed"]
        assert pool.ended(pool.run("ends_well")) == ["Completed"]  # the worker outlived all of them
    assert "hỏng" in str(pool.read(bad).state)
    assert "no_such_module" in str(pool.read(missing).state)
    assert pool.read(good).labels[WORKER_LABEL] == pool.name


def test_no_more_than_the_limit_at_once_and_none_forgotten(api_url: str, pool: Pool) -> None:
    flows = load_flow(f"{FLOWS}:takes_a_while").fn.__globals__
    runs = [pool.run("takes_a_while", seconds=0.5) for _ in range(7)]
    with serving(api_url, pool, limit=2):
        assert pool.ended(*runs) == ["Completed"] * 7
    assert flows["most_at_once"] == 2


def test_a_run_cancelled_while_it_works_ends_cancelled(api_url: str, pool: Pool, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    run = pool.run("waits_for_a_file", path=str(gate))
    with serving(api_url, pool):
        pool.wait(run, lambda one: one.state.is_running() and one.infrastructure_pid)
        pool.client.set_flow_run_state(run, Cancelling())
        gate.touch()
        assert pool.ended(run) == ["Cancelled"]


def test_stopping_lets_the_runs_in_hand_finish_and_takes_no_new_ones(api_url: str, pool: Pool, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    run = pool.run("waits_for_a_file", path=str(gate))
    with serving(api_url, pool) as stop:
        pool.wait(run, lambda one: one.state.is_running())
        stop.set()
        gate.touch()
    late = pool.run("ends_well")
    assert pool.ended(run) == ["Completed"]
    assert pool.read(late).state.is_scheduled()  # type: ignore[union-attr]


def test_runs_of_a_killed_worker_are_closed_by_the_next_and_others_are_left(api_url: str, pool: Pool) -> None:
    ours, others = pool.run("ends_well"), pool.run("ends_well")
    for run, worker in ((ours, pool.name), (others, "elsewhere")):
        pool.client.set_flow_run_state(run, Running(), force=True)
        pool.client.request("PATCH", f"/flow_runs/{run}/labels", json={WORKER_LABEL: worker})
    with serving(api_url, pool):
        assert pool.ended(ours) == ["Crashed"]
    assert pool.read(others).state.is_running()  # type: ignore[union-attr]


def test_a_flow_is_imported_once(tmp_path: Path) -> None:
    source = tmp_path / "once.py"
    source.write_text("from prefect import flow\n\n@flow(name='once')\ndef once(): ...\n")
    assert load_flow(f"{source}:once") is load_flow(f"{source}:once")
