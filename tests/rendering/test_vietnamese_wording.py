"""Vietnamese days, counts and cut titles."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dondoc.rendering.context import Line
from dondoc.rendering.wording import days_words, full_day, leading_capital, listed, number, short_day, shorten


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 3, 29), "Thứ Sáu, 29/3/2024"),
        (date(2024, 3, 31), "Chủ Nhật, 31/3/2024"),
        (date(2024, 2, 5), "Thứ Hai, 05/02/2024"),
        (date(2024, 10, 1), "Thứ Ba, 01/10/2024"),
        (date(2026, 1, 10), "Thứ Bảy, 10/01/2026"),
    ],
)
def test_days_are_written_as_in_official_letters(day: date, words: str) -> None:
    assert full_day(day) == words
    assert short_day(day) == words.partition(", ")[2]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (5, "còn 5 ngày làm việc"),
        (0, "đến hạn hôm nay"),
        (-3, "đã quá hạn 3 ngày làm việc"),
        (1234, "còn 1.234 ngày làm việc"),
    ],
)
def test_the_distance_to_the_due_day_is_in_working_days(days: int, words: str) -> None:
    line = Line("reminder", "2.5", "Việc", due_on=date(2024, 3, 29), working_days=days)
    assert days_words(line) == words


def test_lists_and_numbers_and_capitals() -> None:
    assert (listed(()), listed(("a",)), listed(["a", "b"]), listed(["a", "b", "c"])) == ("", "a", "a và b", "a; b và c")
    assert (number(999), number(1234567)) == ("999", "1.234.567")
    assert (leading_capital("đến hạn UBND"), leading_capital("")) == ("Đến hạn UBND", "")


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("Xây dựng Kế hoạch", 17, "Xây dựng Kế hoạch"),
        ("Xây dựng Kế hoạch kiểm tra", 20, "Xây dựng Kế hoạch…"),
        ("Rà soát, sắp xếp, cơ cấu", 17, "Rà soát, sắp xếp…"),
        ("a\n  b", 10, "a b"),
        ("x" * 30, 10, "x" * 9 + "…"),
    ],
)
def test_long_titles_are_cut_at_a_word(text: str, longest: int, short: str) -> None:
    assert shorten(text, longest) == short


@given(st.text(max_size=400), st.integers(2, 200))
def test_a_cut_title_is_never_longer_than_asked(text: str, longest: int) -> None:
    assert len(shorten(text, longest)) <= longest


def test_before_a_due_day_on_a_day_off_the_last_working_day_is_named_as_such() -> None:
    friday = Line("reminder", "2.5", "Việc", due_on=date(2024, 3, 31), working_days=0, due_on_day_off=True)
    assert days_words(friday) == "hôm nay là ngày làm việc cuối cùng trước hạn"
