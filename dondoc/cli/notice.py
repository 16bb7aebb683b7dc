"""`dondoc notice …`: a person's hand on the outbox."""

from __future__ import annotations

from typing import ClassVar

from dondoc.cli.lazy import LazyGroup, group


class NoticeCommands(LazyGroup):
    """What can be seen and decided of messages, their recipients and the guards."""

    commands_at: ClassVar = {
        "list": ("dondoc.cli.notice_views:list_", "Các thư chờ người xem; thêm bộ lọc để xem thư khác"),
        "show": ("dondoc.cli.notice_views:show", "Toàn bộ một thư: lời, nội dung nhắc, các lần gửi, nhật ký"),
        "release": ("dondoc.cli.notice_moves:release", "Cho gửi"),
        "drop": ("dondoc.cli.notice_moves:drop", "Không gửi nữa, kèm lý do"),
        "undrop": ("dondoc.cli.notice_moves:undrop", "Lấy lại thư vừa bỏ trong ngày"),
        "settle": ("dondoc.cli.notice_moves:settle", "Thư chưa rõ: đã đến, hay chưa đến và gửi lại"),
        "hold-all": ("dondoc.cli.notice_moves:hold_all", "Giữ lại mọi thư đang chờ gửi"),
        "stop-all": ("dondoc.cli.notice_moves:stop_all", "Dừng gửi mọi thư ngay; --off để gửi tiếp"),
        "remind": ("dondoc.cli.notice_people:remind", "Nhắc ngay một nhiệm vụ"),
        "suppress": ("dondoc.cli.notice_people:suppress", "Ngừng gửi cho một người nhận"),
        "suppressed": ("dondoc.cli.notice_people:suppressed", "Ai, địa chỉ nào đang được ngừng gửi"),
        "unsuppress": ("dondoc.cli.notice_people:unsuppress", "Thôi ngừng gửi"),
        "guards": ("dondoc.cli.notice_guards:guards", "Các điểm dừng chờ trả lời"),
        "allow": ("dondoc.cli.notice_guards:allow", "Cho điểm dừng đi tiếp"),
        "refuse": ("dondoc.cli.notice_guards:refuse", "Không cho điểm dừng đi tiếp"),
        "alarms": ("dondoc.cli.notice_guards:alarms", "Các báo động của một ngày"),
    }


notice_app = group(NoticeCommands, "Xem và quyết định về các thư trong hộp chờ gửi.")
