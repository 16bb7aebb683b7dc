"""The templates under templates/pages, with every value escaped and unknown names refused."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from dondoc.console import wording
from dondoc.rendering.compiled import CompiledTemplates
from dondoc.rendering.wording import full_day, listed, number, short_day

STATIC = Path(__file__).with_name("static")
_COMPILED = CompiledTemplates()


class Pages:
    """Renders a page to a response."""

    def __init__(self, templates: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(templates / "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED,
        )
        self._environment.filters.update(
            day=full_day, short_day=short_day, moment=wording.moment, number=number, listed=listed, file_size=file_size
        )
        self._environment.globals["version"] = _version()

    def show(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page `name` (without .html) with these values."""
        defaults = {"who": "", "demo": False}
        text = self._environment.get_template(f"{name}.html").render({**defaults, **values})
        return HTMLResponse(text, status)


def file_size(size: int) -> str:
    """1,2 MB; 34 KB: with the Vietnamese decimal mark."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".", ",")


@cache
def _version() -> str:
    """Changes with the style sheets, so that browsers may keep them."""
    sheets = b"".join(path.read_bytes() for path in sorted(STATIC.glob("*.css")))
    return hashlib.sha256(sheets).hexdigest()[:12]
