"""Attached files are judged by their bytes; what is dangerous or disguised is turned away in plain words."""

from __future__ import annotations

import io
import stat
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import EXCEL, JPEG, MACRO_WORD, PDF, PNG, WORD, declaring, encrypted, office

from dondoc.errors import Problem
from dondoc.intake import archive, files
from dondoc.intake.files import Checked, check_file, display_name, keep, path_of


def judged(name: str, content: bytes) -> Checked | Problem:
    return check_file(name, io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("báo cáo.pdf", PDF, "application/pdf"),
        ("KE HOACH.PDF", PDF, "application/pdf"),
        ("anh.png", PNG, "image/png"),
        ("anh.jpg", JPEG, "image/jpeg"),
        ("anh.JPEG", JPEG, "image/jpeg"),
        ("bc.docx", office(WORD), files.MEDIA_TYPES["docx"]),
        ("bang.xlsx", office(EXCEL, {"xl/workbook.xml": b"<workbook/>"}), files.MEDIA_TYPES["xlsx"]),
    ],
)
def test_each_allowed_kind_is_taken_with_its_true_type(name: str, content: bytes, media_type: str) -> None:
    found = judged(name, content)
    assert isinstance(found, Checked)
    assert (found.name, found.media_type, found.size) == (name, media_type, len(content))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.pdf", b"", "trống"),
        ("x.pdf", b"MZ" + bytes(50), "chương trình Windows"),
        ("x.pdf", b"<html><script>alert(1)</script>", "trang web"),
        ("x.pdf", b"\xef\xbb\xbf <html>", "trang web"),
        ("x.pdf", b"junk before " + PDF, "không đúng với đuôi tệp"),
        ("x.pdf", office(WORD), "nội dung thật là DOCX"),
        ("x.png", JPEG, "nội dung thật là JPG"),
        ("x.docx", PDF, "nội dung thật là PDF"),
        ("x.docx", office(EXCEL), "nội dung thật là XLSX"),
        ("x.docm", office(WORD), "không nhận DOCX"),
        ("x.exe", b"MZ" + bytes(50), "không nhận một chương trình"),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "đời cũ"),
        ("x.svg", b"<svg onload='alert(1)'/>", "không nhận"),
        ("x", PDF, "không nhận PDF"),
        ("x.docx", office(MACRO_WORD), "macro"),
        ("x.docx", office(WORD, {"word/vbaProject.bin": b"x"}), "macro"),
        ("x.docx", office(WORD, {"word/VBAPROJECT.BIN": b"x"}), "macro"),
        ("x.docx", office(types=WORD.encode() + b"application/vnd.ms-office.vbaProject"), "macro"),
        ("x.xlsx", office(EXCEL, {"xl/macrosheets/sheet1.xml": b"x"}), "macro"),
        ("x.docx", office(WORD, {"word/activeX/activeX1.bin": b"x"}), "macro"),
        ("x.docx", office(WORD, {"word/embeddings/setup.exe": b"x"}), "chương trình"),
        ("x.docx", office(WORD, {"../../etc/cron.d/x": b"x"}), "không bình thường"),
        ("x.docx", encrypted(office(WORD)), "mật khẩu"),
        ("x.docx", office(types=b"<Types/>"), "tệp nén"),
        ("x.docx", office(types="<Types/>".encode("utf-16")), "không bình thường"),
        ("x.docx", office(WORD)[:-30], "cắt cụt"),
        ("x.docx", office(WORD)[:200], "cắt cụt"),
    ],
)  # fmt: skip
def test_what_is_dangerous_or_disguised_is_turned_away_in_words(name: str, content: bytes, words: str) -> None:
    found = judged(name, content)
    assert isinstance(found, Problem)
    assert words in found.message
    assert found.hint


def test_a_file_of_exactly_20_mb_is_taken_and_one_byte_more_is_not() -> None:
    full = PDF + bytes(files.MAX_FILE - len(PDF))
    assert isinstance(judged("x.pdf", full), Checked)
    over = judged("x.pdf", full + b"x")
    assert isinstance(over, Problem)
    assert over.code == "file-too-big"


def peak_memory(content: bytes) -> tuple[Problem, int]:
    """The refusal, and the most bytes that judging the file held at once."""
    stream = io.BytesIO(content)
    tracemalloc.start()
    try:
        found = check_file("x.docx", stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(found, Problem)
    return found, peak


def test_a_zip_bomb_is_refused_by_what_it_declares_without_unpacking() -> None:
    bomb = office(WORD, {"word/document.xml": bytes(64 * 1024 * 1024)})
    found, peak = peak_memory(declaring(bomb, archive.MAX_UNPACKED + 1))
    assert "phình to" in found.message
    assert peak < 4 * 1024 * 1024


def test_a_bomb_in_the_one_part_that_is_read_is_inflated_only_so_far() -> None:
    found, peak = peak_memory(office(types=b"<" * (32 * 1024 * 1024)))
    assert "không bình thường" in found.message
    assert peak < 4 * 1024 * 1024


def test_a_directory_of_too_many_entries_is_refused() -> None:
    crowd = office(WORD, {f"word/{n}.xml": b"" for n in range(archive.MAX_ENTRIES)})
    found = judged("x.docx", crowd)
    assert isinstance(found, Problem)
    assert "không bình thường" in found.message


@given(st.binary(max_size=400), st.sampled_from(["x.pdf", "x.docx", "x.xlsx", "x.png", "x.jpg", "x"]))
def test_no_bytes_make_the_check_raise(content: bytes, name: str) -> None:
    for prefix in (b"", b"PK\x03\x04", b"PK\x03\x04" + b"PK\x01\x02", b"PK\x03\x04PK\x05\x06"):
        assert isinstance(judged(name, prefix + content), Checked | Problem)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=6))
def test_no_damage_to_a_word_file_makes_the_check_raise(at: int, damage: bytes) -> None:
    whole = office(WORD)
    at = min(at, len(whole) - len(damage))
    assert isinstance(judged("x.docx", whole[:at] + damage + whole[at + len(damage) :]), Checked | Problem)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("C:\\Users\\an\\báo cáo.pdf", "báo cáo.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("ba\u0301o ca\u0301o.pdf", "báo cáo.pdf"),
        ("hoa\u202efdp.exe", "hoafdp.exe"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ('a"<b>|c?.pdf', "a__b__c_.pdf"),
        ("", "tep"),
        ("...", "tep"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_made_safe_to_show_and_to_download_under(raw: str, shown: str) -> None:
    assert display_name(raw) == shown


def test_kept_bytes_are_private_and_complete(tmp_path: Path) -> None:
    stream = io.BytesIO(PDF)
    found = check_file("x.pdf", stream)
    assert isinstance(found, Checked)
    kept = keep(tmp_path / "home", found, stream)
    assert kept.read_bytes() == PDF
    assert kept == path_of(tmp_path / "home", found.sha256)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (kept.parent, kept.parents[1])} == {0o700}
    assert keep(tmp_path / "home", found, stream) == kept
    assert [entry.name for entry in kept.parent.iterdir()] == [found.sha256]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO(PDF)
    found = check_file("x.pdf", stream)
    assert isinstance(found, Checked)

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        keep(tmp_path, found, stream)
    assert list(path_of(tmp_path, found.sha256).parent.iterdir()) == []


@pytest.mark.parametrize("digest", ["", "../x", "A" * 64, "a" * 63, "a" * 64 + "\n", "/etc/passwd"])
def test_only_a_digest_names_a_kept_file(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        path_of(tmp_path, digest)
