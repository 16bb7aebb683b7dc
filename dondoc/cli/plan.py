"""`dondoc plan …`: check, show, rehearse, draw, compare, apply."""

from __future__ import annotations

from typing import ClassVar

from dondoc.cli.lazy import LazyGroup, group


class PlanCommands(LazyGroup):
    """What can be done with a plan file."""

    commands_at: ClassVar = {
        "check": ("dondoc.cli.plan_check:plan_check", "Mọi lỗi trong tệp, và cách hiểu từng thời hạn"),
        "show": ("dondoc.cli.plan_show:plan_show", "Kế hoạch như văn bản viết"),
        "simulate": ("dondoc.cli.plan_simulate:simulate", "Diễn tập cả năm; không gửi, không lưu gì"),
        "graph": ("dondoc.cli.plan_graph:graph", "Sơ đồ: việc nào chờ việc nào, dạng Mermaid hoặc SVG"),
        "diff": ("dondoc.cli.plan_diff:plan_diff", "So sánh hai tệp kế hoạch"),
        "apply": ("dondoc.cli.plan_apply:apply", "Đưa kế hoạch vào theo dõi"),
        "undo": ("dondoc.cli.plan_apply:undo", "Quay lại trước lần áp dụng gần nhất"),
    }


plan_app = group(PlanCommands, "Kiểm tra, xem, diễn tập, vẽ, áp dụng kế hoạch.")
