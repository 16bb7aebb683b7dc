"""A recorded event wakes its answer and its tasks, through automations that are installed once and kept."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.events.schemas.automations import AutomationCore
from prefect_server import Traffic

from dondoc.domain.moments import at
from dondoc.scheduling import announcing, automations, deployments, rest
from dondoc.scheduling.automations import OPENED_NAME, RECORDED_NAME
from dondoc.scheduling.deployments import TaskDeployment
from dondoc.scheduling.errors import PrefectError
from dondoc.scheduling.names import ON_EVENT, name_of
from dondoc.scheduling.reconciling import SyncResult

WAIT_SECONDS = 30.0
PLAN = "theo-su-kien"
EVENT_PARAMETERS = {"type": "object", "properties": {"event_id": {"type": "string"}}, "required": ["event_id"]}


@pytest.fixture
def on_event(prefect: SyncPrefectClient) -> UUID:
    """The deployment `on_event/su-kien`; nobody runs it here."""
    return made(prefect)


def made(prefect: SyncPrefectClient) -> UUID:
    """Make the deployment of prefect.yaml, or find it."""
    flow, _, name = ON_EVENT.partition("/")
    flow_id = prefect.create_flow_from_name(flow)
    return prefect.create_deployment(
        flow_id, name, entrypoint="flows.on_event.on_event", parameter_openapi_schema=EVENT_PARAMETERS,
        enforce_parameter_schema=True,
    )  # fmt: skip


def ensured(api_url: str) -> SyncResult:
    """Install them without a word."""
    return automations.ensure(api_url=api_url, say=lambda _: None)


def remove(prefect: SyncPrefectClient) -> None:
    """As on a server that never had them."""
    for name in (RECORDED_NAME, OPENED_NAME):
        for one in prefect.read_automations_by_name(name):
            prefect.delete_automation(one.id)


def runs(prefect: SyncPrefectClient, deployment: UUID, count: int) -> list[FlowRun]:
    """The deployment's runs, as soon as there are so many."""
    chosen = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    end = time.monotonic() + WAIT_SECONDS
    while len(found := prefect.read_flow_runs(deployment_filter=chosen)) < count and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_they_are_installed_once(api_url: str, prefect: SyncPrefectClient, on_event: UUID, traffic: Traffic) -> None:
    remove(prefect)
    assert ensured(api_url) == SyncResult(created=2)
    before = len(traffic.writes)
    assert ensured(api_url) == SyncResult(unchanged=2)
    assert traffic.writes[before:] == []


def test_what_a_person_changed_switched_off_or_doubled_is_set_right(
    api_url: str, prefect: SyncPrefectClient, on_event: UUID
) -> None:
    ensured(api_url)
    (recorded,) = prefect.read_automations_by_name(RECORDED_NAME)
    (opened,) = prefect.read_automations_by_name(OPENED_NAME)
    prefect.pause_automation(recorded.id)
    prefect.create_automation(AutomationCore(**opened.model_dump(exclude={"id"})))
    assert ensured(api_url) == SyncResult(updated=1, unchanged=1)
    assert [one.enabled for one in prefect.read_automations_by_name(RECORDED_NAME)] == [True]
    assert len(prefect.read_automations_by_name(OPENED_NAME)) == 1


def test_a_deployment_made_anew_is_the_one_that_is_started(
    api_url: str, prefect: SyncPrefectClient, on_event: UUID
) -> None:
    ensured(api_url)
    prefect.delete_deployment(on_event)
    lines: list[str] = []
    automations.ensure(api_url=api_url, say=lines.append)
    assert "on_event/su-kien" in lines[0]
    anew = made(prefect)
    assert ensured(api_url) == SyncResult(updated=1, unchanged=1)
    (recorded,) = prefect.read_automations_by_name(RECORDED_NAME)
    assert recorded.actions[0].deployment_id == anew  # type: ignore[union-attr]


def test_each_recorded_event_starts_its_answer_with_its_id_as_text(
    api_url: str, prefect: SyncPrefectClient, on_event: UUID
) -> None:
    ensured(api_url)
    ids = ["sk-20240510-1a2b3c", "20240510"]  # the second would be a number to whoever reads it as JSON
    for event_id in ids:
        announcing.announce_event(event_id, [(PLAN, "I.1")], api_url=api_url)
    assert sorted(str(run.parameters["event_id"]) for run in runs(prefect, on_event, 2)) == sorted(ids)
    assert all(isinstance(run.parameters["event_id"], str) for run in runs(prefect, on_event, 2))


def test_each_opened_task_starts_its_own_deployment(api_url: str, prefect: SyncPrefectClient, on_event: UUID) -> None:
    ensured(api_url)
    wanted = [
        TaskDeployment(name_of(PLAN, task_id), PLAN, task_id, "Nhiệm vụ", (), (date(2026, 6, 30),))
        for task_id in ("I.1", "I.2/a", "I.3")
    ]
    deployments.sync(PLAN, wanted, lambda _: None, now=at(date(2026, 1, 5)), api_url=api_url)
    tasks = [(PLAN, "I.1"), (PLAN, "I.2/a"), (PLAN, "khong-co")]
    assert announcing.announce_tasks(tasks, api_url=api_url) == 2
    for one in wanted[:2]:
        deployment = prefect.read_deployment_by_name(f"track_task/{one.name}")
        assert len(runs(prefect, deployment.id, 1)) == 1
    other = prefect.read_deployment_by_name(f"track_task/{wanted[2].name}")
    assert {run.auto_scheduled for run in runs(prefect, other.id, 0)} <= {True}


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/api"


@pytest.fixture
def refusing() -> Iterator[str]:
    """A server that wants another login."""

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(401)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Refusing)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://lan:bi-mat@127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


def test_a_prefect_that_is_away_hangs_or_refuses_is_an_error_in_time(
    silent: str, refusing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "PATIENCE_SECONDS", 0.3)
    for api_url, words in ((silent, "Không kết nối"), ("http://127.0.0.1:1/api", "Không kết nối"),
                           (refusing, "PREFECT_API_AUTH_STRING")):  # fmt: skip
        for announce in (
            lambda: announcing.announce_event("sk-1", [], api_url=api_url),  # noqa: B023 (called at once)
            lambda: announcing.announce_tasks([(PLAN, "I.1")], api_url=api_url),  # noqa: B023
        ):
            with pytest.raises(PrefectError, match=words) as refused:
                announce()
            assert "bi-mat" not in str(refused.value)
