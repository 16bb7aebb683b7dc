"""The composition root: reads the environment once and wires store, calendar and channels into an App."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from dondoc import clock, settings
from dondoc.channels import config as configuration
from dondoc.channels.config import Channels, load_channels
from dondoc.channels.email import EmailChannel
from dondoc.channels.mail_lookup import MailLookup
from dondoc.channels.settings import EmailSettings
from dondoc.channels.zalo import ZaloChannel, ZaloSettings
from dondoc.domain.calendar import WorkCalendar
from dondoc.embedded import Cluster
from dondoc.embedded.layout import Layout
from dondoc.errors import ProblemsFound
from dondoc.loading import load_calendar
from dondoc.services.alarms import Alarms
from dondoc.services.app import App, Channel
from dondoc.services.zalo_tokens import stored_tokens
from dondoc.settings import Settings
from dondoc.store import engine, session_factory
from dondoc.store.claims import Limits

DEMO = "DONDOC_DEMO"


@contextmanager
def open_app(env: Mapping[str, str] | None = None) -> Iterator[App]:
    """The App for the environment `env` (default: the process's), closed in order at the end.

    Without DONDOC_DATABASE_URL the embedded PostgreSQL is started, or joined when it runs already. Raises
    SettingsError or ProblemsFound naming everything that is wrong with settings and configuration files.
    """
    env = os.environ if env is None else env
    read = settings.read(env, demo=env.get(DEMO) == "1")
    with ExitStack() as stack:
        url = read.database_url or stack.enter_context(Cluster(read.home)).url()
        database = engine(url)
        stack.callback(database.dispose)
        mail, configured = _channels(read, env)
        lookup = MailLookup(read.mail_lookup_url) if read.mail_lookup_url else None
        email = EmailChannel(mail, lookup)
        stack.callback(email.close)
        sessions = session_factory(database)
        channels: dict[str, Channel] = {"email": email}
        tokens = None
        if configured.zalo is not None:
            alarms = Alarms(sessions, clock.now, read.alarm_url)
            tokens = stored_tokens(configured.zalo, read.home, sessions, database, alarms)
            channels["zalo"] = zalo = ZaloChannel(configured.zalo, tokens)
            stack.callback(zalo.close)
        yield App(
            settings=read,
            engine=database,
            sessions=sessions,
            calendar=_calendar(read),
            templates=read.templates,
            channels=channels,
            mail_domain=mail.sender.rpartition("@")[2],
            now=clock.now,
            limits={"email": _limits(configured.email_limits), "zalo": _limits(configured.zalo_limits)},
            recipient_per_day=configured.recipient_per_day,
            zalo=tokens,
        )


def has_store(env: Mapping[str, str] | None = None) -> bool:
    """Whether there is a database to ask: one that the environment names, or the embedded one, made before."""
    read = settings.read(os.environ if env is None else env)
    return read.database_url is not None or Layout(read.home.resolve()).data.is_dir()


def _calendar(read: Settings) -> WorkCalendar:
    loaded = load_calendar(read.config / "calendar")
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    if errors or loaded.value is None:
        raise ProblemsFound(errors or loaded.problems)
    return loaded.value


def _channels(read: Settings, env: Mapping[str, str]) -> tuple[EmailSettings, Channels]:
    """The mail server of the environment, else of config/channels.yaml with its password from the environment; and
    all that the file says.

    The sender's name is always the file's: it is the office's, whichever server carries the mail.
    """
    smtp, zalo = read.smtp, {"zalo_app_secret": read.zalo_app_secret, "zalo_url": read.zalo_url}
    file = read.config / "channels.yaml"
    if smtp is None:
        user, password = settings.secret(env, "DONDOC_SMTP_USER"), settings.secret(env, "DONDOC_SMTP_PASSWORD")
        configured = _with_application(load_channels(file, user, password, **zalo), read)
        return configured.email, configured
    configured = _with_application(load_channels(file, **zalo), read)
    name = configured.email.sender_name
    own = EmailSettings(smtp.host, smtp.port, smtp.mode, smtp.sender, name, user=smtp.user, password=smtp.password)
    return own, configured


def _with_application(configured: Channels, read: Settings) -> Channels:
    """The Zalo application that the environment names stands before the file's."""
    if read.zalo_app_id is None or read.zalo_app_secret is None:
        return configured
    own = {"app_id": read.zalo_app_id, "app_secret": read.zalo_app_secret, "url": read.zalo_url}
    zalo = replace(configured.zalo, **own) if configured.zalo else ZaloSettings(**own)  # type: ignore[arg-type]
    return replace(configured, zalo=zalo)


def _limits(found: configuration.Limits) -> Limits:
    return Limits(found.per_minute, found.per_day)
