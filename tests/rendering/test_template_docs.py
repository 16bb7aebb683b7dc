"""docs/templates.md names everything a template may use."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from dondoc.domain.policy import NOTICE_KINDS
from dondoc.rendering.context import Line, MessageContext, PlanReference
from dondoc.rendering.notices import FORMS
from dondoc.rendering.wording import FILTERS

DOCS = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
FIELDS = sorted({field.name for kind in (MessageContext, Line, PlanReference) for field in fields(kind)})


@pytest.mark.parametrize("name", [*NOTICE_KINDS, *FORMS, *FIELDS, *FILTERS])
def test_what_a_template_may_use_is_described(name: str) -> None:
    assert f"`{name}`" in DOCS or f"`{name}(" in DOCS
