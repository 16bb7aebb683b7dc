"""Messages that wait for a person: read whole, let go after a look, dropped, taken back, settled; stop-all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any, cast

import pytest
from desk_help import confirmed, form, told
from office import OTHERS, Office, open_office, small
from seat_help import Seat, csrf_of
from sqlalchemy import select, update

from dondoc.domain.moments import at
from dondoc.services import composing, releasing, suppressing, sweeping
from dondoc.services.app import Channel
from dondoc.store import switches
from dondoc.store.models import MessageRow

HOME = "/theo-doi/thu-giu"


class Silent:
    """A channel that is there; no test here sends anything."""

    can_be_asked = False


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The office in January, with mail set up."""
    with open_office(database_url, tmp_path / "home", small(), date(2024, 1, 2)) as opened:
        opened.app = replace(opened.app, channels={"email": cast(Channel, Silent())})
        yield opened


@pytest.fixture
def held(office: Office) -> int:
    """Nobody reported until the copy that names the office late to its head is held; its number."""
    day = date(2024, 1, 31)
    while not (found := [row.id for row in rows(office) if row.names_late]):
        day = office.app.calendar.add(day, 1)
        now = office.set(day, time(8))
        sweeping.sweep(office.app, now)
        composing.compose_day(office.app, now)
        assert day < date(2024, 3, 20)
    return found[0]


def rows(office: Office) -> list[MessageRow]:
    with office.app.sessions() as session:
        return list(session.scalars(select(MessageRow).order_by(MessageRow.id)))


def row(office: Office, number: int) -> MessageRow:
    return next(row for row in rows(office) if row.id == number)


def become(office: Office, number: int, **values: Any) -> None:
    with office.app.sessions.begin() as session:
        session.execute(update(MessageRow).where(MessageRow.id == number).values(**values))


def act(client: Any, action: str, *numbers: int | str, **typed: Any) -> Any:
    data = {"csrf": csrf_of(client), "thu": list(map(str, numbers)), **typed}
    return client.post(f"{HOME}/lam/{action}", data=data)


def test_an_empty_desk_says_so(seat: Seat) -> None:
    page = seat("supervisor").get(HOME)
    assert "Không có thư nào chờ người xem" in page.text
    assert "Không ai đang được ngừng gửi" in page.text


def test_a_held_message_is_listed_with_why_and_whom_it_names(office: Office, seat: Seat, held: int) -> None:
    client = seat("supervisor")
    page = told(client.get(HOME).text)
    for words in ("Nêu tên đơn vị chậm", "Văn phòng UBND tỉnh", "chờ cơ quan theo dõi cho gửi", "Xem trước: cho gửi"):
        assert words in page, words
    whole = client.get(f"{HOME}/{held}")
    assert "Lời thư" in whole.text and "[liên kết cá nhân]" in whole.text
    assert "<iframe" not in whole.text
    assert client.get(f"{HOME}/9999").status_code == 404
    assert client.get(f"{HOME}/99999999999999999999").status_code == 404


def test_it_leaves_only_after_it_was_read_and_ticked(office: Office, seat: Seat, held: int) -> None:
    client = seat("supervisor")
    preview = act(client, "cho-gui", held)
    assert "Lời thư sẽ gửi" in preview.text and row(office, held).status == "held"
    unticked = confirmed(client, preview)
    assert unticked.status_code == 422 and row(office, held).status == "held"
    done = confirmed(client, preview, da_kiem_tra=str(held))
    assert done.status_code == 200 and "Đã cho gửi 1 thư" in done.text
    assert (row(office, held).status, row(office, held).released_by) == ("ready", "so-noi-vu/supervisor")
    again = confirmed(client, preview, da_kiem_tra=str(held))
    assert "không cho gửi được" in again.text
    assert [entry.action for entry in office.journal(f"message/{held}")] == ["released"]


def test_a_preview_changes_nothing_even_where_a_message_has_nothing_left(office: Office, seat: Seat, held: int) -> None:
    office.submit(OTHERS, kind="done", note="xong", by="van-phong-ubnd-tinh/focal")
    client = seat("supervisor")
    preview = act(client, "cho-gui", held)
    assert "đã được báo cáo" in preview.text and "Xác nhận" not in told(preview.text).replace("rồi xác nhận", "")
    assert row(office, held).status == "held"


def test_a_message_is_dropped_with_a_reason_and_taken_back(office: Office, seat: Seat, held: int) -> None:
    client = seat("supervisor")
    assert act(client, "bo", held).status_code == 422
    preview = act(client, "bo", held, ly_do="sai số liệu <b>")
    assert "&lt;b&gt;" in preview.text and row(office, held).status == "held"
    assert "Đã bỏ 1 thư" in confirmed(client, preview).text
    assert row(office, held).status == "dropped"
    assert "không bỏ được" in confirmed(client, preview).text
    page = client.get(f"{HOME}/{held}").text
    assert "Xem trước: lấy lại" in page
    confirmed(client, act(client, "lay-lai", held, ly_do="bỏ nhầm"))
    assert row(office, held).status == "held"


@pytest.mark.parametrize(("action", "status"), [("da-den", "sent"), ("chua-den", "retry")])
def test_a_message_of_unknown_fate_is_settled(office: Office, seat: Seat, held: int, action: str, status: str) -> None:
    releasing.release(office.app, [held], "kiểm thử", office.moment)
    become(office, held, status="unknown")
    client = seat("supervisor")
    assert "Chưa rõ đã đến hay chưa (1)" in client.get(HOME).text
    assert act(client, action, held).status_code == 422
    preview = act(client, action, held, ly_do="đã hỏi văn thư")
    assert row(office, held).status == "unknown"
    confirmed(client, preview)
    assert row(office, held).status == status


@pytest.mark.parametrize(
    ("numbers", "why"), [((), "ít nhất một thư"), (("x",), "ít nhất một thư"), (range(1, 102), "nhiều nhất")]
)
def test_nothing_or_too_much_chosen(seat: Seat, numbers: Any, why: str) -> None:
    found = act(seat("supervisor"), "cho-gui", *numbers)
    assert found.status_code == 422 and why in found.text


def test_a_number_that_does_not_exist_stays_where_it_is(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    assert "Không có thư số 999" in act(client, "cho-gui", 999).text
    assert "Không có thư số 999" in confirmed(client, act(client, "bo", 999, ly_do="x")).text
    assert act(client, "xoa", 999).status_code == 404


def test_only_the_supervisor_moves_messages(office: Office, seat: Seat, held: int) -> None:
    for role in ("reviewer", "read"):
        client = seat(role)
        for page in (HOME, f"{HOME}/{held}"):
            assert "Xem trước" not in client.get(page).text
        found = act(client, "cho-gui", held, buoc="xac-nhan", da_kiem_tra=str(held))
        assert (found.status_code, row(office, held).status) == (403, "held")
        stop = client.post(
            f"{HOME}/dung-gui", data={"csrf": csrf_of(client), "dung": "1", "ly_do": "x", "buoc": "xac-nhan"}
        )
        assert stop.status_code == 403


def test_everything_is_stopped_and_let_go_on(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    for on, now in (("1", True), ("0", False)):
        data = {"csrf": csrf_of(client), "dung": on, "ly_do": "thư sai mẫu"}
        assert client.post(f"{HOME}/dung-gui", data={**data, "ly_do": " "}).status_code == 422
        preview = client.post(f"{HOME}/dung-gui", data=data)
        assert stopped(office) is not now
        assert confirmed(client, preview).status_code == 303
        assert stopped(office) is now
        entries = office.journal("switch/stop-all")
        assert "Không có gì phải đổi" in confirmed(client, preview).text
        assert office.journal("switch/stop-all") == entries
        assert ("Đang dừng gửi mọi thư" in told(client.get(HOME).text)) is now


def stopped(office: Office) -> bool:
    with office.app.sessions() as session:
        return switches.is_stopped(session)


def test_who_gets_nothing_is_listed_and_gets_again(office: Office, seat: Seat) -> None:
    suppressing.suppress(office.app, "so-tu-phap/focal", date(2024, 4, 1), "dondoc", "nghỉ phép", office.moment)
    client = seat("supervisor")
    page = client.get(HOME).text
    assert "nghỉ phép" in page and "Thứ Hai, 01/4/2024" in page
    where = f"{HOME}/ngung-gui/1/thoi"
    assert client.post(where, data={"csrf": csrf_of(client)}).status_code == 422
    preview = client.post(where, data={"csrf": csrf_of(client), "ly_do": "đã đi làm"})
    assert "Đến hết 01/04/2024." in told(preview.text)
    assert suppressing.in_force(office.app, office.moment)
    assert confirmed(client, preview).status_code == 303
    assert not suppressing.in_force(office.app, office.moment)
    assert confirmed(client, preview).status_code == 409
    assert client.post(f"{HOME}/ngung-gui/77/thoi", data={"csrf": csrf_of(client), "ly_do": "x"}).status_code == 409


def test_a_flood_is_listed_up_to_a_limit_in_few_queries(office: Office, seat: Seat, held: int) -> None:
    with office.app.sessions.begin() as session:
        for n in range(250):
            session.add(_copy(row(office, held), n))
    page = seat("supervisor").get(HOME).text
    assert page.count('name="thu"') == 200 and "Còn nhiều thư hơn" in page


def _copy(message: MessageRow, n: int) -> MessageRow:
    values = {attr.key: getattr(message, attr.key) for attr in MessageRow.__mapper__.column_attrs if attr.key != "id"}
    changed = {"klass": f"event:{n}", "header_id": f"<{n}@x>", "created_at": at(date(2024, 2, 1))}
    return MessageRow(**{**values, **changed})


def test_a_form_of_another_page_is_no_form_of_this_one(seat: Seat, held: int) -> None:
    client = seat("supervisor")
    where, fields = form(client.get(HOME).text)
    assert client.post(where, data={**fields, "thu": str(held), "csrf": "x"}).status_code == 403


def test_all_that_name_nobody_late_go_with_one_choice(office: Office, seat: Seat, held: int) -> None:
    plain = [row.id for row in rows(office) if row.status == "held" and not row.names_late]
    client = seat("supervisor")
    preview = act(client, "cho-gui", moi="1")
    assert len(plain) > 1 and f"Cho gửi {len(plain)} thư" in preview.text
    assert {row(office, number).status for number in plain} == {"held"}
    confirmed(client, preview)
    assert {row(office, number).status for number in plain} == {"ready"}
    assert row(office, held).status == "held"
