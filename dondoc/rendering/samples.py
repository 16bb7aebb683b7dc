"""Sample messages for previews and template checks: real task wordings of the Hưng Yên plan of 2024."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dondoc.domain.policy import NOTICE_KINDS, NoticeKind
from dondoc.rendering.context import Line, MessageContext, Morning, PlanReference

ON = date(2024, 3, 25)
PLAN = PlanReference("Kế hoạch cải cách hành chính năm 2024", issuer="UBND tỉnh Hưng Yên")
LINK = "https://dondoc.hungyen.example/l/mau-xem-truoc"

_COMBINED = "digest"
_HEAD = "head"
_TARGET = "target"
NAMES: tuple[str, ...] = (*NOTICE_KINDS, _COMBINED, _HEAD, _TARGET)
"""What can be previewed: each kind alone, a day's message of several kinds, the copy to an agency's head, and work that
an event opened without a due day."""

_REVIEW_PLAN = Line(
    kind="reminder",
    task_code="I.2.5",
    task_title="Xây dựng, tham mưu UBND tỉnh ban hành Kế hoạch kiểm tra, rà soát, hệ thống hóa văn bản QPPL",
    product="Kế hoạch",
    deadline_words="Quý I/2024",
    due_on=date(2024, 3, 31),
    rolled_due_on=date(2024, 4, 1),
    working_days=4,
    coordinates=("Các sở, ban, ngành",),
    agency_name="Sở Tư pháp",
)
_POSTS = replace(
    _REVIEW_PLAN,
    task_code="III.2.79",
    task_title="Hoàn thành việc phê duyệt điều chỉnh vị trí việc làm khối hành chính, sự nghiệp theo hướng dẫn của bộ, "
    "ngành Trung ương và các quy định có liên quan để làm cơ sở bố trí công chức, viên chức",
    product="Quyết định, Công văn",
    coordinates=("Các cơ quan, đơn vị có liên quan",),
)
_MERGER = replace(
    _REVIEW_PLAN,
    task_code="III.2.70",
    task_title="Xây dựng văn bản triển khai thực hiện Kế hoạch 130/KH-UBND ngày 10/8/2023 của UBND tỉnh về thực hiện "
    "Nghị quyết số 35/2023/UBTVQH15 của Ủy ban TVQH và Nghị quyết 117/NQ-CP của Chính phủ về tổ chức, sắp xếp ĐVHC "
    "cấp huyện, cấp xã giai đoạn 2023-2025",
    product="Kế hoạch, Công văn",
    deadline_words="Chậm nhất tháng 01/2024",
    due_on=date(2024, 1, 31),
    rolled_due_on=date(2024, 1, 31),
    working_days=-33,
    coordinates=("Sở Nội vụ",),
    history=("05/02/2024 đôn đốc lần 1", "16/02/2024 đôn đốc lần 2"),
)
_LAND = replace(
    _REVIEW_PLAN,
    task_code="I.2.1",
    task_title="Sửa đổi, bổ sung, ban hành mới văn bản QPPL do HĐND và UBND các cấp ban hành trong lĩnh vực đất đai, "
    "tài nguyên, khắc phục tình trạng tranh chấp, khiếu kiện, tham nhũng, lãng phí, đảm bảo công khai minh bạch việc "
    "quản lý, sử dụng đất công; tăng cường giám sát, quản lý chặt chẽ, nâng cao hiệu quả sử dụng đất giao cho các cộng "
    "đồng và doanh nghiệp nhà nước",
    product="Nghị quyết; Quyết định",
    deadline_words="Trong năm 2024",
    due_on=date(2024, 12, 31),
    rolled_due_on=date(2024, 12, 31),
    working_days=197,
    coordinates=("Sở Tư pháp",),
)
_EXPIRED = replace(
    _LAND,
    task_code="I.2.8",
    task_title="Công bố văn bản hết hiệu lực, ngưng hiệu lực toàn bộ hoặc một phần",
    product="Quyết định",
    coordinates=("Các sở, ban, ngành",),
)
_FINDINGS = replace(
    _REVIEW_PLAN,
    task_code="I.2.11",
    task_title="Xử lý kết quả theo dõi tình hình thi hành pháp luật",
    product="Văn bản sửa đổi, bổ sung, thay thế, ban hành mới văn bản QPPL",
    deadline_words="Khi có phát hiện",
    due_on=date(2024, 4, 19),
    rolled_due_on=date(2024, 4, 19),
    working_days=18,
    coordinates=("Các sở, ban, ngành tỉnh", "UBND cấp huyện"),
    reason="phát hiện ngày 22/3/2024 qua kiểm tra theo chuyên đề",
)
_GUIDED = replace(
    _REVIEW_PLAN,
    task_code="IV.2.78",
    task_title="Hoàn thành xây dựng vị trí việc làm và cơ cấu công chức, viên chức theo vị trí việc làm",
    product="Đề án",
    deadline_words="Khi có hướng dẫn của bộ, ngành trung ương",
    due_on=None,
    rolled_due_on=None,
    working_days=None,
    coordinates=("Các cơ quan, đơn vị có liên quan",),
    reason="Theo 1287/BNV-TCBC ngày 22/03/2024: việc bắt đầu được tính. Không ghi hạn; mốc phấn đấu 05/04/2024.",
    target_on=date(2024, 4, 5),
    opened_by="1287/BNV-TCBC ngày 22/03/2024",
)
_YESTERDAY, _URGED = date(2024, 3, 22), date(2024, 3, 20)
_NOTIFIED = ("21/3/2024 thông báo hết thời hạn",)
_JUST_OVERDUE = replace(_FINDINGS, due_on=_YESTERDAY, rolled_due_on=_YESTERDAY, working_days=-1, reason="")
_DIRECTION = replace(
    _REVIEW_PLAN,
    task_code="I.2.2",
    task_title="Tham mưu HĐND, UBND tỉnh ban hành văn bản chỉ đạo công tác xây dựng văn bản QPPL",
    product="Chỉ thị; Kế hoạch; Báo cáo; Công văn",
    deadline_words="Thường xuyên",
    due_on=None,
    rolled_due_on=None,
    working_days=None,
)
_AWAITING = replace(_FINDINGS, due_on=None, rolled_due_on=None, working_days=None, reason="")
_PERIODIC = Line(
    kind="periodic_request",
    task_code="",
    task_title="Báo cáo tình hình thực hiện Kế hoạch cải cách hành chính",
    product="Báo cáo",
    period_label="Quý I/2024",
    due_on=date(2024, 3, 29),
    rolled_due_on=date(2024, 3, 29),
    working_days=4,
    agency_name="Sở Tư pháp",
)
_OFFICE = "Văn phòng UBND tỉnh"
_PROCEDURES = replace(
    _MERGER,
    task_code="II.2.39",
    task_title="Nghiên cứu, xây dựng Kế hoạch rà soát, đánh giá TTHC năm 2024 của tỉnh bảo đảm có trọng tâm, trọng "
    "điểm trên cơ sở chú trọng phát hiện, đề xuất của các cơ quan trực tiếp giải quyết TTHC và ý kiến phản ánh của cá "
    "nhân, tổ chức trong quá trình thực hiện TTHC",
    product="Kế hoạch rà soát, đánh giá TTHC tỉnh Hưng Yên năm 2024",
    deadline_words="Muộn nhất là ngày 31/01/2024",
    coordinates=("Các sở, ban, ngành thuộc UBND tỉnh", "UBND cấp huyện"),
    agency_name=_OFFICE,
    promise_until=date(2024, 2, 14),
)

_LINES: dict[str, tuple[Line, ...]] = {
    "assignment": (_DIRECTION, _REVIEW_PLAN, _EXPIRED, _AWAITING, _LAND, _POSTS),
    "outlook": (_REVIEW_PLAN, _POSTS),
    "reminder": (_REVIEW_PLAN, _POSTS),
    "periodic_request": (_PERIODIC,),
    "opened": (_FINDINGS,),
    "overdue": (_JUST_OVERDUE,),
    "urge_1": (replace(_JUST_OVERDUE, due_on=_URGED, rolled_due_on=_URGED, working_days=-3, history=_NOTIFIED),),
    "urge_2": (_MERGER, replace(_PROCEDURES, agency_name="Sở Tư pháp")),
    "escalation_supervisor": (_MERGER, _PROCEDURES),
    "escalation_leaders": (_MERGER, _PROCEDURES),
    "decided": (
        replace(_REVIEW_PLAN, reason="Báo cáo được trả lại: thiếu bản ký. Đề nghị bổ sung trước hết ngày 28/3/2024."),
        replace(_LAND, reason="Được gia hạn từ 31/12/2024 đến 31/01/2025."),
    ),
    "review_waiting": (
        replace(_REVIEW_PLAN, reason="Gửi 15/3/2024, đã chờ 6 ngày làm việc."),
        replace(
            _PROCEDURES, agency_name="Sở Y tế", promise_until=None, reason="Gửi 18/3/2024, đã chờ 5 ngày làm việc."
        ),
    ),
    "waiting_silent": (
        replace(
            _AWAITING,
            period_label="Chờ sự kiện",
            reason="Chờ “có phát hiện”: 12 đơn vị không trả lời ba kỳ báo cáo liền (từ quý I).",
        ),
    ),
    "upstream_late": (
        replace(
            _POSTS,
            reason="Nhiệm vụ III.2.70 (Xây dựng văn bản triển khai thực hiện Kế hoạch 130/KH-UBND ngày 10/8/2023 của "
            "UBND tỉnh…) mà việc này tiếp theo chưa có kết quả, hạn 31/01/2024 đã qua.",
        ),
    ),
}

_MORNING = Morning(41, 3, 268, 2, to_review=5, unassigned=4, held=2, unknown=0)


def sample(name: str, demo: bool = False) -> MessageContext:
    """The sample message of that name. Raises KeyError for a name that is not in NAMES."""
    if name == _COMBINED:
        kinds: tuple[NoticeKind, ...] = ("urge_2", "overdue", "reminder", "periodic_request", "outlook")
        return _message(tuple(line for kind in kinds for line in _of(kind)[:2]), demo)
    if name == _HEAD:
        return replace(_message(_of("urge_2"), demo), role="head", recipient_name="Giám đốc Sở Tư pháp")
    if name == _TARGET:
        strive: tuple[NoticeKind, ...] = ("opened", "reminder", "outlook")
        return _message((*(replace(_GUIDED, kind=each) for each in strive), *_of("reminder")[:1]), demo)
    kind = next(each for each in NOTICE_KINDS if each == name) if name in NOTICE_KINDS else None
    if kind is None:
        raise KeyError(name)
    message = _message(_of(kind), demo)
    if kind in ("escalation_supervisor", "waiting_silent"):
        return replace(
            message, role="supervisor", recipient_name="Sở Nội vụ", agency_name="Sở Nội vụ", morning=_MORNING
        )
    if kind == "review_waiting":
        return replace(message, role="reviewer", recipient_name="Sở Nội vụ", agency_name="Sở Nội vụ")
    if kind == "escalation_leaders":
        chair = "Chủ tịch UBND tỉnh Hưng Yên"
        return replace(message, role="leader", recipient_name=chair, agency_name="UBND tỉnh Hưng Yên")
    return message


def _of(kind: NoticeKind) -> tuple[Line, ...]:
    return tuple(replace(line, kind=kind) for line in _LINES[kind])


def _message(lines: tuple[Line, ...], demo: bool) -> MessageContext:
    return MessageContext(
        recipient_name="Sở Tư pháp",
        role="focal",
        agency_name="Sở Tư pháp",
        on=ON,
        plans=(PLAN,),
        supervisor_name="Sở Nội vụ",
        link=LINK,
        demo=demo,
        lines=lines,
    )
