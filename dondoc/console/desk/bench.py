"""What the supervisor's action pages share: reading a form, showing first what it would do, and doing it once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dondoc.console.desk.seats import Seats
from dondoc.console.pages import Pages
from dondoc.domain.moments import ZONE
from dondoc.intake.texts import clean_line, clean_text, parse_day
from dondoc.rendering.wording import short_day
from dondoc.services import outbox_views
from dondoc.services.accounts import Role, SignedIn
from dondoc.services.app import App

DECIDERS: tuple[Role, ...] = ("supervisor", "reviewer")
EVERYBODY: tuple[Role, ...] = ("supervisor", "reviewer", "read")
CONFIRMED = "xac-nhan"
"""The value of `buoc` that says: seen what it would do, do it."""
LARGEST = 2**63 - 1
MOST_AT_ONCE = 100
NO_REASON = "Ghi lý do: người đọc sau cần biết vì sao."
SINCE_CHANGED = "Việc đã thay đổi từ lúc mở trang. Chưa có gì được ghi nhận: xem lại rồi quyết định."


@dataclass(frozen=True)
class Typed:
    """A form's fields, cleaned of what no form needs."""

    form: FormData

    def line(self, name: str) -> str:
        """A field of one line; "" when it is missing."""
        return clean_line(self._first(name))

    def text(self, name: str) -> str:
        """A field of many lines; "" when it is missing."""
        return clean_text(self._first(name))

    def lines(self, name: str) -> tuple[str, ...]:
        """All values of a field that can be chosen many times, each once."""
        return tuple(dict.fromkeys(clean_line(value) for value in self.form.getlist(name) if isinstance(value, str)))

    def numbers(self, name: str) -> tuple[int, ...]:
        """The same where each is the number of something; what is no such number is left out."""
        return tuple(n for n in map(number_of, self.lines(name)) if n is not None)

    def day(self, name: str) -> date | None:
        """A day as people write it; None when it is missing or no day."""
        return parse_day(self._first(name))

    @property
    def is_confirmed(self) -> bool:
        """Whether the person has seen what it would do."""
        return self.line("buoc") == CONFIRMED

    def _first(self, name: str) -> str:
        return next((value for value in self.form.getlist(name) if isinstance(value, str)), "")


def number_of(text: str) -> int | None:
    """The number of a row; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 20 and 0 < int(text) <= LARGEST else None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a decision is about: what it is, what would happen to it, and what must be ticked first.

    `text` is a message as it would leave. `wrong`: it cannot be done to this one, and why; the others can.
    """

    title: str
    facts: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    text: str = ""
    tick: tuple[str, str, str] | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The second step of a decision: nothing is done yet. `said` is what was typed, `hidden` carries it on."""

    title: str
    action: str
    back: str
    button: str
    items: tuple[Item, ...]
    said: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    effects: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What was done, and the way on."""

    title: str
    sentences: tuple[str, ...] = ()
    stayed: tuple[str, ...] = ()
    back: tuple[tuple[str, str], ...] = ()
    tone: str = "green"
    sign: str = "check"


@dataclass(frozen=True)
class Bench:
    """The app, the templates and who is signed in, for every action page."""

    app: App
    pages: Pages
    seats: Seats
    demo: bool

    def show(self, seat: SignedIn, here: str, name: str, status: int = 200, **values: Any) -> Response:
        """The page `desk/<name>`, in the supervisor's layout."""
        return self.pages.show(f"desk/{name}", status, seat=seat, here=here, demo=self.demo, **values)

    def preview(self, seat: SignedIn, here: str, preview: Preview, status: int = 200) -> Response:
        """What would be done, with the button that does it."""
        return self.show(seat, here, "confirm", status if not preview.wrong else 422, preview=preview)

    def told(self, seat: SignedIn, here: str, told: Told, status: int = 200) -> Response:
        """What was done, or why not."""
        return self.show(seat, here, "told", status, told=told)

    def require(self, session: Session, request: Request) -> SignedIn:
        """Whose page it is, of any role."""
        return self.seats.require(session, request, *EVERYBODY)

    def refused(self, seat: SignedIn, subject: str, why: str) -> None:
        """Journal that somebody was refused something."""
        self.seats.refused(seat, subject, why)


def departure_words(app: App, now: datetime) -> str:
    """When what may leave now leaves, in a sentence."""
    leaves = outbox_views.departure(app, now)
    if leaves.stopped:
        return "Đang dừng gửi mọi thư: chưa đi cho đến khi cho gửi tiếp."
    if leaves.at is None:
        return "Đi trong giờ làm việc kế tiếp."
    if leaves.at <= now:
        return "Đang giờ làm việc: đi trong lần gửi kế tiếp."
    local = leaves.at.astimezone(ZONE)
    return f"Ngoài giờ làm việc: đi từ {local:%H:%M} ngày {short_day(local.date())}."


def hidden(**fields: str | Iterable[object]) -> tuple[tuple[str, str], ...]:
    """Fields to carry on, one entry for each value; empty ones are left out."""
    return tuple(_pairs(fields))


def _pairs(fields: Mapping[str, str | Iterable[object]]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        for one in [value] if isinstance(value, str) else value:
            if str(one):
                yield name, str(one)
