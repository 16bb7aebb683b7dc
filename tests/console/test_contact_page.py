"""/viec/dau-moi: what is in force, a correction with every mistake told at once, and nobody else's contact."""

from __future__ import annotations

import pytest
from office import JUSTICE, Office
from page_help import Visit, hidden
from sqlalchemy import func, select
from starlette.testclient import TestClient
from test_answer_form import plain, refusals

from dondoc.services import contact_decisions
from dondoc.store.models import ContactChangeRow

PAGE = "/viec/dau-moi"
NEW = "phapche@sotuphap.hungyen.example"


def form(client: TestClient, **typed: str) -> dict[str, str]:
    page = client.get(PAGE).text
    start = {"csrf": hidden(page, "csrf"), "danh_ba": hidden(page, "danh_ba"), "kenh": "email"}
    return {**start, "ho_ten": "Trần Thị B", "thu": NEW, "dien_thoai": "0221 386 3823", **typed}


def asked(office: Office) -> int:
    with office.app.sessions() as session:
        return session.scalar(select(func.count()).select_from(ContactChangeRow)) or 0


def test_a_correction_waits_and_can_be_taken_back(office: Office, justice: TestClient) -> None:
    assert "cchc@sotuphap.hungyen.example" in justice.get(PAGE).text
    sent = justice.post(PAGE, data=form(justice))
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}?da-gui")
    words = plain(justice.get(sent.headers["location"]).text)
    assert "Đang chờ xác nhận Đề nghị lúc 09:00 ngày 20/3/2024" in words
    assert f"Địa chỉ thư: cchc@sotuphap.hungyen.example → {NEW}" in words
    assert "thư vẫn gửi đến địa chỉ cũ" in words
    page = justice.get(PAGE).text
    back = {"csrf": hidden(page, "csrf"), "de_nghi": hidden(page, "de_nghi")}
    assert justice.post(f"{PAGE}/rut", data=back).headers["location"] == f"{PAGE}?da-rut"
    assert justice.post(f"{PAGE}/rut", data=back).headers["location"] == PAGE
    assert "Đang chờ" not in justice.get(PAGE).text


def test_all_mistakes_at_once_and_what_was_typed_stays(office: Office, justice: TestClient) -> None:
    found = justice.post(PAGE, data=form(justice, thu='a"<b>', dien_thoai="12", ho_ten="  <i>  "))
    assert found.status_code == 422
    words = plain(found.text)
    assert "Không phải một địa chỉ thư" in words and "8 đến 15 chữ số" in words
    assert 'value="a&#34;&lt;b&gt;"' in found.text
    for name in ("thu", "dien_thoai"):
        assert f'href="#{name}"' in found.text
        assert f'id="{name}-loi"' in found.text
    assert asked(office) == 0


def test_the_decision_is_shown(office: Office, justice: TestClient) -> None:
    justice.post(PAGE, data=form(justice))
    contact_decisions.refuse(office.app, 1, "so-noi-vu/x", office.moment, "Cần công văn <b>")
    words = justice.get(PAGE).text
    assert "Không được xác nhận 09:00 ngày 20/3/2024" in words
    assert "“Cần công văn &lt;b&gt;”" in words


def test_confirmed_the_old_session_ends(office: Office, justice: TestClient) -> None:
    justice.post(PAGE, data=form(justice))
    contact_decisions.confirm(office.app, 1, "so-noi-vu/x", office.moment)
    assert justice.get("/viec").status_code == 403


@pytest.mark.parametrize("directory", ["khac", "", "\0"])
def test_another_directory_is_refused_and_journaled(directory: str, office: Office, justice: TestClient) -> None:
    assert justice.post(PAGE, data=form(justice, danh_ba=directory)).status_code == 404
    assert refusals(office) == [(JUSTICE, "Đầu mối không thuộc người gửi.")]
    assert asked(office) == 0


@pytest.mark.parametrize("number", ["1", "x", "-1", "99999999999999999999", "٣"])
def test_nobody_takes_back_anothers(number: str, office: Office, visit: Visit, justice: TestClient) -> None:
    justice.post(PAGE, data=form(justice))
    other = visit("van-phong-ubnd-tinh/focal")
    data = {"csrf": hidden(other.get(PAGE).text, "csrf"), "de_nghi": number}
    assert other.post(f"{PAGE}/rut", data=data).status_code == 404
    assert len(refusals(office)) == 1


def test_without_the_token_nothing_is_taken(office: Office, justice: TestClient) -> None:
    assert justice.post(PAGE, data=form(justice, csrf="x")).status_code == 403
    assert justice.post(f"{PAGE}/rut", data={"de_nghi": "1"}).status_code == 403
    assert asked(office) == 0
