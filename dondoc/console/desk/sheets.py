"""The decision pages' view of one obligation: what may be decided here and now, with every form's first values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from dondoc.console import wording
from dondoc.console.desk.addresses import agency_address, task_address
from dondoc.console.desk.bench import DECIDERS
from dondoc.console.desk.rows import task_code, task_title, why
from dondoc.console.desk.wishes import TITLES, Action, Wish, mark
from dondoc.console.views import HistoryView
from dondoc.domain.answers import Answer
from dondoc.domain.moments import local_day
from dondoc.rendering.wording import full_day, short_day
from dondoc.services.accounts import SignedIn
from dondoc.services.app import App
from dondoc.services.matters import MatterView
from dondoc.services.reply_words import REPLY_NAMES
from dondoc.services.status import agency_name
from dondoc.services.undoing import DECISION_NAMES

MOVES = {
    "accepted": "chấp nhận", "returned": "trả lại", "extension-granted": "gia hạn",
    "extension-refused": "từ chối gia hạn", "waived": "miễn", "lifted": "bỏ quyết định miễn",
    "reassigned": "chuyển cho đơn vị khác", "undone": "hoàn tác",
}  # fmt: skip


@dataclass(frozen=True)
class FormView:
    """One decision's form. `reason`: needed, asked, or "" for none; `day` and `day_hint` where a day is typed;
    `agencies` where one is chosen; `days` where the day that counts is chosen: (value, words)."""

    action: Action
    title: str
    hint: str
    reason: str = ""
    reason_text: str = ""
    day: str | None = None
    day_label: str = ""
    day_hint: str = ""
    agencies: tuple[tuple[str, str], ...] = ()
    agency: str = ""
    days: tuple[tuple[str, str], ...] = ()
    by_document: bool = False
    primary: bool = False
    open: bool = False


@dataclass(frozen=True)
class SheetView:
    """Everything a decision page shows of an obligation."""

    id: str
    code: str
    title: str
    task: str
    agency: str
    agency_page: str
    plan: str
    period: str
    deadline_words: str
    products: tuple[str, ...]
    due: str
    badge: wording.Badge
    why: str
    reviewer: str
    mark: str
    history: tuple[HistoryView, ...]
    decisions: tuple[str, ...]
    last: str


def sheet(found: MatterView, now: datetime) -> SheetView:
    """The obligation, worded."""
    owed, obligation = found.owed, found.owed.case.obligation
    task = owed.task
    history = tuple(HistoryView(wording.answered(a), found.files.get(int(a.id), ())) for a in owed.case.answers)
    decisions = tuple(_decided(found, n) for n in range(len(found.decisions)))
    return SheetView(
        obligation.id, task_code(owed), task_title(owed), task_address(obligation.plan_id, obligation.task_id),
        owed.agency.name, agency_address(obligation.agency), owed.book.plan.title, obligation.name,
        task.deadline if task else "", task.products if task else (), wording.due(owed), wording.badge(owed, now),
        why(owed, now), agency_name(owed.book, obligation.reviewer), mark(owed.case), history, decisions,
        decisions[-1] if decisions else "",
    )  # fmt: skip


def _decided(found: MatterView, number: int) -> str:
    entry = found.decisions[number]
    what = MOVES.get(entry.action, entry.action)
    if entry.action == "undone" and entry.old:
        what = f"hoàn tác quyết định {DECISION_NAMES.get(entry.old, entry.old)}"  # type: ignore[call-overload]
    if entry.action == "reassigned" and entry.new:
        what = f"chuyển cho {agency_name(found.owed.book, entry.new)}"
    return f"{wording.moment(entry.at)}, {entry.who}: {what}. {entry.why}".strip()


def may_decide(seat: SignedIn, found: MatterView) -> bool:
    """Whether deciding on it is this person's."""
    return seat.role in DECIDERS and seat.agency == found.owed.case.obligation.reviewer


def answer_forms(app: App, found: MatterView, answer: Answer, wish: Wish | None, now: datetime) -> tuple[FormView, ...]:
    """What may be decided about an answer that waits; `wish` fills its form again."""
    kinds: dict[str, tuple[Action, ...]] = {
        "done": ("chap-nhan", "tra-lai"), "not_applicable": ("chap-nhan", "tra-lai"),
        "not_mine": ("chuyen", "chap-nhan", "tra-lai"), "extension": ("gia-han", "tu-choi"),
    }  # fmt: skip
    return tuple(_filled(_form(app, found, action, answer, now), wish) for action in kinds.get(answer.kind, ()))


def matter_forms(app: App, found: MatterView, wish: Wish | None, now: datetime) -> tuple[FormView, ...]:
    """What may be decided about the obligation itself; `wish` fills its form again."""
    return tuple(_filled(_form(app, found, action, None, now), wish) for action in _possible(found))


def undo_form(found: MatterView, wish: Wish | None) -> FormView | None:
    """Taking back the latest decision; None when nothing stands."""
    if found.latest is None:
        return None
    named = DECISION_NAMES[found.latest.kind]
    form = FormView("hoan-tac", f"Hoàn tác: {named}", "Mọi thứ trở lại như trước quyết định này.", "Lý do hoàn tác")
    return _filled(form, wish)


def _possible(found: MatterView) -> Iterator[Action]:
    obligation, work = found.owed.case.obligation, found.owed.where.work
    if found.owed.case.is_waived and (found.latest is None or found.latest.kind != "reassigned"):
        yield "bo-mien"
    if work in ("done", "waived", "reported", "unassigned"):
        return
    if found.extension is not None:
        yield "gia-han"
    if not any(answer.kind in ("not_applicable", "not_mine") for answer in found.waiting):
        yield "mien"
        if obligation.kind != "periodic_report":
            yield "chuyen"


def _form(app: App, found: MatterView, action: Action, answer: Answer | None, now: datetime) -> FormView:
    title = TITLES[action]
    if action == "chap-nhan" and answer is not None:
        return _accept(found, answer, now)
    if action == "tra-lai":
        return _return(app, found, now)
    if action == "gia-han":
        return _extend(found, answer)
    if action == "tu-choi":
        return FormView(action, title, "Hạn không đổi; việc nhắc tiếp tục từ chỗ đã dừng.", "Lý do từ chối")
    if action == "chuyen":
        return _pass_on(found, answer, now)
    hint = (
        "Không phải làm, không nhắc, không tính quá hạn."
        if action == "mien"
        else "Việc trở lại như trước khi miễn; không ai vì thế mà thành chậm."
    )
    return FormView(action, title, hint, "Lý do")


def _accept(found: MatterView, answer: Answer, now: datetime) -> FormView:
    hints = {
        "done": "Việc hoàn thành, không nhắc nữa.",
        "not_applicable": "Đơn vị được miễn việc này: không phải làm, không nhắc.",
        "not_mine": "Đơn vị không phải làm việc này nữa; đơn vị được nêu tên, nếu nhận được, làm thay.",
    }
    primary = answer.kind != "not_mine"
    return FormView("chap-nhan", "Chấp nhận", hints[answer.kind], days=_days(found, answer, now), primary=primary)


def _days(found: MatterView, answer: Answer, now: datetime) -> tuple[tuple[str, str], ...]:
    """The two days by which timeliness may be judged, and what each means; none where there is no choice."""
    late_after, sent = found.owed.case.obligation.late_after, found.owed.where.submitted_on or local_day(answer.at)
    if answer.kind != "done" or answer.document_date is None or late_after is None or answer.document_date == sent:
        return ()
    return (
        ("ngay-gui", f"Ngày gửi báo cáo, {full_day(sent)}: {_timely(sent, late_after)}"),
        ("van-ban", f"Ngày văn bản, {full_day(answer.document_date)}: {_timely(answer.document_date, late_after)}"),
    )


def _timely(day: date, late_after: date) -> str:
    return "tính là đúng hạn" if day <= late_after else "tính là quá hạn"


def _return(app: App, found: MatterView, now: datetime) -> FormView:
    regime = found.owed.book.rules.regime
    day = app.calendar.try_add(local_day(now), regime.correction_days)
    hint = f"Ghi ngày/tháng/năm. Thường là {regime.correction_days} ngày làm việc; đến hết ngày này việc nhắc tạm dừng."
    return FormView(
        "tra-lai", "Trả lại", "Đơn vị thấy lý do và bổ sung; thời hạn của kế hoạch không đổi.",
        "Lý do, cần bổ sung gì", day=short_day(day) if day else "", day_label="Bổ sung trước hết ngày", day_hint=hint,
    )  # fmt: skip


def _extend(found: MatterView, answer: Answer | None) -> FormView:
    limits = found.extension
    most = found.owed.book.rules.regime.extension_times
    hint = f"Đã gia hạn {found.granted} lần, tối đa {most} lần."
    if limits is not None:
        hint = f"Sớm nhất {full_day(limits[0])}, muộn nhất {full_day(limits[1])}. {hint}"
    day = short_day(answer.until) if answer is not None and answer.until else ""
    return FormView(
        "gia-han", "Đồng ý gia hạn" if answer else "Gia hạn", "Hạn mới thay hạn đang có; việc nhắc tính theo hạn mới.",
        "Lý do (không bắt buộc)" if answer else "Lý do", day=day, day_label="Gia hạn đến ngày", day_hint=hint,
        primary=answer is not None,
    )  # fmt: skip


def _pass_on(found: MatterView, answer: Answer | None, now: datetime) -> FormView:
    book, obligation, today = found.owed.book, found.owed.case.obligation, local_day(now)
    agencies = tuple((a.id, a.name) for a in book.directory.agencies if a.is_valid(today) and a.id != obligation.agency)
    return FormView(
        "chuyen", "Chuyển cho đơn vị khác", "Đơn vị được chọn phải làm việc này từ nay, với thời hạn đủ để làm.",
        "Lý do", agencies=agencies, agency=(answer.whose or "") if answer else "", primary=answer is not None,
    )  # fmt: skip


def _filled(form: FormView, wish: Wish | None) -> FormView:
    """The form with what was typed."""
    if wish is None or wish.action != form.action:
        return form
    values = {**form.__dict__, "reason_text": wish.reason, "open": True, "by_document": wish.by_document}
    if form.day is not None:
        values["day"] = wish.day_text
    if form.agencies:
        values["agency"] = wish.to
    return FormView(**values)


def answer_facts(found: MatterView, answer: Answer) -> tuple[tuple[str, str], ...]:
    """The answer, fact by fact."""
    book = found.owed.book
    rows = [("Loại", REPLY_NAMES.get(answer.kind, answer.kind)), ("Gửi lúc", wording.moment(answer.at))]
    if answer.until is not None:
        rows.append(("Đến ngày", full_day(answer.until)))
    if answer.document_number:
        day = f", {full_day(answer.document_date)}" if answer.document_date else ""
        rows.append(("Văn bản", f"Số {answer.document_number}{day}"))
    if answer.whose:
        rows.append(("Đơn vị nêu tên", agency_name(book, answer.whose)))
    same = [a for a in found.waiting if a.kind == answer.kind and a.id != answer.id]
    if same and answer.review is None:
        rows.append(("Duyệt cùng", f"{len(same)} bản gửi trước, cùng loại, cũng đang chờ"))
    return tuple(rows)
