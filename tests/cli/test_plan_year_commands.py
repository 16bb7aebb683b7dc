"""`dondoc criteria gaps` on a file, and `dondoc succession` on an applied plan, as other tools call them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dondoc.cli.criteria import criteria_app
from dondoc.cli.succession import succession_app
from dondoc.domain.succession import Passing, Question
from dondoc.services.succession import Succession

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT / "plans" / "hung-yen-2024.yaml"


def test_gaps_of_a_plan_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONDOC_CONFIG", str(ROOT / "config"))
    result = CliRunner().invoke(criteria_app, ["gaps", str(PLAN), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    gap = next(one for one in found["gaps"] if one["code"] == "2.2.1")
    assert (found["plan_id"], len(found["gaps"])) == ("hung-yen-2024", 97)
    assert gap["agencies"] == ["Sở Tư pháp"]
    assert (gap["tasks"], gap["tasks_proposed"]) == ([], ["I.2.5", "I.2.6", "I.2.8"])
    people = CliRunner().invoke(criteria_app, ["gaps", str(PLAN)])
    assert "97 trên 97 tiêu chí chưa có nhiệm vụ nào" in people.stdout


@pytest.fixture
def surveyed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the service was asked with; it finds one move and one question."""
    asked: list[dict[str, str]] = []
    move = Passing("p/t/-/1/so-cu", "so-cu", "so-moi", "p/t/-/1/so-moi", merged=False)
    question = Question("huyen", date(2025, 6, 30), (), ("p/t/-/1/huyen",))

    def survey(app: object, plan: str, now: object, choices: dict[str, str]) -> Succession:
        asked.append(choices)
        return Succession(plan, (move,), (question,), ())

    @contextmanager
    def opened() -> Any:
        yield type("A", (), {"now": staticmethod(lambda: None)})()

    monkeypatch.setattr("dondoc.cli.succession.open_app", opened)
    monkeypatch.setattr("dondoc.cli.succession.succession.survey", survey)
    return asked


def test_succession_tells_what_moves_and_what_a_person_must_say(surveyed: list[dict[str, str]]) -> None:
    result = CliRunner().invoke(succession_app, ["show", "p", "--to", "huyen=xa"])
    assert result.exit_code == 0, result.output
    assert "Cần người chỉ định: 1 việc của huyen (kết thúc 30/06/2025" in result.stdout.replace("\n", " ")
    assert "1 việc sẽ chuyển." in result.stdout
    assert surveyed == [{"huyen": "xa"}]
    machine = CliRunner().invoke(succession_app, ["show", "p", "--json"])
    found = json.loads(machine.stdout)
    assert (found["moves"][0]["to"], found["questions"][0]["ended_on"]) == ("so-moi", "2025-06-30")


def test_a_choice_must_name_both(surveyed: list[dict[str, str]]) -> None:
    assert CliRunner().invoke(succession_app, ["show", "p", "--to", "huyen"]).exit_code == 2
    assert surveyed == []
