"""What holds for every cell: no exception, no invented year, nothing dropped silently, damage changes no date."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dondoc.domain.clauses import AnyClause, By, Every, Ongoing, Unknown, Within, from_json, to_json
from dondoc.domain.deadline import LONGEST_CELL, MOST_BRACKETS, RULE_TITLES, explain, parse
from dondoc.domain.deadline.repair import repair
from dondoc.domain.deadline.spelling import fold

CASES = [
    json.loads(line)
    for line in (Path(__file__).resolve().parents[2] / "cases" / "deadlines.jsonl").read_text("utf-8").splitlines()
]
TEXTS = ("event", "from", "reference", "label", "text")
SPOKEN = """
    trước ngày tháng quý năm hàng hằng định kỳ thường xuyên chậm nhất muộn theo khi sau khi ngay và hoặc , ; : ( ) - . /
    15 31 2 6 2024 2025 12/2024 15/6 15/6/2024 I II IV V đến hết từ trong vòng 05 làm việc kể đối với báo cáo gửi hoàn
    thành xong g ường [ ] đầu cuối nếu có đột xuất lần 1 mỗi thứ sáu 17 giờ h00 cấp xã dõi các tiếp nửa cả
"""
WORDS = SPOKEN.split()
any_character = st.characters(exclude_categories=())
soup = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
years = st.integers(min_value=2000, max_value=2099)


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(st.text(any_character, max_size=200), soup), year=st.integers(min_value=-5, max_value=12_000))
def test_any_text_is_read_without_an_error_and_survives_json(text: str, year: int) -> None:
    for clause in parse(text, year):
        assert from_json(json.loads(json.dumps(to_json(clause)))) == clause


@pytest.mark.parametrize("unit", ["x", "khi a, ", "theo x: ", "- a: ", "báo cáo, ", "g ", "(", "15/6/", "quý I, "])
def test_a_text_beyond_all_measure_is_unknown_as_a_whole(unit: str) -> None:
    text = (unit * LONGEST_CELL)[: LONGEST_CELL + 1]
    assert parse(text, 2024) == (Unknown(text=text.strip()),)


def test_brackets_in_brackets_do_not_run_deep() -> None:
    text = "(" * (MOST_BRACKETS + 1) + "Quý I" + ")" * (MOST_BRACKETS + 1)
    assert parse(text, 2024) == (Unknown(text=text),)


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text(any_character, max_size=120), soup))
def test_repairing_twice_changes_nothing_more(text: str) -> None:
    assert repair(repair(text)) == repair(text)


@settings(max_examples=400, deadline=None)
@given(text=soup, year=years)
def test_no_year_is_invented(text: str, year: int) -> None:
    """A "trước" may step into the year before; a two-digit year stands for 20xx."""
    named = {int(found) for found in re.findall(r"(?<!\d)20\d\d(?!\d)", text)}
    named |= {2000 + int(found) for found in re.findall(r"/ ?(\d\d)(?!\d)", text)}
    allowed = {year, year - 1} | named | {found - 1 for found in named}
    assert {day.year for clause in parse(text, year) for day in _days(clause)} <= allowed


@settings(max_examples=200, deadline=None)
@given(text=soup, year=years)
def test_every_clause_names_its_rule_and_words_of_the_cell(text: str, year: int) -> None:
    reading = explain(text, year)
    assert all(part.rule in RULE_TITLES for part in reading.parts)
    assert all(part.words.split()[0] in reading.text for part in reading.parts)


def _without_accents(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


DAMAGES = {
    "accents lost": _without_accents,
    "upper case": str.upper,
    "lower case": str.lower,
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "doubled spaces": lambda text: text.replace(" ", "  "),
    "en dashes": lambda text: text.replace("-", "–"),
    "a full stop": lambda text: text + ".",
    "line breaks": lambda text: text.replace(" ", "\n", 3),
    "zero-width spaces": lambda text: text.replace(" ", " \u200b"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_damage_of_copying_changes_no_date(case: dict[str, Any], damage: Any) -> None:
    read = parse(damage(case["text"]), case["year"])
    assert [_folded(to_json(clause)) for clause in read] == [_folded(clause) for clause in case["clauses"]]


def _folded(clause: dict[str, Any]) -> dict[str, Any]:
    """The clause with its kept words without accents, case and spaces, which the damage took from them."""
    return {name: fold(value).replace(" ", "") if name in TEXTS else value for name, value in clause.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_four_years_later_every_date_is_four_years_later(case: dict[str, Any]) -> None:
    """Four, because then the leap years fall together."""
    later = re.sub(r"(?<!\d)20\d\d(?!\d)", lambda found: str(int(found[0]) + 4), case["text"])
    read = parse(later, case["year"] + 4)
    assert [day for clause in read for day in _days(clause)] == [
        day.replace(year=day.year + 4) for clause in parse(case["text"], case["year"]) for day in _days(clause)
    ]


CLOSED = [
    case
    for case in CASES
    if case["clauses"]
    and "báo cáo" not in case["text"]
    and all(isinstance(from_json(c), By | Within | Every | Ongoing) and "label" not in c for c in case["clauses"])
]


@pytest.mark.parametrize("words", ["rau muống", "trừ trường hợp khác", "lần hai"])
@pytest.mark.parametrize("case", CLOSED, ids=lambda case: case["text"][:40])
def test_words_that_no_rule_accounts_for_make_a_cell_unknown(case: dict[str, Any], words: str) -> None:
    for text in (f"{words} {case['text']}", f"{case['text'].rstrip('.')} {words}"):
        assert any(isinstance(clause, Unknown) for clause in parse(text, case["year"])), text


def _days(clause: AnyClause) -> list[date]:
    if isinstance(clause, By):
        return [clause.date]
    return [clause.start, clause.end] if isinstance(clause, Within) else []
