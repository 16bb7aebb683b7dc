"""An administrator's slip in a template ends as a Problem with file, line and hint, never as a message with a hole."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dondoc.errors import Problem, ProblemsFound
from dondoc.rendering.checking import check_templates
from dondoc.rendering.notices import NoticeRenderer
from dondoc.rendering.samples import sample

SHIPPED = Path(__file__).parents[2] / "templates"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED / "notices", tmp_path / "notices")
    shutil.copytree(SHIPPED / "receipt", tmp_path / "receipt")
    return tmp_path


def fault(folder: Path, file: str, text: str) -> Problem:
    (folder / "notices" / file).write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        NoticeRenderer(folder).render_message(sample("reminder"))
    (problem,) = found.value.problems
    assert problem.file == str(folder / "notices" / file)
    return problem


def test_the_shipped_templates_have_no_fault() -> None:
    assert check_templates(SHIPPED) == ()


@pytest.mark.parametrize(
    ("text", "line", "code", "words"),
    [
        ("a\n{{ message.agency_nam }}", 2, "undefined", "có phải là agency_name?"),
        ("a\nb\n{% for x in linse %}{% endfor %}", 3, "undefined", "có phải là lines?"),
        ("{{ thoi_han }}", 1, "undefined", "các giá trị dùng được: message, "),
        ("{% for item in lines %}\n{{ item.due_on | dayy }}\n{% endfor %}", 2, "syntax", "No filter named 'dayy'"),
        ("a\n{% if count %}\nb", 3, "syntax", "mẫu viết sai cú pháp"),
        ("a {{ count", 1, "syntax", "mẫu viết sai cú pháp"),
        ('{% import "digest/line.html" as line %}', 1, "forbidden", "HTML and text templates are not mixed"),
        ('{% include "khong-co.txt" %}', 1, "missing", "thiếu tệp mẫu khong-co.txt"),
        ('{% include "../../../pyproject.toml" %}', 1, "missing", "thiếu tệp mẫu"),
        ("\n{{ lines[0].due_on + 1 }}", 2, "failed", "mẫu không chạy được"),
        ("{{ message.agency_name | day }}", 1, "failed", "mẫu không chạy được"),
        ("{{ ''.__class__.__mro__ }}", 1, "forbidden", "mẫu dùng thứ không được phép"),
        ("{{ message.__init__.__globals__ }}", 1, "forbidden", "mẫu dùng thứ không được phép"),
        ("{{ '%s' % 'a' }}", 1, "forbidden", "for numbers only"),
        ("{{ 'a' * 1000000000 }}", 1, "forbidden", "for numbers only"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", 1, "forbidden", "for numbers only"),
        ("{{ '{:>1000000000}'.format(1) }}", 1, "forbidden", "mẫu dùng thứ không được phép"),
        ("{{ 'a'.ljust(1000000000) }}", 1, "forbidden", "mẫu dùng thứ không được phép"),
        ("{% for x in range(1000000000) %}{% endfor %}", 1, "undefined", "'range' is undefined"),
        ("{{ lipsum(1000000) }}", 1, "undefined", "'lipsum' is undefined"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", 1, "recursion", "mẫu gọi chính nó"),
    ],
)
def test_a_slip_has_its_line_and_a_hint(folder: Path, text: str, line: int, code: str, words: str) -> None:
    problem = fault(folder, "reminder/body.txt", text)
    assert (problem.line, problem.code, problem.severity) == (line, f"template.{code}", "error")
    assert words in str(problem)
    assert problem.hint


def test_a_text_macro_cannot_slip_into_html_unescaped(folder: Path) -> None:
    problem = fault(folder, "reminder/body.html", '{% import "digest/line.txt" as line %}{{ line.name(lines[0]) }}')
    assert (problem.line, problem.code) == (1, "template.forbidden")


def test_a_slip_inside_a_macro_is_told_where_it_stands(folder: Path) -> None:
    source = (SHIPPED / "notices" / "digest" / "line.txt").read_text("utf-8")
    broken = source.replace("item.product }}", "item.produkt }}", 1)
    at = next(n for n, line in enumerate(broken.splitlines(), 1) if "produkt" in line)
    problem = fault(folder, "digest/line.txt", broken)
    assert (problem.line, problem.hint) == (at, "có phải là product?")


def test_output_without_end_is_cut_off(folder: Path) -> None:
    ten = "[0,1,2,3,4,5,6,7,8,9]"
    loops = "".join(f"{{% for {name} in {ten} %}}" for name in "abcdefgh") + "x" + "{% endfor %}" * 8
    assert fault(folder, "reminder/body.html", loops).code == "template.too_long"


def test_a_template_cannot_change_what_others_see(folder: Path) -> None:
    problem = fault(folder, "reminder/body.txt", "{% set x = [1] %}{{ x.append(2) }}")
    assert problem.code == "template.forbidden"


def test_a_subject_of_nothing_and_a_zalo_text_without_end_are_faults(folder: Path) -> None:
    assert fault(folder, "digest/subject.txt", "\n").code == "template.empty"
    shutil.copy(SHIPPED / "notices" / "digest" / "subject.txt", folder / "notices" / "digest" / "subject.txt")
    assert fault(folder, "digest/zalo.txt", "dài " * 600).code == "template.too_long"


def test_html_written_in_a_text_value_stays_text_even_in_an_edited_template(folder: Path) -> None:
    (folder / "notices" / "reminder" / "body.html").write_text("<p>{{ message.agency_name }}</p>", "utf-8")
    html = NoticeRenderer(folder).render_message(replace(sample("reminder"), agency_name="<b>&")).html
    assert "<p>&lt;b&gt;&amp;</p>" in html


def test_an_edited_template_is_used_at_once(folder: Path) -> None:
    renderer = NoticeRenderer(folder)
    before = renderer.render_message(sample("reminder")).text
    file = folder / "notices" / "reminder" / "body.txt"
    file.write_text(file.read_text("utf-8").replace("VIỆC SẮP ĐẾN HẠN", "VIỆC GẦN ĐẾN HẠN"), "utf-8")
    after = renderer.render_message(sample("reminder")).text
    assert after == before.replace("VIỆC SẮP ĐẾN HẠN", "VIỆC GẦN ĐẾN HẠN")
    assert NoticeRenderer(folder).render_message(sample("reminder")).text == after


def test_all_faults_of_all_templates_come_at_once(folder: Path) -> None:
    for file in ("reminder/body.txt", "urge_2/zalo.txt", "assignment/subject.txt"):
        (folder / "notices" / file).write_text("{{ nothing }}", encoding="utf-8")
    problems = check_templates(folder)
    assert sorted(Path(p.file).relative_to(folder / "notices").as_posix() for p in problems) == [
        "assignment/subject.txt",
        "reminder/body.txt",
        "urge_2/zalo.txt",
    ]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "notices" / "opened" / "zalo.txt").unlink()
    (problem,) = check_templates(folder)
    assert (problem.code, problem.message) == ("template.missing", "thiếu tệp mẫu opened/zalo.txt")


def test_the_receipts_templates_are_checked_like_the_notices(folder: Path) -> None:
    (folder / "receipt" / "body.html").write_text("{{ receipt.numbr }}", encoding="utf-8")
    (folder / "receipt" / "zalo.txt").write_text("{{ receipt.number", encoding="utf-8")
    codes = {(Path(p.file).name, p.code) for p in check_templates(folder)}
    assert {name for name, _ in codes} <= {"body.html", "zalo.txt"}
    assert ("body.html", "template.undefined") in codes
    (folder / "receipt" / "body.html").unlink()
    assert [(p.code, p.message) for p in check_templates(folder)] == [
        ("template.missing", "thiếu tệp mẫu receipt/body.html")
    ]
