"""Each plan task is a deployment; applying again writes only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import anyio
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.responses import DeploymentResponse
from prefect.server.schemas.schedules import RRuleSchedule
from prefect_server import Traffic

from dondoc.clock import ZONE
from dondoc.domain.moments import at
from dondoc.scheduling.deployments import LONGEST_RULE, SyncResult, TaskDeployment, name_of, rdate_rule, sync
from dondoc.scheduling.errors import PrefectError

JANUARY = at(date(2026, 1, 5), datetime.min.time())
MARCH = at(date(2026, 3, 2), datetime.min.time())
DAYS = (date(2026, 1, 20), date(2026, 2, 26), date(2026, 6, 30))


def task(plan_id: str, task_id: str, days: Sequence[date] = DAYS, description: str = "Nhiệm vụ") -> TaskDeployment:
    """A task of a plan."""
    tags = (f"ke-hoach:{plan_id}", "linh-vuc:I", "chu-tri:so-noi-vu")
    return TaskDeployment(name_of(plan_id, task_id), plan_id, task_id, description, tags, tuple(days))


def synced(api_url: str, plan_id: str, *tasks: TaskDeployment, now: datetime = JANUARY) -> SyncResult:
    """Synchronise without a word."""
    return sync(plan_id, tasks, lambda _: None, now=now, api_url=api_url)


def of_plan(prefect: SyncPrefectClient, plan_id: str) -> dict[str, DeploymentResponse]:
    """What the server has, by task id."""
    named = DeploymentFilter(name=DeploymentFilterName(like_=plan_id))
    return {one.parameters["task_id"]: one for one in prefect.read_deployments(deployment_filter=named)}


def test_a_task_becomes_a_deployment_with_its_days(api_url: str, prefect: SyncPrefectClient) -> None:
    assert synced(api_url, "moi", task("moi", "I.1/a", description="Ban hành kế hoạch")) == SyncResult(created=1)
    made = of_plan(prefect, "moi")["I.1/a"]
    assert (made.name, made.entrypoint, made.work_pool_name, made.paused) == (
        "moi-I.1~a", "flows.track_task.track_task", "dondoc", False,
    )  # fmt: skip
    assert made.description == "Ban hành kế hoạch"
    assert made.parameters == {"plan_id": "moi", "task_id": "I.1/a"}
    assert sorted(made.tags) == ["chu-tri:so-noi-vu", "ke-hoach:moi", "linh-vuc:I"]
    assert prefect.read_flow(made.flow_id).name == "track_task"
    assert [schedule.active for schedule in made.schedules] == [True]


async def _first_times(rule: str, start: datetime, count: int) -> list[datetime]:
    return await RRuleSchedule(rrule=rule, timezone=ZONE).get_dates(n=count, start=start)


@pytest.mark.parametrize("after, left", [(date(2026, 1, 1), 3), (date(2026, 2, 1), 2), (date(2026, 7, 1), 0)])
def test_prefect_wakes_us_at_half_past_seven_on_those_days_and_no_other(after: date, left: int) -> None:
    times = anyio.run(_first_times, rdate_rule(DAYS, after), at(after, datetime.min.time()), 10)
    expected = [at(day, datetime.min.time()) + timedelta(hours=7, minutes=30) for day in DAYS[3 - left :]]
    assert times == expected


def test_applying_again_writes_nothing(api_url: str, traffic: Traffic) -> None:
    tasks = [task("lai", f"I.{number}") for number in range(9)]
    assert synced(api_url, "lai", *tasks).created == 9
    before = len(traffic.writes)
    assert synced(api_url, "lai", *tasks) == SyncResult(unchanged=9)
    assert synced(api_url, "lai", *tasks, now=JANUARY + timedelta(days=1)) == SyncResult(unchanged=9)
    assert traffic.writes[before:] == []


def test_only_what_changed_is_written(api_url: str, prefect: SyncPrefectClient, traffic: Traffic) -> None:
    first, second = task("sua", "I.1"), task("sua", "I.2")
    synced(api_url, "sua", first, second)
    old = of_plan(prefect, "sua")
    before = len(traffic.writes)
    changed = replace(second, description="Lời mới")
    assert synced(api_url, "sua", first, changed) == SyncResult(updated=1, unchanged=1)
    assert traffic.writes[before:] == [f"PATCH /api/deployments/{old['I.2'].id}"]
    new = of_plan(prefect, "sua")
    assert new["I.2"].description == "Lời mới"
    assert new["I.2"].schedules == old["I.2"].schedules
    assert new["I.1"].updated == old["I.1"].updated


def test_moved_days_keep_the_schedule_and_its_id(api_url: str, prefect: SyncPrefectClient) -> None:
    synced(api_url, "doi", task("doi", "I.1"))
    old = of_plan(prefect, "doi")["I.1"].schedules[0]
    moved = task("doi", "I.1", [*DAYS, date(2026, 9, 30)])
    assert synced(api_url, "doi", moved).updated == 1
    (schedule,) = of_plan(prefect, "doi")["I.1"].schedules
    assert schedule.id == old.id
    assert schedule.schedule.rrule.endswith("20260930T073000")  # type: ignore[union-attr]
    assert synced(api_url, "doi", moved) == SyncResult(unchanged=1)


def test_a_task_whose_days_are_withdrawn_loses_its_schedule(api_url: str, prefect: SyncPrefectClient) -> None:
    synced(api_url, "rut", task("rut", "I.1"))
    assert synced(api_url, "rut", task("rut", "I.1", [])).updated == 1
    left = of_plan(prefect, "rut")["I.1"]
    assert (left.schedules, left.paused) == ([], False)
    assert synced(api_url, "rut", task("rut", "I.1", [])) == SyncResult(unchanged=1)


def test_what_is_gone_or_over_rests_and_comes_back(api_url: str, prefect: SyncPrefectClient) -> None:
    stays, over, gone = task("nghi", "I.1"), task("nghi", "I.2", DAYS[:2]), task("nghi", "I.3")
    synced(api_url, "nghi", stays, over, gone)
    assert synced(api_url, "nghi", stays, over, now=MARCH) == SyncResult(unchanged=1, paused=2)
    assert {name: one.paused for name, one in of_plan(prefect, "nghi").items()} == {
        "I.1": False, "I.2": True, "I.3": True,
    }  # fmt: skip
    assert synced(api_url, "nghi", stays, over, now=MARCH) == SyncResult(unchanged=2)
    assert synced(api_url, "nghi", stays, over, gone, now=MARCH) == SyncResult(updated=1, unchanged=2)
    assert not of_plan(prefect, "nghi")["I.3"].paused


def test_a_plan_that_is_no_longer_live_rests_and_others_go_on(api_url: str, prefect: SyncPrefectClient) -> None:
    synced(api_url, "cu", task("cu", "I.1"), task("cu", "I.2"))
    synced(api_url, "cu-2", task("cu-2", "I.1"))  # its name begins like the other plan's
    assert synced(api_url, "cu") == SyncResult(paused=2)
    assert synced(api_url, "cu") == SyncResult()
    assert not of_plan(prefect, "cu-2")["I.1"].paused


def test_more_tasks_than_a_page_holds(api_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dondoc.scheduling.reconciling.PAGE", 4)
    tasks = [task("trang", f"I.{number}") for number in range(10)]
    lines: list[str] = []
    assert sync("trang", tasks, lines.append, now=JANUARY, api_url=api_url).created == 10
    assert synced(api_url, "trang", *tasks) == SyncResult(unchanged=10)
    assert lines == ["Ghi lịch chạy vào Prefect: 10/10"]


def test_a_long_list_of_days_loses_the_past_first() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(500)]
    rule = rdate_rule(days, date(2026, 6, 1))
    assert len(rule) <= LONGEST_RULE
    kept = rule.split("RDATE:")[1].split(",")
    assert kept[-1] == "20270515T073000"
    assert len(kept) > 400
    late = rdate_rule(days, date(2026, 1, 1)).split("RDATE:")[1].split(",")
    assert late[0] == "20260101T073000"


def test_names_that_prefect_forbids_are_refused() -> None:
    assert name_of("hung-yen-2024", "III.2.79") == "hung-yen-2024-III.2.79"
    with pytest.raises(ValueError, match="%"):
        name_of("ke-hoach", "50%")


def test_without_a_server_the_error_says_what_to_do() -> None:
    with pytest.raises(PrefectError, match=r"127\.0\.0\.1:1/api.*dondoc up"):
        synced("http://127.0.0.1:1/api", "vang", task("vang", "I.1"))
