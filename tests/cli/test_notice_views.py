"""`dondoc notice list` and `show`: what waits for a person, in words and for machines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from notice_desk import FIRST, JANUARY, JUSTICE, MONDAY, OFFICE, QUARTER, Desk, open_desk

from dondoc.services import envelopes, links
from dondoc.store import messages

KEYS = [
    "id", "day", "recipient", "class", "channel", "address", "subject", "status", "reason", "attempts", "next_try_at",
]  # fmt: skip


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        yield opened


def test_by_default_the_list_has_what_waits_for_a_person(desk: Desk) -> None:
    desk.apply(JANUARY, QUARTER)
    (reminder,) = desk.compose()
    assert json.loads(desk.done("list", "--json")) == []
    assert desk.tried("refused", "không có hộp thư này", 550) == reminder
    (row,) = json.loads(desk.done("list", "--json"))
    assert list(row) == KEYS
    assert row["next_try_at"] is None
    assert {name: row[name] for name in KEYS if name not in ("subject", "next_try_at")} == {
        "id": reminder, "day": "2024-01-22", "recipient": OFFICE, "class": "digest", "channel": "email",
        "address": "cchc@vpubnd.hungyen.example", "status": "refused", "reason": "không có hộp thư này", "attempts": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("refused", "bị từ chối"),
        ("unknown", "chưa rõ đã đến hay chưa"),
        ("administrator", "chờ quản trị viên"),
    ],
)
def test_each_state_that_waits_has_its_words(desk: Desk, outcome: str, words: str) -> None:
    desk.apply(JANUARY)
    desk.compose()
    desk.tried(outcome, "máy chủ đáp vậy")  # type: ignore[arg-type]
    shown = desk.done("list")
    assert words in shown
    assert "máy chủ đáp vậy" in shown
    assert "22/01/2024" in shown


@pytest.mark.parametrize(("outcome", "words"), [("sent", "đã gửi"), ("retry", "chờ gửi lại"), (None, "chờ gửi")])
def test_what_needs_nobody_is_listed_on_demand_only(desk: Desk, outcome: str | None, words: str) -> None:
    desk.apply(JANUARY)
    desk.compose()
    if outcome:
        desk.tried(outcome, "")  # type: ignore[arg-type]
    assert desk.done("list") == "Không có thư nào chờ người xem.\n"
    assert words in desk.done("list", "--all")
    (row,) = json.loads(desk.done("list", "--status", outcome or "ready", "--json"))
    assert row["next_try_at"] == {"sent": None, "retry": "2024-01-22T23:00:00+07:00"}.get(
        outcome, "2024-01-22T08:00:00+07:00"
    )


def test_the_year_lists_are_held_and_told_so(desk: Desk) -> None:
    desk.apply(JANUARY, assign=True)
    desk.compose(date(2024, 1, 2))
    shown = desk.done("list")
    assert "đang giữ" in shown
    assert "chờ cơ quan theo dõi cho gửi" in shown


def test_days_recipients_and_states_narrow_the_list(desk: Desk) -> None:
    desk.apply(JANUARY, QUARTER)
    (office,) = desk.compose(MONDAY)
    (justice,) = [n for n in desk.compose(date(2024, 3, 20)) if desk.row(n).recipient == JUSTICE]

    def numbers(*words: str) -> list[int]:
        return [row["id"] for row in json.loads(desk.done("list", "--all", "--json", *words))]

    assert numbers()[-1] == office  # newest day first
    assert numbers("--day", "2024-01-22") == numbers("--day", "22/01/2024") == [office]
    assert numbers("--recipient", JUSTICE) == numbers("--recipient", "so-tu-phap") == [justice]
    assert numbers("--recipient", JUSTICE, "--day", "22/01/2024") == []
    assert desk.done("list", "--day", "22/01/2024") == "Không có thư nào như vậy.\n"


@pytest.mark.parametrize("text", ["hôm nay", "31/02/2024", "2024-13-01", "1/1", "99999999999999999999/1/2024"])
def test_a_wrong_day_is_a_usage_mistake(desk: Desk, text: str) -> None:
    complaint = desk.refused("list", "--day", text, code=2)
    assert f"“{text}” không phải ngày: viết 2026-11-26 hoặc 26/11/2026" in complaint


def test_a_wrong_state_is_told_with_those_that_exist(desk: Desk) -> None:
    assert "Không có tình trạng “giữ” (có: held, ready," in desk.refused("list", "--status", "giữ")
    assert "không cả hai" in desk.refused("list", "--status", "held", "--all", code=2)


def test_a_servers_words_are_shown_as_they_are(desk: Desk) -> None:
    desk.apply(JANUARY)
    (number,) = desk.compose()
    desk.tried("refused", "hộp thư [bold]đầy[/x] \x1b[31mđỏ", 552)
    for shown in (desk.done("list"), desk.done("show", number)):
        assert "[bold]đầy[/x] [31mđỏ" in shown
        assert "\x1b" not in shown


def test_a_message_is_shown_whole(desk: Desk) -> None:
    number = desk.until_the_head_is_told()
    desk.run("release", number)
    desk.town.morning(desk.town.moment.date())
    shown = desk.done("show", number)
    (mail,) = [mail for mail in desk.town.mails() if any("lanhdao@" in to for to in mail.entry.to)]
    for words in (
        f"Thư {number}: đã gửi", "thư nêu tên đơn vị chậm", "van-phong-ubnd-tinh/head", "Cho gửi: 08:00 ",
        f"- đôn đốc lần 2: {FIRST}.", "- email lần 1, 08:00 ", "cho gửi. Cho gửi.", "dòng lệnh (", "II.2.39",
    ):  # fmt: skip
        assert words in shown, words
    assert mail.text is not None
    assert "https://dondoc.example/l/[liên kết cá nhân]" in shown


def test_a_message_for_machines_holds_everything_but_the_links_token(desk: Desk) -> None:
    desk.apply(JANUARY)
    (number,) = desk.compose()
    row = desk.row(number)
    token = links.message_token(links.server_key(desk.town.app.settings.home), envelopes.key_of(row))
    desk.tried("unknown", f"đứt sau khi quét https://dondoc.example/l/{token}?x=1")
    said = desk.done("show", number, "--json")
    data = json.loads(said)
    assert token not in said
    assert data["text"] == row.body_text.replace("LIEN-KET-CA-NHAN", "[liên kết cá nhân]")
    assert data["attempts"] == [
        {
            "channel": "email", "n": 1, "started_at": "2024-01-22T08:00:00+07:00",
            "finished_at": "2024-01-22T08:00:00+07:00", "outcome": "unknown", "code": None,
            "text": "đứt sau khi quét https://dondoc.example/l/[liên kết cá nhân]?x=1", "settled": None,
        }
    ]  # fmt: skip
    assert [(line["obligation"], line["kind"], line["status"]) for line in data["lines"]] == [
        (FIRST, "reminder", "composed")
    ]
    assert (data["release"], data["sent_at"], data["journal"]) == (None, None, [])


def test_a_message_without_attempts_or_decisions_says_so(desk: Desk) -> None:
    desk.apply(JANUARY)
    (number,) = desk.compose()
    shown = desk.done("show", number)
    assert "Chưa gửi lần nào." in shown
    assert "Chưa ai quyết định gì về thư này." in shown


def test_numbers_that_name_nothing(desk: Desk) -> None:
    assert desk.refused("show", 7) == "Không có thư số 7.\n"
    desk.refused("show", 0, code=2)
    desk.refused("show", 2**63, code=2)
    desk.refused("show", "bảy", code=2)


def test_in_a_process_of_its_own_machines_read_stdout_only(desk: Desk) -> None:
    desk.apply(JANUARY)
    (number,) = desk.compose()
    with desk.town.app.sessions.begin() as session:
        messages.hold_all(session, "Xem lại “lời thư”.")
    done = subprocess.run(
        [sys.executable, "-m", "dondoc", "notice", "list", "--json"], capture_output=True, text=True, encoding="utf-8",
        timeout=60, env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **desk.environment},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert [(row["id"], row["reason"]) for row in json.loads(done.stdout)] == [(number, "Xem lại “lời thư”.")]
    assert "“lời thư”" in done.stdout  # UTF-8, no escapes


def test_help_names_every_command(desk: Desk) -> None:
    shown = desk.done("--help")
    for name in (
        "list", "show", "release", "drop", "undrop", "settle", "hold-all", "stop-all", "remind", "suppress",
        "suppressed", "unsuppress", "guards", "allow", "refuse", "alarms",
    ):  # fmt: skip
        assert f"\n  {name} " in shown
        assert "Usage: dondoc notice" in desk.done(name, "--help")
