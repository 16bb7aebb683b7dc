"""`dondoc template`: look at the messages' templates without sending anything."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dondoc import settings
from dondoc.errors import ProblemsFound
from dondoc.rendering.checking import check_templates
from dondoc.rendering.notices import NoticeRenderer, Rendered
from dondoc.rendering.receipts import SAMPLE as RECEIPT_SAMPLE
from dondoc.rendering.receipts import ReceiptRenderer
from dondoc.rendering.samples import NAMES, sample

template_app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

RECEIPT = "receipt"
KINDS = (*NAMES, RECEIPT)
Templates = Annotated[Path | None, typer.Option(help="Thư mục mẫu (mặc định: DONDOC_TEMPLATES hoặc ./templates)")]


@template_app.command()
def preview(
    kind: Annotated[str, typer.Argument(help=f"Một trong: {', '.join(KINDS)}")],
    html: Annotated[bool, typer.Option("--html", help="Bản HTML, thay cho chủ đề và hai bản văn bản")] = False,
    templates: Templates = None,
) -> None:
    """Một thư mẫu với dữ liệu minh họa; không gửi đi đâu."""
    if kind not in KINDS:
        raise typer.BadParameter(f"không có mẫu {kind!r}; chọn một trong: {', '.join(KINDS)}", param_hint="KIND")
    rendered = _rendered(kind, _folder(templates))
    sys.stdout.write(rendered.html if html else _texts(rendered))


@template_app.command()
def check(templates: Templates = None) -> None:
    """Mọi lỗi trong các mẫu, cùng lúc; mã thoát 1 khi có lỗi."""
    problems = check_templates(_folder(templates))
    if problems:
        raise ProblemsFound(problems)
    print("Các mẫu thư không có lỗi.")


def _rendered(kind: str, folder: Path) -> Rendered:
    if kind == RECEIPT:
        return ReceiptRenderer(folder).render(RECEIPT_SAMPLE)
    return NoticeRenderer(folder).render_message(sample(kind, demo=True))


def _folder(given: Path | None) -> Path:
    return given or settings.read(os.environ).templates


def _texts(rendered: Rendered) -> str:
    return (
        f"Chủ đề: {rendered.subject}\n\n{rendered.text}\n--- Zalo ({len(rendered.zalo)} ký tự) ---\n{rendered.zalo}\n"
    )
