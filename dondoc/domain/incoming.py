"""What an incoming document says of itself, put together from the places that say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from dondoc.domain.directory import fold
from dondoc.domain.events import EVENT_KIND_NAMES, EventKind
from dondoc.domain.vietnamese import searchable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """What one place says of a document; None where it does not say, or not with certainty.

    `number` as written, without blanks ("3456/BNV-CCVC"); `issuer` the body that issued it; `on` the document's own
    day (Asia/Ho_Chi_Minh); `subject` the trích yếu. `remarks` (Vietnamese): what a person has to look at, and why.
    """

    kind: EventKind | None = None
    number: str | None = None
    issuer: str | None = None
    on: date | None = None
    subject: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The names (Vietnamese) of what a person must still say."""
        named = {"loại văn bản": self.kind, "số, ký hiệu": self.number, "cơ quan ban hành": self.issuer,
                 "ngày ban hành": self.on, "trích yếu": self.subject}  # fmt: skip
        return tuple(name for name, value in named.items() if value is None)


Incoming = Said
"""The document as a whole: what its places say together."""

Place = tuple[str, Said]
"""A place in words ("trang đầu") and what it says."""


def together(places: Sequence[Place]) -> Incoming:
    """One account from several, the first being the most trusted.

    Two places that say different things cancel each other: None, and a remark that names both. Only a subject may
    differ (systems shorten it): the first one stands.
    """
    account = _Account(places)
    return Incoming(
        kind=account.agreed("Loại văn bản", lambda said: said.kind, str, EVENT_KIND_NAMES.__getitem__),
        number=account.agreed("Số, ký hiệu", lambda said: said.number, searchable, str),
        issuer=account.agreed("Cơ quan ban hành", lambda said: said.issuer, fold, str),
        on=account.agreed("Ngày ban hành", lambda said: said.on, str, "{:%d/%m/%Y}".format),
        subject=next((said.subject for _, said in places if said.subject), None),
        remarks=account.remarks(),
    )


class _Account:
    """Compares what the places say of one thing after another, and remembers where they differ."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._differences: list[str] = []

    def agreed(
        self, what: str, of: Callable[[Said], T | None], same: Callable[[T], object], show: Callable[[T], str]
    ) -> T | None:
        found = [(place, value) for place, said in self._places if (value := of(said)) is not None]
        if len({same(value) for _, value in found}) > 1:
            listed = "; ".join(f"{place}: {show(value)}" for place, value in found)
            self._differences.append(f"{what} ghi khác nhau ({listed}).")
            return None
        return found[0][1] if found else None

    def remarks(self) -> tuple[str, ...]:
        said = (remark for _, said in self._places for remark in said.remarks)
        return tuple(dict.fromkeys((*said, *self._differences)))
