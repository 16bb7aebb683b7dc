"""Vietnamese dictionary order and accent folding."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dondoc.domain.vietnamese import fold_accents, vietnamese_key


def is_sorted_back(expected: list[str]) -> bool:
    shuffled = expected[:]
    random.Random(7).shuffle(shuffled)
    return sorted(shuffled, key=vietnamese_key) == expected


@pytest.mark.parametrize(
    "expected",
    [
        list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"),
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["an", "ản", "ăn", "ẳn", "ân", "ẩn", "ba"],
        ["da", "dạ", "dê", "đa", "đạ", "đê", "e"],
        ["tu", "tú", "từ", "tứ", "tự", "va"],
        ["ba lá", "ba sào", "bà con", "bá vai", "bạ đâu"],
        ["Hưng Hà", "Hưng Yên", "Hưởng ứng"],
        ["Ân Thi", "Hưng Yên", "Khoái Châu", "Kim Động", "Mỹ Hào", "Phù Cừ", "Tiên Lữ", "Văn Giang", "Văn Lâm",
         "Yên Mỹ"],
        ["Sở Công Thương", "Sở Giao thông vận tải", "Sở Giáo dục và Đào tạo", "Sở Nội vụ", "Sở Tài chính",
         "Sở Tài nguyên và Môi trường", "Sở Tư pháp", "Sở Văn hóa, Thể thao và Du lịch", "Sở Y tế"],
        ["Ban Quản lý các khu công nghiệp", "Báo Hưng Yên", "Đài Phát thanh - Truyền hình", "Thanh tra tỉnh",
         "UBND huyện Ân Thi", "Văn phòng UBND tỉnh"],
        ["Nhiệm vụ 2", "Nhiệm vụ 009", "Nhiệm vụ 10", "Nhiệm vụ 10a", "Nhiệm vụ " + "9" * 5000, "Nhiệm vụ mới"],
    ],
)  # fmt: skip
def test_dictionary_order(expected: list[str]) -> None:
    assert is_sorted_back(expected)


def test_case_punctuation_and_the_place_of_the_tone_mark_do_not_move_a_name() -> None:
    same = (
        "Văn hóa, Thể thao",
        "VĂN HOÁ – THỂ THAO",
        "văn hóa thể thao",
        unicodedata.normalize("NFD", "Văn hóa Thể thao"),
    )
    assert len({vietnamese_key(text)[0] for text in same}) == 1


@given(st.lists(st.text(), max_size=4))
def test_the_order_is_total_for_any_text(texts: list[str]) -> None:
    backwards = texts[::-1]
    assert sorted(texts, key=vietnamese_key) == sorted(backwards, key=vietnamese_key)
    assert len({vietnamese_key(text) for text in texts}) == len(set(texts))


def test_folding_takes_every_accent_and_the_stroke_and_keeps_the_case() -> None:
    text = "Đôn đốc: Sở Nội vụ tỉnh Hưng Yên, UBND huyện Phù Cừ, ngõ Ổ Ỗ ỵ ữ"
    assert fold_accents(text) == "Don doc: So Noi vu tinh Hung Yen, UBND huyen Phu Cu, ngo O O y u"
    assert fold_accents(unicodedata.normalize("NFD", text)) == fold_accents(text)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_accents(fold_accents(text)) == fold_accents(text)
