"""Events: what a task without a date waits for, and which work each one opens (DEADLINES §3 "upon", "per")."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from dondoc.domain.directory import fold

EventKind = Literal[
    "guidance", "decision", "plan", "regulation", "directive", "request", "change", "finding", "product", "other",
]  # fmt: skip
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
EVENT_KIND_NAMES: dict[EventKind, str] = {
    "guidance": "Văn bản hướng dẫn", "decision": "Quyết định", "plan": "Kế hoạch, đề án, phương án",
    "regulation": "Văn bản quy phạm pháp luật, quy định", "directive": "Văn bản chỉ đạo, chủ trương",
    "request": "Yêu cầu, đề nghị, hồ sơ", "change": "Thay đổi nhân sự, tổ chức", "finding": "Phát hiện qua theo dõi",
    "product": "Kết quả được duyệt của nhiệm vụ khác", "other": "Sự kiện khác",
}  # fmt: skip
PREFIX = "sk-"
"""How the ids of events begin; such an id is the period of the obligations it opened."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on the civil day `on`: usually a document with number, issuer and subject."""

    kind: EventKind
    on: date
    subject: str
    number: str | None = None
    issuer: str | None = None
    again: int = 1

    @property
    def id(self) -> str:
        """Its identity, by what it is and not by when it was recorded: the same document recorded twice is one event.

        A document is known by number, issuer and day; anything else by kind, issuer, subject and day. `again` tells
        apart what happened several times on a day.
        """
        words = (self.number, self.issuer) if self.number else (self.kind, self.issuer, self.subject)
        text = "\n".join((*(fold(word or "") for word in words), "" if self.again == 1 else str(self.again)))
        return f"{PREFIX}{self.on:%Y%m%d}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def name(self) -> str:
        """How the work that it opens is called: "Theo 3456/BNV-CCVC ngày 10/05/2024"."""
        what = f"Theo {self.number}" if self.number else EVENT_KIND_NAMES[self.kind]
        return f"{what} ngày {self.on:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class Opening:
    """An event opens one part of a task, for all who owe it or for `agencies` (ids) alone.

    `event` is its id, `name` its name, `on` the day from which the work counts (a lag included), `recorded_on` the day
    somebody said so. `due_on`: the day that the document sets; None leaves it to the task and its clause, or with
    `no_due` means that there is none ("không hạn"). `number` identifies the act of opening: what is opened again after
    it was taken back is announced again.
    """

    event: str
    name: str
    on: date
    task_id: str
    part: str
    recorded_on: date
    agencies: frozenset[str] | None = None
    due_on: date | None = None
    no_due: bool = False
    number: int = 1

    def holds(self, agency: str) -> bool:
        """Whether it opens something for that agency."""
        return self.agencies is None or agency in self.agencies
