"""The receipt of an answer: once, through the outbox, to who answered; it says what was recorded and nobody is late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from outbox_help import FINANCE, JUSTICE, PLAN, ZALO_ID, Post, by, departments, id_of, leads, open_post, task, workspace

from dondoc.channels.envelope import message_id
from dondoc.channels.outcomes import Outcome
from dondoc.intake.files import Checked
from dondoc.services import answering, flooding, links, receipts, releasing, settling, suppressing
from dondoc.services.answering import AlreadyUsed, NotYours, Receipt
from dondoc.services.books import books
from dondoc.services.replies import Reply
from dondoc.store import message_counts, messages
from dondoc.store.claims import Limits
from dondoc.store.models import MessageRow

DAY = date(2024, 6, 4)
"""Tuesday: no step of the ladder falls on it. The tasks are due on 28/6/2024."""
FOCAL = f"{JUSTICE}/focal"
ONE, TWO = id_of("I.1", JUSTICE), id_of("I.2", JUSTICE)
PDF = Checked("tờ trình.pdf", "application/pdf", 1_258_291, "a" * 64)


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Post]:
    """Justice owes I.1 and I.2, Finance I.1."""
    with open_post(database_url, tmp_path, date(2024, 6, 3)) as opened:
        opened.settle_in(task("I.1", by("28/6/2024"), leads=[JUSTICE, FINANCE]), task("I.2", by("28/6/2024")))
        opened.morning(date(2024, 6, 3))
        opened.set(DAY, time(7, 35))
        yield opened


def answer(post: Post, *ids: str, who: str = FOCAL, submission: str = "phieu", **reply: object) -> Receipt:
    said = {"kind": "progress", "note": "Đang làm."} | reply
    return answering.submit(
        post.app, obligation_ids=ids or (ONE,), reply=Reply(**said), by=who,  # type: ignore[arg-type]
        submission=submission, now=post.moment,
    )  # fmt: skip


def letters(post: Post) -> list[MessageRow]:
    """The receipts in the outbox."""
    return [row for row in post.rows() if row.klass.startswith("receipt:")]


def not_sent(post: Post) -> list[str]:
    return [row.why for row in post.journal("receipt-not-sent")]


def test_it_leaves_once_with_the_next_delivery_and_says_what_was_recorded(post: Post) -> None:
    done = answer(post, ONE, TWO, kind="extension", until=date(2024, 7, 12), note="Chờ ý kiến\ncủa Bộ.", files=(PDF,))
    (row,) = letters(post)
    assert (row.recipient, row.klass, row.status, row.names_late) == (FOCAL, f"receipt:{done.number}", "ready", False)
    assert post.morning(DAY, time(7, 40)).sent == 1
    assert post.morning(DAY, time(7, 45)).sent == 0
    (text,) = post.texts("so-tu-phap@")[-1:]
    for words in (
        f"Số biên nhận: {done.number}", "Lúc: 07:35 ngày 04/6/2024", "Xin gia hạn", "Thứ Sáu, 12/7/2024",
        "[I.1] Việc I.1", "[I.2] Việc I.2", "tờ trình.pdf (1,2 MB)", "Nội dung: Chờ ý kiến của Bộ.",
        "Cho 2 việc:", "Sở Nội vụ đã ghi nhận câu trả lời",
    ):  # fmt: skip
        assert words in text
    assert "LIEN-KET" not in text


@pytest.mark.parametrize(
    ("day", "hour"), [(DAY, time(7, 29)), (DAY, time(12, 0)), (date(2024, 6, 8), time(9, 0))],
    ids=["before hours", "at noon", "on Saturday"],
)  # fmt: skip
def test_it_waits_for_working_hours(post: Post, day: date, hour: time) -> None:
    answer(post)
    assert post.morning(day, hour).sent == 0
    assert letters(post)[0].status == "ready"


def test_its_link_opens_the_recipients_own_work(post: Post) -> None:
    answer(post)
    post.morning(DAY, time(7, 40))
    text = post.texts("so-tu-phap@")[-1]
    token = text.partition("/l/")[2].split()[0]
    with post.app.sessions.begin() as session:
        opened = links.open_link(session, token, post.moment)
        assert not isinstance(opened, str)
        visitor = links.visitor(session, opened.cookie, post.moment)
    assert visitor is not None
    assert visitor.recipient == FOCAL


def test_who_is_late_is_not_told_so_by_a_receipt(post: Post) -> None:
    post.set(date(2024, 7, 10), time(9, 0))
    answer(post, kind="done", document_number="1/BC", document_date=DAY)
    (row,) = letters(post)
    for body in (row.subject, row.body_text, row.body_html, row.body_zalo):
        assert "quá hạn" not in body.lower()
        assert "chậm" not in body.lower()


def test_the_same_form_again_and_refused_answers_bring_no_receipt(post: Post) -> None:
    for _ in range(2):
        answer(post, submission="p1")
    with pytest.raises(AlreadyUsed):
        answer(post, submission="p1", note="khác")
    with pytest.raises(NotYours):
        answer(post, id_of("I.1", FINANCE) + "x", submission="p2")
    assert len(letters(post)) == 1


def test_two_answers_are_two_receipts_and_what_came_by_command_none(post: Post) -> None:
    answer(post, submission="p1")
    answer(post, submission="p2", note="thêm")
    answer(post, submission="p3", who="dòng lệnh (root)")
    answer(post, submission="p4", who=JUSTICE)
    assert len({row.klass for row in letters(post)}) == len(letters(post)) == 2
    assert not_sent(post) == []


def test_an_office_may_do_without(post: Post) -> None:
    ground = workspace(task("I.1", by("28/6/2024"), leads=[JUSTICE]))
    post.apply(replace(ground, regime=replace(ground.regime, receipts=False)), assign=False, force=True)
    answer(post)
    assert letters(post) == []


def test_hostile_words_stay_words_in_every_form(post: Post) -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}\r\nBcc: ai@do.example"
    answer(post, kind="done", document_number="=cmd|'/C calc'!A0", document_date=DAY, note=evil,
           files=(replace(PDF, name="<img src=x>.pdf"),))  # fmt: skip
    (row,) = letters(post)
    assert "<script" not in row.body_html
    assert "<img" not in row.body_html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }} Bcc: ai@do.example" in row.body_html
    assert "\nBcc" not in row.body_text
    assert "\n" not in row.subject
    post.morning(DAY, time(7, 40))
    assert [to for mail in post.mails()[-1:] for to in mail.entry.to] == ["so-tu-phap@tinh.example"]


def test_on_zalo_it_is_short(post: Post) -> None:
    post.apply(workspace(*[task(f"I.{n}", by("28/6/2024")) for n in range(1, 61)], zalo={JUSTICE: "zalo"}),
               assign=False, force=True)  # fmt: skip
    answer(post, *[id_of(f"I.{n}", JUSTICE) for n in range(1, 61)])
    (row,) = letters(post)
    assert (row.channel, row.address) == ("zalo", ZALO_ID)
    post.morning(DAY, time(7, 40))
    short = post.zalo.taken[-1].short
    assert "60 việc" in short
    assert "và 57 việc khác" in short
    assert len(short) < 700


def test_a_refused_address_goes_by_the_other_channel_as_any_message(post: Post) -> None:
    post.apply(workspace(task("I.1", by("28/6/2024")), zalo={JUSTICE: "zalo"}), assign=False, force=True)
    post.zalo.usual = Outcome("refused", -201, "không còn")
    answer(post)
    post.morning(DAY, time(7, 40))
    post.morning(DAY, time(7, 45))
    (row,) = letters(post)
    assert (row.channel, row.status) == ("email", "sent")


def test_everything_may_be_redirected_to_one_mailbox(post: Post) -> None:
    post.redirect("thu@dondoc.example")
    answer(post)
    post.morning(DAY, time(7, 40))
    assert [mail.entry.to for mail in post.mails()][-1] == ("thu@dondoc.example",)


def test_who_gets_nothing_for_now_gets_no_receipt_and_the_reason_is_on_record(post: Post) -> None:
    suppressing.suppress(post.app, FOCAL, None, "so-noi-vu", "Nghỉ dài ngày.", post.moment)
    answer(post)
    assert letters(post) == []
    assert not_sent(post) == ["Người nhận đang được ngừng gửi."]


def test_who_cannot_be_reached_gets_none_and_the_answer_stands(post: Post) -> None:
    post.change(channels={})
    done = answer(post)
    assert done.number
    assert letters(post) == []
    assert len(not_sent(post)) == 1


def test_a_broken_template_costs_the_receipt_not_the_answer(post: Post, tmp_path: Path) -> None:
    broken = tmp_path / "templates"
    (broken / "receipt").mkdir(parents=True)
    for form in ("subject.txt", "body.txt", "body.html", "zalo.txt"):
        (broken / "receipt" / form).write_text("{{ receipt.khong_co }}", encoding="utf-8")
    post.change(templates=broken)
    assert answer(post).number
    assert letters(post) == []
    assert [alarm.key for alarm in post.alarms()] == ["receipt"]


def test_a_stolen_link_cannot_fill_a_mailbox(post: Post) -> None:
    for n in range(receipts.MOST_A_DAY + 3):
        answer(post, submission=f"p{n}", note=f"lần {n}")
    assert len(letters(post)) == receipts.MOST_A_DAY
    assert not_sent(post) == ["Hôm nay đã gửi 20 biên nhận cho người nhận này."] * 3


def test_receipts_neither_fill_the_recipients_day_nor_wait_for_it(post: Post) -> None:
    post.change(recipient_per_day=1)
    for n in range(3):
        answer(post, submission=f"p{n}", note=f"lần {n}")
    assert post.morning(DAY, time(7, 40)).sent == 3
    post.set(DAY, time(7, 50))
    with post.app.sessions.begin() as session:
        assert messages.create(session, _plain(post, "urgent:x"), post.moment)
        assert messages.create(session, _plain(post, "urgent:y"), post.moment)
    assert post.morning(DAY, time(7, 55)).sent == 1


def _plain(post: Post, klass: str) -> messages.NewMessage:
    return messages.NewMessage(
        recipient=FOCAL, day=DAY, klass=klass, plan_id=PLAN, agency=JUSTICE, channel="email",
        address="so-tu-phap@tinh.example", address_name="x", header_id=message_id(klass, "hungyen.example"),
        subject="s", body_text="b", body_html="b", body_zalo="b", status="ready", reason="", next_try_at=post.moment,
    )  # fmt: skip


def test_they_keep_to_the_channels_limits(post: Post) -> None:
    post.change(limits={"email": Limits(per_day=2)})
    for n in range(3):
        answer(post, submission=f"p{n}", note=f"lần {n}")
    post.morning(DAY, time(7, 40))
    assert sorted(row.status for row in letters(post)) == ["ready", "sent", "sent"]


def test_they_are_no_flood_and_hide_none(post: Post) -> None:
    many = departments(15)
    post.apply(workspace(task("I.3", by("28/6/2024"), leads=leads(many)), more=many), assign=False, force=True)
    for agency in many:
        for n in range(2):
            answer(post, id_of("I.3", agency.id), who=f"{agency.id}/focal", submission=f"p{n}", note=f"lần {n}")
    with post.app.sessions() as session:
        assert message_counts.count_leaving(session, DAY) == 0
        assert message_counts.last_day_before(session, DAY + timedelta(days=1)) == _last_composed(post)
        assert flooding.reason(session, [], books(post.app, session), post.moment) == ""
    assert post.morning(DAY, time(7, 40)).sent == 30


def _last_composed(post: Post) -> date | None:
    return max((row.day for row in post.rows() if not row.klass.startswith("receipt:")), default=None)


def test_what_happens_to_the_work_afterwards_changes_no_receipt(post: Post) -> None:
    answer(post, kind="not_mine", note="Của Sở Tài chính.", whose=FINANCE, submission="p1")
    before = letters(post)[0].body_text
    post.set(DAY, time(7, 36))
    answer(post, kind="progress", note="Nhầm, đang làm.", submission="p2")
    post.morning(DAY, time(7, 40))
    first, second = letters(post)
    assert (first.status, second.status, first.body_text) == ("sent", "sent", before)
    assert "Việc của: Sở Tài chính" in first.body_text


def test_held_with_everything_else_it_goes_after_the_release(post: Post) -> None:
    answer(post)
    (row,) = letters(post)
    assert row.id in releasing.hold_all(post.app, "so-noi-vu", "Kiểm tra.", post.moment)
    assert post.morning(DAY, time(7, 40)).sent == 0
    assert releasing.release(post.app, [row.id], "so-noi-vu", post.moment) == [row.id]
    assert post.morning(DAY, time(7, 45)).sent == 1


def test_a_dropped_one_can_be_brought_back(post: Post) -> None:
    answer(post)
    (row,) = letters(post)
    releasing.drop(post.app, [row.id], "so-noi-vu", "Nhầm.", post.moment)
    assert releasing.undrop(post.app, [row.id], "so-noi-vu", "Gửi lại.", post.moment).moved == (row.id,)


def test_of_unknown_fate_it_is_asked_about_and_sent_again_even_on_another_day(post: Post) -> None:
    post.ask_email()
    answer(post)
    post.die_sending(_at(post, time(7, 40)))
    later = _at(post, time(7, 40)) + timedelta(days=1)
    post.moment = later
    settled = settling.settle(post.app, later)
    assert settled.absent == 1
    assert letters(post)[0].status == "retry"
    assert post.morning(DAY + timedelta(days=1), time(7, 45)).sent == 1


def test_where_nobody_can_be_asked_it_is_never_sent_again_by_itself(post: Post) -> None:
    answer(post)
    post.die_sending(_at(post, time(7, 40)))
    for days in (1, 2):
        post.morning(DAY + timedelta(days=days))
    assert letters(post)[0].status == "unknown"
    assert [mail for mail in post.mails() if "Biên nhận" in str(mail)] == []


def _at(post: Post, hour: time) -> datetime:
    return post.set(DAY, hour)
