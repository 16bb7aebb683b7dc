"""Tokens as Zalo documents them: a refresh token once, an access token for 25 hours, one pair alive at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from standin_desk import HANG, NOW, Desk, desk, fresh

from dondoc.channels.standin import DEMO_APP_ID

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zalo")) as running:
        yield running


@pytest.fixture
def zalo(shared: Desk) -> Iterator[Desk]:
    with fresh(shared) as running:
        yield running


def test_a_refresh_gives_a_new_pair_that_works(zalo: Desk) -> None:
    first = zalo.consent()
    second = zalo.oauth(first["refresh_token"])
    assert set(second) == {"access_token", "refresh_token", "expires_in"}
    assert second["expires_in"] == "90000"
    assert not set(first.values()) & {second["access_token"], second["refresh_token"]}
    zalo.access = second["access_token"]
    assert zalo.cs()["error"] == 0


def test_a_refresh_token_works_once(zalo: Desk) -> None:
    first = zalo.consent()
    second = zalo.oauth(first["refresh_token"])
    assert zalo.oauth(first["refresh_token"])["error"] == -14020
    assert zalo.oauth(second["refresh_token"])["expires_in"] == "90000"


def test_minting_kills_the_old_access_token_at_once(zalo: Desk) -> None:
    zalo.oauth(zalo.consent()["refresh_token"])
    assert zalo.cs()["error"] == -220
    assert zalo.texts() == []


def test_a_refused_refresh_kills_nothing(zalo: Desk) -> None:
    pair = zalo.consent()
    assert zalo.oauth("never given")["error"] == -14020
    assert zalo.cs()["error"] == 0
    assert "access_token" in zalo.oauth(pair["refresh_token"])


def test_consent_kills_both_tokens_before_it(zalo: Desk) -> None:
    old = zalo.consent()
    zalo.consent()
    zalo.access = old["access_token"]
    assert zalo.cs()["error"] == -220
    assert zalo.oauth(old["refresh_token"])["error"] == -14020


def test_an_access_token_lives_25_hours(zalo: Desk) -> None:
    zalo.at(NOW + timedelta(hours=25) - SECOND)
    assert zalo.cs()["error"] == 0
    zalo.at(NOW + timedelta(hours=25))
    assert zalo.cs() == {"error": -220, "message": "Access token has expired or has been removed"}


def test_a_refresh_token_lives_90_days_from_its_own_minting(zalo: Desk) -> None:
    first = zalo.consent()
    zalo.at(NOW + timedelta(days=90) - SECOND)
    second = zalo.oauth(first["refresh_token"])
    zalo.at(NOW + timedelta(days=180) - SECOND)
    assert zalo.oauth(second["refresh_token"])["error"] == -14020


def test_the_life_of_new_tokens_can_be_set(zalo: Desk) -> None:
    zalo.control("settings", token_hours=0.5)
    assert zalo.consent()["expires_in"] == "1800"
    zalo.at(NOW + timedelta(minutes=30))
    assert zalo.cs()["error"] == -220
    zalo.control("settings", token_hours=None)
    assert zalo.consent()["expires_in"] == "90000"


@pytest.mark.parametrize(
    ("secret", "changes", "error", "name"),
    [
        ("demo-bi-mat", {"app_id": "another"}, -14002, "Invalid app id"),
        ("wrong", {}, -14004, "Invalid secret key"),
        ("demo-bi-mat", {"grant_type": "password"}, -14018, "Invalid grant type"),
        ("demo-bi-mat", {"grant_type": "authorization_code", "code": "x"}, -14005, "Invalid authorization code"),
        ("demo-bi-mat", {"refresh_token": "x"}, -14020, "Refresh token is used or expired"),
    ],
)
def test_oauth_tells_its_errors_with_http_200(
    zalo: Desk, secret: str, changes: dict[str, str], error: int, name: str
) -> None:
    form = {"app_id": DEMO_APP_ID, "grant_type": "refresh_token", "refresh_token": zalo.consent()["refresh_token"]}
    answer = zalo.client.post("/v4/oa/access_token", data=form | changes, headers={"secret_key": secret})
    told = answer.json()
    assert (answer.status_code, told["error"], told["error_name"]) == (200, error, name)
    assert told["ref_doc"].startswith("https://developers.zalo.me/")
    assert zalo.cs()["error"] == 0


@pytest.mark.parametrize("headers", [{}, {"access_token": "never given"}, {"access_token": ""}])
def test_without_a_token_that_was_given_out_nothing_goes(zalo: Desk, headers: dict[str, str]) -> None:
    body = {"recipient": {"user_id": HANG}, "message": {"text": "x"}}
    answer = zalo.client.post("/v3.0/oa/message/cs", json=body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"error": -216, "message": "Access token is invalid"})
    assert zalo.texts() == []


def test_a_bearer_header_is_not_what_zalo_reads(zalo: Desk) -> None:
    answer = zalo.client.get("/v2.0/oa/getoa", headers={"Authorization": f"Bearer {zalo.access}"})
    assert answer.json()["error"] == -216
