"""What recording, tying or taking back an event does, in the words of pages and commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dondoc.domain.clause_words import UNITS
from dondoc.domain.clauses import By, Offset, Upon
from dondoc.rendering.wording import full_day, number
from dondoc.services.books import Book
from dondoc.services.events import Opened, Recorded
from dondoc.services.status import agency_name
from dondoc.services.waiting_clauses import Clause

BY_RULE = "theo quy tắc của việc"


def rule_words(one: Clause) -> str:
    """The day that counts where the document sets none: the task's rule, the plan's length of time, else a target."""
    if one.is_counted:
        return "theo vụ việc, chỉ đếm trong báo cáo định kỳ"
    lengths = [clause for clause in one.part.clauses if isinstance(clause, Offset)]
    if one.task.respond_within is not None:
        words = f"{one.task.respond_within} ngày làm việc kể từ ngày của sự kiện"
    elif lengths:
        side = "kể từ" if lengths[0].side == "after" else "trước"
        words = f"{lengths[0].amount} {UNITS[lengths[0].unit]} {side} ngày của sự kiện"
    elif one.is_capped:
        words = "giữ ngày trong kế hoạch"
    else:
        at_once = any(isinstance(clause, Upon) and clause.immediate for clause in one.part.clauses)
        regime = one.book.frozen.regime
        days = regime.target_days_immediate if at_once else regime.target_days
        words = f"không hạn, mốc phấn đấu sau {days} ngày làm việc"
    return words


def cap_words(one: Clause) -> str:
    """The date that the plan sets besides; "" where there is none."""
    dates = [clause.date for clause in one.part.clauses if isinstance(clause, By)]
    return f"Kế hoạch còn ghi ngày {dates[0]:%d/%m/%Y}." if one.is_capped and dates else ""


def day_words(due_on: date | None, target_on: date | None) -> str:
    """The due day, or that there is none and towards which day one strives."""
    if due_on is not None:
        return f"hạn {full_day(due_on)}"
    return f"không hạn, mốc phấn đấu {full_day(target_on)}" if target_on else "không hạn"


def who_words(books: Mapping[str, Book], plan_id: str, agency: str) -> str:
    """The agency's name in that plan."""
    return agency_name(books[plan_id], agency) if plan_id in books else agency


def done_words(done: Recorded, books: Mapping[str, Book], choices: int, *, would: bool = False) -> tuple[str, ...]:
    """What it did (or, with `would`, would do) in sentences, without naming each obligation; `choices`: how many tasks
    the event was to open."""
    new = [one for one in done.opened if one.is_new]
    moved = [one for one in done.opened if not one.is_new]
    will = "Sẽ " if would else "Đã "
    said = []
    if new:
        agencies = len({(one.plan_id, one.agency) for one in new})
        said.append(f"{will}mở {number(len(new))} việc cho {number(agencies)} cơ quan.")
    if moved:
        said.append(f"{will}đổi ngày của {number(len(moved))} việc.")
    if done.closed:
        said.append(f"{will}rút {number(len(done.closed))} việc đã mở; lịch sử của việc được giữ.")
    if choices and not done.opened:
        said.append(
            "Chưa cơ quan nào có việc mới: nhóm có điều kiện thì chọn cơ quan, việc có ngày trong kế hoạch thì giữ "
            "ngày đó, việc theo vụ việc thì chỉ đếm trong báo cáo định kỳ."
        )
    return (*said, done.unheard) if done.unheard else tuple(said)


def opened_words(one: Opened, books: Mapping[str, Book]) -> tuple[str, str, str, str]:
    """One obligation: agency, task, day, and whether it is new or only has another day."""
    what = "việc mới" if one.is_new else "đổi ngày"
    return who_words(books, one.plan_id, one.agency), _task(one.plan_id, one.task_id, books), _day_of(one), what


def closed_words(obligation_id: str, books: Mapping[str, Book]) -> tuple[str, str]:
    """An obligation that is withdrawn: agency and task."""
    plan_id, _, rest = obligation_id.partition("/")
    task_id, _, _, agency = rest.rsplit("/", 3)
    return who_words(books, plan_id, agency), _task(plan_id, task_id, books)


def _day_of(one: Opened) -> str:
    return day_words(one.due_on, one.target_on)


def _task(plan_id: str, task_id: str, books: Mapping[str, Book]) -> str:
    return f"{task_id} ({plan_id})" if len(books) > 1 else task_id
