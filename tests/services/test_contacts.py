"""An agency corrects its contact: nothing moves before the supervisor confirms; then the old mailbox has no access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from office import JUSTICE, QUARTER, small
from sqlalchemy import select
from town import Town, open_town, shipped

from dondoc.channels.sink import Sink
from dondoc.domain.moments import at
from dondoc.errors import Refused
from dondoc.services import composing, contact_decisions, contacts, envelopes, links, sending, sweeping
from dondoc.services.answering import NotYours
from dondoc.services.contacts import Wish
from dondoc.services.replies import NotAllowed
from dondoc.store import journal, suppressions
from dondoc.store.models import JournalRow, MessageRow

DIRECTORY = "hung-yen-2024"
OLD, NEW = "cchc@sotuphap.hungyen.example", "phapche@sotuphap.hungyen.example"
WHO = "so-noi-vu/supervisor"


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """The town on the morning on which Sở Tư pháp is reminded of its quarter."""
    sink = Sink(tmp_path / "sink")
    sink.start()
    opened = open_town(database_url, tmp_path / "home", sink, date(2024, 1, 2))
    opened.apply(small())
    opened.set(date(2024, 3, 21))
    yield opened
    opened.app.engine.dispose()
    sink.stop()


def ask(town: Town, **wish: str) -> int:
    typed = {"name": "Trần Thị B", "email": NEW, "phone": "0221 386 3823", **wish}
    return contacts.ask(town.app, JUSTICE, DIRECTORY, Wish(**typed), town.moment)


def in_force(town: Town) -> str | None:
    with town.app.sessions() as session:
        return contacts.of_recipient(town.app, session, JUSTICE)[0].contact.email


def cookie(town: Town, token: str) -> links.Opened | str:
    with town.app.sessions.begin() as session:
        return links.open_link(session, token, town.moment)


def link(town: Town) -> str:
    with town.app.sessions.begin() as session:
        return links.issue(session, JUSTICE, "so-tu-phap", town.moment)


def compose(town: Town) -> MessageRow:
    """The morning's digest for Sở Tư pháp, written and not sent."""
    sweeping.sweep(town.app, town.moment)
    composing.compose_day(town.app, town.moment)
    return message(town)


def message(town: Town) -> MessageRow:
    with town.app.sessions() as session:
        chosen = select(MessageRow).where(MessageRow.recipient == JUSTICE, MessageRow.status != "held")
        return session.scalars(chosen.order_by(MessageRow.id.desc())).first()  # type: ignore[return-value]


def entries(town: Town, subject: str = JUSTICE) -> list[journal.Entry]:
    with town.app.sessions() as session:
        return list(journal.history(session, subject))


def test_nothing_changes_until_it_is_confirmed(town: Town) -> None:
    number = ask(town)
    assert in_force(town) == OLD
    assert compose(town).address == OLD
    with town.app.sessions() as session:
        (waiting,) = contact_decisions.waiting(session)
        assert contact_decisions.warnings(town.app, session, waiting) == ()
    assert (waiting.id, waiting.recipient, waiting.new.email) == (number, JUSTICE, NEW)
    assert [name for name, _, _ in waiting.differences] == ["họ tên", "địa chỉ thư", "điện thoại"]


def test_the_journal_holds_masked_addresses_and_no_phone(town: Town) -> None:
    contact_decisions.confirm(town.app, ask(town), WHO, town.moment)
    found = [entry for entry in entries(town) if entry.action.startswith("contact-")]
    assert [(entry.action, entry.old, entry.new) for entry in found] == [
        ("contact-asked", "c***@sotuphap.hungyen.example", "p***@sotuphap.hungyen.example"),
        ("contact-confirmed", "c***@sotuphap.hungyen.example", "p***@sotuphap.hungyen.example"),
    ]
    with town.app.sessions() as session:
        everything = " ".join(f"{r.old} {r.new} {r.why}" for r in session.scalars(select(JournalRow)))
    assert not any(secret in everything for secret in (NEW, "3823", "Trần Thị B"))


def test_confirmed_it_moves_what_waits_and_ends_links_and_sessions(town: Town) -> None:
    before = compose(town)
    old_link = link(town)
    opened = cookie(town, old_link)
    assert isinstance(opened, links.Opened)
    moved = contact_decisions.confirm(town.app, ask(town), WHO, town.moment)
    assert (moved.messages, moved.links) == (1, 1)
    assert cookie(town, old_link) == "revoked"
    with town.app.sessions() as session:
        assert links.visitor(session, opened.cookie, town.moment) is None
    after = message(town)
    assert (after.id, after.address, after.address_name) == (before.id, NEW, "Trần Thị B")
    sending.send_ready(town.app, town.moment)
    mail = town.mails(NEW)[-1]
    assert town.mails(OLD) == []
    token = (mail.text or "").split("/l/")[1].split()[0]
    assert isinstance(cookie(town, token), links.Opened)


def test_a_link_that_went_to_the_old_mailbox_stays_dead_when_the_message_goes_again(town: Town) -> None:
    row = compose(town)
    token = links.message_token(links.server_key(town.app.settings.home), envelopes.key_of(row))
    with town.app.sessions.begin() as session:
        links.issue(session, JUSTICE, "so-tu-phap", town.moment, token=token)  # tried once, and it came back
    contact_decisions.confirm(town.app, ask(town), WHO, town.moment)
    sending.send_ready(town.app, town.moment)
    fresh = (town.mails(NEW)[-1].text or "").split("/l/")[1].split()[0]
    assert fresh != token
    assert (cookie(town, token), isinstance(cookie(town, fresh), links.Opened)) == ("revoked", True)


def test_later_messages_go_to_the_new_address(town: Town) -> None:
    contact_decisions.confirm(town.app, ask(town), WHO, town.moment)
    town.morning(date(2024, 3, 21))
    assert len(town.mails(NEW)) == 1
    assert town.mails(OLD) == []


def test_another_name_alone_ends_no_links(town: Town) -> None:
    token = link(town)
    moved = contact_decisions.confirm(town.app, ask(town, email=OLD), WHO, town.moment)
    assert (moved.messages, moved.links) == (0, 0)
    assert isinstance(cookie(town, token), links.Opened)


def test_undone_it_waits_again_and_the_new_mailbox_has_no_access(town: Town) -> None:
    number = ask(town)
    contact_decisions.confirm(town.app, number, WHO, town.moment)
    token = link(town)
    compose(town)
    moved = contact_decisions.undo(town.app, number, WHO, town.moment, "Xác nhận nhầm.")
    assert (moved.messages, moved.links) == (1, 1)
    assert (in_force(town), message(town).address, cookie(town, token)) == (OLD, OLD, "revoked")
    with town.app.sessions() as session:
        assert [change.id for change in contact_decisions.waiting(session)] == [number]
    assert entries(town)[-2].why.startswith("Lấy lại quyết định: Xác nhận nhầm.")


def test_refused_with_a_reason_and_taken_back(town: Town) -> None:
    number = ask(town)
    with pytest.raises(Refused, match="lý do"):
        contact_decisions.refuse(town.app, number, WHO, town.moment, " ")
    contact_decisions.refuse(town.app, number, WHO, town.moment, "Chưa có công văn.")
    with town.app.sessions() as session:
        (own,) = contacts.of_recipient(town.app, session, JUSTICE)
    assert own.last is not None and (own.last.decision, own.last.why) == ("refused", "Chưa có công văn.")
    with pytest.raises(Refused, match="không còn chờ"):
        contact_decisions.confirm(town.app, number, WHO, town.moment)
    contact_decisions.undo(town.app, number, WHO, town.moment, "Đã có công văn.")
    contact_decisions.confirm(town.app, number, WHO, town.moment)
    assert in_force(town) == NEW


def test_a_newer_wish_replaces_the_one_that_waits_and_the_same_one_is_harmless(town: Town) -> None:
    first = ask(town)
    assert ask(town) == first
    second = ask(town, phone="")
    with town.app.sessions() as session:
        assert [change.id for change in contact_decisions.waiting(session)] == [second]
        assert contact_decisions.find(session, first).decision == "withdrawn"  # type: ignore[union-attr]


def test_an_edited_file_wins_and_an_old_wish_can_no_longer_be_confirmed(town: Town) -> None:
    number = ask(town)
    justice = small().directory.by_id["so-tu-phap"]
    edited = replace(justice, contacts=tuple(replace(c, name="Khác") for c in justice.contacts))
    agencies = tuple(edited if a.id == justice.id else a for a in small().directory.agencies)
    town.apply(replace(small(), directory=replace(small().directory, agencies=agencies)))
    with town.app.sessions() as session:
        change = contact_decisions.find(session, number)
        assert change is not None
        assert contact_decisions.warnings(town.app, session, change) == (
            "Danh bạ đã đổi từ khi đơn vị đề nghị: không xác nhận được nữa.",
        )
    with pytest.raises(Refused, match="đề nghị lại"):
        contact_decisions.confirm(town.app, number, WHO, town.moment)


def test_confirmed_changes_are_listed_until_the_file_says_them(town: Town) -> None:
    number = ask(town)
    contact_decisions.confirm(town.app, number, WHO, town.moment)

    def missing() -> list[int]:
        with town.app.sessions() as session:
            return [change.id for change in contact_decisions.not_in_file(town.app, session)]

    assert missing() == [number]
    with town.app.sessions() as session:
        new = contact_decisions.find(session, number).new  # type: ignore[union-attr]
    justice = small().directory.by_id["so-tu-phap"]
    edited = replace(justice, contacts=tuple(new if c.role == "focal" else c for c in justice.contacts))
    agencies = tuple(edited if a.id == justice.id else a for a in small().directory.agencies)
    town.apply(replace(small(), directory=replace(small().directory, agencies=agencies)))
    assert (missing(), in_force(town)) == ([], NEW)
    with pytest.raises(Refused, match="Tệp danh bạ đã ghi"):
        contact_decisions.undo(town.app, number, WHO, town.moment, "Nhầm.")


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("cchc@vpubnd.hungyen.example", "đang là của Văn phòng UBND tỉnh"),
        ("lanhdao@sotuphap.hungyen.example", "đầu mối khác cùng đơn vị"),
        ("ai.do@gmail.com", "hộp thư miễn phí"),
        ("a@so-tu-phap.example", "Tên miền đổi từ sotuphap.hungyen.example"),
    ],
)
def test_the_supervisor_is_warned(town: Town, email: str, words: str) -> None:
    number = ask(town, email=email)
    with town.app.sessions() as session:
        change = contact_decisions.find(session, number)
        assert change is not None
        assert words in " ".join(contact_decisions.warnings(town.app, session, change))


@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        ({"email": ""}, {"email"}),
        ({"email": "không phải"}, {"email"}),
        ({"email": "a@b.vn, c@d.vn"}, {"email"}),
        ({"email": "a@b.vn\r\nBcc: x@y.vn"}, {"email"}),
        ({"email": "a\u202e@b.vn"}, {"email"}),
        ({"email": "a\0@b.vn"}, {"email"}),
        ({"email": "ạ@b.vn"}, {"email"}),
        ({"email": "a" * 250 + "@b.vn"}, {"email"}),
        ({"phone": "12"}, {"phone"}),
        ({"phone": "0221 abc 3823"}, {"phone"}),
        ({"phone": "٠١٢٣٤٥٦٧٨"}, {"phone"}),
        ({"name": "x" * 101, "phone": "1" * 16}, {"name", "phone"}),
        ({"name": "a\x07b"}, {"name"}),
        ({"prefers": "zalo"}, {"prefers"}),
        ({"prefers": "fax"}, {"prefers"}),
    ],
)
def test_what_is_no_contact_is_refused_all_at_once(town: Town, wish: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(NotAllowed) as refused:
        ask(town, **wish)
    assert {objection.field for objection in refused.value.objections} == fields
    with town.app.sessions() as session:
        assert contact_decisions.waiting(session) == ()


def test_others_contacts_cannot_be_touched(town: Town) -> None:
    number = ask(town)
    with pytest.raises(NotYours):
        contacts.withdraw(town.app, "van-phong-ubnd-tinh/focal", number, town.moment)
    with pytest.raises(NotYours):
        contacts.withdraw(town.app, "so-tu-phap/head", number, town.moment)
    with pytest.raises(NotYours):
        contacts.ask(town.app, JUSTICE, "danh-ba-khac", Wish(email=NEW), town.moment)
    assert [entry.why for entry in entries(town, f"contact-change:{number}")] == [
        "Đề nghị đổi đầu mối không thuộc người gửi."
    ] * 2
    contacts.withdraw(town.app, JUSTICE, number, town.moment)
    with pytest.raises(Refused):
        contacts.withdraw(town.app, JUSTICE, number, town.moment)


def test_more_than_a_few_wishes_a_day_are_refused(town: Town) -> None:
    for number in range(contacts.MOST_A_DAY):
        ask(town, phone=f"0221 386 38{number:02d}")
    with pytest.raises(NotAllowed, match="Hôm nay đã đề nghị"):
        ask(town, phone="0221 386 3999")
    town.moment = at(date(2024, 3, 22), time(9, 0))
    ask(town, phone="0221 386 3999")


def test_a_waiting_message_is_held_when_the_new_contact_cannot_be_reached(town: Town) -> None:
    compose(town)
    number = ask(town)
    with town.app.sessions.begin() as session:
        suppressions.close_address(session, "email", NEW, None, "trả lại", "dondoc", town.moment)
    contact_decisions.confirm(town.app, number, WHO, town.moment)
    with town.app.sessions() as session:
        row = session.scalars(select(MessageRow).where(MessageRow.recipient == JUSTICE, MessageRow.klass == "digest"))
        assert {(one.status, one.reason) for one in row} == {("held", contact_decisions.NO_WAY)}


def test_the_shipped_directory_is_the_one_these_tests_speak_of() -> None:
    assert shipped().directory.id == DIRECTORY
    assert QUARTER.startswith(DIRECTORY)
