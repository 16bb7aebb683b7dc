"""Every way an attempt can end has its own kind (DESIGN §2.6), measured against a real SMTP server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest
from faulty_smtp import NOW, PASSWORD, USER, Certificate, Faults, FaultySink, authenticate, envelope

from dondoc.channels.email import EmailChannel
from dondoc.channels.envelope import Attachment
from dondoc.channels.outcomes import Outcome


def test_a_taken_message_tells_the_servers_queue_id(channel: EmailChannel, server: FaultySink) -> None:
    outcome = channel.send(envelope(), NOW)
    assert outcome == Outcome("sent", 250, "2.0.0 Ok: queued as 00000001", "00000001")
    assert server.mailbox.ids() == ["00000001"]


@pytest.mark.parametrize(
    ("phase", "reply", "kind"),
    [
        ("greeting", "421 4.3.2 too busy", "retry"),
        ("greeting", "554 5.3.2 no service here", "administrator"),
        ("mail", "451 4.3.0 try again later", "retry"),
        ("mail", "530 5.7.0 Authentication required", "administrator"),
        ("mail", "553 5.7.1 Sender address rejected: not owned", "administrator"),
        ("mail", "552 5.3.4 Message size exceeds fixed limit", "refused"),
        ("rcpt", "421 4.7.0 too many", "retry"),
        ("rcpt", "450 4.2.1 mailbox busy", "retry"),
        ("rcpt", "451 4.7.1 greylisted", "retry"),
        ("rcpt", "452 4.2.2 mailbox full", "retry"),
        ("rcpt", "550 5.1.1 no such user", "refused"),
        ("data", "451 4.3.0 try again later", "retry"),
        ("data", "554 5.5.1 no valid recipients", "refused"),
        ("after_data", "452 4.3.1 Insufficient system storage", "retry"),
        ("after_data", "554 5.7.1 rejected as spam", "refused"),
    ],
)
def test_the_servers_reply_gives_the_kind(
    channel: EmailChannel, server: FaultySink, faults: Faults, phase: str, reply: str, kind: str
) -> None:
    setattr(faults, phase, reply)
    code, text = reply.split(" ", 1)
    outcome = channel.send(envelope(), NOW)
    assert (outcome.kind, outcome.code, outcome.text) == (kind, int(code), text)
    assert server.mailbox.ids() == []
    setattr(faults, phase, None)
    assert channel.send(envelope(), NOW).kind == "sent"


@pytest.mark.parametrize("point", ["greeting", "mail", "rcpt", "data"])
def test_a_connection_lost_before_the_final_dot_may_be_tried_again(
    channel: EmailChannel, faults: Faults, point: str
) -> None:
    faults.drop = point
    # Larger than the sockets' buffers: the connection is gone while we are still writing.
    file = Attachment("phụ lục.bin", bytes(12_000_000))
    outcome = channel.send(envelope(attachments=(file,)), NOW)
    assert (outcome.kind, outcome.code) == ("retry", None)


def test_a_connection_lost_after_the_final_dot_is_unknown(
    channel: EmailChannel, server: FaultySink, faults: Faults
) -> None:
    faults.drop = "after_data"
    outcome = channel.send(envelope(), NOW)
    assert (outcome.kind, outcome.code) == ("unknown", None)
    assert server.mailbox.ids() == ["00000001"]  # it did arrive: a second try would have been a second mail


def test_silence_after_the_final_dot_is_unknown(
    server: FaultySink, make_channel: Callable[..., EmailChannel], faults: Faults
) -> None:
    faults.silent_after_data = True
    assert make_channel(server.port, timeout=0.5).send(envelope(), NOW).kind == "unknown"


@pytest.mark.parametrize("reply", ["999 what", "no code at all"])
def test_an_unreadable_answer_to_the_message_is_unknown(channel: EmailChannel, faults: Faults, reply: str) -> None:
    faults.after_data = reply
    assert channel.send(envelope(), NOW).kind == "unknown"


def test_a_server_that_is_not_there_may_be_tried_again(make_channel: Callable[..., EmailChannel]) -> None:
    assert make_channel(1).send(envelope(), NOW).kind == "retry"


def test_messages_share_one_connection(channel: EmailChannel, faults: Faults) -> None:
    assert [channel.send(envelope(str(n)), NOW).remote_id for n in range(3)] == ["00000001", "00000002", "00000003"]
    assert faults.connections == 1


def test_a_refused_recipient_does_not_cost_the_connection(channel: EmailChannel, faults: Faults) -> None:
    faults.rcpt = "550 5.1.1 no such user"
    assert channel.send(envelope(), NOW).kind == "refused"
    faults.rcpt = None
    assert channel.send(envelope(), NOW).kind == "sent"
    assert faults.connections == 1


@pytest.mark.parametrize("politely", [True, False])
def test_a_connection_closed_while_idle_is_opened_anew(
    channel: EmailChannel, server: FaultySink, faults: Faults, politely: bool
) -> None:
    faults.close_after_message, faults.close_politely = True, politely
    assert [channel.send(envelope(str(n)), NOW).kind for n in range(2)] == ["sent", "sent"]
    assert (faults.connections, len(server.mailbox.ids())) == (2, 2)


def test_each_thread_has_its_own_connection(channel: EmailChannel, server: FaultySink, faults: Faults) -> None:
    def work(name: str) -> None:
        for n in range(5):
            outcomes.append(channel.send(envelope(f"{name}/{n}"), NOW).kind)

    outcomes: list[str] = []
    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["sent"] * 20
    assert faults.connections == 4
    assert len({entry.message_id for entry in server.mailbox.entries()}) == 20


class TestLogin:
    OPTIONS = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}

    def test_the_right_password_sends(
        self, make_server: Callable[..., FaultySink], make_channel: Callable[..., EmailChannel]
    ) -> None:
        server = make_server(options=self.OPTIONS)
        assert make_channel(server.port, user=USER, password=PASSWORD).send(envelope(), NOW).kind == "sent"

    def test_a_wrong_password_is_for_the_administrator_and_told_to_nobody(
        self,
        make_server: Callable[..., FaultySink],
        make_channel: Callable[..., EmailChannel],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        server = make_server(options=self.OPTIONS)
        outcome = make_channel(server.port, user=USER, password="sai-mat-khau").send(envelope(), NOW)
        assert (outcome.kind, outcome.code) == ("administrator", 535)
        assert "sai-mat-khau" not in repr(outcome)
        ours = [record for record in caplog.records if record.name.startswith(("dondoc", "apprise"))]
        assert [record.action for record in ours if hasattr(record, "action")] == [
            "sink_started",
            "email_administrator",
        ]
        assert not any("sai-mat-khau" in str(vars(record)) for record in ours)

    def test_a_server_without_login_is_for_the_administrator(
        self, server: FaultySink, make_channel: Callable[..., EmailChannel]
    ) -> None:
        outcome = make_channel(server.port, user=USER, password=PASSWORD).send(envelope(), NOW)
        assert outcome.kind == "administrator"

    def test_a_server_that_repeats_the_password_does_not_make_us_repeat_it(
        self, make_channel: Callable[..., EmailChannel], make_server: Callable[..., FaultySink], faults: Faults
    ) -> None:
        server = make_server(options=self.OPTIONS)
        faults.rcpt = f"550 5.1.1 you said {PASSWORD}"
        outcome = make_channel(server.port, user=USER, password=PASSWORD).send(envelope(), NOW)
        assert outcome == Outcome("refused", 550, "5.1.1 you said ***", closes_days=30)


class TestTls:
    @pytest.mark.parametrize("mode", ["starttls", "ssl"])
    def test_a_trusted_certificate_sends(
        self,
        make_server: Callable[..., FaultySink],
        make_channel: Callable[..., EmailChannel],
        certificate: Certificate,
        mode: str,
    ) -> None:
        server = make_server(tls=certificate.context, implicit_tls=mode == "ssl")
        channel = make_channel(server.port, mode=mode, ca_file=certificate.pem)
        assert [channel.send(envelope(str(n)), NOW).kind for n in range(2)] == ["sent", "sent"]

    @pytest.mark.parametrize("mode", ["starttls", "ssl"])
    def test_an_unknown_certificate_is_for_the_administrator(
        self,
        make_server: Callable[..., FaultySink],
        make_channel: Callable[..., EmailChannel],
        certificate: Certificate,
        mode: str,
    ) -> None:
        server = make_server(tls=certificate.context, implicit_tls=mode == "ssl")
        outcome = make_channel(server.port, mode=mode).send(envelope(), NOW)
        assert outcome.kind == "administrator"
        assert "certificate" in outcome.text.lower()
        assert server.mailbox.ids() == []

    def test_a_server_without_starttls_gets_no_mail(
        self, server: FaultySink, make_channel: Callable[..., EmailChannel]
    ) -> None:
        assert make_channel(server.port, mode="starttls").send(envelope(), NOW).kind == "administrator"
        assert server.mailbox.ids() == []

    def test_tls_spoken_to_a_plain_port_is_for_the_administrator(
        self, server: FaultySink, make_channel: Callable[..., EmailChannel]
    ) -> None:
        assert make_channel(server.port, mode="ssl").send(envelope(), NOW).kind == "administrator"
