"""`dondoc report` and `dondoc link` as other tools call them: exit codes, JSON on stdout, words for people."""

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
from office import OTHERS, QUARTER, YEAR, Office, open_office, small
from town import CONFIG, ROOT

DONDOC = Path(sys.executable).with_name("dondoc")


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        yield opened


def environment(office: Office, now: str = "2024-03-20T09:00:00+07:00") -> dict[str, str]:
    """The office's database, the clock pinned."""
    return {
        "DONDOC_NOW": now,
        "DONDOC_HOME": str(office.app.settings.home), "DONDOC_CONFIG": str(CONFIG),
        "DONDOC_TEMPLATES": str(ROOT / "templates"), "DONDOC_PUBLIC_URL": "https://dondoc.example",
        "DONDOC_DATABASE_URL": office.app.engine.url.render_as_string(hide_password=False),
    }  # fmt: skip


Run = Callable[..., Said]


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run(*words, now=…)`: the command on the office's database."""
    here = Here(monkeypatch, capsys)
    return lambda *words, **pinned: here.command(environment(office, **pinned), *words)


def run_apart(office: Office, *words: str) -> Said:
    """The same in a process of its own, as other tools start it."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment(office)}
    done = subprocess.run([DONDOC, *words], env=env, capture_output=True, text=True, encoding="utf-8", timeout=60)
    return Said(done.returncode, done.stdout, done.stderr)


def said(done: Said) -> str:
    assert done.code == 0, done.err
    return done.out


def test_a_report_is_submitted_listed_returned_and_accepted(office: Office, run: Run, tmp_path: Path) -> None:
    pdf = tmp_path / "bc.pdf"
    pdf.write_bytes(b"%PDF-1.7\nminh chung")
    sent = json.loads(
        said(run("report", "submit", QUARTER, YEAR, "--answer", "done", "--number", "52/BC-STP", "--date",
                 "19/3/2024", "--file", str(pdf), "--submission", "k1", "--json"))
    )  # fmt: skip
    assert (sent["obligations"], sent["answer"], sent["repeated"]) == ([QUARTER, YEAR], "done", False)
    listed = json.loads(said(run("report", "list", "--json")))
    assert [(row["obligation"], row["document_number"]) for row in listed] == [
        (QUARTER, "52/BC-STP"),
        (YEAR, "52/BC-STP"),
    ]
    returned = run("report", "return", QUARTER, "--reason", "Chưa ký.", "--by", "so-noi-vu")
    assert said(returned) == "Đã trả lại; đề nghị bổ sung trước hết Thứ Hai, 25/3/2024.\n"
    accepted = json.loads(said(run("report", "accept", YEAR, "--document-date", "--json")))
    assert (accepted["outcome"], accepted["submitted_on"], accepted["late"]) == ("accepted", "2024-03-19", False)
    assert "Không có báo cáo nào chờ duyệt" in said(run("report", "list"))
    assert office.journal(YEAR)[-1].who.startswith("dòng lệnh (")


def test_the_same_submission_again_is_harmless(office: Office, run: Run) -> None:
    words = ("report", "submit", QUARTER, "--answer", "progress", "--note", "Đang làm", "--submission", "k1")
    first, again = said(run_apart(office, *words)), said(run(*words))
    assert first == "Đã ghi nhận số 1: đang thực hiện, 1 việc.\n"
    assert again == "Đã ghi nhận số 1 (đã ghi nhận từ trước): đang thực hiện, 1 việc.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("report", "submit", QUARTER, "--answer", "xong"), "chọn ack, progress, done"),
        (("report", "submit", QUARTER, "--answer", "ack", "--until", "16/4/2024"), "muộn nhất là Thứ Hai, 15/4/2024"),
        (("report", "submit", QUARTER, "--answer", "ack", "--until", "mai"), "--until: không đọc được ngày “mai”"),
        (("report", "submit", QUARTER, "--answer", "extension", "--note", "x"), "Ghi ngày đề nghị gia hạn đến"),
        (("report", "submit", QUARTER, "--answer", "not_mine", "--note", "x", "--whose", "la"), "trong danh bạ"),
        (("report", "submit", QUARTER, "--answer", "not_happened"), "chỉ dành cho việc chờ sự kiện"),
        (("report", "submit", "khong/co", "--answer", "done"), "không thuộc danh sách"),
        (("report", "submit", QUARTER, "--answer", "done", "--file", "/khong/co.pdf"), "file-unreadable"),
        (("report", "accept", QUARTER), "không có báo cáo hoàn thành nào đang chờ duyệt"),
        (("report", "accept", OTHERS, "--by", "van-phong-ubnd-tinh"), "Người duyệt việc này là Sở Nội vụ"),
        (("link", "issue", "Sở Trăng"), "Không có cơ quan “Sở Trăng”"),
        (("link", "issue", "so-tu-phap", "--role", "boss"), "chọn focal hoặc head"),
    ],
)
def test_what_is_wrong_is_told_on_stderr_with_exit_1(run: Run, words: tuple[str, ...], told: str) -> None:
    done = run(*words)
    assert (done.code, done.out) == (1, "")
    assert told in done.err


def test_a_process_of_its_own_ends_so_too(office: Office) -> None:
    refused = run_apart(office, "report", "accept", QUARTER)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.endswith("không có báo cáo hoàn thành nào đang chờ duyệt.\n")


def test_a_link_is_shown_once_and_revoked(run: Run) -> None:
    issued = json.loads(said(run("link", "issue", "Sở Tư pháp", "--days", "7", "--json")))
    assert issued["recipient"] == "so-tu-phap/focal"
    assert issued["address"].startswith("https://dondoc.example/l/")
    assert issued["expires_at"] == "2024-03-27T09:00:00+07:00"
    assert said(run("link", "revoke", "so-tu-phap", "--reason", "thử")) == "Đã thu hồi 1 liên kết.\n"
    assert said(run("link", "revoke", "so-tu-phap", "--reason", "thử")) == "Đã thu hồi 0 liên kết.\n"


def test_usage_mistakes_exit_2(run: Run) -> None:
    assert run("report", "submit").code == 2
    assert run("report", "return", QUARTER).code == 2


def test_decisions_are_told_before_they_are_made_and_can_be_taken_back(run: Run) -> None:
    said(run("report", "submit", QUARTER, "--answer", "extension", "--until", "20/4/2024", "--note", "x"))
    (row,) = json.loads(said(run("report", "list", "--json")))
    assert (row["kind"], row["until"], row["waited"]) == ("extension", "2024-04-20", 0)
    foretold = said(run("extension", "grant", QUARTER, "--dry-run"))
    assert "Hạn mới: Thứ Bảy, 20/4/2024 (đang là Chủ nhật, 31/3/2024)" in foretold
    assert len(json.loads(said(run("report", "list", "--json")))) == 1
    granted = said(run("extension", "grant", QUARTER, "--until", "12/4/2024", now="2024-03-20T10:00:00+07:00"))
    assert granted == "Đã gia hạn; hạn mới: Thứ Sáu, 12/4/2024.\n"
    undone = said(run("report", "undo", QUARTER, "--reason", "Nhầm.", now="2024-03-20T11:00:00+07:00"))
    assert undone == "Đã lấy lại quyết định gia hạn; hạn: Chủ Nhật, 31/3/2024.\n"
    refused = run("extension", "refuse", QUARTER, "--reason", "Đủ.", now="2024-03-20T12:00:00+07:00")
    assert said(refused) == "Đã từ chối gia hạn; hạn vẫn là Chủ Nhật, 31/3/2024.\n"


def test_work_is_waived_and_passed_on_by_command(run: Run) -> None:
    assert said(run("waive", QUARTER, "--reason", "Trùng.")) == "Đã miễn.\n"
    lifted = json.loads(said(run("waive", QUARTER, "--lift", "--reason", "Vẫn cần.", "--json")))
    assert (lifted["is_waived"], lifted["due_on"]) == (False, "2024-03-31")
    passed = said(run("reassign", YEAR, "Sở Y tế", "--reason", "Đúng chức năng."))
    assert passed.startswith("Đã chuyển: hung-yen-2024/I.2.8/-/1/so-y-te, hạn Thứ Ba, 31/12/2024.")
    told = run("reassign", YEAR, "so-y-te", "--reason", "x")
    assert (told.code, "đang được miễn" in told.err) == (1, True)


def test_every_kind_of_answer_is_taken(office: Office, run: Run) -> None:
    wish = ("extension", "--until", "12/4/2024", "--note", "Chờ Bộ.")
    sent = json.loads(said(run("report", "submit", QUARTER, "--answer", *wish, "--json")))
    assert (sent["answer"], office.case(QUARTER).answers[0].until) == ("extension", date(2024, 4, 12))
    whose = ("not_mine", "--note", "Ngân sách.", "--whose", "so-tai-chinh")
    assert "không phải đơn vị tôi, 1 việc" in said(run("report", "submit", YEAR, "--answer", *whose))
    assert office.case(YEAR).answers[0].whose == "so-tai-chinh"
