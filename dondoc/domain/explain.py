"""Why a case is in its state and what happens next, in sentences an officer can read (Vietnamese)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dondoc.domain.answers import Answer, Review
from dondoc.domain.cases import Case, Standing, Waiver, known, standing
from dondoc.domain.decide import Snapshot, decide_case
from dondoc.domain.moments import local_day
from dondoc.domain.policy import OPENED, PASSED_ON, TOLD, UNREVIEWED, UPSTREAM, WAITING_SILENT, NoticeKind
from dondoc.domain.unreviewed import DECIDED_ON

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

WORK_NAMES = {
    "not_open": "chưa bắt đầu", "awaiting": "chờ sự kiện", "unassigned": "chưa xác định đơn vị",
    "ongoing": "thường xuyên", "open": "đang thực hiện", "reported": "đã báo cáo, chờ duyệt",
    "returned": "được trả lại để bổ sung", "done": "đã hoàn thành", "waived": "được miễn",
}  # fmt: skip
TIME_NAMES = {"no_due": "không có hạn", "in_term": "trong hạn", "due_soon": "sắp đến hạn", "overdue": "quá hạn"}
ANSWER_NAMES = {
    "ack": "xác nhận và hẹn ngày", "progress": "báo đang thực hiện", "done": "báo đã hoàn thành",
    "extension": "xin gia hạn", "not_applicable": "báo không phát sinh / không thuộc thẩm quyền",
    "not_mine": "báo không phải việc của đơn vị", "not_happened": "báo sự kiện chưa xảy ra",
}  # fmt: skip
KIND_NAMES: dict[NoticeKind, str] = {
    "assignment": "danh mục việc của năm", "outlook": "việc đến hạn trong tháng", "reminder": "nhắc việc sắp đến hạn",
    "periodic_request": "đề nghị gửi báo cáo định kỳ", "opened": "việc mới phát sinh", "overdue": "báo quá hạn",
    "urge_1": "đôn đốc lần 1", "urge_2": "đôn đốc lần 2", "escalation_supervisor": "báo cơ quan theo dõi",
    "escalation_leaders": "báo cáo lãnh đạo", "decided": "kết quả xem xét câu trả lời",
    "review_waiting": "nhắc người duyệt", "waiting_silent": "báo việc chờ không được trả lời",
    "upstream_late": "báo việc trước chưa có kết quả",
}  # fmt: skip


def day_name(day: date) -> str:
    """ "Thứ Sáu, 29/3/2024"."""
    return f"{WEEKDAYS[day.weekday()]}, {day.day}/{day.month}/{day.year}"


@dataclass(frozen=True, slots=True)
class Moved:
    """The nominal due day was moved at the aware moment `at`, from `old` to `new`; `why` is fit for an officer."""

    at: datetime
    old: date | None
    new: date | None
    why: str


def explain(case: Case, snapshot: Snapshot, now: datetime, moves: Sequence[Moved] = ()) -> tuple[str, ...]:
    """The state, its reason, what was answered, decided and sent, and the next thing that will happen, one sentence
    each. `moves` are those of its due day, oldest first; later ones than `now` are not looked at."""
    moves = [move for move in moves if move.at <= now]
    where = standing(case, now, snapshot.rules)
    decision = decide_case(case, snapshot, now)
    seen = known(case, now)
    return (
        _state(where),
        *_due(case, where, snapshot, now, moves),
        *(_answered(answer) for answer in seen.answers),
        *(sentence for waiver in seen.waivers for sentence in _waived(waiver)),
        *(f"{_day(local_day(m.at))}: đổi hạn từ {_day(m.old)} sang {_day(m.new)}. {m.why}".rstrip() for m in moves),
        *_sent(seen, snapshot),
        *_next(decision.next_on, decision.reason, where),
    )


def _state(where: Standing) -> str:
    if where.work == "done":
        how = "quá hạn" if where.late else "đúng hạn"
        return f"Đã hoàn thành {how} (gửi {_day(where.submitted_on)})."
    if where.work in ("awaiting", "unassigned", "ongoing", "waived"):
        return f"Trạng thái: {WORK_NAMES[where.work]}."
    return f"Trạng thái: {WORK_NAMES[where.work]}, {TIME_NAMES[where.time]}."


def _due(case: Case, where: Standing, snapshot: Snapshot, now: datetime, moves: Sequence[Moved]) -> Iterator[str]:
    obligation, calendar = case.obligation, snapshot.rules.calendar
    if obligation.due_on is None or obligation.late_after is None:
        if obligation.question:
            yield f"Chưa có ngày: chờ “{obligation.question}”."
        if obligation.target_on is not None:
            yield (
                f"{obligation.name}. Không ghi hạn: mốc phấn đấu {day_name(obligation.target_on)}, qua mốc không tính "
                "quá hạn."
            )
        return
    if obligation.opening is not None:
        yield f"{obligation.name}."
    first = moves[0].old if moves else obligation.due_on
    if first is None or first == obligation.due_on:
        yield f"Hạn theo kế hoạch: {day_name(obligation.due_on)}."
    else:
        yield f"Hạn đang có: {day_name(obligation.due_on)} (hạn trước khi đổi: {day_name(first)})."
    if obligation.late_after != obligation.due_on:
        rolled = day_name(obligation.late_after)
        yield f"Ngày đó là ngày nghỉ; chỉ tính quá hạn sau {rolled} (Bộ luật Dân sự 2015, Điều 148)."
    today = local_day(now)
    counted = calendar.covers(today) and calendar.covers(obligation.late_after)
    if where.time == "overdue" and where.work in ("open", "returned") and counted:
        yield f"Đã quá hạn {calendar.between(obligation.late_after, today)} ngày làm việc."


def _answered(answer: Answer) -> str:
    until = f", đến {_day(answer.until)}" if answer.until else ""
    text = f"{_day(local_day(answer.at))}: đơn vị {ANSWER_NAMES[answer.kind]}{until}."
    for undone in answer.undone:
        taken = f"quyết định đó được lấy lại {_day(local_day(undone.at))}"
        text = f"{text} {_reviewed(answer, undone.review)[:-1]}; {taken}."
    if answer.review is not None:
        return f"{text} {_reviewed(answer, answer.review)}"
    return f"{text} Đang chờ quyết định." if answer.kind in DECIDED_ON else text


def _reviewed(answer: Answer, review: Review) -> str:
    on, why = _day(local_day(review.at)), f": {review.reason.rstrip('.')}" if review.reason else ""
    if review.outcome == "withdrawn":
        return f"Đơn vị rút lại {on}."
    if answer.kind == "extension":
        granted = f"Được gia hạn đến {_day(review.until or answer.until)}"
        return f"{granted if review.outcome == 'accepted' else 'Không được gia hạn'}, quyết định {on}{why}."
    if review.outcome == "accepted":
        by_document = ", tính theo ngày văn bản" if review.document_date_counts else ""
        return f"Được chấp nhận {on}{by_document}."
    by = f", bổ sung trước hết ngày {_day(review.correct_by)}" if review.correct_by else ""
    return f"Được trả lại {on}{why}{by}."


def _waived(waiver: Waiver) -> Iterator[str]:
    why = f": {waiver.why.rstrip('.')}" if waiver.why else ""
    yield f"{_day(local_day(waiver.at))}: được miễn{why}."
    if waiver.lifted_at is not None:
        why = f": {waiver.lifted_why.rstrip('.')}" if waiver.lifted_why else ""
        yield f"{_day(local_day(waiver.lifted_at))}: thôi miễn{why}."


def _sent(case: Case, snapshot: Snapshot) -> Iterator[str]:
    ladder = snapshot.ladders.get(case.obligation.ladder)
    kinds = {step.rule: KIND_NAMES[step.kind] for step in ladder.steps} if ladder else {}
    kinds |= {"assignment": KIND_NAMES["assignment"], "outlook": KIND_NAMES["outlook"]}
    for fired in case.fired:
        if not fired.superseded:
            number = fired.firing.partition(".")[2]
            again = f" (lần {number})" if number.isdigit() else ""
            yield f"{_day(fired.on)}: lập nội dung {kinds.get(fired.rule) or _named(fired.rule)}{again}."


def _named(rule: str) -> str:
    """What a line of a rule that stands in no ladder says."""
    if rule.startswith(TOLD):
        return KIND_NAMES["decided"]
    opened = dict.fromkeys((OPENED, PASSED_ON), KIND_NAMES["opened"])
    apart = {"pressed": "nhắc theo đề nghị của cơ quan theo dõi", UNREVIEWED: KIND_NAMES["review_waiting"],
             WAITING_SILENT: KIND_NAMES["waiting_silent"], **opened}  # fmt: skip
    return apart.get(rule, KIND_NAMES["upstream_late"] if rule.startswith(UPSTREAM) else "nhắc mốc tiến độ")


def _next(next_on: date | None, reason: str, where: Standing) -> Iterator[str]:
    if where.work in ("done", "waived"):
        yield "Không còn việc gì phải nhắc."
        return
    yield reason
    if next_on is not None:
        yield f"Hệ thống sẽ xem lại vào {day_name(next_on)}."


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "không rõ ngày"
