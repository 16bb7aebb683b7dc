"""What an agency hears of a decision about its work, and whether a line that tells of one is still true."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dondoc.domain.cases import Case
from dondoc.domain.decide import Notice
from dondoc.domain.policy import TOLD, UNREVIEWED, UPSTREAM, WAITING_SILENT
from dondoc.domain.silence import is_still_silent
from dondoc.domain.unreviewed import DECIDED_ON, is_about_now

Told = Literal["returned", "granted", "refused", "waived", "lifted", "undone", "redated", "retracted"]


def line(case: Case, told: Told, at: datetime, words: str) -> Notice:
    """The line to the agency that owes it, about a decision made at the aware moment `at`.

    It goes with the next digest, not at once: until then a decision that was a mistake can be taken back unheard.
    """
    firing = f"{case.obligation.due_on}.{at.isoformat()}"
    return Notice(case.obligation.id, TOLD + told, firing, "decided", "lead", False, words)


def is_still_true(case: Case, rule: str, firing: str) -> bool:
    """Whether a line of that rule and firing, a ladder's no more, still says how things are."""
    if rule == UNREVIEWED:
        return is_about_now(case, firing)
    if rule == WAITING_SILENT:
        return is_still_silent(case, firing)
    if rule.startswith(UPSTREAM):
        return True  # hangs on the task before, not on this case: `upstream.held_up`
    day, _, moment = firing.partition(".")
    told, at = rule.removeprefix(TOLD), datetime.fromisoformat(moment)
    if told == "retracted":
        return True  # it is said of work that is gone, by the obligation that waits for the event again
    if told in ("granted", "lifted", "undone", "redated"):
        return day == f"{case.obligation.due_on}" and not case.is_waived
    if told == "waived" and any(waiver.at == at and waiver.lifted_at is None for waiver in case.waivers):
        return True
    outcome = "accepted" if told == "waived" else "returned"
    answered_since = any(a.at > at and a.review is None and a.kind in DECIDED_ON for a in case.answers)
    stands = any(a.review is not None and a.review.at == at and a.review.outcome == outcome for a in case.answers)
    return stands and not answered_since
