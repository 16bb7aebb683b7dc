"""The review inbox: who sees what, and many answers decided at once, told first and done once."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from desk_help import confirmed, forms, told
from office import JUSTICE, OTHERS, OWN, QUARTER, YEAR, Office
from seat_help import Seat, csrf_of
from starlette.testclient import TestClient

HOME = "/theo-doi/duyet"
BULK = f"{HOME}/nhieu/chap-nhan"


def answered(office: Office, key: str, **reply: Any) -> str:
    return str(office.submit(key, **{"kind": "done", "note": "xong", "by": JUSTICE} | reply).number)


def fields(client: TestClient, *chosen: str, **typed: str) -> dict[str, Any]:
    """The list's form, with these rows ticked."""
    own = next(values for action, values in forms(client.get(HOME).text) if action == BULK)
    return {**own, "tra_loi": list(chosen), **typed}


def outcomes(office: Office, *keys: str) -> list[str | None]:
    reviews = [office.case(key).answers[-1].review for key in keys]
    return [review.outcome if review else None for review in reviews]


def test_an_empty_inbox_says_so(seat: Seat) -> None:
    assert "Không có trả lời nào chờ duyệt" in seat("supervisor").get(HOME).text


def test_the_oldest_stands_first_with_how_long_it_waits(office: Office, seat: Seat) -> None:
    first = answered(office, YEAR)
    office.set(date(2024, 3, 25))
    second = answered(office, QUARTER, kind="extension", until=date(2024, 4, 19), note="chậm")
    page = seat("supervisor").get(HOME).text
    assert page.index(f"/duyet/{first}") < page.index(f"/duyet/{second}")
    said = told(page)
    assert "chờ 3 ngày làm việc" in said and "gửi hôm nay" in said
    assert "Xin gia hạn" in said and "Đến ngày Thứ Sáu, 19/4/2024" in said
    assert f'value="{first}"' in page and f'name="tra_loi" value="{second}"' not in page


def test_only_what_is_mine_can_be_chosen(office: Office, seat: Seat) -> None:
    mine, others = answered(office, QUARTER), answered(office, OWN, by="so-noi-vu/focal")
    for role, own, other, reviewer in (
        ("supervisor", mine, others, "Văn phòng UBND tỉnh"), ("reviewer", others, mine, "Sở Nội vụ"),
    ):  # fmt: skip
        page = seat(role).get(HOME).text
        assert f'name="tra_loi" value="{own}"' in page and f'name="tra_loi" value="{other}"' not in page
        assert f"Người duyệt {reviewer}" in told(page)
    page = seat("read").get(HOME).text
    assert 'type="checkbox" name="tra_loi"' not in page and "Xem trước" not in page


def test_the_list_is_narrowed(office: Office, seat: Seat) -> None:
    mine, others = answered(office, QUARTER), answered(office, OWN, by="so-noi-vu/focal")
    client = seat("supervisor")
    for query, shown, hidden in (
        ("cua-toi=1", mine, others), ("co-quan=so-noi-vu", others, mine), ("loai=extension", None, mine),
        ("ke-hoach=khac", None, mine), ("ke-hoach=hung-yen-2024&trang=7", mine, None),
    ):  # fmt: skip
        page = client.get(f"{HOME}?{query}").text
        assert shown is None or f"/duyet/{shown}" in page, query
        assert hidden is None or f"/duyet/{hidden}" not in page, query


def test_many_are_accepted_at_once_told_first_and_done_once(office: Office, seat: Seat) -> None:
    one, two = answered(office, QUARTER), answered(office, YEAR)
    client = seat("supervisor")
    preview = client.post(BULK, data=fields(client, one, two))
    assert "Chấp nhận 2 trả lời" in preview.text
    assert outcomes(office, QUARTER, YEAR) == [None, None]
    done = confirmed(client, preview)
    assert (done.status_code, done.headers["location"]) == (303, f"{HOME}?xong#hom-nay")
    assert outcomes(office, QUARTER, YEAR) == ["accepted", "accepted"]
    page = told(client.get(f"{HOME}?xong").text)
    assert "Bạn đã quyết định hôm nay (2)" in page and "hoàn tác" in page
    before = office.journal(QUARTER)
    assert confirmed(client, preview).status_code == 303
    assert office.journal(QUARTER) == before


def test_many_are_returned_for_one_reason(office: Office, seat: Seat) -> None:
    one, two = answered(office, QUARTER), answered(office, YEAR)
    client, address = seat("supervisor"), f"{HOME}/nhieu/tra-lai"
    bare = client.post(address, data=fields(client, one, two))
    assert bare.status_code == 422 and "Ghi lý do" in bare.text
    assert bare.text.count(" checked") == 2
    preview = client.post(address, data=fields(client, one, two, ly_do="Thiếu tệp", ngay="28/3/2024"))
    assert "Thứ Năm, 28/3/2024" in preview.text and "Thiếu tệp" in preview.text
    assert confirmed(client, preview).status_code == 303
    reviews = [office.case(key).answers[-1].review for key in (QUARTER, YEAR)]
    assert [(r.reason, r.correct_by) for r in reviews if r] == [("Thiếu tệp", date(2024, 3, 28))] * 2


def test_what_changed_meanwhile_is_left_alone_and_told(office: Office, seat: Seat) -> None:
    one, two = answered(office, QUARTER), answered(office, YEAR)
    client = seat("supervisor")
    preview = client.post(BULK, data=fields(client, one, two))
    office.set(date(2024, 3, 20), time(10))
    answered(office, QUARTER, note="bản mới")
    done = confirmed(client, preview)
    assert done.status_code == 409 and "đã ghi 1, chưa ghi 1" in done.text
    assert outcomes(office, QUARTER, YEAR) == [None, "accepted"]


@pytest.mark.parametrize("chosen", [[], ["0"], ["999"], ["-1"], ["x"]])
def test_nothing_or_a_guessed_number_does_nothing(office: Office, seat: Seat, chosen: list[str]) -> None:
    answered(office, QUARTER)
    client = seat("supervisor")
    found = client.post(BULK, data={**fields(client, *chosen), "buoc": "xac-nhan"})
    assert found.status_code == (403 if chosen == ["999"] else 422)
    assert outcomes(office, QUARTER) == [None]


def test_somebody_elses_answer_in_the_form_refuses_the_whole(office: Office, seat: Seat) -> None:
    mine, others = answered(office, QUARTER), answered(office, OWN, by="so-noi-vu/focal")
    client = seat("supervisor")
    for step in ({}, {"buoc": "xac-nhan"}):
        found = client.post(BULK, data={**fields(client, mine, others), **step})
        assert (found.status_code, outcomes(office, QUARTER, OWN)) == (403, [None, None])
    assert office.journal(OWN)[-1].action == "refused"


def test_a_reader_and_a_stranger_action_are_refused(office: Office, seat: Seat) -> None:
    one = answered(office, QUARTER)
    reader, client = seat("read"), seat("supervisor")
    assert reader.post(BULK, data={"tra_loi": one, "csrf": csrf_of(reader)}).status_code == 403
    assert client.post(f"{HOME}/nhieu/xoa", data=fields(client, one)).status_code == 404
    assert client.post(BULK, data={**fields(client, one), "csrf": "sai"}).status_code == 403
    assert outcomes(office, QUARTER) == [None]


def test_hostile_words_stay_words(office: Office, seat: Seat) -> None:
    number = answered(office, QUARTER, note='<script>alert(1)</script>"><img src=x>')
    client = seat("supervisor")
    for page in (HOME, f"{HOME}/{number}"):
        assert "<script" not in client.get(page).text and "<img" not in client.get(page).text


def test_what_needs_no_decision_never_stands_here(office: Office, seat: Seat) -> None:
    office.submit(QUARTER, kind="progress", note="đang làm", by=JUSTICE)
    office.submit(OTHERS, kind="progress", note="đang làm", by="van-phong-ubnd-tinh/focal")
    assert "Không có trả lời nào chờ duyệt" in seat("supervisor").get(HOME).text
