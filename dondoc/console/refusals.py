"""Calm words for everything that is refused: what happened, and what to do."""

from __future__ import annotations

from starlette.responses import Response

from dondoc.console.pages import Pages

_NEW_LINK = (
    "Mở thư nhắc việc mới nhất gửi cho đơn vị và bấm liên kết trong thư đó.",
    "Nếu vẫn không được, liên hệ Sở Nội vụ (cơ quan theo dõi kế hoạch) để được cấp liên kết mới.",
)
REFUSALS: dict[str, tuple[str, tuple[str, ...]]] = {
    "link-unknown": ("Liên kết này không đúng", ("Có thể liên kết bị cắt khi sao chép từ thư.", *_NEW_LINK)),
    "link-expired": ("Liên kết này đã hết hạn", ("Mỗi liên kết chỉ dùng được trong một thời gian.", *_NEW_LINK)),
    "link-revoked": ("Liên kết này đã được thu hồi", _NEW_LINK),
    "session": ("Cần mở lại liên kết trong thư", ("Phiên làm việc đã hết, hoặc chưa mở từ thư.", *_NEW_LINK)),
    "form": (
        "Biểu mẫu không hợp lệ",
        ("Biểu mẫu đã cũ hoặc không phải do trang này tạo ra. Chưa có gì được ghi nhận.",
         "Quay lại danh sách việc, chọn việc rồi báo cáo lại."),
    ),
    "not-yours": (
        "Không tìm thấy việc này",
        ("Việc này không có trong danh sách của đơn vị. Chưa có gì được ghi nhận.",
         "Quay lại danh sách việc và chọn lại."),
    ),
    "file-missing": ("Chưa mở được tệp", ("Tệp đã được ghi nhận nhưng tạm thời không đọc được. Hãy báo Sở Nội vụ.",)),
    "role": (
        "Tài khoản không được làm việc này",
        ("Vai trò của tài khoản chỉ cho xem, hoặc chỉ cho duyệt việc của cơ quan khác. Chưa có gì được ghi nhận.",
         "Nếu cần quyền này, liên hệ cơ quan theo dõi kế hoạch."),
    ),
    "desk-form": (
        "Biểu mẫu không hợp lệ",
        ("Biểu mẫu đã cũ (đã đăng nhập lại từ lúc mở trang) hoặc không phải do trang này tạo ra. "
         "Chưa có gì được ghi nhận.",
         "Mở lại trang rồi làm lại."),
    ),
    "desk-400": ("Yêu cầu không đọc được", ("Dữ liệu gửi lên không đúng dạng. Chưa có gì được ghi nhận.",)),
    "desk-413": ("Dữ liệu gửi lên quá lớn", ("Chưa có gì được ghi nhận. Bớt nội dung hoặc chọn ít việc hơn.",)),
    "400": ("Yêu cầu không đọc được", ("Dữ liệu gửi lên không đúng dạng. Quay lại danh sách việc và thử lại.",)),
    "403": ("Không được phép", ("Trang này không dành cho liên kết của đơn vị.",)),
    "404": ("Không có trang này", ("Địa chỉ không đúng, hoặc nội dung không thuộc đơn vị.",)),
    "405": ("Không có trang này", ("Hãy mở từ danh sách việc.",)),
    "413": (
        "Tệp gửi lên quá lớn",
        ("Mỗi tệp tối đa 20 MB, mỗi lần tối đa 5 tệp. Chưa có gì được ghi nhận.",
         "Nén ảnh quét hoặc tách thành nhiều tệp rồi gửi lại."),
    ),
    "500": (
        "Trang tạm thời không phục vụ được",
        ("Đây là lỗi của hệ thống, không phải của đơn vị. Hãy thử lại sau ít phút.",
         "Nếu đang gửi báo cáo: mở lại danh sách việc để xem báo cáo đã được ghi nhận chưa trước khi gửi lại."),
    ),
}  # fmt: skip
"""Title and paragraphs by name; a status code stands for itself."""


def refusal(pages: Pages, name: str, status: int, demo: bool) -> Response:
    """The page for a refusal; an unlisted name is told as "no such page"."""
    title, paragraphs = REFUSALS.get(name, REFUSALS["404"])
    in_session = name in ("form", "not-yours", "404", "405", "413", "500", "400", "file-missing")
    return pages.show("refusal", status, demo=demo, title=title, paragraphs=paragraphs, in_session=in_session)
