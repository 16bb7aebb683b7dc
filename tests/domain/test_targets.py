"""Targets: what is typed is read strictly, and the verdict follows from the plan's own comparator."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dondoc.domain.target_values import NotMeasurable, Number, Reading, Said, Unreadable, read_value, read_values
from dondoc.domain.targets import Measure, Target, Verdict, judge, number_words, trend

SHARE = Measure("hồ sơ đúng hạn", ">", Decimal(95), "%")
EARLY = Measure("hồ sơ trước hạn", ">=", Decimal(80), "%")
RANK = Measure("PAR INDEX", "<=", Decimal(20), "hạng")
TWO = Target("II.2.a", None, "Trên 95% … 80% …", (SHARE, EARLY))
ONE = Target("II.1.a", None, "100%", (Measure("văn bản", ">=", Decimal(100), "%"),))
WORDS = Target("II.5.a", None, "Tăng số đơn vị …", ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("95", "95"), ("95,5 %", "95.5"), ("95.5%", "95.5"), (" 100 % ", "100"), ("1.250,5", "1250.5"),
        ("1.250.000", "1250000"), ("0.125", "0.125"), ("-2", "-2"), ("0", "0"), ("95\u00a0%", "95"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_vietnamese_officers_write_it(text: str, value: str) -> None:
    assert read_value(text, "%") == Number(Decimal(value))


@pytest.mark.parametrize(
    "text",
    ["khoảng 95", ">95", "95-96", "15/16", "1.250", "1,250.5", "95 hồ sơ", "95 %%", "", "tốt", "9 5", "1e3", "95;",
     "٩٥", "95" * 150, "NaN"],
)  # fmt: skip
def test_what_is_not_certain_is_never_guessed(text: str) -> None:
    assert isinstance(read_value(text, "%"), Unreadable)


@pytest.mark.parametrize(
    ("text", "reading"),
    [("Đạt", Said(True)), ("đạt.", Said(True)), ("Chưa đạt", Said(False)), ("không đo được", NotMeasurable())],
)
def test_words_stand_for_a_number(text: str, reading: Reading) -> None:
    assert read_value(text, "%") == reading


def test_several_measures_need_several_numbers_but_words_speak_for_all() -> None:
    assert read_values("96; 81,5 %", TWO.units) == (Number(Decimal(96)), Number(Decimal("81.5")))
    assert read_values("đạt", TWO.units) == (Said(True), Said(True))
    both = read_values("96", TWO.units)
    assert [type(one) for one in both] == [Unreadable, Unreadable]
    assert "2 số đo" in both[0].why  # type: ignore[union-attr]
    assert isinstance(read_values("96", WORDS.units)[0], Unreadable)


@pytest.mark.parametrize(
    ("target", "text", "happened", "verdict"),
    [
        (TWO, "95; 80", None, "not_met"),  # "trên 95 %" is strict
        (TWO, "95,1; 80", None, "met"),
        (TWO, "96; không đo được", None, "not_measurable"),
        (TWO, "95; không đo được", None, "not_met"),
        (TWO, "96; nhiều", None, "not_reported"),
        (TWO, "96", None, "not_reported"),
        (TWO, None, None, "not_reported"),
        (TWO, " ", True, "met"),
        (ONE, "99,9", None, "not_met"),
        (ONE, "100", None, "met"),
        (WORDS, None, False, "not_met"),
        (WORDS, "đạt", None, "met"),
        (WORDS, "12 đơn vị", None, "not_reported"),
    ],
)
def test_the_verdict(target: Target, text: str | None, happened: bool | None, verdict: Verdict) -> None:
    assert judge(target, text, happened).verdict == verdict


def test_numbers_decide_over_a_box_that_says_otherwise_and_that_is_shown() -> None:
    judged = judge(ONE, "92", happened=True)
    assert (judged.verdict, judged.contradicts) == ("not_met", True)
    assert not judge(ONE, "100", happened=True).contradicts
    assert not judge(ONE, "khoảng 100", happened=True).contradicts


def test_the_trend_looks_at_what_is_wanted() -> None:
    def number(value: int) -> Number:
        return Number(Decimal(value))

    assert trend(SHARE, number(90), number(94)) == "better"
    assert trend(RANK, number(15), number(22)) == "worse"
    assert trend(Measure("x", "=", Decimal(10), "cuộc"), number(12), number(9)) == "better"
    assert trend(SHARE, number(90), number(90)) == "same"
    assert trend(SHARE, number(90), Said(True)) == trend(SHARE, None, number(90)) == "unknown"


def test_numbers_in_words() -> None:
    written = [number_words(Decimal(text)) for text in ("2.5", "100", "1250", "95.50", "1250.5")]
    assert written == ["2,5", "100", "1.250", "95,5", "1.250,5"]
