"""An owed obligation in words for the officer who answers: its sign, its days, why it stands so, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from dondoc.domain.answers import Answer
from dondoc.domain.cases import ladder_days
from dondoc.domain.directory import Directory
from dondoc.domain.events import EVENT_KIND_NAMES, Event
from dondoc.domain.explain import KIND_NAMES
from dondoc.domain.moments import ZONE, local_day
from dondoc.domain.policy import Step
from dondoc.domain.windows import before
from dondoc.rendering.wording import full_day, leading_capital, number, short_day
from dondoc.services.owed import Owed
from dondoc.services.replies import waiting_request
from dondoc.services.reply_words import reply_name


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as words, a drawn sign and a colour: never the colour alone."""

    tone: str
    sign: str
    words: str


def moment(at: datetime) -> str:
    """14:05 ngày 29/3/2024, in Viet Nam."""
    local = at.astimezone(ZONE)
    return f"{local:%H:%M} ngày {short_day(local.date())}"


def group_key(owed: Owed) -> str:
    """Under which heading of the list an obligation stands."""
    work, time = owed.where.work, owed.where.time
    fixed = {
        "done": "da-xong", "waived": "da-xong", "reported": "cho-duyet", "returned": "tra-lai",
        "ongoing": "thuong-xuyen", "awaiting": "cho-su-kien", "unassigned": "chua-xac-dinh",
    }  # fmt: skip
    if work in fixed:
        return fixed[work]
    if waiting_request(owed.case, ("not_applicable", "not_mine")) is not None:
        return "cho-duyet"
    if time == "overdue":
        return "qua-han"
    if time == "due_soon":
        return "sap-den-han"
    return "chua-den-ky" if work == "not_open" else "dang-thuc-hien"


def badge(owed: Owed, now: datetime) -> Badge:
    """The state in two or three words."""
    work = owed.where.work
    fixed = {
        "waived": Badge("grey", "dash", "Được miễn"),
        "reported": Badge("blue", "wait", "Đã báo cáo, chờ duyệt"),
        "returned": Badge("violet", "back", "Được trả lại để bổ sung"),
        "ongoing": Badge("grey", "loop", "Thường xuyên"),
        "awaiting": Badge("grey", "later", "Chờ sự kiện"),
        "unassigned": Badge("grey", "later", "Chưa xác định đơn vị"),
    }
    if work == "done":
        late = owed.where.late
        return Badge("amber" if late else "green", "check", "Hoàn thành quá hạn" if late else "Hoàn thành đúng hạn")
    return fixed.get(work) or _request_badge(owed) or _time_badge(owed, local_day(now))


def _request_badge(owed: Owed) -> Badge | None:
    request = waiting_request(owed.case, ("not_applicable", "not_mine"))
    return None if request is None else Badge("blue", "wait", f"{_ASKED[request.kind]}, chờ duyệt")


_ASKED = {
    "extension": "Đã xin gia hạn",
    "not_applicable": "Đã báo không phát sinh",
    "not_mine": "Đã báo không phải việc mình",
}


def _time_badge(owed: Owed, today: date) -> Badge:
    obligation, calendar = owed.case.obligation, owed.book.rules.calendar
    due_on, late_after = obligation.due_on, obligation.late_after
    if due_on is None or late_after is None:
        return Badge("blue", "open", "Đang thực hiện, không ghi hạn")
    if owed.where.time == "overdue":
        late = f" {number(calendar.between(late_after, today))} ngày làm việc" if calendar.covers(late_after) else ""
        return Badge("red", "alert", f"Quá hạn{late}")
    if owed.where.time == "due_soon":
        return Badge("amber", "clock", _left(calendar.between(today, due_on), today, late_after))
    if owed.where.work == "not_open":
        return Badge("grey", "later", f"Bắt đầu từ {short_day(obligation.opens_on)}")
    return Badge("blue", "open", "Đang thực hiện, trong hạn")


def _left(working_days: int, today: date, late_after: date) -> str:
    """Counted to the nominal day, as the mails do; at the end the day itself, so that a rolled one is not missed."""
    if working_days:
        return f"Còn {number(working_days)} ngày làm việc"
    return "Hôm nay là ngày cuối" if today == late_after else f"Ngày cuối: {full_day(late_after)}"


def due(owed: Owed) -> str:
    """Chậm nhất Chủ Nhật, 31/3/2024 (ngày nghỉ, tính đến hết Thứ Hai, 01/4/2024); empty without a due day."""
    due_on, late_after = owed.case.obligation.due_on, owed.case.obligation.late_after
    if due_on is None:
        return ""
    rolled = f" (ngày nghỉ, tính đến hết {full_day(late_after)})" if late_after and late_after != due_on else ""
    return f"Chậm nhất {full_day(due_on)}{rolled}"


def target(owed: Owed) -> str:
    """The day towards which work without a due day is reminded; "" for all other work."""
    obligation = owed.case.obligation
    return full_day(obligation.target_on) if obligation.due_on is None and obligation.target_on else ""


def event_words(event: Event) -> str:
    """By which document the work was opened: number, day, issuer, subject."""
    what = f"Văn bản số {event.number}" if event.number else EVENT_KIND_NAMES[event.kind]
    issuer = f" của {event.issuer}" if event.issuer else ""
    return f"{what} ngày {short_day(event.on)}{issuer}: {event.subject}"


def next_words(owed: Owed, now: datetime) -> Iterator[str]:
    """Why the obligation stands as it does, and what will happen if nothing is done, in sentences."""
    work, pause = owed.where.work, owed.where.pause
    if work == "returned":
        yield from _returned_words(owed, local_day(now))
    elif work in ("reported", "done", "waived", "ongoing", "unassigned"):
        yield from _settled_words(owed)
    elif (request := waiting_request(owed.case)) is not None:
        yield from request_words(owed, request, local_day(now))
    elif work == "awaiting":
        yield from _awaiting_words(owed)
    elif pause is not None and owed.where.promised_on is not None and pause.end is not None:
        yield f"Đơn vị đã hẹn hoàn thành ngày {full_day(owed.where.promised_on)}."
        yield f"Tạm dừng nhắc đến hết {full_day(pause.end)}; hạn của kế hoạch không đổi."
    else:
        yield from _refused_words(owed)
        yield from _ladder_words(owed, local_day(now))


def request_words(owed: Owed, request: Answer, today: date) -> Iterator[str]:
    """A request that waits: what was asked for, who decides, and how long the ladder stands still meanwhile."""
    wanted = f" đến {full_day(request.until)}" if request.kind == "extension" and request.until else ""
    whose = owed.book.directory.by_id.get(request.whose or "")
    names = f" (việc của {whose.name})" if whose else ""
    yield f"{_ASKED[request.kind]}{wanted}{names} lúc {moment(request.at)}; {_reviewer(owed)} đang xem xét."
    pause = owed.where.pause
    if owed.where.work == "awaiting":
        yield "Trong khi chờ, không tính thời hạn."
    elif request.kind != "extension":
        yield "Việc nhắc tạm dừng đến khi có quyết định."
    elif pause is not None and pause.end is not None:
        yield f"Tạm dừng nhắc đến hết {full_day(pause.end)}; hạn đang có không đổi cho đến khi được đồng ý."
    else:
        yield "Thời gian tạm dừng nhắc đã hết; hạn đang có không đổi cho đến khi được đồng ý."
        yield from _ladder_words(owed, today)


def _refused_words(owed: Owed) -> Iterator[str]:
    """Why the last request was not granted, as long as nothing was answered since."""
    last = owed.case.answers[-1] if owed.case.answers else None
    if last is None or last.kind not in _ASKED or last.review is None or last.review.outcome == "withdrawn":
        return
    if last.review.outcome == "accepted" and last.kind == "extension":
        yield "Đề nghị gia hạn đã được đồng ý; hạn ở trên là hạn mới."
    elif last.review.outcome == "returned":
        yield f"{_reviewer(owed)} không đồng ý đề nghị của đơn vị: {_sentence(last.review.reason or '')}"


def _awaiting_words(owed: Owed) -> Iterator[str]:
    last = next((a for a in reversed(owed.case.answers) if a.kind in ("progress", "not_happened")), None)
    if owed.task is not None and owed.task.cases == "counted":
        said = f" Báo cáo gần nhất: {last.note}" if last is not None and last.note else ""
        yield f"Mỗi khi “{owed.case.obligation.question or ''}”: số vụ việc được hỏi trong báo cáo định kỳ.{said}"
        return
    if last is not None and last.kind == "progress":
        yield f"Đơn vị báo sự kiện đã xảy ra lúc {moment(last.at)}; chờ cơ quan theo dõi ghi nhận."
        return
    asked = f" Đơn vị báo chưa xảy ra lúc {moment(last.at)}." if last is not None else ""
    yield f"Chưa có ngày: chờ “{owed.case.obligation.question or ''}”. Được hỏi trong báo cáo định kỳ.{asked}"


def _returned_words(owed: Owed, today: date) -> Iterator[str]:
    review = next(a.review for a in reversed(owed.case.answers) if a.kind == "done")
    if review is None:
        return
    yield f"{_reviewer(owed)} trả lại: {_sentence(review.reason or '')}"
    if review.correct_by is not None and review.correct_by >= today:
        yield f"Đề nghị bổ sung, gửi lại trước hết {full_day(review.correct_by)}; sau ngày đó việc nhắc tiếp tục."
        return
    if review.correct_by is not None:
        yield f"Ngày bổ sung {full_day(review.correct_by)} đã qua."
    yield from _ladder_words(owed, today)


def _settled_words(owed: Owed) -> Iterator[str]:
    work = owed.where.work
    if work == "reported":
        at = next(answer.at for answer in reversed(owed.case.answers) if answer.kind == "done")
        yield f"Đơn vị báo cáo hoàn thành lúc {moment(at)}. {_reviewer(owed)} đang xem xét; việc nhắc đã dừng."
    elif work == "done" and owed.where.submitted_on is not None:
        yield f"Báo cáo ngày {short_day(owed.where.submitted_on)} đã được chấp nhận. Không còn việc gì phải làm."
    elif work == "ongoing":
        yield "Tình hình thực hiện được báo cáo trong báo cáo định kỳ."


def _reviewer(owed: Owed) -> str:
    found = owed.book.directory.by_id.get(owed.case.obligation.reviewer)
    return found.name if found else "Cơ quan theo dõi"


def _ladder_words(owed: Owed, today: date) -> Iterator[str]:
    late_after = owed.case.obligation.late_after
    if late_after is not None and today > late_after:
        yield f"Chưa có báo cáo hoàn thành; quá hạn tính từ sau {full_day(late_after)}."
    step = next_step(owed, today)
    if step is not None:
        yield f"{leading_capital(step[1])}: {full_day(step[0])}, nếu đến lúc đó chưa có báo cáo."


def next_step(owed: Owed, today: date) -> tuple[date, str] | None:
    """The next day on which this obligation's ladder speaks to the agency or of it, and what it then does."""
    return next(iter(coming_steps(owed, today)), None)


def coming_steps(owed: Owed, today: date) -> list[tuple[date, str]]:
    """The days after today on which its ladder speaks, each once, if no report comes; and what it then does."""
    ladder = owed.snapshot.ladders[owed.case.obligation.ladder]
    calendar, last = owed.book.rules.calendar, owed.case.obligation.late_after or owed.case.obligation.aim
    if last is None or not calendar.covers(last) or not calendar.covers(today):
        return []
    own = owed.book.plan.supervisor == owed.case.obligation.agency
    steps = [s for s in ladder.steps if owed.case.obligation.kind in s.for_ and not (own and s.to == "supervisor")]
    found = sorted((day, step.days, step.kind) for step in steps for day in _days(step, owed, today) if day > today)
    names = KIND_NAMES if owed.case.obligation.due_on else {**KIND_NAMES, "reminder": TARGET_REMINDER}
    return [(day, names[kind]) for day, _, kind in found]


TARGET_REMINDER = "nhắc việc sắp đến mốc phấn đấu"


def _days(step: Step, owed: Owed, today: date) -> Iterator[date]:
    calendar, rules, late_after = owed.book.rules.calendar, owed.book.rules, owed.case.obligation.late_after
    if step.days < 0:
        yield before(owed.case, rules, -step.days)
    elif late_after is None:
        return
    elif today <= late_after:
        yield calendar.add(late_after, step.days)
    elif step.days > ladder_days(owed.case, today, rules):
        yield calendar.add(today, step.days - ladder_days(owed.case, today, rules))


def answered(answer: Answer, directory: Directory | None = None, obligation_kind: str = "") -> str:
    """One answer and, where it was reviewed, the decision on it. The directory tells the name of whose work it is."""
    parts = [f"{moment(answer.at)}: {reply_name(answer.kind, (obligation_kind,)).lower()}"]
    if answer.until is not None:
        parts.append(f"{'đến' if answer.kind == 'extension' else 'hẹn'} {full_day(answer.until)}")
    whose = directory.by_id.get(answer.whose or "") if directory else None
    if whose is not None:
        parts.append(f"việc của {whose.name}")
    if answer.document_number and answer.document_date:
        parts.append(f"văn bản số {answer.document_number} ngày {short_day(answer.document_date)}")
    text = ", ".join(parts) + "."
    if answer.note:
        text += f" “{answer.note}”"
    return f"{text} {_reviewed(answer)}".rstrip()


def _reviewed(answer: Answer) -> str:
    review = answer.review
    if review is None:
        return ""
    if review.outcome == "accepted":
        return f"Được chấp nhận {moment(review.at)}."
    if review.outcome == "withdrawn":
        return f"Đơn vị đã rút lại {moment(review.at)}."
    return f"Được trả lại {moment(review.at)}: {_sentence(review.reason or '')}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
