"""Calm words for everything that is refused: what happened, and what to do."""

from __future__ import annotations

from starlette.responses import Response

from dondoc.console.pages import Pages

_NEW_LINK = (
    "Mở thư nhắc việc mới nhất gửi cho đơn vị và bấm liên kết trong thư đó.",
    "Nếu vẫn không được, liên hệ Sở Nội vụ (cơ quan theo dõi kế hoạch) để được cấp liên kết mới.",
)
DESK = ("/theo-doi", "/tai-khoan", "/dang-nhap", "/dang-xuat")
"""Addresses of the supervisor's area begin so."""
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
    "desk-403": ("Không được phép", ("Trang này không dành cho tài khoản này.",)),
    "desk-404": ("Không có trang này", ("Địa chỉ không đúng, hoặc mục này không còn.",)),
    "desk-405": ("Không có trang này", ("Hãy mở từ các trang theo dõi.",)),
    "desk-500": (
        "Trang tạm thời không phục vụ được",
        ("Đây là lỗi của hệ thống. Hãy thử lại sau ít phút.",
         "Nếu đang quyết định một việc: mở lại việc đó để xem quyết định đã được ghi nhận chưa trước khi làm lại."),
    ),
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


_NO_WAY_BACK = ("link-unknown", "link-expired", "link-revoked", "session", "403")


def refusal(pages: Pages, name: str, status: int, demo: bool, path: str = "/") -> Response:
    """The page for a refusal; an unlisted name is told as "no such page". `path` is the address that was asked for: the
    supervisor's area has words and a way back of its own."""
    is_desk = path.startswith(DESK)
    if is_desk and f"desk-{name}" in REFUSALS:
        name = f"desk-{name}"
    title, paragraphs = REFUSALS.get(name, REFUSALS["404"])
    ways = {True: ("/theo-doi", "Về trang theo dõi"), False: ("/viec", "Về danh sách việc")}
    back = None if not is_desk and name in _NO_WAY_BACK else ways[is_desk]
    return pages.show("refusal", status, demo=demo, title=title, paragraphs=paragraphs, back=back)
