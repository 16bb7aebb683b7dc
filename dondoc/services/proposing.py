"""Which waiting clauses of the plans that are followed an event may concern: for a person to confirm, never opened."""

from __future__ import annotations

from collections.abc import Iterable

from dondoc.domain.events import Event
from dondoc.domain.matching import Document, Proposal, Waiting, proposals
from dondoc.services.books import Book
from dondoc.services.event_choices import conditions_of


def proposed(books: Iterable[Book], event: Event) -> tuple[Proposal, ...]:
    """The clauses that share something with the event, the likeliest first; pure. The kind `other` says nothing."""
    kind = event.kind if event.kind != "other" else None
    document = Document(kind, event.issuer, event.subject, event.number)
    found = (one for book in books for one in conditions_of(book))
    return proposals(
        document,
        (
            Waiting(
                one.book.plan.id, one.task.id, one.part.key, one.waiting.key, one.waiting.question, one.task.activity
            )
            for one in found
        ),
    )
