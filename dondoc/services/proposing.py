"""Which waiting clauses of the plans that are followed an event may concern: for a person to confirm, never opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dondoc.domain.events import Event
from dondoc.domain.matching import Document, Proposal, Waiting, proposals
from dondoc.services.books import Book
from dondoc.services.event_choices import conditions_of
from dondoc.services.waiting_clauses import Clause, Key

MOST_PROPOSED = 8
Offered = tuple[str, str]
"""The id and the words of an event that may open a clause."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A clause that an event may open, and what the two share (in words)."""

    clause: Clause
    why: str


def proposed(books: Iterable[Book], event: Event) -> tuple[Proposal, ...]:
    """The clauses that share something with the event, the likeliest first; pure. The kind `other` says nothing."""
    found = (one for book in books for one in conditions_of(book))
    return proposals(
        _document(event),
        (
            Waiting(
                one.book.plan.id, one.task.id, one.part.key, one.waiting.key, one.waiting.question, one.task.activity
            )
            for one in found
        ),
    )


def proposed_among(event: Event, clauses: Iterable[Clause]) -> tuple[Proposed, ...]:
    """Of these clauses those that the event may concern, the likeliest first, each once, not too many; pure."""
    by_key = {one.key: one for one in clauses}
    found: dict[Key, Proposed] = {}
    for one in proposals(_document(event), [asked for own in by_key.values() for asked in _asked(own)]):
        key = (one.waiting.plan_id, one.waiting.task_id, one.waiting.part)
        found.setdefault(key, Proposed(by_key[key], one.why))
    return tuple(found.values())[:MOST_PROPOSED]


def proposed_to(clauses: Sequence[Clause], events: Iterable[tuple[str, Event]]) -> dict[Key, tuple[Offered, ...]]:
    """For each clause the events among these that may open it; clauses without any are absent. Pure."""
    found: dict[Key, tuple[Offered, ...]] = {}
    for id, event in events:
        for one in proposed_among(event, clauses):
            found[one.clause.key] = (*found.get(one.clause.key, ()), (id, event.name.removeprefix("Theo ")))
    return found


def _document(event: Event) -> Document:
    return Document(event.kind if event.kind != "other" else None, event.issuer, event.subject, event.number)


def _asked(one: Clause) -> Iterable[Waiting]:
    plan_id, task_id, part = one.key
    for number, question in enumerate(one.questions, 1):
        yield Waiting(plan_id, task_id, part, str(number), question, one.task.activity)
