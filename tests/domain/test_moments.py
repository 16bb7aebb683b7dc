"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from dondoc.domain.moments import parse_day


@pytest.mark.parametrize("text", ["2024-03-31", "31/03/2024", "31/3/2024"])
def test_a_day_as_officers_or_machines_write_it(text: str) -> None:
    assert parse_day(text) == date(2024, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        "", "hôm qua", "31/2/2024", "31/3", "1/1/1/2024", "2024-02-30", "1/1/0", "1/1/10000", "-1/1/2024",
        "99999999999999999999/1/2024", "1/99999999999999999999/2024", "1/1/99999999999999999999",
        "1/1/-99999999999999999999", "9" * 5000 + "/1/2024", "99999999999999999999-01-01",
    ],
)  # fmt: skip
def test_anything_else_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_day(text)
