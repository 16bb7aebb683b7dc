"""The command line: a contract that other tools call (DESIGN §5). Exit 0 done, 1 problems found, 2 usage."""

from __future__ import annotations

import sys
from typing import ClassVar

from dondoc.cli.lazy import LazyGroup, group
from dondoc.errors import DondocError, ProblemsFound


class Commands(LazyGroup):
    """Everything that `dondoc` can do."""

    commands_at: ClassVar = {
        "up": ("dondoc.cli.up:up", "Khởi động tất cả trên máy này"),
        "deadline": ("dondoc.cli.deadline:deadline", "Đọc cụm từ thời hạn, mỗi dòng một cụm"),
        "plan": ("dondoc.cli.plan:plan_app", "Kiểm tra, xem, diễn tập, vẽ, áp dụng kế hoạch"),
        "explain": ("dondoc.cli.questions:explain", "Vì sao nhiệm vụ ở trạng thái này và tiếp theo là gì"),
        "status": ("dondoc.cli.questions:status", "Đúng hạn, quá hạn, trong hạn, chậm"),
        "report": ("dondoc.cli.report:report_app", "Nhận, duyệt, trả lại báo cáo; lấy lại quyết định"),
        "extension": ("dondoc.cli.decisions:extension_app", "Cho hoặc không cho gia hạn"),
        "waive": ("dondoc.cli.decisions:waive", "Miễn một việc, hoặc thôi miễn"),
        "reassign": ("dondoc.cli.decisions:reassign", "Chuyển một việc cho cơ quan khác"),
        "link": ("dondoc.cli.link:link_app", "Cấp, thu hồi liên kết cá nhân"),
        "account": ("dondoc.cli.account:account_app", "Tài khoản của cơ quan theo dõi và người duyệt"),
        "contact": ("dondoc.cli.contact:contact_app", "Đầu mối do đơn vị đề nghị sửa: xem, xác nhận, không xác nhận"),
        "event": ("dondoc.cli.event:event_app", "Sự kiện: ghi, gắn với nhiệm vụ, lấy lại; việc đang chờ sự kiện"),
        "lead": ("dondoc.cli.lead:lead_app", "Chọn đơn vị cho nhiệm vụ giao nhóm có điều kiện"),
        "notice": ("dondoc.cli.notice:notice_app", "Xem, quyết định về thư; nhắc ngay, ngừng gửi, điểm dừng, báo động"),
        "criteria": ("dondoc.cli.criteria:criteria_app", "PAR INDEX: tiêu chí còn trống, tự đánh giá năm"),
        "target": ("dondoc.cli.target:target_app", "Chỉ tiêu: số liệu, đạt hay chưa, xu hướng"),
        "succession": ("dondoc.cli.succession:succession_app", "Sáp nhập, giải thể: chuyển việc còn mở"),
        "zalo": ("dondoc.cli.zalo:zalo_app", "Nối và xem kênh Zalo"),
        "template": ("dondoc.cli.template:template_app", "Xem trước mẫu thư"),
        "sweep": ("dondoc.cli.operations:sweep", "Quét việc đến mốc"),
        "deliver": ("dondoc.cli.operations:deliver", "Soạn và gửi thư"),
        "collect": ("dondoc.cli.operations:collect", "Nhận văn bản từ thư mục công văn đến"),
        "audit": ("dondoc.cli.operations:audit", "Kiểm tra việc nào không còn bước tiếp theo"),
        "serve": ("dondoc.cli.serve:serve_app", "Các tiến trình do `up` khởi động"),
    }
    unlisted = frozenset({"serve"})


app = group(Commands, "dondoc (đôn đốc): kế hoạch năm tự theo dõi.")


def main() -> None:
    """Run the command; a mistake that a person can mend is one clear text on stderr and exit 1, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except ProblemsFound as found:
        print("\n".join(str(problem) for problem in found.problems), file=sys.stderr)
        sys.exit(1)
    except DondocError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
