"""Signing in, the session's life, and where one is led: what a stranger with patience would try."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import JUSTICE, Office, open_office, small
from page_help import Visit, hidden
from seat_help import HERE, PASSWORD, Seat, client_of, csrf_of, has_account
from sqlalchemy import select, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from dondoc.console import console_app
from dondoc.console.desk import brake
from dondoc.console.desk.brake import Brake
from dondoc.console.desk.return_path import HOME, local_path
from dondoc.services import accounts, passwords
from dondoc.store.models import AccountRow, AccountSessionRow, JournalRow

WRONG = "Tên đăng nhập hoặc mật khẩu không đúng"


@pytest.fixture
def browser(office: Office, pages: Starlette) -> TestClient:
    """A browser at the sign-in page; the account is "supervisor"."""
    has_account(office, "supervisor")
    return client_of(pages)


def sign_in(client: TestClient, login: str = "supervisor", password: str = PASSWORD, **more: Any) -> httpx.Response:
    """Fill in the form of the sign-in page and send it."""
    page = client.get("/dang-nhap", params={"ve": more.pop("ve")} if "ve" in more else None)
    data = {"csrf": hidden(page.text, "csrf"), "ve": hidden(page.text, "ve"), "ten": login, "mat_khau": password}
    return client.post("/dang-nhap", data={**data, **more.pop("data", {})}, **more)


def rows(office: Office) -> list[AccountSessionRow]:
    with office.app.sessions() as session:
        return list(session.scalars(select(AccountSessionRow)))


def account(office: Office, login: str = "supervisor") -> AccountRow:
    with office.app.sessions() as session:
        return session.scalars(select(AccountRow).where(AccountRow.login == login)).one()


def written_by(office: Office, action: str) -> list[JournalRow]:
    with office.app.sessions() as session:
        return list(session.scalars(select(JournalRow).where(JournalRow.action == action).order_by(JournalRow.id)))


def test_from_a_page_asked_for_through_the_sign_in_to_that_page(browser: TestClient) -> None:
    asked = browser.get("/tai-khoan?x=1")
    assert asked.headers["location"] == "/dang-nhap?ve=/tai-khoan%3Fx%3D1"
    page = browser.get(asked.headers["location"])
    assert hidden(page.text, "ve") == "/tai-khoan?x=1"
    entered = sign_in(browser, ve="/tai-khoan?x=1")
    assert (entered.status_code, entered.headers["location"]) == (303, "/tai-khoan?x=1")
    assert "Cán bộ supervisor" in browser.get("/tai-khoan").text
    assert browser.get("/dang-nhap").headers["location"] == HOME


def test_the_login_may_be_typed_in_capitals_and_with_a_space_after_it(browser: TestClient) -> None:
    assert sign_in(browser, "SuperVisor ").status_code == 303


def test_the_cookie_is_the_session_alone_and_scripts_cannot_read_it(office: Office, browser: TestClient) -> None:
    cookie = sign_in(browser).headers["set-cookie"]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=lax"}
    value = cookie.split(";")[0].split("=")[1]
    (row,) = rows(office)
    assert row.token_hash != value and value not in row.csrf
    with office.app.sessions() as session:
        assert value not in str(session.execute(text("SELECT json_agg(j) FROM journal j")).scalar())


def test_over_https_the_cookie_is_bound_to_the_host(database_url: str, tmp_path: Path, office: Office) -> None:
    day = office.moment.date()
    with open_office(database_url, tmp_path / "https", small(), day, public_url="https://dondoc.example") as opened:
        has_account(opened, "supervisor")
        client = TestClient(console_app(opened.app), base_url="https://dondoc.example", follow_redirects=False)
        given = client.get("/dang-nhap").headers["set-cookie"]
        assert given.startswith("__Host-dondoc-vao=") and "Secure" in given and "SameSite=strict" in given
        taken = sign_in(client, headers={"origin": "https://dondoc.example"}).headers["set-cookie"]
        assert taken.startswith("__Host-dondoc-ban=") and "Secure" in taken and "Domain" not in taken


def test_behind_a_proxy_the_public_address_is_ours_too(database_url: str, tmp_path: Path, office: Office) -> None:
    day = office.moment.date()
    with open_office(database_url, tmp_path / "proxy", small(), day, public_url="https://dondoc.example") as opened:
        has_account(opened, "supervisor")
        client = TestClient(console_app(opened.app), base_url="https://127.0.0.1:8080", follow_redirects=False)
        assert sign_in(client, headers={"origin": "https://dondoc.example"}).status_code == 303


def test_a_session_given_beforehand_is_not_entered(office: Office, browser: TestClient) -> None:
    planted = "a" * 43
    browser.cookies.set("dondoc-ban", planted, domain="127.0.0.1", path="/")
    assert sign_in(browser).status_code == 303
    assert browser.get("/tai-khoan").status_code == 200
    attacker = client_of(browser.app)  # type: ignore[arg-type]
    attacker.cookies.set("dondoc-ban", planted, domain="127.0.0.1", path="/")
    assert attacker.get("/tai-khoan").status_code == 303


def test_signing_in_again_ends_the_session_that_the_browser_had(office: Office, browser: TestClient) -> None:
    sign_in(browser)
    old = browser.cookies["dondoc-ban"]
    form = {"csrf": browser.cookies["dondoc-vao"], "ten": "supervisor", "mat_khau": PASSWORD}
    assert browser.post("/dang-nhap", data=form).status_code == 303
    assert browser.cookies["dondoc-ban"] != old
    assert len(rows(office)) == 1


def test_a_cookie_is_worth_nothing_after_signing_out(office: Office, browser: TestClient) -> None:
    sign_in(browser)
    cookie, csrf = browser.cookies["dondoc-ban"], csrf_of(browser)
    out = browser.post("/dang-xuat", data={"csrf": csrf})
    assert out.headers["location"] == "/dang-nhap"
    assert "dondoc-ban" not in browser.cookies
    browser.cookies.set("dondoc-ban", cookie, domain="127.0.0.1", path="/")
    assert browser.get("/tai-khoan").status_code == 303
    assert browser.post("/tai-khoan/dang-xuat-tat-ca", data={"csrf": csrf}).headers["location"] == "/dang-nhap"
    assert rows(office) == []


def test_signing_out_needs_a_form_of_ours(browser: TestClient) -> None:
    sign_in(browser)
    assert browser.get("/dang-xuat").status_code == 405
    assert browser.post("/dang-xuat", data={"csrf": "x"}).status_code == 403
    assert browser.get("/tai-khoan").status_code == 200


def test_signing_out_everywhere_ends_the_other_browsers_too(office: Office, browser: TestClient) -> None:
    other = client_of(browser.app)  # type: ignore[arg-type]
    sign_in(browser), sign_in(other)
    browser.post("/tai-khoan/dang-xuat-tat-ca", data={"csrf": csrf_of(browser)})
    assert (browser.get("/tai-khoan").status_code, other.get("/tai-khoan").status_code) == (303, 303)


def test_a_session_that_lies_unused_ends_after_two_hours(office: Office, browser: TestClient) -> None:
    sign_in(browser)
    office.moment += timedelta(hours=1, minutes=59)
    assert browser.get("/tai-khoan").status_code == 200
    office.moment += timedelta(hours=1, minutes=59)
    assert browser.get("/tai-khoan").status_code == 200
    office.moment += timedelta(hours=2)
    assert browser.get("/tai-khoan").status_code == 303


def test_a_session_in_use_ends_after_twelve_hours(office: Office, browser: TestClient) -> None:
    sign_in(browser)
    for _ in range(11):
        office.moment += timedelta(hours=1)
        assert browser.get("/tai-khoan").status_code == 200
    office.moment += timedelta(minutes=59)
    assert browser.get("/tai-khoan").status_code == 200
    office.moment += timedelta(minutes=1)
    assert browser.get("/tai-khoan").status_code == 303


def test_what_has_run_out_is_cleared_at_the_next_sign_in(office: Office, browser: TestClient) -> None:
    sign_in(browser)
    office.moment += timedelta(days=1)
    sign_in(browser)
    assert len(rows(office)) == 1


@pytest.mark.parametrize(
    ("csrf", "headers"),
    [
        ("", {}), ("khac", {}), (None, {}),
        ("right", {"origin": "https://nguoi-khac.example"}), ("right", {"origin": "null"}),
        ("right", {"sec-fetch-site": "cross-site"}),
    ],
)  # fmt: skip
def test_another_site_cannot_sign_somebody_in(csrf: str | None, headers: dict[str, str], browser: TestClient) -> None:
    page = browser.get("/dang-nhap")
    token = hidden(page.text, "csrf") if csrf == "right" else csrf
    data = {"ten": "supervisor", "mat_khau": PASSWORD, **({} if token is None else {"csrf": token})}
    found = browser.post("/dang-nhap", data=data, headers=headers)
    assert found.status_code == 403
    assert "dondoc-ban" not in browser.cookies


def test_a_form_without_the_cookie_it_came_with_is_shown_again(browser: TestClient) -> None:
    token = hidden(browser.get("/dang-nhap").text, "csrf")
    browser.cookies.clear()
    form = {"csrf": token, "ten": "supervisor", "mat_khau": PASSWORD}
    found = browser.post("/dang-nhap", data=form)
    assert (found.status_code, "đã cũ" in found.text) == (403, True)
    assert browser.post("/dang-nhap", data={**form, "csrf": hidden(found.text, "csrf")}).status_code == 303


def test_a_form_is_led_back_to_the_page_it_stood_on(seat: Seat, pages: Starlette) -> None:
    form = {"csrf": "x"}
    stranger = client_of(pages)
    from_here = stranger.post("/tai-khoan/mat-khau", data=form, headers={"referer": f"{HERE}/tai-khoan?x=1"})
    assert from_here.headers["location"] == "/dang-nhap?ve=/tai-khoan"
    elsewhere = stranger.post("/tai-khoan/mat-khau", data=form, headers={"referer": "https://kia.example/tai-khoan"})
    assert elsewhere.headers["location"] == "/dang-nhap"


HOSTILE = (
    "//kia.example", "///kia.example", "/\\kia.example", "\\\\kia.example", "/\t/kia.example", "/\n/kia.example",
    "https://kia.example", "HTTPS:kia.example", "http:/kia.example", "javascript:alert(1)", "data:text/html,x",
    "kia.example", "/theo-doi//kia.example", "/./../kia", "/theo-doi/../dang-xuat", "/%2f/kia.example",
    "/%5ckia.example", "/%09/kia.example", " /theo-doi", "/theo-doi ", "/theo-doi\r\nSet-Cookie: a=b", "/theo-doi\x00",
    "/theo-doi#x", "/ｋia", "/theo-doi?a=\u202e", "/" + "x" * 600, "", "?x", "@kia.example", "/@kia.example//",
    "/dang-nhap", "/dang-xuat", "/dang-nhap?ve=/dang-nhap", "/l/abc", "/;//kia.example",
)  # fmt: skip


@pytest.mark.parametrize("wanted", HOSTILE)
def test_no_address_leads_away(wanted: str, browser: TestClient) -> None:
    assert local_path(wanted) == HOME
    assert sign_in(browser, data={"ve": wanted}).headers["location"] == HOME


@pytest.mark.parametrize(
    "wanted",
    [HOME, "/tai-khoan", "/theo-doi/ke-hoach/hung-yen-2024?tim=c%E1%BA%A3i+c%C3%A1ch&trang=2", "/theo-doi/duyet/12",
     "/theo-doi/ke-hoach/hung-yen-2024/nhiem-vu/I.2.5"],
)  # fmt: skip
def test_our_own_addresses_are_returned_to(wanted: str) -> None:
    assert local_path(wanted) == wanted


@given(st.text() | st.text(alphabet="/\\.:?#@%a\t\n ").map(lambda tail: f"/{tail}"))
def test_whatever_is_asked_for_the_way_back_is_a_path_of_ours(wanted: str) -> None:
    found = httpx.URL(HERE).join(local_path(wanted))
    assert (found.scheme, found.host, found.port) == ("http", "127.0.0.1", 8080)
    assert not local_path(wanted).startswith(("//", "/\\"))


def test_wrong_unknown_disabled_and_locked_are_told_with_the_same_words(office: Office, browser: TestClient) -> None:
    has_account(office, "ngung")
    accounts.disable(office.app, "ngung", by="kiểm thử", now=office.moment)
    has_account(office, "khoa")
    with office.app.sessions.begin() as session:
        session.execute(text("UPDATE accounts SET locked_until = now() + interval '99 years' WHERE login = 'khoa'"))
    tried = [
        ("supervisor", "sai mất rồi nhé"),
        ("khong-co", PASSWORD),
        ("ngung", PASSWORD),
        ("khoa", PASSWORD),
        ("", ""),
    ]
    found = [sign_in(browser, login, password) for login, password in tried]
    assert {one.status_code for one in found} == {403}
    assert {one.text.replace(f'value="{login}"', "") for one, (login, _) in zip(found, tried, strict=True)} == {
        found[0].text.replace('value="supervisor"', "")
    }
    assert WRONG in found[0].text


def test_the_hash_is_worked_out_for_logins_that_do_not_exist(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[tuple[str, str]] = []
    monkeypatch.setattr(passwords, "is_right", lambda kept, typed: bool(looked_at.append((kept[:10], typed))))
    for login in ("supervisor", "khong-co", "Không hợp lệ!", "x" * 80):
        sign_in(browser, login, "một mật khẩu nào đó")
    assert looked_at == [("$argon2id$", "một mật khẩu nào đó")] * 4


def test_five_wrong_ones_lock_the_account_even_for_the_right_one(office: Office, browser: TestClient) -> None:
    for _ in range(5):
        sign_in(browser, password="sai mất rồi nhé")
    locked = sign_in(browser)
    assert (locked.status_code, WRONG in locked.text) == (403, True)
    office.moment += timedelta(minutes=14)
    assert sign_in(browser).status_code == 403
    office.moment += timedelta(minutes=1)
    assert sign_in(browser).status_code == 303
    assert (account(office).failures, account(office).locked_until) == (0, None)


def test_each_lock_lasts_twice_as_long_up_to_four_hours(office: Office, browser: TestClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(brake, "MOST_WRONG", 1000)
    lasted = []
    for _ in range(7):
        for _ in range(5):
            sign_in(browser, password="sai mất rồi nhé")
        until = account(office).locked_until
        assert until is not None
        lasted.append(int((until - office.moment).total_seconds()) // 60)
        office.moment = until
    assert lasted == [15, 30, 60, 120, 240, 240, 240]


def test_a_right_password_puts_the_count_back(office: Office, browser: TestClient) -> None:
    for _ in range(3):
        for _ in range(4):
            assert sign_in(browser, password="sai mất rồi nhé").status_code == 403
        assert sign_in(browser).status_code == 303
        browser.cookies.delete("dondoc-ban")
    assert account(office).failures == 0


def test_of_many_guesses_at_once_five_are_looked_at(office: Office, pages: Starlette, monkeypatch: Any) -> None:
    has_account(office, "supervisor")
    looked_at, real = [], passwords.is_right
    kept = account(office).password

    def counted(hash_: str, typed: str) -> bool:
        if hash_ == kept:
            looked_at.append(typed)
        return real(hash_, typed)

    monkeypatch.setattr(passwords, "is_right", counted)
    clients = [client_of(pages) for _ in range(2)]
    for client in clients:
        client.get("/dang-nhap")
    start = threading.Barrier(2)

    def guess(client: TestClient, name: int) -> None:
        start.wait()
        for n in range(8):
            form = {"csrf": client.cookies["dondoc-vao"], "ten": "supervisor", "mat_khau": f"đoán {name} lần {n} nhé"}
            client.post("/dang-nhap", data=form)

    threads = [threading.Thread(target=guess, args=(client, n)) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == 5
    assert account(office).failures == 5
    assert len(written_by(office, "account-locked")) == 1


def test_wrong_passwords_are_journaled_without_the_words(office: Office, browser: TestClient) -> None:
    for _ in range(6):
        sign_in(browser, password="bí mật của tôi đây")
    sign_in(browser, login="bi-mat-go-nham-cho", password="x")
    assert [row.why for row in written_by(office, "sign-in-failed")] == [f"Sai mật khẩu lần {n}." for n in range(1, 5)]
    (locked,) = written_by(office, "account-locked")
    assert (locked.subject, locked.why) == ("account/supervisor", "Sai mật khẩu lần 5. Khóa đăng nhập 15 phút.")
    with office.app.sessions() as session:
        everything = str(session.execute(text("SELECT json_agg(j) FROM journal j")).scalar())
    assert "bí mật" not in everything and "bi-mat" not in everything


def test_strangers_cannot_fill_the_journal(office: Office, browser: TestClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(brake, "MOST_WRONG", 1000)
    for n in range(70):
        sign_in(browser, login=f"nguoi-la-{n}")
    assert len(written_by(office, "refused")) == 60


def test_an_address_that_guesses_too_much_is_braked(office: Office, browser: TestClient) -> None:
    for n in range(30):
        assert sign_in(browser, login=f"nguoi-la-{n}").status_code == 403
    braked = sign_in(browser)
    assert (braked.status_code, "quá nhiều lần" in braked.text) == (429, True)
    assert account(office).failures == 0
    office.moment += timedelta(minutes=15)
    assert sign_in(browser).status_code == 303


def test_the_brake_tells_addresses_apart_and_forgets_the_oldest(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(brake, "MOST_ADDRESSES", 3)
    monkeypatch.setattr(brake, "MOST_WRONG", 1)
    held = Brake()
    for address in "abcd":
        held.wrong(address, office.moment)
    assert [held.holds(address, office.moment) for address in "abcde"] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("near", "named", "address"),
    [
        ("10.1.2.3", "", "10.1.2.3"), ("10.1.2.3", "9.9.9.9", "10.1.2.3"), ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "1.1.1.1, 9.9.9.9", "9.9.9.9"), ("127.0.0.1", "bậy", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"), ("::ffff:10.1.2.3", "", "10.1.2.3"), ("testclient", "", "?"),
    ],
)  # fmt: skip
def test_who_asks_is_the_other_end_or_what_a_proxy_of_this_machine_names(near: str, named: str, address: str) -> None:
    scope = {"type": "http", "client": (near, 1), "headers": [(b"x-forwarded-for", named.encode())] if named else []}
    assert brake.address_of(Request(scope)) == address


@pytest.mark.parametrize("length", ["17000", "", "-1", "99999999999999999999"])
def test_a_stranger_may_not_send_much(length: str, browser: TestClient) -> None:
    def body() -> Iterator[bytes]:
        yield b"ten=" + b"a" * 16990

    found = browser.post("/dang-nhap", content=body(), headers={"content-length": length} if length else {})
    assert found.status_code == 413


@pytest.mark.parametrize("name", ["ten", "mat_khau", "ve", "csrf"])
@pytest.mark.parametrize(
    "value", ["\x00", "<script>alert(1)</script>", "\ud800x", "'; DROP TABLE accounts; --", "x" * 5000]
)
def test_hostile_text_is_only_text(name: str, value: str, browser: TestClient) -> None:
    data = value.encode("utf-8", "surrogatepass")
    found = sign_in(browser, data={name: data})
    assert found.status_code in (303, 403)
    assert "<script>" not in found.text


def test_a_first_password_must_be_changed_before_anything_else(office: Office, browser: TestClient) -> None:
    accounts.set_password(office.app, "supervisor", "tạm thời cấp cho anh", by="kiểm thử", now=office.moment)
    entered = sign_in(browser, password="tạm thời cấp cho anh", ve="/theo-doi/duyet")
    assert entered.headers["location"] == "/tai-khoan"
    page = browser.get("/tai-khoan")
    assert "Cần đặt mật khẩu của riêng mình" in page.text
    assert change(browser, "tạm thời cấp cho anh", "của riêng tôi thôi").headers["location"] == "/tai-khoan?da-doi"
    assert "Đã đổi mật khẩu" in browser.get("/tai-khoan?da-doi").text
    assert not account(office).must_change


def change(client: TestClient, old: str, new: str, again: str | None = None) -> httpx.Response:
    form = {"mat_khau": old, "mat_khau_moi": new, "nhap_lai": new if again is None else again}
    return client.post("/tai-khoan/mat-khau", data={"csrf": csrf_of(client), **form})


def test_a_new_password_ends_the_other_sessions_and_the_old_cookie(office: Office, browser: TestClient) -> None:
    other = client_of(browser.app)  # type: ignore[arg-type]
    sign_in(browser), sign_in(other)
    old = browser.cookies["dondoc-ban"]
    assert change(browser, PASSWORD, "một câu khác hẳn").status_code == 303
    assert browser.get("/tai-khoan").status_code == 200
    assert other.get("/tai-khoan").status_code == 303
    assert browser.cookies["dondoc-ban"] != old
    assert len(rows(office)) == 1
    other.cookies.clear()
    assert sign_in(other).status_code == 403
    assert sign_in(other, password="một câu khác hẳn").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("sai mất rồi nhé", "một câu khác hẳn", None, "Mật khẩu hiện tại không đúng"),
        (PASSWORD, "ngắn quá", None, "cần từ 12 đến 128 ký tự"),
        (PASSWORD, "một câu khác hẳn", "một câu khác nữa", "không giống nhau"),
        (PASSWORD, "supervisor2024", None, "quá dễ đoán"),
        (PASSWORD, PASSWORD, None, "phải khác mật khẩu hiện tại"),
        ("", "", None, "cần từ 12 đến 128 ký tự"),
    ],
)
def test_a_new_password_is_refused_with_what_is_wrong(
    old: str, new: str, again: str | None, words: str, office: Office, browser: TestClient
) -> None:
    sign_in(browser)
    kept = account(office).password
    found = change(browser, old, new, again)
    assert (found.status_code, words in found.text) == (422, True)
    assert account(office).password == kept
    assert PASSWORD not in found.text and "câu khác" not in found.text
    assert browser.get("/tai-khoan").status_code == 200


def test_an_open_session_is_no_place_to_guess_the_password(office: Office, browser: TestClient) -> None:
    sign_in(browser)
    for _ in range(5):
        change(browser, "đoán bừa một câu", "một câu khác hẳn")
    assert "đang tạm khóa" in change(browser, PASSWORD, "một câu khác hẳn").text
    assert account(office).locked_until is not None


def test_the_pages_fit_a_phone_and_a_screen_reader(browser: TestClient) -> None:
    page = browser.get("/dang-nhap").text
    assert page.count("<h1>") == 1 and "style=" not in page and "<script" not in page
    for name, autocomplete in (("ten", "username"), ("mat_khau", "current-password")):
        assert f'<label for="{name}">' in page
        assert f'autocomplete="{autocomplete}"' in page
    sign_in(browser)
    own = browser.get("/tai-khoan").text
    assert own.count("<h1>") == 1 and "style=" not in own and own.count('autocomplete="new-password"') == 2
    assert "Sở Nội vụ" in own and "Theo dõi: xem tất cả" in own


def test_no_account_opens_an_agencys_work_and_no_link_the_supervisors(visit: Visit, seat: Seat) -> None:
    assert seat("supervisor").get("/viec").status_code == 403
    assert visit(JUSTICE).get("/tai-khoan").status_code == 303
