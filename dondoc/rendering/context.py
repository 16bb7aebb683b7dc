"""What a message template may know. Services fill these values; templates only word them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dondoc.domain.policy import NoticeKind

Role = Literal["focal", "head", "supervisor", "leader", "reviewer"]

_LINK = re.compile(r"https?://[^\s<>\"'\\^`{|}]+")


@dataclass(frozen=True, slots=True)
class PlanReference:
    """How a message cites a plan. An unknown number or day is left out, never written as a gap."""

    title: str
    issuer: str = ""
    number: str | None = None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One notice, in the words and days a reader needs.

    `deadline_words` are the plan's own; `due_on` is the nominal day computed from them and `rolled_due_on` the next
    working day when that is a day off. `working_days` counts to the due day when positive or 0, and since it when
    negative; None where nothing is due. `due_on_day_off` says that the due day is still to come, after the day of the
    message, with no working day in between. `agency_name` is who owes it, shown where the reader is somebody else.
    `target_on` is the day towards which work without a due day strives, never one of lateness; `opened_by` is the event
    that opened it ("3456/BNV-CCVC ngày 10/05/2024").
    `reason` says why an `opened` line has come up, what was decided (`decided`), since when an answer waits
    (`review_waiting`), who does not answer (`waiting_silent`), which task before is late (`upstream_late`);
    `checkpoint_on` makes a reminder one of progress rather than of the end, `history` holds what was sent before,
    oldest first, each ready to print.
    """

    kind: NoticeKind
    task_code: str
    task_title: str
    plan_title: str = ""
    product: str = ""
    deadline_words: str = ""
    period_label: str = ""
    due_on: date | None = None
    rolled_due_on: date | None = None
    working_days: int | None = None
    coordinates: tuple[str, ...] = ()
    agency_name: str = ""
    reason: str = ""
    history: tuple[str, ...] = ()
    promise_until: date | None = None
    checkpoint_on: date | None = None
    due_on_day_off: bool = False
    target_on: date | None = None
    opened_by: str = ""


@dataclass(frozen=True, slots=True)
class Morning:
    """How things stand as the day's messages are written: the four-way count, and what waits for the supervisor."""

    done_on_time: int
    done_late: int
    in_term: int
    overdue: int
    to_review: int
    unassigned: int
    held: int
    unknown: int


@dataclass(frozen=True, slots=True)
class MessageContext:
    """One message to one recipient.

    `agency_name` is the recipient's agency, `recipient_name` the person or post if the directory names one (else the
    agency's name again). `on` is the day of the message in Asia/Ho_Chi_Minh. `link` is the personal link or None.
    `morning` opens the supervisor's own digest; None in every other message.
    Raises ValueError for a message without lines or a link that is not a web address.
    """

    recipient_name: str
    role: Role
    agency_name: str
    on: date
    plans: tuple[PlanReference, ...]
    supervisor_name: str
    link: str | None
    demo: bool
    lines: tuple[Line, ...]
    morning: Morning | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("a message has at least one line")
        if self.link is not None and not _LINK.fullmatch(self.link):
            raise ValueError("the link of a message is an http or https address")
