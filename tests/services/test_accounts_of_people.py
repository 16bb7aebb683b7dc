"""Accounts: who may have one, which passwords are taken, how they are kept, what is put on record."""

from __future__ import annotations

import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from argon2 import Parameters, extract_parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st
from office import Office, open_office, small
from sqlalchemy import select, text

from dondoc.errors import Refused
from dondoc.services import accounts, demo_accounts, passwords, signing_in
from dondoc.services.accounts import Account, SignedIn
from dondoc.store.models import AccountRow

PASSWORD = "bốn con trâu già gặm cỏ"
REAL = passwords.PARAMETERS


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PARAMETERS", CHEAPEST)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 3, 1)) as opened:
        yield opened


def create(office: Office, login: str = "lan.nguyen", **more: object) -> Account:
    given = {"name": "Nguyễn Thị Lan", "agency": "so-noi-vu", "role": "supervisor", "password": PASSWORD, **more}
    return accounts.create(office.app, login=login, by="quản trị", now=office.moment, **given)  # type: ignore[arg-type]


def row(office: Office, login: str = "lan.nguyen") -> AccountRow:
    with office.app.sessions() as session:
        return session.scalars(select(AccountRow).where(AccountRow.login == login)).one()


def enter(office: Office, password: str = PASSWORD, login: str = "lan.nguyen") -> str | None:
    entered = signing_in.sign_in(office.app, login, password, office.moment)
    return entered.cookie if entered else None


def who(office: Office, cookie: str) -> SignedIn | None:
    with office.app.sessions() as session:
        found = signing_in.signed_in(session, cookie, office.moment)
    return found[0] if found else None


def actions(office: Office, login: str = "lan.nguyen") -> list[tuple[str, str]]:
    return [(entry.who, entry.action) for entry in office.journal(f"account/{login}")]


def test_an_account_signs_in_and_is_told_to_change_its_password(office: Office) -> None:
    made = create(office, "  Lan.NGUYEN ", name=" Nguyễn\u202e  Thị\nLan ", agency="Sở Nội vụ")
    assert (made.login, made.name, made.agency, made.must_change) == ("lan.nguyen", "Nguyễn Thị Lan", "so-noi-vu", True)
    cookie = enter(office)
    assert cookie is not None
    seat = who(office, cookie)
    assert seat is not None
    assert (seat.by, seat.role, seat.must_change) == ("so-noi-vu/lan.nguyen", "supervisor", True)
    assert seat.csrf not in repr(seat)
    assert actions(office) == [("quản trị", "account-created"), ("so-noi-vu/lan.nguyen", "signed-in")]


@pytest.mark.parametrize(
    "login", ["", "lan nguyen", "lân", "lan@so", "lan/so", ".lan", "lan-", "x" * 41, "lan\x00", "ｌａｎ", "-"]
)
def test_a_login_that_cannot_be_one_is_refused(office: Office, login: str) -> None:
    with pytest.raises(Refused, match="Tên đăng nhập gồm"):
        create(office, login)


@pytest.mark.parametrize("name", ["", "  ", "\u202e\x00", "x" * 121])
def test_an_account_has_a_name(office: Office, name: str) -> None:
    with pytest.raises(Refused, match="Ghi họ tên"):
        create(office, name=name)


def test_a_login_is_taken_once_whatever_its_capitals(office: Office) -> None:
    create(office)
    with pytest.raises(Refused, match="Đã có tài khoản “lan.nguyen”"):
        create(office, "LAN.nguyen")
    assert actions(office) == [("quản trị", "account-created")]


@pytest.mark.parametrize(
    ("agency", "role", "words"),
    [
        ("khong-co", "read", "Không có cơ quan “khong-co”"),
        ("van-phong-ubnd-tinh", "supervisor", "không phải cơ quan theo dõi"),
        ("so-tu-phap", "supervisor", "không phải cơ quan theo dõi"),
        ("so-tu-phap", "reviewer", "không duyệt báo cáo"),
    ],
)
def test_a_role_is_for_agencies_that_have_it_in_a_plan(office: Office, agency: str, role: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        create(office, agency=agency, role=role)


@pytest.mark.parametrize(
    ("agency", "role"),
    [("so-noi-vu", "reviewer"), ("van-phong-ubnd-tinh", "reviewer"), ("so-tu-phap", "read"), ("so-noi-vu", "read")],
)
def test_who_reviews_may_be_a_reviewer_and_everybody_may_read(office: Office, agency: str, role: str) -> None:
    assert create(office, agency=agency, role=role).role == role


OWN = accounts.own_words("lan.nguyen", "Nguyễn Thị Lan", "so-noi-vu", "Sở Nội vụ", "SNV")
BAD = (
    "", "ngắn quá", "mười một ch", "x" * 129, "aaaaaaaaaaaaaaa", "ababababababab", "123456789012", "PassWord1234",
    "Mật khẩu 12345", "lan.nguyen2024", "LanNguyenLanNguyen", "nguyễn thị lan 99", "Sở Nội vụ 2024", "so-noi-vu-2024",
    "Đôn đốc đôn đốc", "qwertyuiopas", "mật khẩu\x00rất dài", "mật khẩu\nrất dài",
)  # fmt: skip


@pytest.mark.parametrize("password", BAD)
def test_a_password_that_is_short_or_obvious_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        passwords.require_good(password, OWN)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "chỉ chữ thường",
        "x y z t x y z t",
        "🐃🌾🚜🐓🐃🌾🚜🐓🦆🌧🐟🌙",
        "a" * 64 + "bcd" * 20,
        "Sở Nội vụ của tôi ở đâu",
    ],
)  # fmt: skip
def test_a_password_of_any_kind_of_characters_is_taken(password: str) -> None:
    passwords.require_good(password, OWN)


def test_length_is_counted_as_people_count() -> None:
    eleven, twelve = "ắ ộ ễ ử ỵ ặ", "ắ ộ ễ ử ỵ ặ ẫ"[:12]
    assert (len(eleven), len(twelve)) == (11, 12)
    passwords.require_good(unicodedata.normalize("NFD", twelve), ())
    with pytest.raises(Refused, match="có 11 ký tự"):
        passwords.require_good(unicodedata.normalize("NFD", eleven), ())


@given(st.text(max_size=40))
def test_every_keyboard_writes_the_same_password(text: str) -> None:
    typed = text.encode("utf-8", "ignore").decode()
    assert passwords.normal(unicodedata.normalize("NFD", typed)) == passwords.normal(typed)


def test_a_password_signs_in_however_its_accents_were_typed(office: Office) -> None:
    create(office, password=unicodedata.normalize("NFD", PASSWORD))
    assert enter(office, unicodedata.normalize("NFC", PASSWORD)) is not None


def test_a_made_up_password_is_good_and_never_the_same() -> None:
    made = {passwords.made_up() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        passwords.require_good(one, OWN)
        assert "0" not in one and "l" not in one


def test_the_hash_is_argon2id_with_the_parameters_of_rfc_9106(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PARAMETERS", REAL)
    found: Parameters = extract_parameters(passwords.hashed(PASSWORD))
    assert found == RFC_9106_LOW_MEMORY
    assert (found.memory_cost, found.time_cost, found.parallelism, found.type.name) == (65536, 3, 4, "ID")


def test_equal_passwords_do_not_show(office: Office) -> None:
    create(office)
    create(office, "hai")
    assert row(office).password != row(office, "hai").password


def test_stronger_parameters_are_taken_up_at_the_next_sign_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    create(office)
    stronger = Parameters(CHEAPEST.type, CHEAPEST.version, 16, 32, time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "PARAMETERS", stronger)
    old = row(office).password
    assert enter(office, "sai mất rồi nhé") is None
    assert row(office).password == old
    assert enter(office) is not None
    assert extract_parameters(row(office).password) == stronger
    assert enter(office) is not None


def test_a_hash_that_cannot_be_read_opens_nothing(office: Office) -> None:
    create(office)
    for broken in ("", "x", "$argon2id$v=19$m=8,t=1,p=1$$", "$2b$12$abcdefghijklmnopqrstuv"):
        with office.app.sessions.begin() as session:
            session.execute(text("UPDATE accounts SET password = :p, failures = 0"), {"p": broken})
        assert enter(office, "") is None


def test_no_more_hashes_than_there_is_memory_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    create(office)
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    for _ in range(passwords.MOST_AT_ONCE):
        passwords._places.acquire()
    try:
        for _ in range(6):
            with pytest.raises(passwords.TooBusy):
                enter(office)
    finally:
        for _ in range(passwords.MOST_AT_ONCE):
            passwords._places.release()
    assert row(office).failures == 0
    assert enter(office) is not None


def test_an_administrators_password_ends_sessions_and_locks_and_must_be_changed(office: Office) -> None:
    create(office, must_change=False)
    cookie = enter(office)
    for _ in range(5):
        enter(office, "sai mất rồi nhé")
    assert row(office).locked_until is not None
    accounts.set_password(office.app, "lan.nguyen", "một câu khác hẳn", by="quản trị", now=office.moment)
    assert cookie is not None and who(office, cookie) is None
    assert enter(office) is None
    new = enter(office, "một câu khác hẳn")
    assert new is not None
    seat = who(office, new)
    assert seat is not None and seat.must_change
    with pytest.raises(Refused, match="dễ đoán"):
        accounts.set_password(office.app, "lan.nguyen", "nguyenthilan1", by="quản trị", now=office.moment)


def test_a_disabled_account_is_out_at_once_and_can_come_back(office: Office) -> None:
    create(office)
    cookie = enter(office)
    assert cookie is not None
    assert accounts.disable(office.app, "lan.nguyen", by="quản trị", now=office.moment) == 1
    assert (who(office, cookie), enter(office)) == (None, None)
    with pytest.raises(Refused, match="đã ngừng dùng từ 01/03/2024"):
        accounts.disable(office.app, "lan.nguyen", by="quản trị", now=office.moment)
    accounts.enable(office.app, "lan.nguyen", by="quản trị", now=office.moment)
    assert who(office, cookie) is None
    assert enter(office) is not None
    with pytest.raises(Refused, match="đang dùng được"):
        accounts.enable(office.app, "lan.nguyen", by="quản trị", now=office.moment)


def test_unlocking_forgets_the_wrong_passwords(office: Office) -> None:
    create(office)
    for _ in range(7):
        enter(office, "sai mất rồi nhé")
    assert enter(office) is None
    assert accounts.unlock(office.app, "lan.nguyen", by="quản trị", now=office.moment) == 5
    assert enter(office) is not None


@pytest.mark.parametrize("what", ["disable", "enable", "unlock"])
def test_an_account_that_is_not_there_is_said_so(office: Office, what: str) -> None:
    with pytest.raises(Refused, match="Không có tài khoản “khong-co”"):
        getattr(accounts, what)(office.app, "khong-co", by="quản trị", now=office.moment)
    with pytest.raises(Refused, match="Không có tài khoản"):
        accounts.set_password(office.app, "khong-co", PASSWORD, by="quản trị", now=office.moment)


def test_the_password_may_change_between_looking_and_entering(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    create(office)
    real = passwords.is_right

    def overtaken(kept: str, typed: str) -> bool:
        right = real(kept, typed)
        accounts.set_password(office.app, "lan.nguyen", "một câu khác hẳn", by="quản trị", now=office.moment)
        return right

    monkeypatch.setattr(passwords, "is_right", overtaken)
    assert enter(office) is None


def test_every_move_is_journaled_and_no_secret_with_it(office: Office) -> None:
    create(office)
    cookie = enter(office)
    assert cookie is not None
    seat = who(office, cookie)
    assert seat is not None
    entered = signing_in.change_password(office.app, seat, PASSWORD, "một câu khác hẳn", office.moment)
    signing_in.sign_out(office.app, seat, entered.cookie, office.moment)
    accounts.set_password(office.app, "lan.nguyen", "lại một câu khác", by="quản trị", now=office.moment)
    accounts.disable(office.app, "lan.nguyen", by="quản trị", now=office.moment)
    accounts.enable(office.app, "lan.nguyen", by="quản trị", now=office.moment)
    accounts.unlock(office.app, "lan.nguyen", by="quản trị", now=office.moment)
    assert [action for _, action in actions(office)] == [
        "account-created", "signed-in", "account-password-changed", "signed-out", "account-password",
        "account-disabled", "account-enabled", "account-unlocked",
    ]  # fmt: skip
    with office.app.sessions() as session:
        written = str(session.execute(text("SELECT json_agg(j) FROM journal j")).scalar())
    for secret in (PASSWORD, "một câu", "lại một câu", cookie, entered.cookie, seat.csrf, "$argon2"):
        assert secret not in written


@pytest.mark.parametrize("cookie", ["", "x", "x" * 129, "đ" * 20, "\x00"])
def test_no_other_cookie_is_a_session(office: Office, cookie: str) -> None:
    create(office)
    enter(office)
    assert who(office, cookie) is None


def test_a_clock_set_back_neither_ends_nor_lengthens_a_session(office: Office) -> None:
    create(office)
    cookie = enter(office)
    assert cookie is not None
    office.moment -= timedelta(hours=1)
    assert who(office, cookie) is not None
    signing_in.touch(office.app, cookie, office.moment)
    office.moment += timedelta(hours=2, minutes=59)
    assert who(office, cookie) is not None
    office.moment += timedelta(minutes=1)
    assert who(office, cookie) is None


def test_the_demos_accounts_are_made_in_a_demo_only(office: Office) -> None:
    demo_accounts.ensure(office.app, office.moment)
    assert accounts.every(office.app) == ()
    assert not (office.app.settings.home / "secret" / "demo.password").exists()


def test_the_demos_accounts_open_with_the_password_that_the_start_prints(database_url: str, tmp_path: Path) -> None:
    demo = replace(small(), plan=replace(small().plan, demo=True))
    with open_office(database_url, tmp_path / "home", demo, date(2024, 3, 1)) as office:
        for _ in range(2):
            demo_accounts.ensure(office.app, office.moment)
        file = office.app.settings.home / "secret" / "demo.password"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        printed = demo_accounts.password(office.app.settings.home)
        assert [(one.role, one.agency, one.must_change) for one in accounts.every(office.app)] == [
            ("reviewer", "van-phong-ubnd-tinh", False), ("supervisor", "so-noi-vu", False),
        ]  # fmt: skip
        assert enter(office, printed, "theodoi") and enter(office, printed, "nguoiduyet")
        file.unlink()
        demo_accounts.ensure(office.app, office.moment)
        assert enter(office, printed, "theodoi") is None
        assert enter(office, demo_accounts.password(office.app.settings.home), "theodoi")
