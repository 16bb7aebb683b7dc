"""From notices to messages: one message per recipient, local day and class (DESIGN §2.4–2.5, 2.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dondoc.domain.decide import Notice
from dondoc.domain.directory import Directory, Recipient
from dondoc.domain.obligations import Obligation
from dondoc.domain.plan import Plan
from dondoc.domain.policy import PASSED_ON, NoticeKind, names_late_to_others

URGENCY: tuple[NoticeKind, ...] = (
    "escalation_leaders", "escalation_supervisor", "urge_2", "urge_1", "overdue",
    "opened", "decided", "reminder", "periodic_request", "upstream_late", "review_waiting", "waiting_silent", "outlook",
    "assignment",
)  # fmt: skip

PRESSED = "pressed"
"""The rule of a reminder that a person asked for; its firing is the moment it was asked."""


@dataclass(frozen=True, slots=True)
class Line:
    """A notice with the obligation it is about and whom it goes to."""

    notice: Notice
    obligation: Obligation
    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Draft:
    """One message before it is worded. `klass` is digest, held, or the key of an event: `apply:<plan>`, `event:<id>`,
    `urgent:<moment>`."""

    recipient: Recipient
    day: date
    klass: str
    lines: tuple[Line, ...]

    @property
    def is_held(self) -> bool:
        """Whether a person must release it before it leaves."""
        return self.names_late or any(line.notice.held for line in self.lines)

    @property
    def names_late(self) -> bool:
        """Whether it tells somebody else that an agency is late, whatever its notices say of being held."""
        return any(names_late_to_others(line.notice.kind, line.notice.to) for line in self.lines)

    @property
    def key(self) -> str:
        """The message's identity, from which its RFC 5322 Message-ID is derived."""
        return f"{self.recipient.id}/{self.day.isoformat()}/{self.klass}"


def recipient_of(notice: Notice, obligation: Obligation, plan: Plan, directory: Directory) -> Recipient | None:
    """Whom a notice goes to, or None when the directory knows no contact: that is a person's worklist, not a guess."""
    if notice.to == "supervisor":
        # Its own contact only: whoever stands above it is "somebody else" (DESIGN §2.8).
        found = directory.recipient(plan.supervisor)
        return found if found is not None and found.agency_id == plan.supervisor else None
    if notice.to == "reviewer":
        found = directory.recipient(obligation.reviewer) if obligation.reviewer in directory.by_id else None
        return found if found is not None and found.agency_id == obligation.reviewer else None
    if notice.to == "leader":
        leader = plan.leader
        return None if leader is None else directory.recipient(leader, "head") or directory.recipient(leader)
    return directory.recipient(obligation.agency, "head" if notice.to == "head" else "focal")


def klass(notice: Notice, obligation: Obligation) -> str:
    """What a notice may share a message with: what is held never travels with what may leave at once."""
    if notice.kind == "assignment":
        return f"apply:{obligation.plan_id}"
    if notice.kind == "opened" and notice.rule != PASSED_ON:
        return f"event:{obligation.period}"
    if notice.held or names_late_to_others(notice.kind, notice.to):
        return "held"
    return f"urgent:{notice.firing}" if notice.rule == PRESSED else "digest"


def compose(lines: Iterable[Line], day: date) -> tuple[Draft, ...]:
    """One draft per recipient and class, lines most urgent first, then by due day and plan order."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.recipient.id, klass(line.notice, line.obligation)), []).append(line)
    return tuple(
        Draft(found[0].recipient, day, kind, tuple(sorted(found, key=_rank))) for (_, kind), found in groups.items()
    )


def _rank(line: Line) -> tuple[int, date]:
    return URGENCY.index(line.notice.kind), line.obligation.due_on or date.max
