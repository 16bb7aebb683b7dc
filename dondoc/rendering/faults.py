"""What went wrong in a template, as a Problem that an administrator can act on."""

from __future__ import annotations

import difflib
import re
import traceback
from collections.abc import Iterable
from pathlib import Path

from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateSyntaxError, UndefinedError

from dondoc.errors import Problem
from dondoc.rendering.sandbox import MAX_OUTPUT, TooLong

_QUOTED = re.compile(r"'([^']+)'(?: is undefined)?$|attribute '([^']+)'")


def fault(error: Exception, folder: Path, name: str, known: Iterable[str]) -> Problem:
    """The Problem for `error`, raised while the template `name` of `folder` ran.

    The line is the template's own, also when the error rose inside an imported macro; `known` are the names the
    template could have used, for the hint.
    """
    file, line = _place(error, folder, name)
    code, message, hint = _words(error, tuple(known))
    return Problem(file, line, "error", f"template.{code}", message, hint)


def _place(error: Exception, folder: Path, name: str) -> tuple[str, int | None]:
    if isinstance(error, TemplateSyntaxError):
        return error.filename or str(folder / name), error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith(str(folder))]
    return (inside[-1].filename, inside[-1].lineno) if inside else (str(folder / name), None)


def _words(error: Exception, known: tuple[str, ...]) -> tuple[str, str, str]:
    if isinstance(error, TemplateSyntaxError):
        return "syntax", f"mẫu viết sai cú pháp: {error.message}", "xem docs/templates.md, mục Cú pháp"
    if isinstance(error, UndefinedError):
        return "undefined", f"không có giá trị này: {error.message}", _near(str(error.message), known)
    if isinstance(error, TemplateNotFound):
        return "missing", f"thiếu tệp mẫu {error.name}", "chép lại tệp đó từ kho mã nguồn"
    if isinstance(error, SecurityError):
        return "forbidden", f"mẫu dùng thứ không được phép: {error}", "mẫu chỉ được đọc và in các giá trị đã cho"
    if isinstance(error, TooLong):
        return "too_long", f"mẫu tạo ra hơn {MAX_OUTPUT:,} ký tự", "xem lại vòng lặp"
    if isinstance(error, RecursionError):
        return "recursion", "mẫu gọi chính nó không dừng", "xem lại macro, include và import"
    return "failed", f"mẫu không chạy được: {error}", "xem docs/templates.md, mục Bộ lọc"


def _near(message: str, known: tuple[str, ...]) -> str:
    found = _QUOTED.search(message)
    name = next(filter(None, found.groups()), "") if found else ""
    near = difflib.get_close_matches(name, known, 1)
    return f"có phải là {near[0]}?" if near else f"các giá trị dùng được: {', '.join(known)}"
