"""What people type is cleaned of what no form needs; a day is read or refused, never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dondoc.intake.texts import clean_line, clean_text, parse_day

MARCH_5 = date(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["5/3/2024", "05/03/2024", " 05-03-2024 ", "5.3.2024", "05032024", "2024-03-05", "5 / 3 / 2024", "５/３/２０２４"],
)
def test_a_day_is_read_in_every_way_officers_write_it(text: str) -> None:
    assert parse_day(text) == MARCH_5


@pytest.mark.parametrize(
    "text", ["", "5/3", "5/3/24", "31/02/2024", "32/1/2024", "0/1/2024", "3/2024", "hôm nay", "2024-13-01", "5/3/2024x"]
)
def test_what_is_no_certain_day_is_refused(text: str) -> None:
    assert parse_day(text) is None


@given(st.text())
def test_no_text_makes_reading_raise(text: str) -> None:
    parse_day(text)
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned
    assert "\n" not in clean_line(text)


def test_line_breaks_stay_and_tricks_go() -> None:
    assert clean_text(" a\r\nb\x00\u202e\u200bc \n") == "a\nbc"
    assert clean_line("so\u0302\u0301  12\t/BC\n-STP") == "số 12 /BC -STP"
