"""The ladder (bậc đôn đốc): which notice goes to whom, how many working days before or after the due day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NoticeKind = Literal[
    "assignment", "outlook", "reminder", "periodic_request", "opened",
    "overdue", "urge_1", "urge_2", "escalation_supervisor", "escalation_leaders", "decided", "review_waiting",
    "waiting_silent", "upstream_late",
]  # fmt: skip
To = Literal["lead", "head", "supervisor", "leader", "reviewer"]
ObligationKind = Literal["task", "periodic_report", "ongoing", "awaiting", "unassigned"]

NOTICE_KINDS: tuple[NoticeKind, ...] = (
    "assignment", "outlook", "reminder", "periodic_request", "opened",
    "overdue", "urge_1", "urge_2", "escalation_supervisor", "escalation_leaders", "decided", "review_waiting",
    "waiting_silent", "upstream_late",
)  # fmt: skip

NOT_OF_A_LADDER: frozenset[NoticeKind] = frozenset({"decided", "review_waiting", "waiting_silent", "upstream_late"})
"""Kinds that no step of a ladder may have: what was decided on an answer, what waits too long for its reviewer, a
question that nobody answers, a task before that is late."""

TOLD = "told_"
"""How the rules of `decided` lines begin; their firing is the due day then in force and the moment of the decision."""
OPENED = "opened"
"""The rule of the line that tells an agency of work that an event opened; its firing is the opening's number."""
PASSED_ON = "passed_on"
"""The rule of the line that tells an agency of work that another one owed: it goes with the next digest, like what is
told of a decision, so that a mistake can be taken back unheard."""
UNREVIEWED = "unreviewed"
"""The rule of the line about an answer that waits too long for its reviewer."""


WAITING_SILENT = "waiting_silent"
"""The rule of the line about a question that nobody answers; its firing is the last silent report's key."""
UPSTREAM = "upstream:"
"""How the rules of lines about a late task before begin, its id after that; their firing is that task's due day."""


def is_apart(rule: str) -> bool:
    """Whether a rule is none of a ladder's: having said it keeps nothing of the ladder from being said."""
    return rule in (UNREVIEWED, WAITING_SILENT) or rule.startswith((TOLD, UPSTREAM))


NAMES_LATE_TO_OTHERS: frozenset[To] = frozenset({"head", "leader"})
"""Audiences other than the agency and the supervisor: what names an agency late to them is held (DESIGN §2.8)."""

LATE_KINDS: frozenset[NoticeKind] = frozenset(
    {"overdue", "urge_1", "urge_2", "escalation_supervisor", "escalation_leaders"}
)
"""Kinds that say of an agency that it is late."""


def names_late_to_others(kind: NoticeKind, to: To) -> bool:
    """Whether a notice tells somebody else that an agency is late: it must not leave without a person's release."""
    return kind in LATE_KINDS and to in NAMES_LATE_TO_OTHERS


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of the ladder.

    `days` counts working days, negative before the nominal due day, positive after the rolled one. A step is a window:
    it is entered at its day and stays entered until a tighter step of the same audience is. `weekly` > 0 repeats it on
    the first working day of each following week, that many times at most; `week_start` keeps the first firing for
    such a day too.
    """

    rule: str
    kind: NoticeKind
    days: int
    to: To = "lead"
    held: bool = False
    weekly: int = 0
    week_start: bool = False
    for_: tuple[ObligationKind, ...] = ("task", "periodic_report")

    @property
    def is_held(self) -> bool:
        """Whether a person must release it: always when it names an agency late to others, whatever the file says."""
        return (
            self.held or (self.days > 0 and self.to in NAMES_LATE_TO_OTHERS) or names_late_to_others(self.kind, self.to)
        )


@dataclass(frozen=True, slots=True)
class Ladder:
    """A named, dated set of steps, frozen into each obligation when it opens."""

    id: str
    title: str
    steps: tuple[Step, ...]
    assignment: bool = True
    assignment_held: bool = True
    outlook: bool = True
    cites: str = ""


DEFAULT = Ladder(
    id="mac-dinh",
    title="Bậc đôn đốc mặc định",
    steps=(
        Step("remind_7", "reminder", -7, for_=("task",)),
        Step("remind_1", "reminder", -1, for_=("task",)),
        Step("request_5", "periodic_request", -5, for_=("periodic_report",)),
        Step("request_1", "periodic_request", -1, for_=("periodic_report",)),
        Step("overdue", "overdue", 1),
        Step("urge_1", "urge_1", 3),
        Step("urge_2", "urge_2", 7, weekly=4),
        Step("urge_2_head", "urge_2", 7, to="head", held=True),
        Step("supervisor", "escalation_supervisor", 10, to="supervisor"),
        Step("leaders", "escalation_leaders", 15, to="leader", held=True, weekly=4, week_start=True),
    ),
)
"""DESIGN §4 "Default ladder"; `config/escalation.yaml` states the same and is what an installation edits."""
