"""Which tasks an event opens: the clauses to tick, whose work it is and by which day, and what that would do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from dondoc.console.desk.addresses import task_address
from dondoc.console.desk.bench import Item, Typed, departure_words, hidden
from dondoc.domain.events import Event
from dondoc.errors import Refused
from dondoc.intake.texts import parse_day
from dondoc.services.app import App
from dondoc.services.books import Book
from dondoc.services.event_choices import Choice
from dondoc.services.event_words import cap_words, closed_words, day_words, done_words, rule_words, who_words
from dondoc.services.events import Opened, Recorded
from dondoc.services.proposing import proposed_among
from dondoc.services.waiting_clauses import Clause, Key, clauses

MOST_NAMED = 40
BY_RULE, ON_DAY, WITHOUT = "quy-tac", "ngay", "khong"


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One clause to tick, with what was chosen for it. `why`: why it is proposed, "" where it is not."""

    key: str
    code: str
    title: str
    address: str
    plan: str
    label: str
    questions: tuple[str, ...]
    why: str
    waits: int
    rule: str
    cap: str
    agencies: tuple[tuple[str, str], ...]
    ticked: bool
    chosen: frozenset[str]
    due: str
    day: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The clauses in three lists: proposed by wording, all others that wait, and those that wait for nothing:
    opened by an event already, or work by cases."""

    proposed: tuple[ClauseView, ...]
    waiting: tuple[ClauseView, ...]
    opened: tuple[ClauseView, ...]


class NotRead(Refused):
    """What was chosen cannot be read; every objection in one text, a line each."""


def written(key: Key) -> str:
    """A clause's key as a field's value."""
    plan_id, task_id, part = key
    return f"{plan_id}/{task_id}/{part or '-'}"


def offered(session: Session, books: Mapping[str, Book], without: Collection[Key] = ()) -> tuple[Clause, ...]:
    """The clauses that an event may open; those in `without` it has opened before."""
    return tuple(one for one in clauses(session, books) if one.key not in without)


def first_chosen(found: Iterable[Clause], plan_id: str, task_id: str) -> Collection[str]:
    """What a link ticks beforehand: the clauses of that task, of any plan where the link names none."""
    return {
        written(one.key) for one in found if one.task.id == task_id and plan_id in ("", one.book.plan.id) and task_id
    }


def offer(event: Event, found: Sequence[Clause], typed: Typed | None, ticked: Collection[str] = ()) -> Offer:
    """The lists, filled with what was chosen before."""
    reasons = {one.clause.key: one.why for one in proposed_among(event, found)}
    ticked = typed.lines("viec") if typed is not None else ticked
    views = {one.key: _view(event, one, reasons.get(one.key, ""), typed, ticked) for one in found}
    rest = [one for one in found if one.key not in reasons]
    return Offer(
        tuple(views[key] for key in reasons), tuple(views[one.key] for one in rest if one.is_waiting),
        tuple(views[one.key] for one in rest if not one.is_waiting),
    )  # fmt: skip


def _view(event: Event, one: Clause, why: str, typed: Typed | None, ticked: Collection[str]) -> ClauseView:
    key = written(one.key)
    chosen = typed.lines(f"cq:{key}") if typed is not None else ()
    due = typed.line(f"han:{key}") if typed is not None else ""
    return ClauseView(
        key, one.task.id, one.task.activity, task_address(one.book.plan.id, one.task.id), one.book.plan.title,
        one.part.label or "", one.questions, why, len(one.waits), rule_words(one), cap_words(one),
        tuple((agency.id, agency.name) for agency in one.agencies(event.on)), key in ticked, frozenset(chosen),
        due or BY_RULE, typed.line(f"ngay:{key}") if typed is not None else "",
    )  # fmt: skip


def choices(typed: Typed, found: Sequence[Clause]) -> tuple[Choice, ...]:
    """What was ticked. Raises NotRead with every objection."""
    by_key = {written(one.key): one for one in found}
    wrong: list[str] = []
    made = [
        one.choice(typed.lines(f"cq:{key}"), *_due(typed, key, one, wrong))
        for key in typed.lines("viec")
        if (one := by_key.get(key)) is not None
    ]
    if len(made) < len(typed.lines("viec")):
        wrong.append("Có nhiệm vụ không còn trong danh sách: xem lại các nhiệm vụ đã đánh dấu.")
    if wrong:
        raise NotRead("\n".join(wrong))
    return tuple(made)


def _due(typed: Typed, key: str, one: Clause, wrong: list[str]) -> tuple[date | None, bool]:
    how, text = typed.line(f"han:{key}") or BY_RULE, typed.line(f"ngay:{key}")
    day = parse_day(text) if text else None
    if how == ON_DAY and day is None:
        asked = f"không đọc được ngày hạn “{text[:40]}”" if text else "ghi ngày hạn của văn bản"
        wrong.append(f"Nhiệm vụ {one.task.id}: {asked}, theo mẫu 29/3/2024.")
    elif how != ON_DAY and text:
        wrong.append(f"Nhiệm vụ {one.task.id}: đã ghi ngày {text[:40]} nhưng không chọn “Hạn của văn bản”.")
    return (day if how == ON_DAY else None), how == WITHOUT


def carried(typed: Typed) -> tuple[tuple[str, str], ...]:
    """The choices as hidden fields for the last step."""
    keys = typed.lines("viec")
    fields: dict[str, str | Iterable[object]] = {"viec": keys}
    for key in keys:
        fields |= {f"cq:{key}": typed.lines(f"cq:{key}"), f"han:{key}": typed.line(f"han:{key}")}
        fields |= {f"ngay:{key}": typed.line(f"ngay:{key}")}
    return hidden(**fields)


def items(done: Recorded, books: Mapping[str, Book]) -> tuple[Item, ...]:
    """What would open and close, by task."""
    ordered = sorted(done.opened, key=lambda one: (one.plan_id, one.task_id))
    opens = [_item(list(own), books) for _, own in groupby(ordered, key=lambda one: (one.plan_id, one.task_id))]
    closed = [f"{who}: {task}" for who, task in (closed_words(key, books) for key in done.closed)]
    gone = [Item("Việc được rút", _few(closed))] if closed else []
    return (*opens, *gone) or (Item("Chưa mở việc nào"),)


def _item(own: Sequence[Opened], books: Mapping[str, Book]) -> Item:
    first = own[0]
    task = books[first.plan_id].plan.by_id.get(first.task_id) if first.plan_id in books else None
    words = [f"{who_words(books, one.plan_id, one.agency)}: {day_words(one.due_on, one.target_on)}" for one in own]
    return Item(f"{first.task_id} {task.activity if task else ''}".strip(), _few(words))


def _few(words: Sequence[str]) -> tuple[str, ...]:
    more = len(words) - MOST_NAMED
    return (*words[:MOST_NAMED], f"… và {more} việc khác.") if more > 0 else tuple(words)


def effects(app: App, done: Recorded, books: Mapping[str, Book], chosen: int) -> tuple[str, ...]:
    """What it would do in sentences, and when who is concerned hears of it."""
    said = list(done_words(done, books, chosen, would=True))
    if any(one.is_new for one in done.opened):
        said.append(f"Cơ quan có việc mới được báo bằng một thư khẩn. {departure_words(app, app.now())}")
    if done.closed:
        said.append("Cơ quan đã được báo việc này thì được báo lại trong thư của ngày gửi kế tiếp.")
    if not chosen and not done.opened and not done.closed:
        said.append("Sự kiện chờ gắn với nhiệm vụ, ở trang Việc cần làm. Chưa ai được báo gì.")
    return tuple(said)
