"""The real notices arrive through the real channel as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest
from faulty_smtp import NOW, FaultySink, envelope

from dondoc.channels.email import EmailChannel
from dondoc.rendering.notices import NoticeRenderer
from dondoc.rendering.samples import NAMES, sample

RENDERER = NoticeRenderer(Path(__file__).parents[2] / "templates")


@pytest.mark.parametrize("name", NAMES)
def test_a_notice_arrives_word_for_word(server: FaultySink, channel: EmailChannel, name: str) -> None:
    notice = RENDERER.render_message(sample(name))
    assert channel.send(envelope(subject=notice.subject, text=notice.text, html=notice.html), NOW).kind == "sent"
    mail = server.mailbox.open("00000001")
    assert mail is not None
    assert (mail.entry.subject, mail.text, mail.html) == (notice.subject, notice.text, notice.html)
