"""`explain`: why a case is in its state and what happens next, read by an officer."""

from __future__ import annotations

from dataclasses import replace

from core_world import answer, day, every_day, lead, morning, only, snapshot, sweep, task, world

from dondoc.domain.answers import Answer, Undone
from dondoc.domain.cases import Case, Waiver
from dondoc.domain.clauses import AnyClause, By, Upon
from dondoc.domain.explain import Moved, day_name, explain
from dondoc.domain.obligations import redated

SUNDAY = By(date=day("31/3/2024"))


def said(on: str, *answers: Answer, clause: AnyClause = SUNDAY, seen: str = "", **more: object) -> list[str]:
    """The sentences on the morning of `on`; `seen` is the first of the days on which notices went."""
    made = world(task("I.1", clause, **more))  # type: ignore[arg-type]
    case = Case(only(made), answers)
    if seen:
        case, _ = sweep(case, made, every_day(seen, on))
    return list(explain(case, snapshot(made), morning(on)))


def test_an_overdue_task_with_its_whole_history() -> None:
    told = said("4/4/2024", answer("27/3/2024", "progress"), seen="29/3/2024")
    assert told == [
        "Trạng thái: đang thực hiện, quá hạn.",
        "Hạn theo kế hoạch: Chủ nhật, 31/3/2024.",
        "Ngày đó là ngày nghỉ; chỉ tính quá hạn sau Thứ Hai, 1/4/2024 (Bộ luật Dân sự 2015, Điều 148).",
        "Đã quá hạn 3 ngày làm việc.",
        "27/03/2024: đơn vị báo đang thực hiện.",
        "29/03/2024: lập nội dung nhắc việc sắp đến hạn.",
        "01/04/2024: lập nội dung việc đến hạn trong tháng.",
        "02/04/2024: lập nội dung báo quá hạn.",
        "04/04/2024: lập nội dung đôn đốc lần 1.",
        "Chưa đến mốc nhắc tiếp theo.",
        "Hệ thống sẽ xem lại vào Thứ Sáu, 5/4/2024.",
    ]


def test_a_promise_says_until_when_it_is_quiet() -> None:
    told = said("3/4/2024", answer("2/4/2024", "ack", until="5/4/2024"))
    assert "Tạm dừng nhắc: hẹn ngày đến 05/04/2024." in told
    assert "02/04/2024: đơn vị xác nhận và hẹn ngày, đến 05/04/2024." in told


def test_a_return_says_why_and_until_when() -> None:
    back = answer("2/4/2024", "done", outcome="returned", reviewed="3/4/2024", correct_by="8/4/2024")
    told = said("4/4/2024", back)
    assert [sentence for sentence in told if sentence.startswith("02/04/2024")] == [
        "02/04/2024: đơn vị báo đã hoàn thành. "
        "Được trả lại 03/04/2024: thiếu số liệu, bổ sung trước hết ngày 08/04/2024."
    ]


def test_a_done_task_needs_nothing_more() -> None:
    done = answer("28/3/2024", "done", outcome="accepted", reviewed="2/4/2024")
    told = said("3/4/2024", done)
    assert (told[0], told[-1]) == ("Đã hoàn thành đúng hạn (gửi 28/03/2024).", "Không còn việc gì phải nhắc.")


def test_later_facts_are_not_told_about_a_past_day() -> None:
    done = answer("3/4/2024", "done", outcome="accepted", reviewed="5/4/2024")
    assert said("2/4/2024", done) == said("2/4/2024")


def test_what_waits_says_for_what() -> None:
    assert said("2/4/2024", clause=Upon(event="có yêu cầu", relation="when")) == [
        "Trạng thái: chờ sự kiện.",
        "Chưa có ngày: chờ “có yêu cầu”.",
        "Chờ sự kiện: chưa có ngày, hỏi trong báo cáo định kỳ.",
    ]


def test_an_unassigned_task_says_who_must_choose() -> None:
    told = said("2/4/2024", leads=[lead("so-nganh", "có liên quan")])
    assert told[0] == "Trạng thái: chưa xác định đơn vị."
    assert told[-1] == "Chưa xác định đơn vị: cơ quan theo dõi cần chọn."


def test_days_are_named_as_officers_say_them() -> None:
    assert [day_name(day(d)) for d in ("29/3/2024", "4/5/2024", "31/3/2024")] == [
        "Thứ Sáu, 29/3/2024",
        "Thứ Bảy, 4/5/2024",
        "Chủ nhật, 31/3/2024",
    ]


def test_an_extension_tells_its_days_and_what_was_decided() -> None:
    granted = answer("20/3/2024", "extension", until="20/4/2024", outcome="accepted", reviewed="22/3/2024")
    made = world(task("I.1", SUNDAY))
    case = Case(redated(only(made), day("20/4/2024"), day("22/3/2024"), made.scope), (granted,))
    move = Moved(morning("22/3/2024"), day("31/3/2024"), day("20/4/2024"), "Chờ ý kiến.")
    told = list(explain(case, snapshot(made), morning("25/3/2024"), [move]))
    assert told[1] == "Hạn đang có: Thứ Bảy, 20/4/2024 (hạn trước khi đổi: Chủ nhật, 31/3/2024)."
    assert any("xin gia hạn, đến 20/04/2024. Được gia hạn đến 20/04/2024, quyết định 22/03/2024" in s for s in told)
    assert "22/03/2024: đổi hạn từ 31/03/2024 sang 20/04/2024. Chờ ý kiến." in told


def test_what_was_taken_back_is_told_beside_what_holds() -> None:
    back = answer("20/3/2024", "done", outcome="returned", reviewed="21/3/2024", correct_by="26/3/2024")
    assert back.review is not None
    again = replace(back, review=None, undone=(Undone(back.review, morning("22/3/2024")),))
    assert [s for s in said("25/3/2024", again) if s.startswith("20/03/2024")] == [
        "20/03/2024: đơn vị báo đã hoàn thành. Được trả lại 21/03/2024: thiếu số liệu, bổ sung trước hết ngày "
        "26/03/2024; quyết định đó được lấy lại 22/03/2024. Đang chờ quyết định."
    ]


def test_a_waiver_and_its_end_are_told_with_their_reasons() -> None:
    made = world(task("I.1", SUNDAY))
    waiver = Waiver(morning("4/3/2024"), morning("11/3/2024"), "Trùng việc.", "Vẫn cần.")
    told = list(explain(Case(only(made), waivers=(waiver,)), snapshot(made), morning("12/3/2024")))
    assert told[3:5] == ["04/03/2024: được miễn: Trùng việc.", "11/03/2024: thôi miễn: Vẫn cần."]
