"""Agencies in time: who carries on the work of a body that no longer exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dondoc.domain.directory import Agency, Directory
from dondoc.domain.obligations import UNSELECTED, Obligation


@dataclass(frozen=True, slots=True)
class Passing:
    """One obligation of an ended body that `to` (an agency's id) owes from now on; its id there is `new_id`.

    `merged`: `to` owes the same work already, so that only the ended body's is closed.
    """

    obligation_id: str
    agency: str
    to: str
    new_id: str
    merged: bool


@dataclass(frozen=True, slots=True)
class Question:
    """An ended body whose work goes to nobody by itself: it has several heirs, or none. A person says who."""

    agency: str
    ended_on: date
    heirs: tuple[str, ...]
    obligation_ids: tuple[str, ...]


def heirs(directory: Directory, agency_id: str, on: date) -> tuple[Agency, ...]:
    """Those that exist on that day and carry on for an agency, through as many mergers as there were."""
    found: dict[str, Agency] = {}
    waiting, seen = list(directory.by_id[agency_id].successors), {agency_id}
    while waiting:
        heir = directory.by_id.get(waiting.pop(0))
        if heir is None or heir.id in seen:
            continue
        seen.add(heir.id)
        if heir.is_valid(on):
            found[heir.id] = heir
        else:
            waiting.extend(heir.successors)
    return tuple(found.values())


def ended(directory: Directory, on: date) -> tuple[Agency, ...]:
    """The agencies whose last day lies before that day."""
    return tuple(agency for agency in directory.agencies if agency.valid_to is not None and agency.valid_to < on)


def pass_on(
    directory: Directory, owed: Iterable[Obligation], existing: Iterable[str], on: date, choices: Mapping[str, str]
) -> tuple[tuple[Passing, ...], tuple[Question, ...]]:
    """What goes to whom on that day, and what a person must say. `choices`: ended agency → heir (ids), decided.

    `existing` are the ids of all obligations that stand: of two bodies that merge, one owes the same work already.
    """
    gone, known = {agency.id: agency for agency in ended(directory, on)}, set(existing)
    moves: list[Passing] = []
    asked: dict[str, list[str]] = {}
    for obligation in owed:
        if obligation.agency not in gone or obligation.agency.startswith(UNSELECTED):
            continue
        to = _heir(directory, obligation.agency, on, choices)
        if to is None:
            asked.setdefault(obligation.agency, []).append(obligation.id)
            continue
        new_id = f"{obligation.id.rpartition('/')[0]}/{to}"
        moves.append(Passing(obligation.id, obligation.agency, to, new_id, merged=new_id in known))
        known.add(new_id)
    questions = (
        Question(id, gone[id].valid_to or on, tuple(h.id for h in heirs(directory, id, on)), tuple(obligations))
        for id, obligations in asked.items()
    )
    return tuple(moves), tuple(questions)


def _heir(directory: Directory, agency: str, on: date, choices: Mapping[str, str]) -> str | None:
    """The one that a person chose, else the only heir there is."""
    if agency in choices:
        return choices[agency]
    found = heirs(directory, agency, on)
    return found[0].id if len(found) == 1 else None
