"""The wording of every message, kept as files that an officer can read and correct (tests/golden/notices).

Run with DONDOC_UPDATE_GOLDEN=1 to rewrite them after a wording was changed on purpose, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dondoc.rendering.notices import NoticeRenderer, Rendered
from dondoc.rendering.samples import NAMES, sample

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "notices"
UPDATE = bool(os.environ.get("DONDOC_UPDATE_GOLDEN"))


def files(rendered: Rendered) -> dict[str, str]:
    return {
        "subject.txt": f"{rendered.subject}\n",
        "body.txt": rendered.text,
        "body.html": rendered.html,
        "zalo.txt": f"{rendered.zalo}\n",
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_message_reads_as_agreed(name: str) -> None:
    written = files(NoticeRenderer(ROOT / "templates").render_message(sample(name, demo=name == "digest")))
    folder = GOLDEN / name
    if UPDATE:
        folder.mkdir(parents=True, exist_ok=True)
        for form, text in written.items():
            (folder / form).write_text(text, encoding="utf-8")
    assert written == {form: (folder / form).read_text(encoding="utf-8") for form in written}


def test_no_golden_file_is_left_over() -> None:
    assert sorted(folder.name for folder in GOLDEN.iterdir()) == sorted(NAMES)
