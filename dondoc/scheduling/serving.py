"""Keeps one in-process worker going until it is told to stop; `python -m dondoc.scheduling.serving` does so."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from dondoc.scheduling.worker import DEFAULT_LIMIT, DEFAULT_POOL, InProcessWorker

POLL_SECONDS = 0.5
"""A recorded event waits that long at most; each halving costs the server 1 to 2 % of a core more (docs/prefect.md)."""
LONGEST_PAUSE_SECONDS = 10.0

log = logging.getLogger(__name__)


def serve(
    api_url: str,
    stop: threading.Event,
    *,
    pool: str = DEFAULT_POOL,
    limit: int = DEFAULT_LIMIT,
    auth: str | None = None,
    name: str | None = None,
) -> None:
    """Run due flow runs of `pool` until `stop` is set, then let the runs in hand finish.

    Creates the pool when it is missing. A server that does not answer is asked again, less and less often; nothing
    but a refusal (a wrong `auth`, say) ends the worker.
    """
    settings = {PREFECT_API_URL: api_url, PREFECT_API_AUTH_STRING: auth}
    with temporary_settings(settings):
        anyio.run(_serve, InProcessWorker(pool, limit=limit, name=name, prefetch_seconds=0), stop)


async def _serve(worker: InProcessWorker, stop: threading.Event) -> None:
    # Leaving the worker's context, after the loops have ended, waits for the runs in hand.
    async with worker, anyio.create_task_group() as loops:
        loops.start_soon(_repeat, worker.get_and_submit_flow_runs, POLL_SECONDS)
        loops.start_soon(_repeat, worker.sync_with_backend, worker.heartbeat_interval_seconds)
        await anyio.to_thread.run_sync(stop.wait, abandon_on_cancel=True)
        loops.cancel_scope.cancel()


async def _repeat(work: Callable[[], Awaitable[Any]], seconds: float) -> None:
    pause = seconds
    while True:
        try:
            await work()
            pause = seconds
        except httpx.HTTPError as error:
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code < 500:
                raise
            pause = min(2 * pause, max(seconds, LONGEST_PAUSE_SECONDS))
            log.warning("Prefect does not answer: %r", error, extra={"action": "prefect_unreachable"})
        await anyio.sleep(pause)


def main(limit: int = DEFAULT_LIMIT) -> None:
    """Serve the server of PREFECT_API_URL until SIGINT or SIGTERM, at most `limit` runs at once."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve(PREFECT_API_URL.value(), stop, limit=limit, auth=PREFECT_API_AUTH_STRING.value())


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help="runs at once")
    main(options.parse_args().limit)
