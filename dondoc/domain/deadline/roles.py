"""The words that say what a date is for: before it, at the latest then, within it; and the hours, which are dropped."""

from __future__ import annotations

from enum import Enum

from dondoc.domain.deadline.lexicon import DAYS_OF_WEEK, WEEKDAYS
from dondoc.domain.deadline.line import Line, Phrases, phrases


class Role(Enum):
    """BEFORE: "trước …"; LAST: "chậm nhất …", "đến hết …"; IN: "trong …", "vào …"; BARE: nothing."""

    BEFORE = "before"
    LAST = "last"
    IN = "in"
    BARE = "bare"


_WORDS = Phrases(
    {
        "trước": Role.BEFORE, "trước thời điểm": Role.BEFORE,
        "trước hoặc trong": Role.LAST, "trước hoặc vào": Role.LAST, "trong hoặc trước": Role.LAST,
        "chậm nhất": Role.LAST, "muộn nhất": Role.LAST, "trễ nhất": Role.LAST,
        "hạn chót": Role.LAST, "hạn cuối": Role.LAST, "hạn cuối cùng": Role.LAST, "thời hạn cuối cùng": Role.LAST,
        "không quá": Role.LAST, "không muộn hơn": Role.LAST, "không chậm hơn": Role.LAST, "không trễ hơn": Role.LAST,
        "không muộn quá": Role.LAST, "không chậm quá": Role.LAST,
        "đến": Role.LAST, "tới": Role.LAST, "hết": Role.LAST, "đến hết": Role.LAST, "tới hết": Role.LAST,
        "cho đến": Role.LAST, "cho tới": Role.LAST, "cho đến hết": Role.LAST, "từ nay đến": Role.LAST,
        "từ nay tới": Role.LAST, "từ nay cho đến": Role.LAST, "kể từ nay đến": Role.LAST,
        "trong": Role.IN, "vào": Role.IN, "ngay trong": Role.IN, "trong suốt": Role.IN,
        "lúc": Role.IN, "vào lúc": Role.IN, "vào hồi": Role.IN,
        "trong khoảng thời gian": Role.IN, "trong thời gian": Role.IN, "khoảng thời gian": Role.IN,
    }
)  # fmt: skip
LATEST = phrases(
    """chậm nhất | muộn nhất | trễ nhất | hạn chót | hạn cuối | không quá | không muộn hơn
    | không chậm hơn | không trễ hơn"""
)
_LINK = phrases("là | là vào | vào lúc | lúc")
_PART_OF_DAY = phrases("sáng | chiều | buổi sáng | buổi chiều | hết giờ làm việc | giờ làm việc | giờ hành chính")
STARTS = _WORDS.starts | _PART_OF_DAY.starts | {"thu", "chu"}
_CLOCK_MARKS = frozenset({"giờ", "h", "g", ":"})


def role_at(line: Line, i: int) -> tuple[Role, int]:
    """The role that the words at token i give to what follows. "trước" ends them: "chậm nhất trước" is before."""
    role = Role.BARE
    while role is not Role.BEFORE and (found := _WORDS.at(line, i)) is not None:
        said, i = found
        role = Role.LAST if role is Role.LAST and said is Role.IN else said
        if role is Role.LAST:
            i = _LINK.skip(line, i)
            i += line.keys[i] == ":"
    if role is Role.LAST and line.folds[i] == "cuoi" and line.folds[i + 1] in ("thang", "quy", "ngay"):
        i += 1
    return role, i


def skip_clock(line: Line, i: int) -> int | None:
    """The token after a time of day ("17h00", "16 giờ 30 phút,"), i itself when there is none.

    None for midnight ("0 giờ"): there a dropped hour would move the day.
    """
    j = i
    if line.numbers[i] >= 0 and line.keys[i + 1] in _CLOCK_MARKS:
        if line.numbers[i] == 0 or line.numbers[i] > 24:
            return None
        j = i + 2
        if line.numbers[j] >= 0 and (line.tight[j] or line.folds[j + 1] in ("phut", "ngay", "thu", "hang", "moi")):
            j += 1
        j += line.keys[j] in ("phút", "'")
    after = _PART_OF_DAY.skip(line, j)
    return after + (after > i and line.keys[after] == "," and line.folds[after + 1] in ("ngay", "thu"))


def weekday(line: Line, i: int) -> tuple[str, int] | None:
    """A weekday: "thứ Sáu", "thứ 6", "Chủ nhật"."""
    if line.folds[i : i + 2] == ["chu", "nhat"]:
        return "sunday", i + 2
    if line.folds[i] != "thu" or line.words[i + 1][:1].isdigit() and len(line.words[i + 1]) > 1:
        return None
    named = WEEKDAYS.get(line.keys[i + 1])
    return None if named is None else (named, i + 2)


def day_before(name: str) -> str:
    """The weekday before the one named."""
    return DAYS_OF_WEEK[DAYS_OF_WEEK.index(name) - 1]
