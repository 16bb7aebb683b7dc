"""How the Prefect server is started: secrets stay out of its command line, a person's settings out of it."""

from __future__ import annotations

from pathlib import Path

from dondoc.scheduling.server import Endpoint, client_environment, command, environment, wait_ready

URL = "postgresql+asyncpg://prefect:mat-khau@/prefect?host=/run/dondoc"
ENDPOINT = Endpoint("127.0.0.1", 4200, "so-noi-vu:bi-mat")


def test_secrets_go_by_environment_only() -> None:
    env = environment({}, Path("/srv/dondoc"), URL, ENDPOINT)
    assert env["PREFECT_API_DATABASE_CONNECTION_URL"] == URL
    assert env["PREFECT_SERVER_API_AUTH_STRING"] == "so-noi-vu:bi-mat"
    assert not any("bi-mat" in word or "mat-khau" in word for word in command())
    assert "bi-mat" not in repr(ENDPOINT)


def test_everything_prefect_writes_lies_in_our_home_and_nothing_is_reported_outside() -> None:
    env = environment({"HOME": "/home/an"}, Path("/srv/dondoc"), URL, ENDPOINT)
    assert env["PREFECT_HOME"] == "/srv/dondoc/prefect"
    assert env["PREFECT_SERVER_UI_STATIC_DIRECTORY"].startswith("/srv/dondoc/")
    assert (env["DO_NOT_TRACK"], env["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")
    assert (env["PREFECT_SERVER_API_HOST"], env["PREFECT_SERVER_API_PORT"]) == ("127.0.0.1", "4200")
    assert env["HOME"] == "/home/an"


def test_the_settings_of_whoever_starts_us_do_not_reach_it() -> None:
    base = {"PREFECT_API_URL": "https://elsewhere.example/api", "PREFECT_PROFILE": "cloud", "PREFECT_API_KEY": "k"}
    assert (
        not {"PREFECT_API_URL", "PREFECT_PROFILE", "PREFECT_API_KEY"}
        & environment(base, Path("/srv"), URL, ENDPOINT).keys()
    )
    client = client_environment(base, Path("/srv"), ENDPOINT)
    assert client["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert client["PREFECT_API_AUTH_STRING"] == "so-noi-vu:bi-mat"
    assert "PREFECT_API_KEY" not in client


def test_waiting_ends_when_the_server_dies_and_when_it_answers(prefect_server: Endpoint) -> None:
    assert wait_ready(prefect_server, 10)
    assert not wait_ready(Endpoint("127.0.0.1", 1), 60, lambda: False)
    assert not wait_ready(Endpoint("127.0.0.1", 1), 0.3)
