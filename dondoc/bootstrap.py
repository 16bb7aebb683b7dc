"""The composition root: reads the environment once and wires store, calendar and channels into an App."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from dondoc import clock, settings
from dondoc.channels import config as configuration
from dondoc.channels.config import Channels, load_channels
from dondoc.channels.email import EmailChannel
from dondoc.channels.mail_lookup import MailLookup
from dondoc.channels.settings import EmailSettings
from dondoc.domain.calendar import WorkCalendar
from dondoc.embedded import Cluster
from dondoc.errors import ProblemsFound
from dondoc.loading import load_calendar
from dondoc.services.app import App
from dondoc.settings import Settings
from dondoc.store import engine, session_factory
from dondoc.store.attempts import Limits

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
        yield App(
            settings=read,
            engine=database,
            sessions=session_factory(database),
            calendar=_calendar(read),
            templates=read.templates,
            channels={"email": email},
            mail_domain=mail.sender.rpartition("@")[2],
            now=clock.now,
            limits={"email": _limits(configured.email_limits)},
        )


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
    user = settings.secret(env, "DONDOC_SMTP_USER")
    password = settings.secret(env, "DONDOC_SMTP_PASSWORD")
    smtp = read.smtp
    file = read.config / "channels.yaml"
    if smtp is None:
        configured = load_channels(file, user, password)
        return configured.email, configured
    configured = load_channels(file)
    name = configured.email.sender_name
    own = EmailSettings(smtp.host, smtp.port, smtp.mode, smtp.sender, name, user=smtp.user, password=smtp.password)
    return own, configured


def _limits(found: configuration.Limits) -> Limits:
    return Limits(found.per_minute, found.per_day)
