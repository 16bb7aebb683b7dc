"""One agency over all followed plans: its counts, its contacts, what it owes, what it was sent and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dondoc.domain.directory import Agency, Recipient, Role
from dondoc.domain.moments import local_day
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.listing import Listed, listed
from dondoc.services.overviewing import Counted
from dondoc.store import histories, listings
from dondoc.store.histories import Fate, LinkUse
from dondoc.store.listings import Wanted
from dondoc.store.models import AnswerRow, FileRow, ObligationRow

MOST_MESSAGES, MOST_ANSWERS = 20, 20
ROLES: tuple[Role, ...] = ("focal", "head")


@dataclass(frozen=True)
class Answered:
    """One answer with what it speaks of and its files."""

    row: AnswerRow
    obligation: ObligationRow
    files: tuple[FileRow, ...]


@dataclass(frozen=True)
class AgencyView:
    """An agency's page. `plans` are the counts of each plan that it owes something in; `contacts` whom its messages go
    to, by role (None where the directory knows nobody)."""

    agency: Agency
    plans: tuple[Counted, ...]
    contacts: Mapping[Role, Recipient | None]
    page: Listed
    messages: Sequence[Fate]
    answers: tuple[Answered, ...]
    links: Sequence[LinkUse]


def agency_view(
    app: App, session: Session, books: Mapping[str, Book], agency_id: str, now: datetime, number: int = 1
) -> AgencyView | None:
    """The page of an agency, by the newest plan whose directory knows it; None when none does."""
    known = [book for book in books.values() if agency_id in book.directory.by_id]
    if not known:
        return None
    directory = known[-1].directory
    contacts = {role: directory.recipient(agency_id, role) for role in ROLES}
    recipients = [found.id for found in contacts.values() if found is not None]
    totals = listings.by_plan(session, local_day(now), agency_id)
    plans = tuple(
        Counted(plan_id, book.plan.title, totals[plan_id]) for plan_id, book in books.items() if plan_id in totals
    )
    return AgencyView(
        directory.by_id[agency_id], plans, contacts,
        listed(app, session, books, Wanted(agency=agency_id), "urgency", number, now),
        histories.messages_to(session, recipients, MOST_MESSAGES), _answers(session, agency_id),
        histories.link_uses(session, recipients, now),
    )  # fmt: skip


def _answers(session: Session, agency_id: str) -> tuple[Answered, ...]:
    rows = histories.answers_of(session, agency_id, MOST_ANSWERS)
    files = histories.files_of(session, [answer.id for answer, _ in rows])
    return tuple(Answered(answer, owed, files.get(str(answer.id), ())) for answer, owed in rows)
