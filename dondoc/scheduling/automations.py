"""The two automations that dondoc installs in Prefect and keeps: what is announced (`announcing`) starts deployments.

A recorded event starts `on_event/su-kien` with its id; an opened task starts its own deployment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio
from prefect.client.orchestration import PrefectClient
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from dondoc.scheduling.client import open_client
from dondoc.scheduling.names import EVENT_ID, EVENT_RECORDED, EVENT_RESOURCE, ON_EVENT, TASK_OPENED, TASK_RESOURCE
from dondoc.scheduling.reconciling import Say, SyncResult

RECORDED_NAME = "dondoc: sự kiện được ghi"
OPENED_NAME = "dondoc: nhiệm vụ được mở"
TAGS = ["co-dinh"]
ID = {"__prefect_kind": "jinja", "template": f"{{{{ event.resource['{EVENT_ID}'] }}}}"}
"""Rendered as text whatever it holds; a bare "{{ … }}" would do too, but its value passes through JSON."""


def ensure(*, api_url: str, say: Say) -> SyncResult:
    """Bring both automations into the Prefect at `api_url`, each known by its name; a second call writes nothing.

    One that a person changed or switched off is set right, as a deployment paused by hand is: who wants nothing sent
    has the stop-all switch. Of several with the name one stays. Without `on_event/su-kien` in Prefect the first
    cannot be made: `say` is told what to do. Raises PrefectError when the server cannot be used.
    """
    return anyio.run(_ensure, api_url, say)


async def _ensure(api_url: str, say: Say) -> SyncResult:
    async with open_client(api_url) as client:
        wanted = [_opened()]
        if (deployment := await _on_event(client)) is not None:
            wanted.insert(0, _recorded(deployment))
        else:
            say(
                f"Prefect chưa có luồng {ON_EVENT}, nên sự kiện được ghi phải chờ lần quét. "
                "Đưa vào bằng `dondoc up` hoặc `prefect --no-prompt deploy --all`, rồi áp dụng lại kế hoạch."
            )
        total = SyncResult()
        for one in wanted:
            total += await _keep(client, one, say)
        return total


async def _keep(client: PrefectClient, wanted: AutomationCore, say: Say) -> SyncResult:
    found = await client.read_automations_by_name(wanted.name)
    if not found:
        await client.create_automation(wanted)
        say(f"Prefect: đã tạo quy tắc tự động “{wanted.name}”.")
        return SyncResult(created=1)
    kept, *surplus = sorted(found, key=lambda one: one.id)  # the same one for whoever looks at the same time
    for one in surplus:
        await client.delete_automation(one.id)
        say(f"Prefect: đã xóa quy tắc tự động trùng tên “{wanted.name}”.")
    if _content(kept) == _content(wanted):
        return SyncResult(unchanged=1)
    await client.update_automation(kept.id, wanted)
    say(f"Prefect: đã sửa lại quy tắc tự động “{wanted.name}”.")
    return SyncResult(updated=1)


async def _on_event(client: PrefectClient) -> UUID | None:
    try:
        return (await client.read_deployment_by_name(ON_EVENT)).id
    except ObjectNotFound:
        return None


def _recorded(deployment: UUID) -> AutomationCore:
    return _automation(
        RECORDED_NAME,
        "Sự kiện vừa ghi thì xem ngay nhiệm vụ được mở và gửi thư gấp. Không chạy được thì lần quét kế tiếp làm bù.",
        _trigger(EVENT_RECORDED, {"prefect.resource.id": f"{EVENT_RESOURCE}*", EVENT_ID: "*"}),
        {"source": "selected", "deployment_id": deployment, "parameters": {"event_id": ID}},
    )


def _opened() -> AutomationCore:
    return _automation(
        OPENED_NAME,
        "Nhiệm vụ được một sự kiện mở thì chạy ngay lịch của chính nó để đăng lại trang tình trạng.",
        _trigger(TASK_OPENED, {"prefect.resource.id": f"{TASK_RESOURCE}*"}),
        {"source": "inferred"},
    )


def _automation(name: str, description: str, trigger: EventTrigger, run: dict[str, Any]) -> AutomationCore:
    # Everything is said, `type` above all: an update leaves out what was not set, and the server would guess.
    action = RunDeployment.model_validate({"type": "run-deployment", **run})
    return AutomationCore(
        name=name,
        description=description,
        enabled=True,
        tags=TAGS,
        trigger=trigger,
        actions=[action],
        actions_on_trigger=[],
        actions_on_resolve=[],
    )


def _trigger(event: str, match: dict[str, str | list[str]]) -> EventTrigger:
    """Each announced thing is counted by itself: two in the same second are two firings."""
    return EventTrigger(
        type="event",
        expect={event},
        match=ResourceSpecification(match),
        for_each={"prefect.resource.id"},
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )


def _content(automation: AutomationCore) -> dict[str, Any]:
    """What a person may have changed; the server gives ids of its own."""
    return automation.model_dump(mode="json", exclude={"id", "owner_resource"})
