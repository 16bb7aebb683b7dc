"""`dondoc deadline`: one answer a line, as the lines come, for machines and for people."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUARTER = {"type": "within", "start": "2024-01-01", "end": "2024-03-31"}


def deadline(phrases: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "dondoc", "deadline", "--year", "2024", *words]
    return subprocess.run(command, cwd=ROOT, input=phrases, capture_output=True, timeout=60)


def test_one_json_array_a_line() -> None:
    found = deadline("Quý I/2024 theo Kế hoạch của Bộ\n\nsớm nhất có thể\r\nThường xuyên".encode(), "--json")
    assert [json.loads(line) for line in found.stdout.decode("utf-8").splitlines()] == [
        [QUARTER, {"type": "per", "reference": "Kế hoạch của Bộ"}],
        [],
        [{"type": "unknown", "text": "sớm nhất có thể"}],
        [{"type": "ongoing"}],
    ]
    assert "Kế hoạch".encode() in found.stdout
    assert (found.returncode, found.stderr) == (0, b"")


def test_bytes_that_are_no_utf8_are_unknown_and_the_next_line_is_read() -> None:
    lines = deadline(b"\xff\xfe th\xe1ng\nQu\xc3\xbd I\n", "--json").stdout.decode("utf-8").splitlines()
    assert json.loads(lines[0])[0]["type"] == "unknown"
    assert json.loads(lines[1]) == [QUARTER]


def test_a_line_is_answered_before_the_next_one_comes() -> None:
    command = [sys.executable, "-m", "dondoc", "deadline", "--year", "2024", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None and running.stdout is not None
        for phrase, clauses in (("Quý I", [QUARTER]), ("Liên tục", [{"type": "ongoing"}])):
            running.stdin.write(f"{phrase}\n".encode())
            running.stdin.flush()
            assert json.loads(running.stdout.readline()) == clauses
        running.stdin.close()


def test_people_read_vietnamese_and_the_rule_with_its_words() -> None:
    shown = deadline("Hoàn thành trước ngày 15/6\n\nlúc rảnh\n".encode(), "--explain").stdout.decode("utf-8")
    assert shown.splitlines() == [
        "Hoàn thành trước ngày 15/6",
        "  → chậm nhất ngày 14/06/2024",
        "    before (trước: hạn là ngày liền trước): “Hoàn thành trước ngày 15/6”",
        "(để trống: không có thời hạn)",
        "lúc rảnh",
        "  → CHƯA HIỂU “lúc rảnh”",
        "    unknown (không hiểu chắc chắn): “lúc rảnh”",
    ]


def test_machines_can_have_the_rule_too() -> None:
    line = deadline("hằng quý báo cáo về Sở Nội vụ\n".encode(), "--json", "--explain").stdout
    assert json.loads(line) == [
        {"type": "every", "period": "quarter", "rule": "every", "words": "hằng quý báo cáo về Sở Nội vụ"}
    ]


def test_the_year_is_asked_for() -> None:
    command = [sys.executable, "-m", "dondoc", "deadline", "--json"]
    found = subprocess.run(command, cwd=ROOT, input=b"", capture_output=True, timeout=60)
    assert found.returncode == 2
