"""Words of doing around a date, which say nothing of the date: "hoàn thành", "báo cáo UBND tỉnh", "dự kiến"."""

from __future__ import annotations

from dondoc.domain.deadline.line import Line, phrases

# Words that may stand before a date and are dropped.
LEADS = phrases(
    """hoàn thành | hoàn tất | hoàn thiện | xong | làm xong | cơ bản | toàn bộ | kết thúc | thực hiện | triển khai
    | tiến hành | tổ chức | ban hành | gửi | nộp | trình | báo cáo | công bố | phê duyệt | dự kiến | phấn đấu
    | tiến độ | thời gian | thời hạn | thời điểm | hạn | là | thực hiện xong | gửi báo cáo | triển khai thực hiện
    | tổ chức thực hiện | tiếp tục | tiếp tục thực hiện | duy trì | đưa vào sử dụng | đưa vào vận hành"""
)
# Words that open a saying about what is done; its objects run on to the next date, mark or connective.
VERBS = phrases(
    """báo cáo | gửi | nộp | trình | tham mưu | ban hành | xây dựng | tổ chức | triển khai | thực hiện | tiến hành
    | tổng hợp | tổng kết | sơ kết | hoàn thành | hoàn thiện | hoàn tất | cập nhật | công bố | công khai | rà soát
    | kiểm tra | giám sát | thanh tra | đánh giá | phê duyệt | thẩm định | đề xuất | kiến nghị | đăng ký | đăng tải
    | theo dõi | đôn đốc | hướng dẫn | chỉ đạo | phối hợp | tuyên truyền | phổ biến | khảo sát | thống kê | lập
    | chuẩn bị | lấy ý kiến | xin ý kiến | góp ý | tiếp nhận | xử lý | giải quyết | nghiệm thu | bàn giao | tập huấn
    | bồi dưỡng | đào tạo | họp | giao ban | để | và gửi | cơ bản hoàn thành | đưa vào | trả lời | duy trì | cung cấp
    | đánh giá | chấm điểm | thông báo | chủ trì | chốt | sửa đổi | bổ sung | thông qua | ký | phát động | vận hành
    | niêm yết | phát hành | đăng | tiếp tục"""
)
# Who does it or what is done, before the verb: "Sở Nội vụ tổng hợp …", "Việc rà soát hoàn thành …".
SUBJECTS = phrases(
    """sở | các sở | các cơ quan | các đơn vị | các địa phương | các bộ | các ngành | các phòng | các huyện
    | ubnd | hđnd | ủy ban | uỷ ban | cơ quan | đơn vị | địa phương | văn phòng | phòng | ban | ngành | công an
    | cục | chi cục | trung tâm | thanh tra | bộ | huyện | thành phố | tỉnh | chủ tịch | giám đốc
    | thủ trưởng | người đứng đầu
    | việc | công tác | kế hoạch | dự thảo | đề án | hồ sơ | dự án | nhiệm vụ | nội dung | văn bản | chương trình"""
)
_PLACES = frozenset({"không", "chưa", "trừ", "ngoại", "tạm", "dừng", "riêng", "khoảng", "sau", "trước", "giữa", "bắt"})
_MARKS = frozenset({":", ")", "]"})
_TIMES = frozenset({"ngày", "tháng", "quý", "tuần", "năm", "kỳ", "nay", "mùa", "tết", "hàng"})
_DATES = frozenset({"trong", "vào", "từ", "đến", "chậm", "muộn"})
_OPENERS = _DATES | {"khi", "theo", "định", "thường", "liên", "đột", "nếu", "đối", "có"}
_LONGEST = 40


def lead(line: Line, i: int) -> int:
    """The first token after the words that are dropped."""
    return LEADS.skip(line, i)


def objects(line: Line, i: int) -> int:
    """Where the objects of a verb end: the first token that cannot be one of them (a mark, a time word, a number …)."""
    end = min(i + _LONGEST, line.n)
    while i < end and not _stops(line, i):
        if line.keys[i] == "(":
            close = line.closing.get(i)
            if close is None or objects(line, i + 1) != close:
                return i
            i = close
        i += 1
    return i


def subject(line: Line, i: int) -> int:
    """The verb behind a subject ("Sở Nội vụ tổng hợp …"); i itself when no subject starts here."""
    if SUBJECTS.at(line, i) is None:
        return i
    end = objects(line, i)
    return next((k for k in range(i + 1, end) if VERBS.at(line, k) is not None), i)


def _stops(line: Line, i: int) -> bool:
    key = line.keys[i]
    if key in _PLACES or key in _MARKS or line.parts(i) or key in _TIMES or key == "ngay":
        return not _is_named_year(line, i)
    if line.numbers[i] >= 0 and line.words[i + 1] != "%" and not _is_named_year(line, i - 1):
        return True
    return key in _OPENERS or line.doubtful[i] or line.words[i] in ("II", "III", "IV")


def _is_named_year(line: Line, i: int) -> bool:
    """Whether it is as in "Kế hoạch năm 2024": a year that names the object."""
    return line.keys[i] == "năm" and len(line.words[i + 1]) == 4 and line.numbers[i + 1] > 0


def is_theo_doi(line: Line, i: int) -> bool:
    """Whether "theo" only begins "theo dõi" (to watch)."""
    return line.folds[i + 1] == "doi" and line.folds[i] == "theo"
