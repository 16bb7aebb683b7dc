"""Which answers the form offers for everything that was chosen, what each leads to, and why another is not offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dondoc.domain.moments import local_day
from dondoc.domain.vietnamese import vietnamese_key
from dondoc.rendering.wording import full_day, number
from dondoc.services.owed import Owed
from dondoc.services.replies import (
    ReplyKind,
    earliest_extension,
    latest_extension,
    unavailable,
    waiting_request,
)
from dondoc.services.reply_words import HAPPENED, REPLY_NAMES

HAPPENED_VALUE = "happened"
"""What the form calls the `progress` answer of work that waits for an event."""
MOST_REASONS = 3

_ABOUT: dict[str, str] = {
    "done": "Gửi số, ngày văn bản và tệp minh chứng. Việc nhắc dừng ngay.",
    "progress": "Ghi tình hình đến nay. Thời hạn không đổi, việc nhắc vẫn tiếp tục.",
    "ack": "Việc nhắc tạm dừng đến hết ngày hẹn. Thời hạn của kế hoạch không đổi. Mỗi việc hẹn một lần.",
    "extension": "Người duyệt quyết định; thời hạn chỉ đổi khi được đồng ý. Trong khi chờ, việc nhắc tạm dừng, lâu "
    "nhất đến ngày đề nghị và không quá {days} ngày làm việc sau hạn.",
    "not_applicable": "Việc nhắc tạm dừng đến khi người duyệt quyết định; được đồng ý thì không phải báo cáo.",
    "not_mine": "Việc nhắc tạm dừng đến khi người duyệt quyết định việc này là của đơn vị nào.",
    "not_happened": "Việc vẫn chờ sự kiện, không tính thời hạn; sẽ được hỏi lại trong báo cáo định kỳ.",
    HAPPENED_VALUE: "Cơ quan theo dõi ghi nhận sự kiện; từ đó thời hạn mới bắt đầu tính.",
}
_OF_DATED: tuple[ReplyKind, ...] = ("done", "progress", "ack", "extension", "not_applicable", "not_mine")
_OF_AWAITING: tuple[ReplyKind, ...] = ("progress", "not_happened", "not_applicable", "not_mine")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: the form's value for it, its name and what follows from it."""

    value: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An answer that cannot be given for everything chosen, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Offer:
    """The answers that fit everything chosen, and those that do not."""

    choices: tuple[Choice, ...]
    missing: tuple[Missing, ...]

    @property
    def first(self) -> str:
        """The value of the first choice, "" without any."""
        return self.choices[0].value if self.choices else ""


def offer(found: Sequence[Owed], now: datetime) -> Offer:
    """What may be answered for all of `found` together."""
    awaiting = [one for one in found if one.where.work == "awaiting"]
    kinds = _OF_AWAITING if awaiting and len(awaiting) == len(found) else _OF_DATED
    choices, missing = [], []
    for kind in kinds:
        value = HAPPENED_VALUE if kinds is _OF_AWAITING and kind == "progress" else kind
        name = HAPPENED if value == HAPPENED_VALUE else REPLY_NAMES[kind]
        why = _why_not(found, awaiting, kind, now)
        if why:
            missing.append(Missing(name, why))
        else:
            choices.append(Choice(value, name, _about(value, found)))
    return Offer(tuple(choices), tuple(missing))


def _why_not(found: Sequence[Owed], awaiting: Sequence[Owed], kind: ReplyKind, now: datetime) -> str:
    if kind == "progress" and awaiting and len(awaiting) < len(found):
        return "trong các việc đã chọn có việc còn chờ sự kiện: chọn riêng các việc đó để báo đã xảy ra."
    objections = (unavailable(one.case, kind, one.book, now) for one in found)
    reasons = list(dict.fromkeys(objection.message for objection in objections if objection is not None))
    more = len(reasons) - MOST_REASONS
    return " ".join(reasons[:MOST_REASONS]) + (f" Và {number(more)} việc khác." if more > 0 else "")


def _about(value: str, found: Sequence[Owed]) -> str:
    days = min((one.book.rules.regime.promise_days_past_due for one in found), default=0)
    return _ABOUT[value].format(days=days)


def wish_words(found: Iterable[Owed], now: datetime) -> str:
    """Between which days more time may be wanted for everything chosen; "" where nothing has a due day."""
    today = local_day(now)
    limits = [
        (earliest_extension(one.case, one.book, today), latest)
        for one in found
        if (latest := latest_extension(one.case, one.book)) is not None
    ]
    if not limits:
        return ""
    first, last = max(early for early, _ in limits), min(late for _, late in limits)
    if first > last:
        return "Các việc này không có ngày gia hạn chung: xin gia hạn cho từng việc."
    return f"Từ {full_day(first)} đến {full_day(last)}."


def agency_options(found: Sequence[Owed], now: datetime) -> tuple[tuple[str, str], ...]:
    """The agencies (id, name) that may be named as those whose work it is, by name: valid today, of every plan chosen,
    and none of those that owe it now."""
    today, own = local_day(now), {one.agency.id for one in found}
    common: dict[str, str] | None = None
    for directory in {id(one.book.directory): one.book.directory for one in found}.values():
        names = {a.id: a.name for a in directory.agencies if a.is_valid(today) and a.id not in own}
        common = names if common is None else {key: name for key, name in common.items() if key in names}
    return tuple(sorted((common or {}).items(), key=lambda pair: vietnamese_key(pair[1])))


def withdrawal_words(found: Iterable[Owed]) -> str:
    """What an answer would do to requests that wait; "" where none waits."""
    waiting = [request.kind for one in found if (request := waiting_request(one.case)) is not None]
    if not waiting:
        return ""
    extra = " Riêng “Đang thực hiện” không rút đề nghị gia hạn." if "extension" in waiting else ""
    return f"Đơn vị đang có đề nghị chờ duyệt. Gửi câu trả lời khác là rút đề nghị đó.{extra}"
