"""Messages with what became of them, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from dondoc.console.wording import Badge
from dondoc.domain.explain import KIND_NAMES
from dondoc.domain.policy import NoticeKind
from dondoc.rendering.wording import leading_capital
from dondoc.services.outbox_views import STATUS_NAMES, without_token
from dondoc.store.histories import Fate
from dondoc.store.models import NoticeRow

CHANNEL_NAMES = {"email": "Thư điện tử", "zalo": "Zalo"}
_LOOKS = {
    "held": ("violet", "dash"), "ready": ("blue", "clock"), "sending": ("blue", "clock"), "sent": ("green", "check"),
    "retry": ("amber", "clock"), "refused": ("red", "alert"), "unknown": ("amber", "alert"),
    "dropped": ("grey", "dash"), "administrator": ("red", "alert"),
}  # fmt: skip
OUTSIDE_WORDS = {"queued": "chờ vào thư tới", "no_contact": "danh bạ không có đầu mối nhận", "dropped": "đã bỏ"}


@dataclass(frozen=True, slots=True)
class FateView:
    """One message. `what` are its lines about the task in question; `tries` is how often it was tried."""

    id: int
    day: date
    recipient: str
    channel: str
    subject: str
    what: str
    badge: Badge
    more: str
    tries: int
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutsideView:
    """A notice that is in no message."""

    day: date
    what: str
    state: str
    why: str


def fates(found: Iterable[Fate], names: dict[str, str]) -> tuple[FateView, ...]:
    """The messages in their order; `names` are those of agencies by id."""
    return tuple(_fate(one, names) for one in found)


def _fate(one: Fate, names: dict[str, str]) -> FateView:
    tone, sign = _LOOKS[one.status]
    words = leading_capital(STATUS_NAMES[one.status])
    if one.status == "sent" and one.confirmed_at is not None:
        words = "Đã gửi, nơi nhận đã có"
    agency, _, role = one.recipient.partition("/")
    return FateView(
        one.id, one.day, f"{names.get(agency, agency)} ({'lãnh đạo' if role == 'head' else 'đầu mối'})",
        CHANNEL_NAMES.get(one.channel, one.channel), one.subject, kind_words(one.kinds), Badge(tone, sign, words),
        _more(one), one.attempts, one.sent_at,
    )  # fmt: skip


def _more(one: Fate) -> str:
    """Why it is not simply sent: our reason, and what the other side said last where that is what it hangs on."""
    if one.status == "sent":
        return ""
    said = f"Nơi nhận trả lời: {one.said}" if one.said and one.status in ("refused", "retry", "unknown") else ""
    return without_token(" ".join(part for part in (one.reason, said) if part))


def kind_words(kinds: Iterable[str]) -> str:
    """ "nhắc việc sắp đến hạn; báo quá hạn"."""
    return "; ".join(KIND_NAMES.get(cast(NoticeKind, kind), kind) for kind in kinds)


def outside(found: Iterable[NoticeRow]) -> tuple[OutsideView, ...]:
    """Notices in no message, in their order."""
    return tuple(
        OutsideView(
            row.on, leading_capital(kind_words([row.kind])), OUTSIDE_WORDS[row.status], without_token(row.reason)
        )
        for row in found
    )
