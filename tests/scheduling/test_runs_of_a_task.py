"""What a page reads of a task's runs, from a real Prefect: the last ones, the next one, or that nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Completed, Scheduled

from dondoc.scheduling.names import name_of
from dondoc.scheduling.runs import PrefectAway, runs_of

NAME = name_of("ke-hoach-thu", "I.2.5/a")


def test_the_last_runs_and_the_next_one(prefect: SyncPrefectClient, api_url: str) -> None:
    flow_id = prefect.create_flow_from_name("track_task")
    deployment = prefect.create_deployment(flow_id=flow_id, name=NAME)
    now = datetime.now(UTC)
    coming = now + timedelta(days=3)
    prefect.create_flow_run_from_deployment(deployment, state=Completed())
    prefect.create_flow_run_from_deployment(deployment, state=Scheduled(scheduled_time=coming))
    found = runs_of(api_url, NAME)
    assert [run.state for run in found.last] == ["COMPLETED"]
    assert found.last[0].at is not None
    assert found.next_at is not None
    assert abs(found.next_at - coming) < timedelta(seconds=1)


def test_a_task_that_prefect_does_not_know_has_no_runs(prefect: SyncPrefectClient, api_url: str) -> None:
    found = runs_of(api_url, "khong-co")
    assert (found.last, found.next_at) == ((), None)


def test_nobody_answers() -> None:
    with pytest.raises(PrefectAway):
        runs_of("http://127.0.0.1:9/api", NAME)
