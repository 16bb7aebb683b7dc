"""The flows on a real store and a real Prefect: they do the service's work and publish pages in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from office import Office, open_office
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from town import only, shipped

from flows import _shared
from flows.audit import audit
from flows.deliver import deliver
from flows.summary import summary
from flows.sweep import sweep
from flows.track_task import track_task

TASK = "I.2.5"  # Quý I/2024, Sở Tư pháp


@pytest.fixture
def office(database_url: str, tmp_path: Path, api_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The office on a working day before the end of quarter I, its App the one that flows share."""
    with open_office(database_url, tmp_path, only(shipped(), TASK), date(2024, 1, 2)) as opened:
        opened.set(date(2024, 3, 21), time(7, 30))
        monkeypatch.setattr(_shared, "_opened", lambda: opened.app)
        yield opened


def page(prefect: SyncPrefectClient, key: str) -> str:
    """The newest page under a key."""
    found = prefect.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))
    return str(max(found, key=lambda one: one.created).data)


def test_a_task_run_queues_its_notice_once_and_shows_its_state(office: Office, prefect: SyncPrefectClient) -> None:
    first = track_task("hung-yen-2024", TASK)
    again = track_task("hung-yen-2024", TASK)
    assert first["queued"] > 0
    assert again == {"looked_at": 0, "queued": 0, "missed": 0}
    shown = page(prefect, "hung-yen-2024--i-2-5")
    assert "Thời hạn trong kế hoạch: **Quý I/2024**" in shown
    assert "Sở Tư pháp" in shown


def test_a_sweep_after_days_without_prefect_counts_what_was_missed(office: Office) -> None:
    office.set(date(2024, 4, 3), time(8, 0))
    assert sweep()["missed"] > 0
    assert sweep()["missed"] == 0


def test_summary_and_audit_publish_their_pages(office: Office, prefect: SyncPrefectClient) -> None:
    sweep()
    assert summary()["in_term"] > 0
    assert "Quá hạn chưa hoàn thành" in page(prefect, "bon-nhom")
    assert audit()["open"] > 0
    assert page(prefect, "kiem-tra").startswith("# Kiểm tra 07:30 ngày 21/03/2024")


def test_delivery_reports_what_became_of_messages(office: Office) -> None:
    office.set(date(2024, 3, 23), time(9, 0))  # a Saturday: nothing goes out
    assert deliver()["sent"] == 0


def test_an_unknown_task_fails_the_run(office: Office) -> None:
    assert track_task("hung-yen-2024", "X.9", return_state=True).is_failed()
