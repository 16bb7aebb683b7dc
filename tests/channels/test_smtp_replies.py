"""Each answer of a mail server leads to its decision (tests/cases/smtp-replies.yaml), and operators are told the same.

"Copies" below are counted in the folder of a real SMTP server; whatever the server said, the outcome must fit them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faulty_smtp import NOW, Faults, FaultySink, envelope
from ruamel.yaml import YAML

from dondoc.channels.email import EmailChannel
from dondoc.channels.envelope import Attachment
from dondoc.channels.smtp_replies import RULES, Phase, Rule, enhanced_status, rule_for

ROOT = Path(__file__).resolve().parents[2]
CASES: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / "tests" / "cases" / "smtp-replies.yaml")
PHASES: dict[str, Phase] = {"greeting": "session", "ehlo": "session", "after_data": "sent"}
OTHER = "vanthu@soyte.hungyen.example"


def lines(case: dict[str, Any]) -> list[str]:
    return case["reply"] if isinstance(case["reply"], list) else [case["reply"]]


def rule_of(case: dict[str, Any]) -> Rule:
    first = lines(case)[0][:3]
    text = "\n".join(line[4:] for line in lines(case))
    return rule_for(PHASES.get(case["phase"], case["phase"]), int(first) if first.isdigit() else -1, text)


class TestTable:
    @pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['phase']}: {case['reply']}")
    def test_a_reply_is_decided_as_written(
        self, channel: EmailChannel, server: FaultySink, faults: Faults, case: dict[str, Any]
    ) -> None:
        setattr(faults, case["phase"], "\r\n".join(lines(case)))
        outcome = channel.send(envelope(), NOW)
        assert (outcome.kind, outcome.closes_days) == (case["decision"], case.get("closes"))
        assert server.mailbox.ids() == []
        setattr(faults, case["phase"], None)
        assert channel.send(envelope("next"), NOW).kind == "sent"
        if outcome.kind == "retry":
            assert channel.send(envelope(), NOW).kind == "sent"
        ours = [entry for entry in server.mailbox.entries() if entry.message_id == envelope().message_id]
        assert len(ours) == (1 if outcome.kind == "retry" else 0)

    @pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['phase']}: {case['reply']}")
    def test_a_reply_means_what_is_written(self, case: dict[str, Any]) -> None:
        assert rule_of(case).meaning == case["meaning"]

    def test_every_row_has_an_example(self) -> None:
        assert [rule.meaning for rule in RULES if rule not in map(rule_of, CASES)] == []

    @pytest.mark.parametrize("phase", ["session", "mail", "rcpt", "data", "sent"])
    def test_every_code_has_a_decision(self, phase: Phase) -> None:
        kinds = {code: rule_for(phase, code, "").kind for code in range(-1, 1000)}
        assert {kinds[code] for code in range(400, 500)} == {"retry"}
        assert {kinds[code] for code in range(500, 600)} <= {"refused", "administrator"}
        other = {kind for code, kind in kinds.items() if code // 100 not in (4, 5)}
        assert other == {"unknown" if phase == "sent" else "retry"}

    @pytest.mark.parametrize(
        ("text", "status"),
        [("5.1.1 no", "5.1.1"), ("no\n5.1.1 no", "5.1.1"), ("4.7.1 no\n5.1.1 no", "5.1.1"), ("#5.1.0 no", "5.1.0"),
         ("no (#5.7.1)", "5.7.1"), ("5.1.10", "5.1.10"), ("5.1.1. no", "5.1.1"), ("4.7.1 no", ""), ("5.1.1.2 no", ""),
         ("5.1.1234 no", ""), ("see 5.1.1", ""), ("no", ""), ("", "")],
    )  # fmt: skip
    def test_an_enhanced_code_counts_where_it_stands_first_and_agrees(self, text: str, status: str) -> None:
        assert enhanced_status(550, text) == status

    def test_only_a_refusal_closes_an_address(self) -> None:
        assert {rule.kind for rule in RULES if rule.closes_days} == {"refused"}


def test_the_operators_document_has_every_row_and_no_other() -> None:
    document = (ROOT / "docs" / "email-replies.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in document.splitlines() if line.startswith("| `")]
    assert [tuple(row[:6]) for row in rows] == [
        (
            " ".join(f"`{phase}`" for phase in rule.phases),
            rule.codes,
            rule.statuses,
            rule.kind + (f", {rule.closes_days} ngày" if rule.closes_days else ""),
            rule.meaning,
            rule.source,
        )
        for rule in RULES
    ]
    assert all(len(row) == 7 and row[6] for row in rows)  # what the operator does


class TestWords:
    def test_all_lines_of_a_reply_are_told(self, channel: EmailChannel, faults: Faults) -> None:
        faults.rcpt = "550-5.1.1 Không có người nhận này\r\n550-5.1.1\r\n550 5.1.1 Xem https://mail.example/help"
        outcome = channel.send(envelope(), NOW)
        assert (outcome.kind, outcome.code, outcome.closes_days) == ("refused", 550, 30)
        assert outcome.text == "5.1.1 Không có người nhận này 5.1.1 5.1.1 Xem https://mail.example/help"

    @pytest.mark.parametrize("phase", ["greeting", "ehlo", "mail", "rcpt", "data", "after_data"])
    def test_garbage_in_a_reply_can_be_logged_and_stored(
        self, channel: EmailChannel, faults: Faults, phase: str
    ) -> None:
        setattr(faults, phase, b"451 4.3.0 \xff\xfe\x00 \x1b[31mred \xe2\x80\xae\tend \x80")
        outcome = channel.send(envelope(), NOW)
        assert (outcome.kind, outcome.code) == ("retry", 451)
        assert outcome.text == "4.3.0 \ufffd\ufffd [31mred end \ufffd"

    @pytest.mark.parametrize("phase", ["greeting", "ehlo", "mail", "rcpt", "data"])
    def test_bytes_that_are_no_reply_before_the_message_may_be_tried_again(
        self, channel: EmailChannel, server: FaultySink, faults: Faults, phase: str
    ) -> None:
        for reply in (b"\xff\xfe\x00\x80", b"550 " + b"x" * 10_000, b""):
            setattr(faults, phase, reply)
            assert channel.send(envelope(), NOW).kind == "retry"
        setattr(faults, phase, None)
        assert channel.send(envelope(), NOW).kind == "sent"
        assert len(server.mailbox.ids()) == 1

    @pytest.mark.parametrize("reply", [b"\xff\xfe\x00\x80", b"550 " + b"x" * 10_000])
    def test_bytes_that_are_no_reply_to_the_message_leave_it_unknown(
        self, channel: EmailChannel, faults: Faults, reply: bytes
    ) -> None:
        faults.lie_after_data = reply
        outcome = channel.send(envelope(), NOW)
        assert (outcome.kind, outcome.code) == ("unknown", None)


class TestOneOfTwo:
    def test_a_refused_recipient_leaves_the_next_message_its_connection(
        self, channel: EmailChannel, server: FaultySink, faults: Faults
    ) -> None:
        faults.refuse = {OTHER: "550 5.1.1 no such user"}
        first = channel.send(envelope("a", to_address=OTHER), NOW)
        second = channel.send(envelope("b"), NOW)
        assert (first.kind, first.closes_days, second.kind, second.closes_days) == ("refused", 30, "sent", None)
        assert [entry.to for entry in server.mailbox.entries()] == [(envelope().to_address,)]
        assert faults.connections == 1

    def test_a_greylisted_message_is_taken_on_the_second_try_under_the_same_message_id(
        self, channel: EmailChannel, server: FaultySink, faults: Faults
    ) -> None:
        faults.greylist = "451 4.7.1 Greylisted, come back in 300 seconds"
        assert channel.send(envelope(), NOW).kind == "retry"
        assert server.mailbox.ids() == []
        assert channel.send(envelope(), NOW).kind == "sent"
        assert [entry.message_id for entry in server.mailbox.entries()] == [envelope().message_id]
        assert channel.send(envelope("other", to_address=OTHER), NOW).kind == "retry"


LARGE = (Attachment("phụ lục.bin", bytes(12_000_000)),)
"""Larger than the sockets' buffers: the connection is gone while we are still writing."""


class TestLostConnection:
    @pytest.mark.parametrize(
        ("point", "kind", "copies"),
        [("greeting", "retry", 0), ("ehlo", "retry", 0), ("mail", "retry", 0), ("rcpt", "retry", 0),
         ("command", "retry", 0), ("data", "retry", 0), ("after_dot", "unknown", 0), ("after_data", "unknown", 1)],
    )  # fmt: skip
    def test_it_may_be_tried_again_only_if_the_final_dot_had_not_left(
        self, channel: EmailChannel, server: FaultySink, faults: Faults, point: str, kind: str, copies: int
    ) -> None:
        faults.drop = point
        outcome = channel.send(envelope(attachments=LARGE), NOW)
        assert (outcome.kind, outcome.code, outcome.closes_days) == (kind, None, None)
        assert len(server.mailbox.ids()) == copies
        faults.drop = None
        assert channel.send(envelope("next"), NOW).kind == "sent"

    def test_a_server_that_is_down_may_be_tried_again_when_it_is_up(
        self, channel: EmailChannel, server: FaultySink
    ) -> None:
        assert channel.send(envelope("a"), NOW).kind == "sent"
        server.set(down=True)
        assert channel.send(envelope("b"), NOW).kind == "retry"
        server.set(down=False)
        assert channel.send(envelope("b"), NOW).kind == "sent"
        assert len(server.mailbox.ids()) == 2

    @pytest.mark.parametrize(
        ("phase", "kind"),
        [("greeting", "retry"), ("mail", "retry"), ("rcpt", "retry"), ("data", "retry"), ("after_data", "unknown")],
    )
    def test_silence_is_a_lost_connection(
        self, server: FaultySink, make_channel: Callable[..., EmailChannel], phase: str, kind: str
    ) -> None:
        server.set(slow={phase: 60})
        assert make_channel(server.port, timeout=1).send(envelope(), NOW).kind == kind

    def test_a_slow_server_is_waited_for(self, channel: EmailChannel, server: FaultySink) -> None:
        server.set(slow=dict.fromkeys(("greeting", "ehlo", "mail", "rcpt", "data", "after_data"), 0.05))
        assert channel.send(envelope(), NOW).kind == "sent"


class TestLies:
    """What a server says is believed: it took responsibility, or it did not. Only asking tells the truth."""

    @pytest.mark.parametrize("reply", ["451 4.3.0 try again", "451 4.7.1 greylisted"])
    def test_stored_and_then_put_off_arrives_twice_under_one_message_id(
        self, channel: EmailChannel, server: FaultySink, faults: Faults, reply: str
    ) -> None:
        faults.lie_after_data = reply
        assert channel.send(envelope(), NOW).kind == "retry"
        faults.lie_after_data = None
        assert channel.send(envelope(), NOW).kind == "sent"
        assert [entry.message_id for entry in server.mailbox.entries()] == [envelope().message_id] * 2

    def test_taken_and_not_stored_is_sent(self, channel: EmailChannel, server: FaultySink, faults: Faults) -> None:
        faults.lie_ok = True
        assert channel.send(envelope(), NOW).kind == "sent"
        assert server.mailbox.ids() == []
