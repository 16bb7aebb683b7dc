"""Whom an event for "all" does not concern: agencies whose waiting was waived, or of whom it was accepted that it is
not theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.domain.cases import standing
from dondoc.services.books import Book
from dondoc.store import obligations
from dondoc.store.events import NewOpening


def without_waived(session: Session, found: Book, opening: NewOpening, now: datetime) -> NewOpening:
    """The opening, for those that still wait where some do not; one that names its agencies stays as it is."""
    if opening.agencies is not None:
        return opening
    cases = obligations.load_cases(session, plan_id=opening.plan_id, task_id=opening.task_id)
    own = [
        case for case in cases if case.obligation.part == (opening.part or "-") and case.obligation.kind == "awaiting"
    ]
    passed_on = found.scope.reassignments  # what is another's now was closed, and opens for that one
    waived = {
        case.obligation.agency
        for case in own
        if case.obligation.id not in passed_on and standing(case, now, found.rules).work == "waived"
    }
    if not waived:
        return opening
    rest = sorted({case.obligation.agency for case in own} - waived)
    return replace(opening, agencies=tuple(rest))
