"""What each answer is called, and what follows from it: said beside the choice before, and on the receipt after."""

from __future__ import annotations

from collections.abc import Iterable

from dondoc.domain.answers import AnswerKind

REPLY_NAMES: dict[str, str] = {
    "ack": "Xác nhận, hẹn ngày hoàn thành",
    "progress": "Đang thực hiện",
    "done": "Đã hoàn thành",
    "extension": "Xin gia hạn",
    "not_applicable": "Không phát sinh, không thuộc thẩm quyền",
    "not_mine": "Không phải đơn vị tôi",
    "not_happened": "Chưa xảy ra",
}
HAPPENED = "Đã xảy ra"
"""What a `progress` answer says of work that waits for an event."""

CONSEQUENCES: dict[AnswerKind, str] = {
    "done": "Việc nhắc đã dừng. Người duyệt sẽ xem xét; nếu cần bổ sung, đơn vị được trả lại kèm lý do.",
    "progress": "Thời hạn không đổi, việc nhắc vẫn tiếp tục.",
    "ack": "Việc nhắc tạm dừng đến hết ngày hẹn. Thời hạn không đổi.",
    "extension": "Người duyệt sẽ quyết định; việc nhắc tạm dừng trong khi chờ. Thời hạn chỉ đổi khi được đồng ý.",
    "not_applicable": "Việc nhắc tạm dừng đến khi người duyệt quyết định; được đồng ý thì không phải báo cáo.",
    "not_mine": "Việc nhắc tạm dừng đến khi người duyệt quyết định việc này là của đơn vị nào.",
    "not_happened": "Việc vẫn chờ sự kiện, không tính thời hạn; khi sự kiện xảy ra, xin báo lại.",
}
_CONSEQUENCE_OF_EVENT = "Cơ quan theo dõi sẽ ghi nhận sự kiện; từ đó thời hạn mới bắt đầu tính."


def reply_name(kind: AnswerKind, obligation_kinds: Iterable[str]) -> str:
    """What the answer is called for obligations of these kinds."""
    return HAPPENED if _is_event(kind, obligation_kinds) else REPLY_NAMES[kind]


def consequence(kind: AnswerKind, obligation_kinds: Iterable[str]) -> str:
    """What follows from it, in a sentence or two."""
    return _CONSEQUENCE_OF_EVENT if _is_event(kind, obligation_kinds) else CONSEQUENCES[kind]


def _is_event(kind: AnswerKind, obligation_kinds: Iterable[str]) -> bool:
    kinds = set(obligation_kinds)
    return kind == "progress" and kinds == {"awaiting"}
