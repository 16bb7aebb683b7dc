"""The file beside an incoming document is read strictly: all that is wrong is said at once, nothing is half-taken."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dondoc.domain.incoming import Said
from dondoc.loading.sidecars import load_sidecar


def sidecar(folder: Path, text: str) -> Path:
    path = folder / "3456.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "so: 3456 / BNV-CCVC\nloai: Công văn\nco_quan: Bộ Nội vụ\nngay: 10/05/2024\ntrich_yeu: hướng dẫn A\n",
            Said("guidance", "3456/BNV-CCVC", "Bộ Nội vụ", date(2024, 5, 10), "hướng dẫn A"),
        ),
        ("loai: Thông tư\nngay: 2024-05-10\n", Said("regulation", on=date(2024, 5, 10))),
        ("so: 5/QĐ-UBND\n", Said("decision", "5/QĐ-UBND")),
        ("loai: kết luận\n", Said()),
    ],
)
def test_a_sidecar_says_what_it_says_and_no_more(tmp_path: Path, text: str, expected: Said) -> None:
    assert load_sidecar(sidecar(tmp_path, text)).require() == expected


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    loaded = load_sidecar(sidecar(tmp_path, "so: [1]\nloai: hướng dan\nngay: 31/02/2024\nnguoi_ky: A\n"))
    assert loaded.value is None
    assert [(problem.line, problem.code) for problem in loaded.problems] == [
        (1, "wrong-type"), (2, "wrong-type"), (3, "bad-date"), (4, "unknown-key"),
    ]  # fmt: skip
    assert "Có phải là “hướng dẫn”?" in loaded.problems[1].hint
