"""`dondoc template preview` and `check`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dondoc.cli.template import template_app
from dondoc.errors import ProblemsFound
from dondoc.rendering.samples import NAMES

TEMPLATES = Path(__file__).parents[2] / "templates"


def run(*arguments: str, templates: Path = TEMPLATES) -> tuple[int, str]:
    result = CliRunner().invoke(template_app, [*arguments, "--templates", str(templates)])
    if isinstance(result.exception, ProblemsFound):
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize("kind", NAMES)
def test_each_kind_can_be_looked_at_and_is_marked_as_a_demo(kind: str) -> None:
    code, text = run("preview", kind)
    assert (code, text.startswith("Chủ đề: [Chạy thử] [Đôn đốc] ")) == (0, True)
    assert "--- Zalo (" in text
    code, html = run("preview", kind, "--html")
    assert (code, html.startswith("<!doctype html>")) == (0, True)


def test_an_unknown_kind_is_a_usage_error_that_names_the_kinds() -> None:
    code, text = run("preview", "remind")
    assert code == 2
    assert "reminder" in text


def test_check_is_quiet_about_good_templates_and_names_what_is_wrong(tmp_path: Path) -> None:
    assert run("check") == (0, "Các mẫu thư không có lỗi.\n")
    shutil.copytree(TEMPLATES / "notices", tmp_path / "notices")
    shutil.copytree(TEMPLATES / "receipt", tmp_path / "receipt")
    (tmp_path / "notices" / "urge_1" / "body.txt").write_text("{{ linse }}", "utf-8")
    with pytest.raises(ProblemsFound, match=r"urge_1/body.txt:1: \[template.undefined\].*có phải là lines\?"):
        run("check", templates=tmp_path)
