"""A recorded event wakes its answer and its tasks, through automations that are installed once and kept."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
from office import PLAN_ID, open_office
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.events.schemas.automations import AutomationCore
from prefect_server import Traffic
from town import only, shipped

from dondoc.domain.events import Event
from dondoc.domain.moments import at
from dondoc.scheduling import announcing, automations, deployments, rest
from dondoc.scheduling.automations import OPENED_NAME, RECORDED_NAME
from dondoc.scheduling.deployments import TaskDeployment
from dondoc.scheduling.errors import PrefectError
from dondoc.scheduling.names import ON_EVENT, name_of
from dondoc.scheduling.reconciling import SyncResult
from dondoc.services import events, scheduling
from dondoc.services.event_choices import Choice
from flows import _shared
from flows.on_event import on_event as answer

WAIT_SECONDS = 30.0
PLAN = "theo-su-kien"
TASK = "V.2.96"  # "Khi có chủ trương của Thủ tướng Chính phủ": one agency
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


def runs(prefect: SyncPrefectClient, deployment: UUID, enough: Callable[[list[FlowRun]], bool]) -> list[FlowRun]:
    """The deployment's runs that were not of its schedule, as soon as there are `enough`."""
    chosen = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    end = time.monotonic() + WAIT_SECONDS
    while True:
        found = [run for run in prefect.read_flow_runs(deployment_filter=chosen) if not run.auto_scheduled]
        if enough(found) or time.monotonic() > end:
            return found
        time.sleep(0.1)


def answers(prefect: SyncPrefectClient, on_event: UUID, *event_ids: str) -> list[object]:
    """The parameter of each answer to these events, as soon as all are there."""

    def ids(found: list[FlowRun]) -> list[object]:
        return [run.parameters["event_id"] for run in found if str(run.parameters["event_id"]) in event_ids]

    return ids(runs(prefect, on_event, lambda found: len(ids(found)) >= len(event_ids)))


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
    announcing.announce_events({event_id: [(PLAN, "I.1")] for event_id in ids}, api_url=api_url)
    found = answers(prefect, on_event, *ids)
    assert len(found) == 2
    assert set(found) == set(ids)


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
        assert len(runs(prefect, deployment.id, bool)) == 1
    other = prefect.read_deployment_by_name(f"track_task/{wanted[2].name}")
    assert runs(prefect, other.id, lambda _: True) == []


def test_a_recorded_event_is_answered_and_its_task_gets_its_new_days_and_a_run(
    api_url: str, prefect: SyncPrefectClient, on_event: UUID, database_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with open_office(database_url, tmp_path, only(shipped(), TASK), date(2024, 1, 2)) as office:
        app = replace(office.app, settings=replace(office.app.settings, prefect_api_url=api_url))
        monkeypatch.setattr(_shared, "_opened", lambda: app)
        scheduling.sync_all(app, lambda _: None)
        waiting = prefect.read_deployment_by_name(f"track_task/{PLAN_ID}-{TASK}")
        office.set(date(2024, 3, 25))
        event = Event("directive", date(2024, 3, 25), "Về chủ trương đầu tư", "12/TTg", "Thủ tướng Chính phủ")
        choice = Choice(TASK, due_on=date(2024, 5, 15))
        done = events.record(app, event, [choice], by="Lan", now=office.moment)
        assert done.unheard == ""
        assert answers(prefect, on_event, done.event_id) == [done.event_id]
        assert answer(done.event_id)["started"] == 1
    opened = prefect.read_deployment_by_name(f"track_task/{PLAN_ID}-{TASK}")
    assert "20240514T073000" in opened.schedules[0].schedule.rrule  # type: ignore[union-attr]
    assert "20240514T073000" not in waiting.schedules[0].schedule.rrule  # type: ignore[union-attr]
    assert len(runs(prefect, opened.id, bool)) == 1


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


def refused(api_url: str) -> list[str]:
    """What both announcements say when they cannot be made."""
    said = []
    with pytest.raises(PrefectError) as of_events:
        announcing.announce_events({"sk-1": []}, api_url=api_url)
    said.append(str(of_events.value))
    with pytest.raises(PrefectError) as of_tasks:
        announcing.announce_tasks([(PLAN, "I.1")], api_url=api_url)
    return [*said, str(of_tasks.value)]


def test_a_prefect_that_hangs_is_an_error_in_time(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "PATIENCE_SECONDS", 0.2)
    assert all("Không kết nối" in words for words in refused(silent))


def test_a_prefect_that_is_away_or_refuses_is_an_error_without_the_login(refusing: str) -> None:
    assert all("Không kết nối" in words for words in refused("http://127.0.0.1:1/api"))
    assert all("PREFECT_API_AUTH_STRING" in words and "bi-mat" not in words for words in refused(refusing))
