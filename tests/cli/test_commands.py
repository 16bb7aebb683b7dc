"""The command line as other tools call it: exit codes, machine output on stdout only, clear words for people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from command_here import Here, Said

from dondoc.embedded import Cluster

ROOT = Path(__file__).resolve().parents[2]
PLAN = "plans/hung-yen-2024.yaml"


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run(*words, env=…, text=…)`: a command in this process, started in the project's folder."""
    monkeypatch.chdir(ROOT)
    here = Here(monkeypatch, capsys)
    return lambda *words, env=None, text="": here.command(env or {}, *words, text=text)


def dondoc(*words: str, env: dict[str, str] | None = None, text: str = "") -> subprocess.CompletedProcess[str]:
    """One command in a process of its own, with UTF-8 both ways."""
    return subprocess.run(
        [sys.executable, "-m", "dondoc", *words], cwd=ROOT, input=text, capture_output=True, text=True,
        encoding="utf-8", timeout=120, env={**os.environ, **(env or {})},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("plan", "check", PLAN), 0),
        (("plan", "check", "tests/broken/plans/after-cycle.yaml"), 1),
        (("plan", "simulate", "không-có.yaml"), 1),
        (("plan", "simulate"), 2),
        (("plan", "check", PLAN, "--không-có"), 2),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int, run: Run) -> None:
    assert run(*words).code == code


@pytest.mark.parametrize(
    ("words", "code"), [(("plan", "check", "không-có.yaml"), 1), (("không-có-lệnh",), 2), (("--help",), 0)]
)
def test_exit_codes_of_a_process(words: tuple[str, ...], code: int) -> None:
    found = dondoc(*words)
    assert found.returncode == code, found.stderr
    assert "Traceback" not in found.stderr


def test_help_names_every_command(run: Run) -> None:
    found = run("--help").out
    for name in [
        "up",
        "deadline",
        "plan",
        "explain",
        "status",
        "report",
        "link",
        "notice",
        "zalo",
        "template",
        "sweep",
    ]:
        assert f"\n  {name} " in found


def test_no_everyday_command_waits_for_prefect_or_alembic() -> None:
    """Their import takes longer than all that most commands do."""
    code = "import importlib, sys; from dondoc.cli import Commands\n"
    code += "for place, _ in Commands.commands_at.values(): importlib.import_module(place.partition(':')[0])\n"
    code += "import dondoc.console; print({'prefect', 'alembic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "set()\n"


def test_machine_output_is_json_on_stdout_alone(run: Run) -> None:
    checked = dondoc("plan", "check", "tests/broken/plans/after-cycle.yaml", "--json")
    assert {"file", "line", "severity", "code", "message", "hint"} == set(json.loads(checked.stdout)[0])
    shown = run("plan", "show", PLAN, "--json").json
    assert len(shown["tasks"]) == 130
    simulated = run("plan", "simulate", PLAN, "--json").json
    assert simulated["plan_id"] == "hung-yen-2024"


def test_answers_of_a_rehearsal_come_from_a_file(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "answers.jsonl"
    row = {"date": "2024-03-22", "task": "I.2.5", "agency": "Sở Tư pháp", "answer": "done"}
    file.write_text(json.dumps(row), encoding="utf-8")
    found = run("plan", "simulate", PLAN, "--json", "--reports", str(file)).json
    own = [n for n in found["notices"] if n["task"] == "I.2.5"]
    assert max(n["date"] for n in own) <= "2024-03-22"
    file.write_text("không phải JSON", encoding="utf-8")
    wrong = run("plan", "simulate", PLAN, "--reports", str(file))
    assert (wrong.code, wrong.out) == (1, "")
    assert f"{file}:1" in wrong.err


def test_deadlines_are_read_line_by_line() -> None:
    found = dondoc("deadline", "--year", "2024", "--json", text="Quý I/2024\n\nsớm nhất có thể\n")
    assert [json.loads(line) for line in found.stdout.splitlines()] == [
        [{"type": "within", "start": "2024-01-01", "end": "2024-03-31"}],
        [],
        [{"type": "unknown", "text": "sớm nhất có thể"}],
    ]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder whose database keeps running between commands, as under `dondoc up`."""
    with Cluster(tmp_path / "home"):
        yield tmp_path / "home"


def test_a_life_by_command_line(home: Path, run: Run) -> None:
    """Apply, look, answer, accept, count: every command against one embedded database, none of them with Prefect. Three
    of them as processes of their own, which join the database that another has started."""
    env = {
        "DONDOC_HOME": str(home),
        "DONDOC_PUBLIC_URL": "https://dondoc.example",
        "DONDOC_NOW": "2024-03-22T09:00:00+07:00",
    }
    assert dondoc("serve", "migrate", env=env).returncode == 0
    applied = run("plan", "apply", PLAN, "--no-prefect", env=env)
    assert applied.code == 0, applied.err
    assert "việc mới" in applied.out
    assert "không có gì thay đổi" in run("plan", "apply", PLAN, "--no-prefect", env=env).out
    swept = json.loads(dondoc("sweep", "--json", env=env).stdout)
    assert swept["queued"] > 0
    told = run("explain", "I.2.5", env=env).out
    assert "Sở Tư pháp" in told
    assert "Hạn theo kế hoạch: Chủ nhật, 31/3/2024." in told
    obligation = "hung-yen-2024/I.2.5/-/1/so-tu-phap"
    words = ("--answer", "done", "--number", "05/KH-UBND", "--date", "20/03/2024")
    done = run("report", "submit", obligation, *words, env=env)
    assert done.code == 0, done.err
    accepted = run("report", "accept", obligation, env={**env, "DONDOC_NOW": "2024-03-25T09:00:00+07:00"})
    assert accepted.code == 0, accepted.err
    status = json.loads(dondoc("status", "--json", "--at", "2024-03-31", env=env).stdout)
    assert status["total"]["done_on_time"] == 1
    before = run("status", "--json", "--at", "21/03/2024", env=env).json
    assert before["total"]["done_on_time"] == 0
    assert run("audit", env=env).code == 0
    assert run("notice", "list", "--json", env=env).json == []
    assert run("status", "--at", "hôm qua", env=env).code == 2
    unknown = run("explain", "IX.9.9", env=env)
    assert unknown.code == 1
    assert "IX.9.9" in unknown.err


def test_the_clock_pinned_for_rehearsals_must_be_a_moment(tmp_path: Path, run: Run) -> None:
    env = {"DONDOC_HOME": str(tmp_path), "DONDOC_PUBLIC_URL": "https://dondoc.example", "DONDOC_NOW": "hôm nay"}
    found = run("sweep", env=env)
    assert found.code == 1
    assert "DONDOC_NOW" in found.err
    assert date.today().isoformat() not in found.err
