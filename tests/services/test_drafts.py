"""Drafts: kept for one recipient and form, within limits, gone when sent or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from office import JUSTICE, OTHERS, QUARTER, YEAR, Office, open_office, small

from dondoc.errors import Refused
from dondoc.services import drafts
from dondoc.services.drafts import DRAFT_DAYS, LARGEST_DRAFT, MOST_DRAFTS, answer_form, drop_old
from dondoc.store import drafts as rows

ANOTHER = "van-phong-ubnd-tinh/focal"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 3, 20)) as opened:
        yield opened


def save(office: Office, *ids: str, recipient: str = JUSTICE, form: str = "", **said: Any) -> None:
    with office.app.sessions.begin() as session:
        drafts.save(session, recipient, form or answer_form(ids), ids, said, office.moment)


def notes(office: Office, recipient: str = JUSTICE) -> list[str]:
    """What stands in a recipient's drafts, newest first."""
    with office.app.sessions() as session:
        return [row.fields["note"] for row in rows.of_recipient(session, recipient)]


def test_one_draft_for_each_choice_whatever_its_order_and_for_each_recipient(office: Office) -> None:
    save(office, QUARTER, YEAR, note="một")
    save(office, YEAR, QUARTER, note="hai")
    office.moment += timedelta(minutes=1)
    save(office, QUARTER, note="ba")
    save(office, OTHERS, recipient=ANOTHER, note="bốn")
    assert notes(office) == ["ba", "hai"]
    assert notes(office, ANOTHER) == ["bốn"]


def test_sending_the_same_choice_ends_the_senders_draft_alone(office: Office) -> None:
    save(office, QUARTER, YEAR, note="cùng")
    save(office, QUARTER, note="riêng")
    save(office, QUARTER, recipient=ANOTHER, note="của người khác")
    office.submit(QUARTER, kind="progress", note="x", by=JUSTICE)
    assert notes(office) == ["cùng"]
    assert notes(office, ANOTHER) == ["của người khác"]


def test_a_refused_answer_leaves_the_draft(office: Office) -> None:
    save(office, QUARTER, note="nháp")
    with pytest.raises(Refused):
        office.submit(QUARTER, kind="not_mine", by=JUSTICE)
    assert notes(office) == ["nháp"]


def test_there_are_limits_on_size_and_number(office: Office) -> None:
    with pytest.raises(Refused, match="quá dài để lưu nháp"):
        save(office, QUARTER, note="ế" * LARGEST_DRAFT)
    for n in range(MOST_DRAFTS):
        save(office, QUARTER, form=f"answer:{n}", note=f"{n}")
    with pytest.raises(Refused, match="xóa bớt"):
        save(office, QUARTER, form="answer:nua", note="nữa")
    save(office, QUARTER, form="answer:0", note="sửa")
    assert len(notes(office)) == MOST_DRAFTS


def test_what_no_database_holds_is_left_out(office: Office) -> None:
    save(office, QUARTER, note="a\x00b\ud800c<script>")
    assert notes(office) == ["abc<script>"]


def test_old_drafts_go(office: Office) -> None:
    save(office, QUARTER, note="cũ")
    office.moment += timedelta(seconds=1)
    save(office, YEAR, note="mới")
    assert drop_old(office.app, office.moment + timedelta(days=DRAFT_DAYS)) == 1
    assert notes(office) == ["mới"]
