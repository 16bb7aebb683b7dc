"""The Prefect worker that runs flows in threads of its own process.

Our flows are light: they load a snapshot, decide and write. A process for each run, as Prefect's own worker starts
it, costs six times more than the run itself (docs/decisions/0004-in-process-worker.md).
"""

from __future__ import annotations

import logging
import os
import socket
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc
import anyio.to_thread
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import State, StateType
from prefect.context import SyncClientContext
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.states import Cancelled, Crashed
from prefect.utilities.engine import propose_state
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

WORKER_TYPE = "dondoc-in-process"
DEFAULT_POOL = "dondoc"
DEFAULT_LIMIT = 16
BUSY_SECONDS = 0.05
LONGEST_BUSY_SECONDS = 5.0
WORKER_LABEL = "prefect.worker.name"

log = logging.getLogger(__name__)


class InProcessConfiguration(BaseJobConfiguration):
    """What a run needs here: only where its flow is. There is no infrastructure to describe."""

    _entrypoint: str = PrivateAttr(default="")

    @classmethod
    async def resolve_for_flow_run(cls, flow_run: FlowRun, *, client: Any, deployment: Any = None, **_: Any) -> Any:
        """Read the deployment; the flow, the pool's template and the environment are of no use to a thread."""
        if flow_run.deployment_id is None:
            raise ValueError("A run without a deployment names no flow code; give it a deployment.")
        deployment = deployment or await client.read_deployment(flow_run.deployment_id)
        configuration = cls()
        configuration._entrypoint = deployment.entrypoint or ""
        configuration._related_objects = {"deployment": deployment, "flow-run": flow_run}
        return configuration


class InProcessResult(BaseWorkerResult):
    """How the thread ended; the run's own state has been reported by Prefect's engine."""


class InProcessWorker(BaseWorker[InProcessConfiguration, BaseVariables, InProcessResult]):
    """Runs each flow run in a thread, at most `limit` at once.

    A flow that raises is Failed, one that is torn down (SystemExit and its like) Crashed, one whose code cannot be
    loaded Crashed with the reason. A thread cannot be killed: a run that a person cancels is let finish, which takes
    a moment, and then becomes Cancelled. Stopping the worker lets the runs in hand finish.
    """

    type = WORKER_TYPE
    job_configuration = InProcessConfiguration
    job_configuration_variables = BaseVariables
    _display_name = "dondoc"
    _description = "Runs dondoc's light flows in threads of one process."

    def __init__(self, work_pool_name: str, *, name: str | None = None, limit: int | None = None, **more: Any) -> None:
        """`name` tells workers apart across restarts: two that run at once must not share it."""
        limit = limit or DEFAULT_LIMIT
        super().__init__(work_pool_name, name=name or default_name(), limit=limit, **more)
        self._thread_limit = limit

    async def setup(self) -> None:
        """Open what all runs share, then what every worker does; close the runs that a killed predecessor left."""
        self._threads = anyio.CapacityLimiter(self._thread_limit)
        # One HTTP client for all runs: opening one for each (certificates and all) costs more than a run's requests.
        self._exit_stack.enter_context(SyncClientContext())
        await super().setup()
        await self._close_abandoned_runs()

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Submit what is due; while all threads are busy, come back as soon as some are free, not a poll later."""
        submitted = await super().get_and_submit_flow_runs()
        while self.limiter.available_tokens == 0:
            await self._some_threads_free()
            submitted += await super().get_and_submit_flow_runs()
        return submitted

    async def run(
        self,
        flow_run: FlowRun,
        configuration: InProcessConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> InProcessResult:
        """Run the flow in a thread and report; see the class for what becomes of which end."""
        flow = await anyio.to_thread.run_sync(load_flow, configuration._entrypoint)
        place = f"{socket.gethostname()}:{os.getpid()}"
        if task_status is not None:
            task_status.started(place)  # type: ignore[arg-type]  # Prefect stores it as text
        state = await anyio.to_thread.run_sync(partial(_run, flow, flow_run), limiter=self._threads)
        if state is not None and state.is_cancelling():
            message = "Đã dừng theo yêu cầu sau khi lần chạy kết thúc."
            await propose_state(self.client, Cancelled(message=message), flow_run_id=flow_run.id)
        return InProcessResult(identifier=place, status_code=0)

    async def _some_threads_free(self) -> None:
        wanted = max(1, self._thread_limit // 4)
        with anyio.move_on_after(LONGEST_BUSY_SECONDS):
            while self.limiter.available_tokens < wanted:
                await anyio.sleep(BUSY_SECONDS)

    async def _close_abandoned_runs(self) -> None:
        """Report as Crashed what a worker of this name had in hand when it was killed."""
        in_hand = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
        runs = await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=in_hand)),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[self._work_pool_name])),
        )
        message = "Tiến trình chạy việc đã dừng giữa chừng; lần quét kế tiếp làm bù."
        for run in runs:
            if run.labels.get(WORKER_LABEL) == self.name:
                log.warning("Closing an abandoned run %s", run.id, extra={"action": "abandoned_run_closed"})
                await propose_state(self.client, Crashed(message=message), flow_run_id=run.id)


def default_name() -> str:
    """The worker's name on this machine, the same after a restart."""
    return f"dondoc-{socket.gethostname()}"


@lru_cache
def load_flow(entrypoint: str) -> Flow[Any, Any]:
    """The flow at `entrypoint` ("module.path.flow" or "path/to/file.py:flow"), imported once for all its runs.

    Raises Prefect's ScriptError or MissingFlowError when it cannot be imported.
    """
    return load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)


def _run(flow: Flow[Any, Any], flow_run: FlowRun) -> State[Any] | None:
    """Run to the end; the engine reports the state. None when the engine was torn down and has reported that too."""
    # With a deployment's id the engine would watch for a suspension over a websocket, an event loop and a thread of
    # its own: half of what a run costs. Our runs are never suspended.
    light = flow_run.model_copy(update={"deployment_id": None})
    try:
        state = run_flow(flow, light, return_type="state")
    except (Abort, Pause):
        return None
    except BaseException:  # a SystemExit in a flow must not end the worker
        log.exception("Flow run %s was torn down", flow_run.id, extra={"action": "flow_run_torn_down"})
        return None
    assert isinstance(state, State)  # what a plain function's flow gives for return_type="state"
    return state
