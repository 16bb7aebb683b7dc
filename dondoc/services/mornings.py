"""The state of the morning, with which the supervisor's own digest opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.domain.compose import Draft
from dondoc.domain.moments import local_day
from dondoc.rendering.context import Morning
from dondoc.services import inbox
from dondoc.services.books import Book
from dondoc.store import standings
from dondoc.store.models import MessageRow


@dataclass
class Mornings:
    """Counts for the supervisors of the plans, asked at most once each, inside the caller's transaction.

    The cache of standings is read as it is: whoever composes refreshes it before, in a transaction of its own. Asking
    the core while the queue is locked would wait for somebody who answers, and who waits for the queue.
    """

    session: Session
    books: Mapping[str, Book]
    now: datetime
    known: dict[str, Morning] = field(default_factory=dict)

    def of(self, draft: Draft) -> Morning | None:
        """The state with which this message opens: only the digest to a supervisor's own contact does."""
        agency = draft.recipient.agency_id
        followed = {
            book.plan.id for book in self.books.values() if not book.archived and book.plan.supervisor == agency
        }
        if draft.klass != "digest" or not followed or draft.recipient.id != f"{agency}/focal":
            return None
        if agency not in self.known:
            self.known[agency] = self._asked(agency, followed)
        return self.known[agency]

    def _asked(self, agency: str, plans: set[str]) -> Morning:
        counts = Counter[str]()
        for plan_id, _, _, name, number in standings.counts(self.session, local_day(self.now)):
            counts[name] += number if plan_id in plans else 0
        letters = self._letters(plans)
        return Morning(
            counts["done_on_time"], counts["done_late"], counts["in_term"], counts["overdue"],
            inbox.count(self.session, reviewer=agency), counts["unassigned"], letters["held"],
            letters["unknown"],
        )  # fmt: skip

    def _letters(self, plans: set[str]) -> Counter[str]:
        """Messages that wait for a person, by status: of these plans, written before this moment."""
        row = MessageRow
        statement = (
            select(row.status, func.count())
            .where(row.status.in_(("held", "unknown")), row.plan_id.in_(plans), row.created_at < self.now)
            .group_by(row.status)
        )
        return Counter(dict(self.session.execute(statement).tuples().all()))
