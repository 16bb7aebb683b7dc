"""The directory (danh bạ): agencies, groups and contacts, valid in time, and how a plan's names resolve to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

Role = Literal["focal", "head"]
ChannelName = Literal["email", "zalo"]


@dataclass(frozen=True, slots=True)
class Contact:
    """A mailbox or Zalo account that answers for an agency. `focal` gets reminders, `head` the held copies."""

    role: Role
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    zalo_user_id: str | None = None
    prefers: ChannelName = "email"


@dataclass(frozen=True, slots=True)
class Agency:
    """One body that can owe something.

    `kind` is free vocabulary of the directory (people_committee, department, district, commune_group, press, unit…),
    `level` one of province/district/commune; a commune_group stands for "UBND cấp xã – huyện X", its parent is the
    district and its contacts are the parent's. Validity ends are included; None means open.
    """

    id: str
    name: str
    short: str
    kind: str
    level: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    members: int | None = None
    cites: str | None = None

    def is_valid(self, on: date) -> bool:
        """Whether the agency exists on that day."""
        return self.overlaps(on, on)

    def overlaps(self, first: date, last: date) -> bool:
        """Whether the agency exists on at least one of these days, both included."""
        return (self.valid_from or date.min) <= last and first <= (self.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of agencies: by kind, by level, or by list; `aliases` are the ways plans write it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message goes to: `id` is `<agency owning the contact>/<role>`, stable across address changes."""

    id: str
    agency_id: str
    contact: Contact


def fold(name: str) -> str:
    """The form in which names are compared: NFC, one space, no case, no final punctuation. Accents are kept."""
    text = unicodedata.normalize("NFC", name).replace("\u00a0", " ").replace("–", "-")
    return " ".join(text.split()).strip(" .;,").casefold()


@dataclass(frozen=True)
class Directory:
    """All agencies and groups of one authority at one time."""

    id: str
    title: str
    agencies: tuple[Agency, ...]
    groups: tuple[Group, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Agency]:
        """Agencies by id."""
        return {agency.id: agency for agency in self.agencies}

    @cached_property
    def groups_by_id(self) -> dict[str, Group]:
        """Groups by id."""
        return {group.id: group for group in self.groups}

    @cached_property
    def _names(self) -> dict[str, tuple[Agency | Group, ...]]:
        names: dict[str, tuple[Agency | Group, ...]] = {}
        entries: tuple[Agency | Group, ...] = (*self.groups, *self.agencies)
        for entry in entries:
            short = (entry.short,) if isinstance(entry, Agency) else ()
            for name in dict.fromkeys(map(fold, (entry.name, *short, *entry.aliases))):
                names[name] = (*names.get(name, ()), entry)
        return names

    def lookup(self, name: str, during: tuple[date, date] | None = None) -> Agency | Group | None:
        """What the directory calls `name`, or None: an unknown name is never guessed.

        A name may have belonged to several agencies one after the other: with `during` the first of them that existed
        in those days is meant, else (or when none did) the last one.
        """
        found = self._names.get(fold(name), ())
        bodies = sorted((e for e in found if isinstance(e, Agency)), key=lambda e: e.valid_from or date.min)
        if len(bodies) < len(found) or not found:
            return found[-1] if found else None
        valid = [body for body in bodies if during is not None and body.overlaps(*during)]
        return valid[0] if valid else bodies[-1]

    def members(self, group: Group, on: date | None = None) -> tuple[Agency, ...]:
        """The agencies of a group that are valid on that day, in the directory's order."""
        return tuple(
            agency
            for agency in self.agencies
            if agency.id not in group.except_
            and (agency.id in group.agencies or agency.kind in group.kinds or agency.level in group.levels)
            and (on is None or agency.is_valid(on))
        )

    def recipient(self, agency_id: str, role: Role = "focal") -> Recipient | None:
        """The contact of that role of the agency, else of its nearest ancestor; None when nobody is known.

        A missing `head` is not replaced by the focal contact: a copy for the head must not land elsewhere.
        """
        seen: set[str] = set()
        current: str | None = agency_id
        while current is not None and current not in seen:
            seen.add(current)
            agency = self.by_id[current]
            for contact in agency.contacts:
                if contact.role == role:
                    return Recipient(f"{current}/{role}", current, contact)
            current = agency.parent
        return None

    def reporting_body(self, agency_id: str) -> str:
        """Who writes the periodic report for an agency: itself, or the nearest body above it that has a contact.

        Communes answer through their district: their lines stand in the district's report.
        """
        found = self.recipient(agency_id)
        return found.agency_id if found is not None else agency_id


@dataclass(frozen=True, slots=True)
class ContactChange:
    """A contact that an agency corrected itself and the supervisor confirmed."""

    directory: str
    agency: str
    old: Contact
    new: Contact


def corrected(directory: Directory, changes: Iterable[ContactChange]) -> Directory:
    """The directory with confirmed changes, in order; where the file no longer says `old` the edited file wins."""
    contacts = {agency.id: agency.contacts for agency in directory.agencies}
    own = [change for change in changes if change.directory == directory.id and change.agency in contacts]
    for change in own:
        found = contacts[change.agency]
        contacts[change.agency] = tuple(change.new if contact == change.old else contact for contact in found)
    if not own:
        return directory
    agencies = tuple(replace(agency, contacts=contacts[agency.id]) for agency in directory.agencies)
    return replace(directory, agencies=agencies)
