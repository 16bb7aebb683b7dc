"""Where a task stands in one word, when many agencies owe it in many periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from dondoc.domain.cases import Standing
from dondoc.domain.counts import column

TaskState = Literal[
    "overdue", "due_soon", "in_term", "not_open", "unassigned", "awaiting", "ongoing", "done_late", "done_on_time",
    "waived",
]  # fmt: skip
STATES: tuple[TaskState, ...] = get_args(TaskState)
"""The worst first: of several obligations the first of these that any of them is in is the task's."""
OVER = frozenset({"done_late", "done_on_time", "waived"})
"""Nothing is owed any more."""
_UNCOUNTED = frozenset({"ongoing", "unassigned", "waived"})


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is owed of one task, together: `number` obligations are in `state`, the worst there is.

    `done` of `total` are delivered and accepted; `total` leaves out what cannot be delivered once and for all
    (ongoing), by nobody known yet (unassigned), or need not be (waived).
    """

    state: TaskState
    number: int
    done: int
    total: int

    @property
    def is_over(self) -> bool:
        """Whether nothing is owed any more."""
        return self.state in OVER


def state_of(where: Standing) -> TaskState:
    """One obligation's state: its count (`counts.column`), "in term" told apart as far as somebody can act on it."""
    name = column(where)
    if name != "in_term":
        return next(state for state in STATES if state == name)
    if where.work != "reported" and where.time == "due_soon":
        return "due_soon"
    return "not_open" if where.work == "not_open" else "in_term"


def summary(numbers: Mapping[TaskState, int]) -> Summary | None:
    """What so many obligations in each state are together; None when there are none."""
    worst = next((state for state in STATES if numbers.get(state)), None)
    if worst is None:
        return None
    done = numbers.get("done_on_time", 0) + numbers.get("done_late", 0)
    return Summary(worst, numbers[worst], done, sum(n for state, n in numbers.items() if state not in _UNCOUNTED))
