"""A wrong or hostile file is a list of problems, never a traceback, and never costs more than it weighs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dondoc.loading import load_calendar, load_directory, load_ladder, load_plan, load_regime, load_workspace
from dondoc.loading.source import MAX_BYTES

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
GOOD = (ROOT / "tests" / "broken" / "plans" / "doubtful.yaml").read_text(encoding="utf-8")

calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@calm
@given(data=st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "plan.yaml"
    file.write_bytes(data)
    for load in (load_directory, load_ladder, load_regime):
        assert load(file).value is None
    assert load_plan(file, CONFIG).value is None


yaml_like = st.text(alphabet=st.sampled_from(list(":-,[]{}#&*!|>'\"%@`?~\n\t abcI24/ ậư")), max_size=120)


@calm
@given(words=yaml_like, place=st.integers(0, len(GOOD)))
def test_anything_typed_into_a_good_plan(tmp_path: Path, words: str, place: int) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(GOOD[:place] + words + GOOD[place:], encoding="utf-8")
    loaded = load_plan(file, CONFIG)
    assert (loaded.value is None) == any(problem.severity == "error" for problem in loaded.problems)


@calm
@given(
    node=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet="ab 1/-", max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="ab", max_size=2), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    entry=st.sampled_from(
        ["id", "title", "year", "issued_on", "sections", "tasks", "targets", "reporting_duties", "supervisor", "regime"]
    ),
)
def test_any_shape_where_something_else_belongs(tmp_path: Path, node: object, entry: str) -> None:
    import json

    lines = [line for line in GOOD.split("\n") if not line.startswith(f"{entry}:")]
    file = tmp_path / "plan.yaml"
    file.write_text(f"{entry}: {json.dumps(node)}\n" + "\n".join(lines), encoding="utf-8")
    loaded = load_workspace(file, CONFIG)
    assert (loaded.value is None) == any(problem.severity == "error" for problem in loaded.problems)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "{b: " * 50_000,
        "- " * 50_000,
        "? " * 50_000,
        "a: &x [1,1,1]\nb: &y [*x,*x,*x]\nc: [*y,*y,*y]\n",
        "<<: {id: x}\n",
        "%YAML 9.9\n---\nid: x\n",
        "%TAG ! tag:x,2000:\n---\nid: !y x\n",
        "id: 'x\n" * 1000,
        "id: |\n  x\n \tx\n",
        "[1, 2]: x\n",
        "? a\n",
        "id: " + "9" * 100_000,
        "year: 99999999999999999999999\nissued_on: 0000-00-00\n",
        "year: ２０２４\n",
    ],
    ids=range(15),
)
def test_known_tricks(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    loaded = load_plan(file, CONFIG)
    assert loaded.value is None
    assert loaded.problems


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    with file.open("wb") as output:
        output.truncate(MAX_BYTES + 1)
    assert [problem.code for problem in load_plan(file, CONFIG).problems] == ["file-too-big"]


def test_what_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert [problem.code for problem in load_plan(pipe, CONFIG).problems] == ["file-unreadable"]
    assert [problem.code for problem in load_plan(tmp_path, CONFIG).problems] == ["file-unreadable"]
    assert [problem.code for problem in load_plan(tmp_path / "x.yaml", CONFIG).problems] == ["file-missing"]
    assert [problem.code for problem in load_calendar(tmp_path / "none").problems] == ["calendar-missing"]


def test_without_configuration_each_missing_file_is_named(tmp_path: Path) -> None:
    loaded = load_workspace(ROOT / "plans" / "hung-yen-2024.yaml", tmp_path)
    assert loaded.value is None
    codes = {problem.code for problem in loaded.problems if problem.severity == "error"}
    assert codes == {"unknown-directory", "calendar-missing", "file-missing"}


def test_decomposed_accents_are_the_same_name(tmp_path: Path) -> None:
    import unicodedata

    file = tmp_path / "plan.yaml"
    file.write_text(unicodedata.normalize("NFD", GOOD), encoding="utf-8")
    plan = load_plan(file, CONFIG).require()
    assert plan.tasks[0].parts[0].leads[0].ref == "so-tu-phap"
