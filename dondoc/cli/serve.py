"""The processes that `dondoc up` starts; each can also be run alone by an operator's own supervisor."""

from __future__ import annotations

from typing import ClassVar

from dondoc.cli.lazy import LazyGroup, group


class Processes(LazyGroup):
    """Each imports only what it needs: the pages must not wait for Prefect."""

    commands_at: ClassVar = {
        "migrate": ("dondoc.cli.serve_store:migrate", "Đưa cơ sở dữ liệu đến phiên bản hiện tại"),
        "console": ("dondoc.cli.serve_pages:console", "Trang trả lời của đơn vị"),
        "sink": ("dondoc.cli.serve_sink:sink", "Hộp thư mẫu của bản chạy thử"),
        "zalo": ("dondoc.cli.serve_zalo:zalo", "Máy chủ Zalo mẫu của bản chạy thử"),
        "seed": ("dondoc.cli.serve_store:seed", "Kế hoạch và lịch sử của bản chạy thử"),
        "deployments": ("dondoc.cli.serve_prefect:deployments", "Lịch chạy trong Prefect"),
        "worker": ("dondoc.cli.serve_prefect:worker", "Bộ chạy việc"),
    }


serve_app = group(Processes, "Các tiến trình do `up` khởi động.")
