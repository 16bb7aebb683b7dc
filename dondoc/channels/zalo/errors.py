"""What Zalo's error numbers mean for a message: one table by API family and number.

The same number means different things in different families (-100 is an expired attachment to the OA API, an unknown
error to ZBS), so another family is more rows, never other meanings. `docs/zalo.md` tells operators the same table.
Source: Zalo OA documentation, error codes; what to do after each is our decision (docs/decisions/0006-zalo-channel.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Literal

from dondoc.channels.outcomes import DeliveryError, OutcomeKind
from dondoc.domain.moments import ZONE, at, local_day

Family = Literal["oa", "oauth"]
Again = Literal["none", "next_minute", "minutes", "next_day", "after_6"]
"""When a retry may be made. `none`: the outbox's own pace."""

TOO_MANY = -32
TOO_OLD = -230
"""The person's last interaction lies too far back; also ours, when the office's own window is shorter."""
TOKEN_CODES = frozenset({-216, -220})
"""The access token is not valid (any more): a new one may help, once."""
CONSENT_CODES = frozenset({-14020})
"""The refresh token is spent or too old: only a person's new consent helps."""

SOME_MINUTES = timedelta(minutes=10)
NEXT_DAY_AT, NIGHT_ENDS_AT = time(7, 30), time(6, 0)
"""Local times. The hour at which Zalo's quotas begin anew is not documented, so a spent one waits for office hours."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: how the attempt ends, when a retry may be made, for how many days the address is closed.

    `meaning` is Vietnamese, for operators.
    """

    kind: OutcomeKind
    meaning: str
    again: Again = "none"
    closes_days: int | None = None


UNKNOWN = Rule("administrator", "Mã lỗi không có trong tài liệu Zalo đã biết")
"""No blind retry after what nobody documented: a person reads it first."""

_OA: dict[int, Rule] = {
    -32: Rule("retry", "Quá số lượt gọi mỗi phút của ứng dụng hoặc của OA", "next_minute"),
    -100: Rule("refused", "Tệp đính kèm đã hết hạn trên Zalo"),
    -200: Rule("retry", "Zalo không gửi được, không nói rõ vì sao"),
    -201: Rule("refused", "Thông tin gửi không hợp lệ, thường là mã người nhận", closes_days=30),
    -204: Rule("administrator", "OA đã bị xóa"),
    -205: Rule("administrator", "OA không tồn tại"),
    -209: Rule("administrator", "Ứng dụng chưa được kích hoạt"),
    -210: Rule("refused", "Vượt giới hạn của Zalo, ví dụ tin quá dài"),
    -211: Rule("retry", "Đã hết hạn mức của tính năng", "next_day"),
    -212: Rule("administrator", "OA chưa đăng ký dùng API này"),
    -213: Rule("refused", "Người nhận chưa quan tâm OA", closes_days=30),
    -214: Rule("retry", "Zalo còn đang xử lý nội dung", "minutes"),
    -216: Rule("administrator", "Mã truy cập không hợp lệ, đổi mã mới rồi vẫn vậy"),
    -217: Rule("refused", "Người nhận chặn lời mời của OA", closes_days=90),
    -218: Rule("retry", "Người nhận đã nhận đủ số tin cho phép", "next_day"),
    -219: Rule("administrator", "Ứng dụng đã bị gỡ hoặc bị khóa"),
    -220: Rule("administrator", "Mã truy cập hết hạn hoặc bị gỡ, đổi mã mới rồi vẫn vậy"),
    -221: Rule("administrator", "OA chưa được xác thực"),
    -223: Rule("administrator", "OA chưa cấp quyền cho ứng dụng, hoặc hết hạn mức bài viết"),
    -224: Rule("administrator", "Gói dịch vụ của OA không có tính năng này"),
    -227: Rule("refused", "Tài khoản người nhận bị khóa, hoặc quá 45 ngày không dùng Zalo", closes_days=30),
    -230: Rule("refused", "Đã quá lâu người nhận không tương tác với OA", closes_days=1),
    -232: Rule("refused", "Lần tương tác cuối của người nhận đã hết hiệu lực", closes_days=1),
    -233: Rule("refused", "Loại tin không được hỗ trợ"),
    -234: Rule("retry", "Không được gửi từ 22 giờ đến 6 giờ", "after_6"),
    -235: Rule("administrator", "Loại OA này không được hỗ trợ"),
    -237: Rule("administrator", "Nhóm đã bị khóa hoặc hết hạn"),
    -238: Rule("administrator", "Gói nhóm đã dùng hoặc bị khóa"),
    -240: Rule("refused", "API tin nhắn bản V2 đã đóng: lỗi của dondoc"),
    -241: Rule("administrator", "Gói nhóm đã được dùng"),
    -242: Rule("administrator", "Chữ ký appsecret_proof sai: xem lại khóa bí mật của ứng dụng"),
    -244: Rule("refused", "Người nhận đã hạn chế loại tin này", closes_days=90),
    -248: Rule("refused", "Nội dung vi phạm quy định của Zalo"),
    -249: Rule("refused", "Mẫu tin không gửi được theo mã người dùng"),
    -320: Rule("administrator", "Ứng dụng chưa nối tài khoản thanh toán"),
    -321: Rule("administrator", "Tài khoản thanh toán hết tiền"),
    -403: Rule("administrator", "OA không ở trong nhóm"),
    -1340: Rule("refused", "Không có biểu mẫu này"),
    -1341: Rule("refused", "Không có quyền với biểu mẫu này"),
    # Absent from the present documentation, seen in an older client or in one client only.
    -202: Rule("administrator", "Sai mã MAC (bảng mã cũ)"),
    -207: Rule("administrator", "Mã của bảng cũ, không rõ nghĩa"),
    -208: Rule("administrator", "Mã của bảng cũ, không rõ nghĩa"),
    -215: Rule("administrator", "Sai mã ứng dụng (bảng mã cũ)"),
    -222: Rule("administrator", "Mã của bảng cũ, không rõ nghĩa"),
    -231: Rule("administrator", "Có lẽ hết hạn tương tác; tài liệu hiện nay không có mã này"),
    -239: Rule("administrator", "Có lẽ trở ngại tạm thời; tài liệu hiện nay không có mã này"),
    -305: Rule("administrator", "Quá 48 giờ từ lần tương tác cuối (bảng mã cũ)"),
    -311: Rule("administrator", "Hết số tin trả lời (bảng mã cũ)"),
}
_OAUTH: dict[int, Rule] = {
    -14002: Rule("administrator", "Mã ứng dụng (app_id) không đúng"),
    -14003: Rule("administrator", "Địa chỉ chuyển hướng khác địa chỉ đã khai"),
    -14004: Rule("administrator", "Khóa bí mật của ứng dụng không đúng"),
    -14005: Rule("administrator", "Mã cấp quyền không đúng"),
    -14018: Rule("administrator", "Cách xin mã không đúng: lỗi của dondoc"),
    -14020: Rule("administrator", "Mã làm mới đã dùng hoặc hết hạn: phải cấp quyền lại"),
    -14029: Rule("administrator", "Ứng dụng chưa được duyệt"),
}

RULES: Mapping[tuple[Family, int], Rule] = MappingProxyType(
    {("oa", code): rule for code, rule in _OA.items()} | {("oauth", code): rule for code, rule in _OAUTH.items()}
)


def is_known(family: Family, code: int) -> bool:
    """Whether the table has a row for this number."""
    return (family, code) in RULES


def rule_for(family: Family, code: int) -> Rule:
    """The row that decides; UNKNOWN for a number nobody documented."""
    return RULES.get((family, code), UNKNOWN)


def delivery_error(family: Family, code: int, words: str, now: datetime) -> DeliveryError:
    """The error that `code` stands for; `words` are Zalo's own, fit for a log. `now` is aware."""
    rule = rule_for(family, code)
    text = f"{rule.meaning} (Zalo {code}: {words})" if words else f"{rule.meaning} (Zalo {code})"
    return DeliveryError(rule.kind, code, text, again_at=again_at(rule.again, now), closes_days=rule.closes_days)


def again_at(again: Again, now: datetime) -> datetime | None:
    """The first moment of a retry (aware), None for the outbox's own pace. Nights and days are Viet Nam's.

    No page of Zalo says in which zone its hours are meant; Asia/Ho_Chi_Minh is assumed.
    """
    today = local_day(now)
    tomorrow = today.fromordinal(today.toordinal() + 1)
    if again == "next_minute":
        return now + timedelta(minutes=1)
    if again == "minutes":
        return now + SOME_MINUTES
    if again == "next_day":
        return at(tomorrow, NEXT_DAY_AT)
    if again == "after_6":
        return at(today if now.astimezone(ZONE).time() < NIGHT_ENDS_AT else tomorrow, NIGHT_ENDS_AT)
    return None
