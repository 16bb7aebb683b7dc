"""Personal links: one secret in an address, kept only as a digest, swapped for a session, ended at will."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from office import JUSTICE, Office, open_office, small
from sqlalchemy import select, text

from dondoc.errors import Refused, SettingsError
from dondoc.services import linking, links
from dondoc.services.links import Opened
from dondoc.store.models import LinkRow, SessionRow


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 3, 1)) as opened:
        yield opened


def swap(office: Office, token: str) -> Opened | str:
    with office.app.sessions.begin() as session:
        return links.open_link(session, token, office.moment)


def whose(office: Office, cookie: str) -> str | None:
    with office.app.sessions() as session:
        found = links.visitor(session, cookie, office.moment)
    return found.recipient if found else None


def test_a_link_opens_the_work_of_its_recipient(office: Office) -> None:
    opened = swap(office, office.link(JUSTICE))
    assert isinstance(opened, Opened)
    assert whose(office, opened.cookie) == JUSTICE


def test_neither_token_nor_cookie_is_stored(office: Office) -> None:
    token = office.link(JUSTICE)
    opened = swap(office, token)
    assert isinstance(opened, Opened)
    with office.app.sessions() as session:
        for secret in (token, opened.cookie):
            for table in ("links", "sessions", "journal"):
                dump = session.execute(text(f"SELECT string_agg(t::text, ' ') FROM {table} t")).scalar() or ""
                assert secret not in dump
        assert session.scalars(select(LinkRow.token_hash)).all() == [hashlib.sha256(token.encode()).hexdigest()]


def test_a_message_rendered_again_carries_the_same_link_and_another_message_another(office: Office) -> None:
    home = office.app.settings.home

    def token(key: str) -> str:
        with office.app.sessions.begin() as session:
            return links.issue_for_message(session, home, key, JUSTICE, "so-tu-phap", office.moment)

    first = token(f"{JUSTICE}/2024-03-01/digest")
    office.set(date(2024, 3, 4))
    assert token(f"{JUSTICE}/2024-03-01/digest") == first
    assert token(f"{JUSTICE}/2024-03-04/digest") != first
    with office.app.sessions() as session:
        assert len(session.scalars(select(LinkRow)).all()) == 2


def test_a_link_can_be_opened_again_and_again_while_it_is_valid(office: Office) -> None:
    token = office.link(JUSTICE, days=3)
    assert isinstance(swap(office, token), Opened)
    office.moment += timedelta(days=3, seconds=-1)
    assert isinstance(swap(office, token), Opened)
    office.moment += timedelta(seconds=1)
    assert swap(office, token) == "expired"


def test_a_session_ends_after_half_a_day_and_never_outlives_its_link(office: Office) -> None:
    opened = swap(office, office.link(JUSTICE, days=1))
    assert isinstance(opened, Opened)
    office.moment += timedelta(hours=links.SESSION_HOURS, seconds=-1)
    assert whose(office, opened.cookie) == JUSTICE
    office.moment += timedelta(seconds=1)
    assert whose(office, opened.cookie) is None
    late = swap(office, office.link(JUSTICE, days=1))
    assert isinstance(late, Opened)
    assert late.expires_at == office.moment + timedelta(hours=links.SESSION_HOURS)


def test_revoking_ends_links_and_sessions_at_once_and_says_why(office: Office) -> None:
    token, others = office.link(JUSTICE), office.link("so-noi-vu/focal")
    opened = swap(office, token)
    assert isinstance(opened, Opened)
    ended = linking.revoke_links(office.app, "Sở Tư pháp", by="quản trị", now=office.moment, why="Thư bị chuyển nhầm.")
    assert ended == 1
    assert swap(office, token) == "revoked"
    assert whose(office, opened.cookie) is None
    assert isinstance(swap(office, others), Opened)
    entry = office.journal("agency:so-tu-phap")[0]
    assert (entry.who, entry.action, entry.new, entry.why) == ("quản trị", "link-revoked", "1", "Thư bị chuyển nhầm.")


def test_issuing_the_same_token_again_does_not_bring_a_revoked_link_back(office: Office) -> None:
    key = f"{JUSTICE}/2024-03-01/digest"
    with office.app.sessions.begin() as session:
        token = links.issue_for_message(session, office.app.settings.home, key, JUSTICE, "so-tu-phap", office.moment)
    linking.revoke_links(office.app, "so-tu-phap", by="quản trị", now=office.moment, why="thử")
    with office.app.sessions.begin() as session:
        links.issue_for_message(session, office.app.settings.home, key, JUSTICE, "so-tu-phap", office.moment)
    assert swap(office, token) == "revoked"


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 4096, "đường-dẫn", "a\x00b", "' OR 1=1 --"])
def test_a_guessed_token_opens_nothing(office: Office, token: str) -> None:
    office.link(JUSTICE)
    assert swap(office, token) == "unknown"
    assert whose(office, token) is None


def test_ended_sessions_are_swept_away_by_the_next_visit(office: Office) -> None:
    token = office.link(JUSTICE)
    swap(office, token)
    office.moment += timedelta(days=1)
    swap(office, token)
    with office.app.sessions() as session:
        assert len(session.scalars(select(SessionRow)).all()) == 1


def test_the_server_key_is_private_whole_and_one_for_all_processes(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: links.server_key(tmp_path / "home"), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    folder = tmp_path / "home" / "secret"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [(f.name, stat.S_IMODE(f.stat().st_mode)) for f in folder.iterdir()] == [("link.key", 0o600)]


def test_a_link_by_hand_goes_to_the_contact_that_answers_for_the_agency(office: Office) -> None:
    issued = linking.issue_link(office.app, "xa-huyen-van-lam", by="quản trị", now=office.moment)
    assert issued.recipient == "ubnd-huyen-van-lam/focal"
    assert issued.expires_at == office.moment + timedelta(days=60)
    opened = swap(office, issued.address.removeprefix("http://127.0.0.1:8080/l/"))
    assert isinstance(opened, Opened)
    assert office.journal("ubnd-huyen-van-lam/focal")[0].action == "link-issued"


def test_a_link_by_hand_names_what_is_wrong(office: Office) -> None:
    with pytest.raises(Refused, match="Không có cơ quan “Sở Trăng”"):
        linking.issue_link(office.app, "Sở Trăng", by="quản trị", now=office.moment)
    with pytest.raises(Refused, match="từ 1 đến 366 ngày"):
        linking.issue_link(office.app, "so-tu-phap", by="quản trị", now=office.moment, days=0)


def test_without_a_public_address_no_link_is_made(database_url: str, tmp_path: Path) -> None:
    with open_office(database_url, tmp_path / "home", small(), date(2024, 3, 1), public_url="") as office:
        with pytest.raises(SettingsError, match="DONDOC_PUBLIC_URL"):
            linking.issue_link(office.app, "so-tu-phap", by="quản trị", now=office.moment)
        with office.app.sessions() as session:
            assert session.scalars(select(LinkRow)).all() == []
