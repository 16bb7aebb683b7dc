"""What Prefect shows of the flows, and the keys of their pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect import Flow
from prefect.client.schemas.actions import ArtifactCreate

from dondoc.scheduling.worker import load_flow
from flows._shared import artifact_key

NAMES = ("track_task", "sweep", "deliver", "collect", "summary", "audit", "load_plan", "on_event")
IDS = st.text(st.sampled_from("aAđĐ019.-/ _"), min_size=1, max_size=6)


@pytest.mark.parametrize("name", NAMES)
def test_a_flow_has_its_own_name_and_a_vietnamese_description(name: str) -> None:
    flow = load_flow(f"flows.{name}.{name}")
    assert isinstance(flow, Flow)
    assert flow.name == name  # Prefect's default would turn "_" into "-"
    assert any(ord(letter) > 127 for letter in flow.description or "")


def test_a_key_is_readable() -> None:
    assert artifact_key("hung-yen-2024", "III.2.79") == "hung-yen-2024--iii-2-79"
    assert artifact_key("hung-yen-2024", "III.2/79").startswith("hung-yen-2024--iii-2-79-")


@given(st.tuples(IDS, IDS), st.tuples(IDS, IDS))
def test_two_tasks_never_share_a_page(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (artifact_key(*one) == artifact_key(*other)) == (one == other)


@given(IDS, IDS)
def test_prefect_takes_every_key(plan_id: str, task_id: str) -> None:
    ArtifactCreate(key=artifact_key(plan_id, task_id), type="markdown", data="")
    assert set(artifact_key(plan_id, task_id)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
