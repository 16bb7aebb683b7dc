"""From decided notices to rows of the ledger: whom each goes to, once only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.domain.compose import recipient_of
from dondoc.domain.decide import Notice
from dondoc.domain.directory import Directory
from dondoc.domain.obligations import Obligation
from dondoc.domain.plan import Plan
from dondoc.store import notices


def queue_notices(
    session: Session, plan: Plan, directory: Directory, lines: Iterable[tuple[Notice, Obligation]], now: datetime
) -> int:
    """Write the notices that are not in the ledger yet and say how many became queued.

    A notice without a contact is kept with status `no_contact`: it is a person's worklist, never a guess.
    """
    rows = [(notice, _recipient(notice, obligation, plan, directory)) for notice, obligation in lines]
    return notices.queue(session, rows, now)


def _recipient(notice: Notice, obligation: Obligation, plan: Plan, directory: Directory) -> str | None:
    found = recipient_of(notice, obligation, plan, directory)
    return found.id if found is not None else None
