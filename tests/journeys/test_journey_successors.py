"""Câu chuyện ngày 01/7/2025 ở Hưng Yên: việc của Sở Thông tin và Truyền thông chuyển cho Sở Khoa học và Công nghệ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from story_help import counts, days_until, document, done, town_on
from town import CONFIG, Town, only

from dondoc.domain.moments import at
from dondoc.domain.workspace import Workspace
from dondoc.loading import load_directory, shift
from dondoc.services import reviewing, status, succession
from dondoc.store import journal
from dondoc.store.models import ObligationRow

POSTS, SCIENCE = "so-thong-tin-va-truyen-thong", "so-khoa-hoc-va-cong-nghe"
TASKS = ("III.2.79", "VI.2.110")


def year_2025() -> Workspace:
    """Kế hoạch như năm 2024, của năm 2025, với danh bạ biết việc sắp xếp."""
    shifted = shift(document("hung-yen-2024"), 2025)
    directory = load_directory(CONFIG / "agencies" / "hung-yen-2025.yaml").require()
    return only(replace(shifted, directory=directory), *TASKS, directory=directory.id, demo=False)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_on(date(2025, 3, 3), database_url, tmp_path) as opened:
        opened.apply(year_2025(), assign=False)
        yield opened


def letters(town: Town, address: str) -> list[str]:
    return [mail.text or "" for mail in town.mails() if any(address in to for to in mail.entry.to)]


def of(town: Town, agency: str) -> set[str]:
    """Những việc đứng tên cơ quan."""
    with town.app.sessions() as session:
        return {row.id for row in session.query(ObligationRow) if row.agency == agency}


def test_viec_con_mo_chuyen_cho_co_quan_ke_thua(town: Town) -> None:
    # Hai việc đứng tên Sở Thông tin và Truyền thông: một việc hạn 31/3, báo xong và được duyệt; một việc thường xuyên.
    finished, open_one = sorted(id for id in of(town, POSTS) if "/bao-cao/" not in id)
    done(town, finished, date(2025, 3, 20), "15/QĐ-UBND")
    reviewing.accept(town.app, finished, by="so-noi-vu", now=town.moment)
    days_until(town, date(2025, 6, 30))
    moved = open_one.replace(POSTS, SCIENCE)
    assert moved not in of(town, SCIENCE)
    june = status.to_json(town.moment, status.counts(town.app, at(date(2025, 6, 30))))["total"]

    # Sáng 01/7, trước khi quét, việc còn mở tự chuyển; việc đã xong ở lại với cơ quan đã làm.
    days_until(town, date(2025, 7, 1))
    assert moved in of(town, SCIENCE)
    with town.app.sessions() as session:
        assert not {"reassigned", "waived"} & {e.action for e in journal.history(session, finished)}
    # Báo cáo định kỳ thì Sở Khoa học và Công nghệ vốn đã nợ của mình: hai sở thành một, chỉ còn một báo cáo mỗi kỳ.
    own_reports = [id for id in of(town, SCIENCE) if "/bao-cao/" in id]
    assert len(own_reports) == 4
    assert counts(town, POSTS).keys() <= {"waived", "done_on_time", "reported"}

    # Nhật ký của hai bên dẫn đến nhau.
    with town.app.sessions() as session:
        left = next(e for e in journal.history(session, open_one) if e.action == "reassigned")
        taken = next(e for e in journal.history(session, moved) if e.action == "received")
    assert (left.who, left.new) == (succession.BY, SCIENCE)
    assert open_one in taken.why

    # Sở Khoa học và Công nghệ đọc trong thư kế tiếp: tiếp nhận việc nào, từ ai. Cơ quan cũ không nhận thư nữa.
    told = letters(town, "cchc@sokhoahocvacongnghe.hungyen.example")
    assert any("Tiếp nhận từ Sở Thông tin và Truyền thông" in words for words in told)
    before = len(letters(town, "cchc@sothongtinvatruyenthong.hungyen.example"))
    assert before
    days_until(town, date(2025, 7, 10))
    assert len(letters(town, "cchc@sothongtinvatruyenthong.hungyen.example")) == before

    # Số liệu ngày 30/6 nhìn lại vẫn như cũ.
    again = status.to_json(town.moment, status.counts(town.app, at(date(2025, 6, 30))))["total"]
    assert again == june
