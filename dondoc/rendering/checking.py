"""Every mistake in the templates at once, found by writing the sample messages with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dondoc.domain.policy import NOTICE_KINDS
from dondoc.errors import Problem, ProblemsFound
from dondoc.rendering.context import MessageContext
from dondoc.rendering.notices import COMPOSER, FORMS, NoticeRenderer
from dondoc.rendering.receipts import check_receipt
from dondoc.rendering.samples import NAMES, sample


def check_templates(folder: Path) -> tuple[Problem, ...]:
    """The Problems of the templates under `folder`, notices and receipt: missing files first, then what the samples
    bring out.

    Each template is tried with and without a link, so a value that only some messages have is found too. A Problem
    that several samples share is reported once.
    """
    receipt, missing = check_receipt(folder), _missing(folder / "notices")
    if missing:
        return (*missing, *receipt)
    renderer = NoticeRenderer(folder)
    found: dict[Problem, None] = {}
    for name in NAMES:
        message = sample(name, demo=True)
        for variant in (message, replace(message, link=None, demo=False)):
            found.update(dict.fromkeys(_problems(renderer, variant)))
    return (*found, *receipt)


def _problems(renderer: NoticeRenderer, message: MessageContext) -> tuple[Problem, ...]:
    try:
        renderer.render_message(message)
    except ProblemsFound as found:
        return found.problems
    return ()


def _missing(folder: Path) -> tuple[Problem, ...]:
    wanted = [folder / kind / form for kind in (*NOTICE_KINDS, COMPOSER) for form in FORMS]
    hint = "chép lại tệp đó từ kho mã nguồn"
    return tuple(
        Problem(str(file), None, "error", "template.missing", f"thiếu tệp mẫu {file.parent.name}/{file.name}", hint)
        for file in wanted
        if not file.is_file()
    )
