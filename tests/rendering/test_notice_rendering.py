"""What every message promises its reader, whatever the plan's words are."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dondoc.domain.compose import URGENCY
from dondoc.domain.policy import NOTICE_KINDS, NoticeKind
from dondoc.rendering.context import Line, MessageContext, PlanReference
from dondoc.rendering.notices import LINK_ROOM, MAX_SUBJECT, MAX_ZALO, NoticeRenderer
from dondoc.rendering.samples import NAMES, sample

RENDERER = NoticeRenderer(Path(__file__).parents[2] / "templates")
TASK = Line("reminder", "I.2.5", "Ban hành Kế hoạch kiểm tra, rà soát văn bản QPPL", due_on=date(2024, 3, 29))


def message(*lines: Line, **changes: object) -> MessageContext:
    return replace(sample("reminder"), lines=lines or (TASK,), **changes)  # type: ignore[arg-type]


def words_of(html_text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", html_text)).split())


@pytest.mark.parametrize("name", NAMES)
def test_html_says_everything_the_text_says(name: str) -> None:
    rendered = RENDERER.render_message(sample(name))
    told = words_of(rendered.html).casefold()
    kept = [line for line in rendered.text.splitlines() if line and "…" not in line and not line.startswith("http")]
    missing = []
    for line in kept:
        for part in re.split(r"; sản phẩm: |:(?: |$)|^\d+\. |\[[^]]+\] |^\* ", line.strip()):
            if " ".join(part.split()).casefold() not in told:
                missing.append(part)
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_a_message_loads_nothing_and_links_only_to_the_answer_page(name: str) -> None:
    rendered = RENDERER.render_message(sample(name))
    assert re.findall(r"https?://[^\s<\"]+", rendered.html + rendered.text + rendered.zalo)
    assert set(re.findall(r"https?://[^\s<\"]+", rendered.html + rendered.text + rendered.zalo)) == {sample(name).link}
    assert not re.search(r"<(script|img|link|iframe|object|form|video|style)|url\(|@import|\son\w+=", rendered.html)


@pytest.mark.parametrize("name", NAMES)
def test_a_message_without_a_link_speaks_of_none(name: str) -> None:
    rendered = RENDERER.render_message(replace(sample(name), link=None))
    for form in (rendered.text, rendered.html, rendered.zalo):
        assert "liên kết" not in form
        assert "http" not in form
        assert "href" not in form


def test_sections_come_in_the_order_of_urgency() -> None:
    lines = [replace(TASK, kind=kind, task_title=f"việc {kind}") for kind in reversed(URGENCY)]
    text = RENDERER.render_message(message(*lines)).text
    assert re.findall(r"việc (\w+_?\w*)$", text, re.M) == list(URGENCY)


def test_the_subject_counts_what_is_inside() -> None:
    lines = [replace(TASK, kind="overdue")] * 2 + [TASK] * 3
    assert RENDERER.render_message(message(*lines)).subject == (
        "[Đôn đốc] 2 việc quá hạn, 3 việc sắp đến hạn – Sở Tư pháp"
    )


def test_the_subject_of_one_task_names_it() -> None:
    assert RENDERER.render_message(message()).subject == (
        "[Đôn đốc] Đến hạn 29/3/2024: Ban hành Kế hoạch kiểm tra, rà soát văn bản QPPL – Sở Tư pháp"
    )


def test_a_checkpoint_is_progress_not_a_deadline() -> None:
    line = replace(TASK, due_on=date(2024, 9, 30), working_days=126, checkpoint_on=date(2024, 6, 30))
    rendered = RENDERER.render_message(message(line))
    assert rendered.subject.startswith("[Đôn đốc] Mốc tiến độ 30/6/2024: ")
    assert "Mốc tiến độ: Chủ Nhật, 30/6/2024 (chưa phải hạn cuối)" in rendered.text
    assert "126" not in rendered.text + rendered.zalo


def test_the_deadline_keeps_the_plans_words_and_tells_the_computed_day() -> None:
    line = replace(
        TASK, deadline_words="Quý I/2024", due_on=date(2024, 3, 31), rolled_due_on=date(2024, 4, 1), working_days=5
    )
    text = RENDERER.render_message(message(line)).text
    rolled = "trùng ngày nghỉ nên tính đến hết Thứ Hai, 01/4/2024"
    assert f"Thời hạn: Quý I/2024 (hạn: Chủ Nhật, 31/3/2024, {rolled})" in text
    assert "CÒN 5 NGÀY LÀM VIỆC" in text


def test_coordinating_agencies_product_period_and_promise_stand_on_the_line() -> None:
    line = replace(
        TASK,
        product="Kế hoạch",
        period_label="Quý II/2024",
        coordinates=("Các sở, ban, ngành", "UBND cấp huyện"),
        promise_until=date(2024, 4, 10),
    )
    text = RENDERER.render_message(message(line)).text
    assert [part.strip() for part in text.splitlines() if part.startswith("   ")] == [
        "Thời hạn: Thứ Sáu, 29/3/2024",
        "Sản phẩm: Kế hoạch",
        "Phối hợp: Các sở, ban, ngành; UBND cấp huyện",
        "Đơn vị hẹn hoàn thành: Thứ Tư, 10/4/2024",
    ]
    assert "QPPL – kỳ Quý II/2024\n" in text


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            PlanReference("Kế hoạch CCHC năm 2026", "UBND tỉnh Hưng Yên"),
            "Kế hoạch CCHC năm 2026 của UBND tỉnh Hưng Yên,",
        ),
        (PlanReference("Kế hoạch của UBND tỉnh", "UBND tỉnh"), "Kế hoạch của UBND tỉnh,"),
        (PlanReference("Kế hoạch A", "", "12/KH-UBND"), "Kế hoạch A (số 12/KH-UBND),"),
        (PlanReference("Kế hoạch A", "", None, date(2024, 2, 5)), "Kế hoạch A (ngày 05/02/2024),"),
        (
            PlanReference("Kế hoạch A", "B", "12/KH-UBND", date(2024, 11, 5)),
            "Kế hoạch A của B (số 12/KH-UBND ngày 05/11/2024),",
        ),
    ],
)
def test_what_is_unknown_of_the_plan_is_left_out(plan: PlanReference, words: str) -> None:
    assert f"việc thực hiện {words}" in RENDERER.render_message(message(plans=(plan,))).text


def test_two_plans_are_both_cited_and_each_line_says_which() -> None:
    plans = (PlanReference("Kế hoạch A"), PlanReference("Kế hoạch B"))
    rendered = RENDERER.render_message(message(replace(TASK, plan_title="Kế hoạch B"), plans=plans))
    assert "việc thực hiện Kế hoạch A và Kế hoạch B, Sở Nội vụ" in rendered.text
    assert "   Kế hoạch: Kế hoạch B\n" in rendered.text
    assert "Kế hoạch:</span> Kế hoạch B" in rendered.html


def test_the_demo_says_so_everywhere_and_nothing_else_does() -> None:
    for demo in (True, False):
        rendered = RENDERER.render_message(sample("digest", demo=demo))
        for form in (rendered.subject, rendered.text, rendered.html, rendered.zalo):
            assert ("chạy thử" in form.casefold()) is demo


@pytest.mark.parametrize("kind", NOTICE_KINDS)
def test_nobody_is_accused(kind: NoticeKind) -> None:
    rendered = RENDERER.render_message(sample(kind))
    said = (rendered.subject + rendered.text + words_of(rendered.html) + rendered.zalo).casefold()
    for word in ("vi phạm", "phê bình", "kỷ luật", "chậm trễ", "không thực hiện", "thiếu trách nhiệm", "cảnh cáo"):
        assert word not in said


@pytest.mark.parametrize("kind", ["overdue", "urge_1", "urge_2"])
def test_a_late_agency_is_told_how_to_put_it_right_if_it_has_reported_elsewhere(kind: NoticeKind) -> None:
    text = RENDERER.render_message(sample(kind)).text
    assert "Nếu đơn vị đã gửi bằng đường khác, xin cập nhật tại liên kết trong thư." in text


def test_the_copy_for_the_head_is_addressed_to_the_head() -> None:
    rendered = RENDERER.render_message(sample("head"))
    assert "Kính gửi: Lãnh đạo Sở Tư pháp\n" in rendered.text
    assert "Kính đề nghị lãnh đạo đơn vị quan tâm chỉ đạo" in rendered.text
    assert rendered.subject.endswith("– Sở Tư pháp (gửi lãnh đạo)")


@pytest.mark.parametrize("kind", ["escalation_supervisor", "escalation_leaders"])
def test_an_escalation_names_each_agency_once_over_its_tasks(kind: NoticeKind) -> None:
    names = ("Sở Y tế", "Sở Tư pháp", "Sở Y tế")
    lines = [replace(TASK, kind=kind, agency_name=name, task_title=f"việc {n}") for n, name in enumerate(names)]
    text = RENDERER.render_message(message(*lines, role="leader")).text
    assert re.findall(r"^\* (.+)|việc (\d)$", text, re.M) == [
        ("Sở Y tế", ""), ("", "0"), ("", "2"), ("Sở Tư pháp", ""), ("", "1"),
    ]  # fmt: skip


def test_the_supervisor_does_not_write_to_itself_in_the_third_person() -> None:
    own = replace(sample("urge_1"), agency_name="Sở Nội vụ", recipient_name="Sở Nội vụ")
    text = RENDERER.render_message(own).text
    assert "hệ thống theo dõi trân trọng gửi quý cơ quan" in text
    assert "đến nay hệ thống theo dõi vẫn chưa nhận được" in text


def test_a_named_contact_is_greeted_with_the_agency() -> None:
    assert (
        "Kính gửi: Sở Tư pháp (đầu mối: Phòng A)\n" in RENDERER.render_message(message(recipient_name="Phòng A")).text
    )


def test_a_message_has_lines_and_an_honest_link() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        replace(sample("reminder"), lines=())
    for link in ("javascript:alert(1)", "http://a b", 'https://a"onclick="x', "ftp://a", "/l/abc"):
        with pytest.raises(ValueError, match="link"):
            replace(sample("reminder"), link=link)


def test_a_zalo_text_leaves_out_the_least_urgent_and_counts_it() -> None:
    lines = [replace(TASK, kind="assignment", task_title=f"việc số {n} " + "rất dài " * 20) for n in range(60)]
    zalo = RENDERER.render_message(message(replace(TASK, kind="urge_2"), *lines)).zalo
    shown = zalo.count("việc số ")
    assert MAX_ZALO - LINK_ROOM - 150 < len(zalo) <= MAX_ZALO - LINK_ROOM
    assert f"\n… và {60 - shown} việc khác, xem tại liên kết.\n" in zalo
    assert "(60 việc):" in zalo
    assert zalo.index("Đôn đốc lần 2") < zalo.index("việc số 0")
    assert zalo.endswith(f"Bấm vào đây để trả lời: {sample('reminder').link}\nSở Nội vụ")


nasty = st.text(st.characters(blacklist_categories=["Cs"]), max_size=300) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}{% raw %}",
        "&lt;b&gt;",
        "x\r\nBcc: a@b.example",
        "ế" * 3000,
        "a b " * 500,
    ]
)
lines = st.builds(
    Line,
    kind=st.sampled_from(NOTICE_KINDS),
    task_code=nasty,
    task_title=nasty,
    product=nasty,
    deadline_words=nasty,
    period_label=nasty,
    due_on=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    rolled_due_on=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    working_days=st.none() | st.integers(-4000, 4000),
    coordinates=st.tuples() | st.tuples(nasty, nasty),
    agency_name=nasty,
    reason=nasty,
    history=st.tuples() | st.tuples(nasty),
    promise_until=st.none() | st.just(date(2024, 4, 1)),
    checkpoint_on=st.none() | st.just(date(2024, 4, 1)),
)


@settings(max_examples=150, deadline=None)
@given(found=st.lists(lines, min_size=1, max_size=6), name=st.sampled_from(["Sở Tư pháp", "<b>Sở</b>\nTư pháp"]))
def test_any_words_are_rendered_within_bounds_and_as_words(found: list[Line], name: str) -> None:
    context = message(*found, agency_name=name, recipient_name=name, role="leader")
    rendered = RENDERER.render_message(context)
    assert 0 < len(rendered.subject) <= MAX_SUBJECT
    assert len(rendered.subject.splitlines()) == 1
    assert len(rendered.zalo) <= MAX_ZALO
    assert "<script" not in rendered.html
    assert "<b>" not in rendered.html
    assert "Bcc: a@b.example" not in rendered.text.splitlines()
