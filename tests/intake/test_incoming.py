"""What an incoming document says of itself is read where Nghị định 30/2020 puts it; what is not certain stays open."""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from letters import bomb, locked, packed, pdf, word

from dondoc.domain.incoming import Incoming, Said
from dondoc.errors import Problem
from dondoc.intake import pdf_page, word_page
from dondoc.intake.archive import BadArchive
from dondoc.intake.incoming import read_document

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "incoming"
GUIDANCE = Incoming("guidance", "3456/BNV-CCVC", "Bộ Nội vụ", date(2024, 5, 10), "hướng dẫn xác định vị trí việc làm")


def read(folder: Path, name: str, content: bytes, beside: Said | None = None) -> Incoming:
    path = folder / name
    path.write_bytes(content)
    found = read_document(path, beside)
    assert isinstance(found, Incoming), found
    return found


def refused(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    found = read_document(path)
    assert isinstance(found, Problem)
    return found.message


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (
            "huong-dan.pdf",
            Incoming(
                "guidance", "3456/BNV-CCVC", "Bộ Nội vụ", date(2024, 5, 10),
                "hướng dẫn xác định vị trí việc làm và cơ cấu ngạch công chức",
            ),
        ),
        (
            "quyet-dinh.pdf",
            Incoming(
                "decision", "812/QĐ-UBND", "Ủy ban nhân dân tỉnh Hưng Yên", date(2024, 4, 5),
                "phê duyệt quy trình nội bộ giải quyết thủ tục hành chính thuộc phạm vi chức năng quản lý của Sở Tư "
                "pháp",
            ),
        ),
        (
            "de-trong.pdf",
            Incoming(
                "plan", None, "SỞ NỘI VỤ", None, "Kiểm tra công tác cải cách hành chính năm 2024",
                ("Số, ký hiệu trên trang đầu để trống hoặc không đọc được.", "Ngày ban hành trên trang đầu để trống."),
            ),
        ),
    ],
)  # fmt: skip
def test_a_pdf_is_read_by_its_layout(sample: str, expected: Incoming) -> None:
    assert read_document(SAMPLES / sample) == expected


def test_a_letter_in_word_is_read_and_the_bodys_numbers_and_days_are_not(tmp_path: Path) -> None:
    body = ("Kính gửi: UBND các tỉnh", "Thực hiện Công văn số 99/VPCP-TH ngày 01 tháng 02 năm 2024", "Số: 1/SNV-X")
    assert read(tmp_path, "vb.docx", word(body=body)) == GUIDANCE


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (
            {"issuer": "CHÍNH PHỦ", "number": "61/2018/NĐ-CP", "title": ("NGHỊ ĐỊNH", "Về cơ chế một cửa")},
            ("regulation", "61/2018/NĐ-CP", "Chính phủ", "cơ chế một cửa"),
        ),
        (
            {"issuer": "THỦ TƯỚNG CHÍNH PHỦ", "number": "20/CT-TTg", "title": ("CHỈ THỊ", "Về chuyển đổi số")},
            ("directive", "20/CT-TTg", "Thủ tướng Chính phủ", "chuyển đổi số"),
        ),
        (
            {"issuer": "BỘ LAO ĐỘNG - THƯƠNG BINH|VÀ XÃ HỘI", "number": "7 /BLĐTBXH-VP", "about": "V/v đề nghị A"},
            ("request", "7/BLĐTBXH-VP", "Bộ Lao động - Thương binh và Xã hội", "đề nghị A"),
        ),
        (
            {"issuer": "UBND TỈNH HƯNG YÊN|SỞ NỘI VỤ", "number": "5/SNV-CCHC", "about": "V/v báo cáo quý I"},
            (None, "5/SNV-CCHC", "SỞ NỘI VỤ", "báo cáo quý I"),
        ),
        (
            {"issuer": "THANH TRA CHÍNH PHỦ", "number": "9/KL-TTCP", "title": ("KẾT LUẬN THANH TRA", "Việc A")},
            ("finding", "9/KL-TTCP", "Thanh tra Chính phủ", "Việc A"),
        ),
    ],
)  # fmt: skip
def test_each_form_gives_its_kind_issuer_and_subject(
    tmp_path: Path, letter: dict[str, Any], expected: tuple[str | None, ...]
) -> None:
    found = read(tmp_path, "vb.docx", word(**{"about": "", **letter}, body=("Căn cứ Luật Tổ chức Chính phủ;",)))
    assert (found.kind, found.number, found.issuer, found.subject) == expected


@pytest.mark.parametrize(
    ("letter", "open_field", "remark"),
    [
        ({"number": "        /BNV-CCVC"}, "number", "để trống"),
        ({"number": "1/BNV-CCVC|Số: 2/BNV-CCVC"}, "number", "nhiều số"),
        ({"day": "Hà Nội, ngày    tháng 5 năm 2024"}, "on", "để trống"),
        ({"day": "Hà Nội, ngày 31 tháng 2 năm 2024"}, "on", "không có thật"),
        ({"day": "Hà Nội, ngày 1 tháng 2 năm 2024|Hà Nội, ngày 2 tháng 2 năm 2024"}, "on", "nhiều ngày"),
        ({"issuer": "SỞ TƯ PHÁP"}, "issuer", "không khớp với ký hiệu"),
        ({"about": ""}, "subject", "trích yếu"),
        ({"number": "5/QĐ-BNV", "about": "", "title": ("KẾ HOẠCH", "Năm 2024")}, "kind", "không khớp với ký hiệu"),
    ],
)
def test_what_is_blank_doubled_or_contradicted_stays_open_and_says_why(
    tmp_path: Path, letter: dict[str, Any], open_field: str, remark: str
) -> None:
    found = read(tmp_path, "vb.docx", word(**letter))
    assert getattr(found, open_field) is None
    assert [one for one in found.remarks if remark in one]


def test_a_file_name_says_what_the_page_cannot(tmp_path: Path) -> None:
    found = read(tmp_path, "3456_BNV-CCVC_2024-05-10_Hướng dẫn vị trí việc làm.pdf", pdf(b"0 0 1 rg"))
    assert found == Incoming(
        "guidance", "3456/BNV-CCVC", None, date(2024, 5, 10), "Hướng dẫn vị trí việc làm",
        ("Bản quét không có lớp chữ: không đọc được gì, cần người ghi.",),
    )  # fmt: skip
    assert read(tmp_path, "scan 2024-05-10 (1).pdf", pdf(b"0 0 1 rg")).missing == (
        "loại văn bản", "số, ký hiệu", "cơ quan ban hành", "ngày ban hành", "trích yếu",
    )  # fmt: skip


def test_places_that_contradict_each_other_cancel_out(tmp_path: Path) -> None:
    beside = Said(number="3456/BNV-CCVC", issuer="bộ nội vụ", on=date(2024, 5, 11), subject="Vị trí việc làm")
    found = read(tmp_path, "vb.docx", word(), beside)
    assert (found.number, found.issuer, found.subject) == ("3456/BNV-CCVC", "bộ nội vụ", "Vị trí việc làm")
    assert found.on is None
    assert found.remarks == ("Ngày ban hành ghi khác nhau (tệp mô tả đi kèm: 11/05/2024; trang đầu: 10/05/2024).",)


def test_letters_that_a_machine_recognised_in_a_scan_are_shown_but_not_believed(tmp_path: Path) -> None:
    head = b"BT /F 11 Tf 3 Tr 60 780 Td (CONG HOA) Tj ET"
    found = read(tmp_path, "scan.pdf", pdf(head))
    assert found.missing and found.number is None
    page = pdf_page.first_page(io.BytesIO(pdf(head)))
    assert page.recognised


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("hong.pdf", b"%PDF-1.7\nnothing here", "bị hỏng"),
        ("khoa.pdf", locked((SAMPLES / "huong-dan.pdf").read_bytes()), "mật khẩu"),
        ("bom.pdf", bomb(), "quá nặng"),
        ("hong.docx", packed("<w:p><w:r></w:p>"), "bị hỏng"),
        ("dtd.docx", packed("<w:p/>", '<!DOCTYPE w [<!ENTITY a "aaaa">]>'), "không bình thường"),
        ("mat.docx", word(issuer="BỘ NỘI VỤ|TỐI MẬT"), "TỐI MẬT"),
    ],
)
def test_what_is_broken_locked_dangerous_or_secret_is_refused_with_its_reason(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    assert words in refused(tmp_path, name, content)


def test_a_page_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(pdf_page.BadPdf, match="quá nặng"):
        pdf_page.first_page(io.BytesIO(pdf(b"")), seconds=0.001)


def test_a_link_or_a_pipe_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "thật.docx").write_bytes(word())
    (tmp_path / "link.docx").symlink_to(tmp_path / "thật.docx")
    os.mkfifo(tmp_path / "ống.docx")
    for name in ("link.docx", "ống.docx"):
        with pytest.raises(OSError):
            read_document(tmp_path / name)


def test_only_the_beginning_of_a_huge_word_file_is_looked_at() -> None:
    content = word(body=("Kính gửi: A", *("dòng" for _ in range(20_000))))
    assert len(word_page.first_page(io.BytesIO(content), len(content)).lines) < 200
    with pytest.raises(BadArchive):
        word_page.first_page(io.BytesIO(content[:-200]), len(content) - 200)
