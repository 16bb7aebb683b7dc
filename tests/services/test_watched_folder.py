"""The watched folder: every document becomes one event that waits for a person, whatever dies in between."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from letters import locked, pdf, word
from office import Office, open_office, small
from sqlalchemy import select

from dondoc.errors import Refused
from dondoc.intake.files import path_of
from dondoc.intake.folder import Folder
from dondoc.services import attachments, incoming
from dondoc.services import events as register
from dondoc.services.attachments import UNCLAIMED_DAYS, drop_unclaimed
from dondoc.services.books import books
from dondoc.services.incoming import Collected
from dondoc.services.proposing import proposed
from dondoc.store import events
from dondoc.store.models import AlarmRow, EventFileRow, EventRow

DAY = date(2024, 5, 13)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), DAY) as opened:
        settings = replace(opened.app.settings, incoming=tmp_path / "home" / "incoming")
        opened.app = replace(opened.app, settings=settings, pause=lambda _: None)
        incoming.make_folder(settings)
        yield opened


def drop(office: Office, name: str, content: bytes | str) -> Path:
    """A file that somebody puts into the folder."""
    path = office.app.settings.incoming / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def collect(office: Office) -> Collected:
    return incoming.collect(office.app, office.moment)


def rows(office: Office) -> list[EventRow]:
    with office.app.sessions() as session:
        return list(session.scalars(select(EventRow).order_by(EventRow.recorded_at, EventRow.id)))


def digests(office: Office) -> list[str]:
    with office.app.sessions() as session:
        return list(session.scalars(select(EventFileRow.sha256).order_by(EventFileRow.id)))


def lying(office: Office, where: str = "") -> list[str]:
    folder = office.app.settings.incoming / where
    return sorted(path.name for path in folder.iterdir() if path.is_symlink() or path.is_file())


def test_a_document_is_kept_entered_moved_and_waits_for_a_person(office: Office) -> None:
    drop(office, "cv.docx", word())
    assert collect(office) == Collected(taken=1)
    (row,) = rows(office)
    assert (row.kind, row.number, row.issuer, row.on, row.subject, row.source) == (
        "guidance", "3456/BNV-CCVC", "Bộ Nội vụ", date(2024, 5, 10), "hướng dẫn xác định vị trí việc làm", "folder",
    )  # fmt: skip
    with office.app.sessions() as session:
        assert [one.id for one in events.waiting(session)] == [row.id]
    (digest,) = digests(office)
    assert path_of(office.app.settings.home, digest).read_bytes() == word()
    assert (lying(office), lying(office, "da-nhan")) == ([], ["cv.docx"])


def test_the_same_bytes_again_change_nothing_under_any_name(office: Office) -> None:
    drop(office, "cv.docx", word())
    collect(office)
    before = [row.__dict__ | {"_sa_instance_state": None} for row in rows(office)]
    drop(office, "cv.docx", word())
    drop(office, "bản sao.docx", word())
    assert collect(office) == Collected(known=2)
    assert [row.__dict__ | {"_sa_instance_state": None} for row in rows(office)] == before
    assert lying(office, "da-nhan") == ["bản sao.docx", "cv (2).docx", "cv.docx"]


def test_another_copy_of_a_document_joins_its_event(office: Office) -> None:
    drop(office, "cv.docx", word())
    drop(office, "cv có phụ lục.docx", word(body=("Kính gửi: UBND các tỉnh", "Phụ lục")))
    assert collect(office) == Collected(taken=1, added=1)
    assert (len(rows(office)), len(digests(office))) == (1, 2)


def test_what_a_document_does_not_say_is_asked_of_a_person(office: Office) -> None:
    for name in ("quét 1.pdf", "quét 2.pdf"):
        drop(office, name, pdf(b"0 0 1 rg % " + name.encode()))
    assert collect(office) == Collected(taken=2)
    found = {row.subject: row for row in rows(office)}
    assert sorted(found) == ["quét 1", "quét 2"]
    row = found["quét 1"]
    assert (row.kind, row.on, row.number, row.issuer) == ("other", DAY, None, None)
    assert row.note is not None
    assert "Ngày ban hành tạm ghi theo ngày nhận 13/05/2024." in row.note
    assert "số, ký hiệu" in row.note


def test_a_day_to_come_is_no_certain_day(office: Office) -> None:
    drop(office, "cv.docx", word(day="Hà Nội, ngày 14 tháng 5 năm 2024"))
    assert collect(office) == Collected(taken=1)
    (row,) = rows(office)
    assert (row.on, "(14/05/2024) chưa đến" in (row.note or "")) == (DAY, True)


def test_an_event_that_was_retracted_waits_again_when_its_document_comes(office: Office) -> None:
    drop(office, "cv.docx", word())
    collect(office)
    register.retract(office.app, rows(office)[0].id, by="an", now=office.moment, why="nhầm")
    drop(office, "cv2.docx", word(body=("Kính gửi: A",)))
    assert collect(office) == Collected(taken=1)
    with office.app.sessions() as session:
        assert [one.id for one in events.waiting(session)] == [rows(office)[0].id]


def test_two_documents_that_say_too_little_are_never_taken_for_one(office: Office) -> None:
    for number, text in enumerate((b"1", b"2")):
        drop(office, "quét.pdf", pdf(b"0 0 1 rg % " + text))
        assert collect(office) == Collected(taken=1), number
    assert len({row.id for row in rows(office)}) == 2


class Killed(BaseException):
    """The process dies here."""


def dies(*_: Any, **__: Any) -> None:
    raise Killed


KILLS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "while the bytes are kept": lambda patch: patch.setattr(attachments, "keep", dies),
    "after the bytes are kept": lambda patch: patch.setattr(incoming, "record_arrival", dies),
    "before the commit": lambda patch: patch.setattr(register.journal, "write", dies),
    "before the move": lambda patch: patch.setattr(Folder, "taken", dies),
}


@pytest.mark.parametrize("where", KILLS)
def test_a_run_that_dies_loses_nothing_and_the_next_doubles_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    drop(office, "cv.docx", word())
    with monkeypatch.context() as patch:
        KILLS[where](patch)
        with pytest.raises(Killed):
            collect(office)
    assert lying(office) == ["cv.docx"]
    office.set(date(2024, 5, 14))
    assert collect(office) == (Collected(known=1) if where == "before the move" else Collected(taken=1))
    assert (len(rows(office)), len(digests(office)), lying(office, "da-nhan")) == (1, 1, ["cv.docx"])


def test_what_cannot_be_taken_is_put_aside_with_its_reason_and_stops_nobody(office: Office, tmp_path: Path) -> None:
    secret = tmp_path / "secret.docx"
    secret.write_bytes(word())
    drop(office, "a khóa.pdf", locked(pdf(b"")))
    drop(office, "b.exe", b"MZ" + bytes(50))
    (office.app.settings.incoming / "c.docx").symlink_to(secret)
    drop(office, "d.docx", word(number="1/BNV-VP"))
    drop(office, "d.yaml", "ngay: hôm nay\nnguoi_ky: A\n")
    drop(office, "z.docx", word())
    assert collect(office) == Collected(taken=1, refused=4)
    assert lying(office) == []
    aside = office.app.settings.incoming / "khong-nhan"
    assert "mật khẩu" in (aside / "a khóa.pdf.txt").read_text(encoding="utf-8")
    assert "chương trình" in (aside / "b.exe.txt").read_text(encoding="utf-8")
    assert "liên kết" in (aside / "c.docx.txt").read_text(encoding="utf-8")
    both = (aside / "d.docx.txt").read_text(encoding="utf-8")
    assert ("ngay: hôm nay" in both, "nguoi_ky" in both) == (True, True)
    assert ((aside / "c.docx").is_symlink(), (aside / "d.yaml").exists(), secret.exists()) == (True, True, True)
    assert len(digests(office)) == 1
    with office.app.sessions() as session:
        assert [row.key for row in session.scalars(select(AlarmRow))] == ["incoming"]


def test_a_sidecar_says_what_the_scan_cannot(office: Office) -> None:
    drop(office, "quét.pdf", pdf(b"0 0 1 rg"))
    drop(office, "quét.yaml", "so: 9/KH-UBND\nco_quan: UBND tỉnh Hưng Yên\nngay: 09/05/2024\ntrich_yeu: Kiểm tra\n")
    assert collect(office) == Collected(taken=1)
    (row,) = rows(office)
    assert (row.kind, row.number, row.issuer, row.on) == ("plan", "9/KH-UBND", "UBND tỉnh Hưng Yên", date(2024, 5, 9))
    assert lying(office, "da-nhan") == ["quét.pdf", "quét.yaml"]


def test_what_may_still_be_on_its_way_waits_and_what_stays_broken_is_refused(office: Office) -> None:
    path = drop(office, "nửa.pdf", b"%PDF-1.7\nnothing here")
    os.utime(path, (office.moment.timestamp() - 60,) * 2)
    assert collect(office) == Collected(waiting=1)
    assert lying(office) == ["nửa.pdf"]
    os.utime(path, (office.moment.timestamp() - 3600,) * 2)
    assert collect(office) == Collected(refused=1)


def test_a_scanner_that_is_silent_keeps_files_waiting(office: Office, tmp_path: Path) -> None:
    (tmp_path / "scan.py").write_text("import sys; sys.exit(3)", encoding="utf-8")
    settings = replace(office.app.settings, scan=(sys.executable, str(tmp_path / "scan.py")))
    silent = replace(office.app, settings=settings)
    drop(office, "cv.docx", word())
    assert incoming.collect(silent, office.moment) == Collected(waiting=1)
    assert (rows(office), lying(office)) == ([], ["cv.docx"])


def test_a_fault_of_ours_leaves_the_file_where_it_is_and_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(office, "a.docx", word(number="1/BNV-VP"))
    drop(office, "b.docx", word(number="2/BNV-VP"))
    real = incoming.read_checked

    def faulty(checked: Any, stream: io.BytesIO, *rest: Any) -> Any:
        if checked.name == "a.docx":
            raise RuntimeError
        return real(checked, stream, *rest)

    monkeypatch.setattr(incoming, "read_checked", faulty)
    assert collect(office) == Collected(taken=1, failed=1)
    assert lying(office) == ["a.docx"]


def test_an_event_that_a_person_dismissed_stays_dismissed_when_another_copy_comes(office: Office) -> None:
    drop(office, "cv.docx", word())
    collect(office)
    register.dismiss(office.app, rows(office)[0].id, by="an", now=office.moment, why="không liên quan")
    drop(office, "cv2.docx", word(body=("Kính gửi: A",)))
    assert collect(office) == Collected(added=1)
    assert rows(office)[0].dismissed_by == "an"


def test_the_documents_of_events_are_never_cleared_away(office: Office) -> None:
    drop(office, "cv.docx", word())
    collect(office)
    (digest,) = digests(office)
    old = office.moment.timestamp() - (UNCLAIMED_DAYS + 1) * 86_400
    os.utime(path_of(office.app.settings.home, digest), (old, old))
    assert drop_unclaimed(office.app, office.moment) == 0


def test_a_folder_that_the_office_set_is_not_made_up_when_its_disk_is_gone(office: Office, tmp_path: Path) -> None:
    settings = replace(office.app.settings, incoming=tmp_path / "mnt" / "cong-van")
    with pytest.raises(Refused, match="DONDOC_INCOMING"):
        incoming.collect(replace(office.app, settings=settings), office.moment)


def test_a_second_collection_at_the_same_time_finds_nothing_to_do(office: Office) -> None:
    drop(office, "cv.docx", word())
    with incoming._alone(office.app) as mine:
        assert mine
        assert collect(office) == Collected()
    assert collect(office) == Collected(taken=1)


def test_what_it_may_concern_is_proposed_and_nothing_is_opened(office: Office) -> None:
    about = "V/v đề nghị thẩm định dự thảo Quyết định"
    drop(office, "cv.docx", word(issuer="SỞ XÂY DỰNG", number="5/SXD-QLN", about=about))
    assert collect(office) == Collected(taken=1)
    with office.app.sessions() as session:
        (row,) = events.waiting(session)
        found = proposed(books(office.app, session, live=True).values(), events.to_event(row))
        assert (found[0].waiting.task_id, "đề nghị thẩm định" in found[0].why) == ("II.2.21", True)
        assert events.standing(session, row.id) == []
