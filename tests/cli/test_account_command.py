"""`dondoc account …`: the first account, a forgotten password, somebody who left; no password in argv or journal."""

from __future__ import annotations

import getpass
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from notice_desk import JANUARY, Desk, Said, open_desk
from sqlalchemy import text

from dondoc.services import passwords, signing_in

PASSWORD = "bốn con trâu già gặm cỏ"
WHOSE = ("--name", "Nguyễn Thị Lan", "--agency", "so-noi-vu", "--role", "supervisor")


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    monkeypatch.setattr(passwords, "PARAMETERS", CHEAPEST)
    with open_desk(database_url, tmp_path, monkeypatch, capsys) as opened:
        opened.apply(JANUARY)
        yield opened


def given(desk: Desk, stdin: bytes) -> None:
    """What stands on the command's standard input."""
    desk.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))


def typed(desk: Desk, *answers: str) -> list[str]:
    """A person at a terminal who types these, without echo; the questions that they are asked."""
    asked: list[str] = []
    left = list(answers)
    desk.monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    desk.monkeypatch.setattr(getpass, "getpass", lambda words: (asked.append(words), left.pop(0))[1])
    return asked


def create(desk: Desk, *more: str, login: str = "lan") -> Said:
    return desk.command("account", "create", login, *WHOSE, *more)


def signs_in(desk: Desk, password: str, login: str = "lan") -> bool:
    return signing_in.sign_in(desk.town.app, login, password, desk.town.moment) is not None


def test_without_a_terminal_a_password_is_made_up_and_shown_once(desk: Desk) -> None:
    said = create(desk)
    assert (said.code, said.err) == (0, "")
    found = re.search(r"chỉ hiện lần này: (\S+)", said.out)
    assert found is not None
    assert signs_in(desk, found.group(1))
    assert found.group(1) not in desk.command("account", "list", "--json").out


def test_a_password_comes_from_standard_input(desk: Desk) -> None:
    given(desk, f"{PASSWORD}\nmore\n".encode())
    said = create(desk, "--password-stdin")
    assert (said.code, said.err) == (0, "")
    assert PASSWORD not in said.out and "chỉ hiện" not in said.out
    assert signs_in(desk, PASSWORD)


@pytest.mark.parametrize(
    ("stdin", "words"), [(b"", "không có mật khẩu"), (b"ngan qua\n", "từ 12 đến 128"), (b"\xff\xfe\n", "UTF-8")]
)
def test_a_password_that_cannot_be_used_makes_no_account(desk: Desk, stdin: bytes, words: str) -> None:
    given(desk, stdin)
    said = create(desk, "--password-stdin")
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    assert desk.command("account", "list", "--json").json == []


def test_at_a_terminal_the_password_is_asked_twice(desk: Desk) -> None:
    asked = typed(desk, PASSWORD, PASSWORD)
    said = create(desk)
    assert said.code == 0 and PASSWORD not in said.out
    assert len(asked) == 2
    assert signs_in(desk, PASSWORD)


def test_two_different_passwords_are_refused(desk: Desk) -> None:
    typed(desk, PASSWORD, "một câu khác hẳn")
    said = create(desk)
    assert said.code == 1 and "không giống nhau" in said.err


def test_nothing_typed_at_a_terminal_makes_one_up(desk: Desk) -> None:
    typed(desk, "")
    assert "chỉ hiện lần này" in create(desk).out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--role", "admin"), "Không có vai trò “admin”"),
        (("--agency", "so-tu-phap"), "không phải cơ quan theo dõi"),
        (("--name", " "), "Ghi họ tên"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(desk: Desk, more: tuple[str, ...], words: str) -> None:
    said = create(desk, *more)
    assert (said.code, said.out) == (1, "")
    assert words in said.err


def test_there_is_no_option_that_takes_the_password(desk: Desk) -> None:
    said = create(desk, "--password", PASSWORD)
    assert said.code == 2


def test_accounts_are_listed_with_what_ails_them(desk: Desk) -> None:
    given(desk, PASSWORD.encode())
    create(desk, "--password-stdin")
    (row,) = desk.command("account", "list", "--json").json
    assert {key: row[key] for key in ("login", "name", "agency", "role", "must_change", "failures", "disabled_at")} == {
        "login": "lan", "name": "Nguyễn Thị Lan", "agency": "so-noi-vu", "role": "supervisor", "must_change": True,
        "failures": 0, "disabled_at": None,
    }  # fmt: skip
    assert "password" not in row
    assert "chờ đổi mật khẩu" in desk.command("account", "list").out
    for _ in range(5):
        signs_in(desk, "sai mất rồi nhé")
    assert "tạm khóa đến 08:15 02/01/2024" in desk.command("account", "list").out
    assert desk.command("account", "unlock", "lan").out == "Đã mở khóa (5 lần sai được xóa).\n"
    assert signs_in(desk, PASSWORD)
    assert desk.command("account", "disable", "lan").out == "Đã ngừng dùng tài khoản, 1 phiên kết thúc.\n"
    assert "ngừng dùng từ 02/01/2024" in desk.command("account", "list").out
    assert not signs_in(desk, PASSWORD)
    assert desk.command("account", "enable", "lan").code == 0
    assert signs_in(desk, PASSWORD)


def test_a_forgotten_password_is_set_anew(desk: Desk) -> None:
    create(desk)
    given(desk, PASSWORD.encode())
    said = desk.command("account", "password", "LAN", "--password-stdin")
    assert (said.code, said.err) == (0, "")
    assert signs_in(desk, PASSWORD)
    missing = desk.command("account", "password", "khong-co")
    assert missing.code == 1 and "Không có tài khoản" in missing.err


def test_the_journal_names_who_did_it_and_no_password(desk: Desk) -> None:
    given(desk, PASSWORD.encode())
    create(desk, "--password-stdin")
    with desk.town.app.sessions() as session:
        (row,) = session.execute(text("SELECT who, subject, json_build_array(j)::text AS all FROM journal j "
                                      "WHERE action = 'account-created'")).all()  # fmt: skip
    assert (row.who, row.subject) == (f"dòng lệnh ({getpass.getuser()})", "account/lan")
    assert PASSWORD not in row.all


def test_help_does_not_import_what_it_does_not_use() -> None:
    code = "import sys, dondoc.cli as c; sys.argv = ['dondoc', '--help']\ntry: c.main()\nexcept SystemExit: pass\n"
    code += "print('argon2' in sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "False"
    assert "account" in done.stdout
