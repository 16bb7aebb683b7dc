"""A contact that an agency corrected: shown with what to look at, confirmed or refused once, taken back."""

from __future__ import annotations

import pytest
from desk_help import confirmed, decided, previewed, told
from office import JUSTICE, Office
from seat_help import Seat, csrf_of

from dondoc.services import contact_decisions, contacts
from dondoc.services.contacts import Change, OwnContact, Wish

HOME = "/theo-doi/can-lam"
PAGE = f"{HOME}/dau-moi/1"
OLD, NEW = "cchc@sotuphap.hungyen.example", "phapche@gmail.com"


@pytest.fixture
def asked(office: Office) -> None:
    """Sở Tư pháp asks for another mailbox."""
    contacts.ask(office.app, JUSTICE, own(office).directory, Wish("Trần Thị <B>", NEW, "0221 386 3823"), office.moment)


def own(office: Office) -> OwnContact:
    with office.app.sessions() as session:
        return contacts.of_recipient(office.app, session, JUSTICE)[0]


def change(office: Office) -> Change:
    with office.app.sessions() as session:
        found = contact_decisions.find(session, 1)
    assert found is not None
    return found


@pytest.mark.usefixtures("asked")
def test_it_waits_in_the_worklist_with_its_warnings(seat: Seat) -> None:
    client = seat("supervisor")
    for page in (HOME, PAGE):
        said = told(client.get(page).text)
        assert "Sở Tư pháp (đầu mối)" in said and "Trần Thị <B>" in said
        assert OLD in said and NEW in said and "hộp thư miễn phí" in said
    assert client.get(f"{HOME}/dau-moi/77").status_code == 404


@pytest.mark.usefixtures("asked")
def test_it_is_confirmed_once_and_taken_back(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    preview = previewed(client, PAGE, "xac-nhan")
    assert "đến địa chỉ mới" in preview.text and own(office).contact.email == OLD
    assert confirmed(client, preview).status_code == 303
    assert own(office).contact.email == NEW
    entries = office.journal(JUSTICE)
    assert confirmed(client, preview).headers["location"] == f"{PAGE}?xong"
    assert office.journal(JUSTICE) == entries
    assert "Đã xác nhận nhưng tệp danh bạ chưa ghi" in client.get(HOME).text
    assert previewed(client, PAGE, "hoan-tac").status_code == 422
    decided(client, PAGE, "hoan-tac", ly_do="nhầm hộp thư")
    assert (own(office).contact.email, change(office).decision) == (OLD, None)
    stale = confirmed(client, preview, ly_do="")
    assert stale.status_code == 303 and change(office).decision == "confirmed"


@pytest.mark.usefixtures("asked")
def test_it_is_refused_with_a_reason(office: Office, seat: Seat) -> None:
    client = seat("supervisor")
    assert previewed(client, PAGE, "khong").status_code == 422
    decided(client, PAGE, "khong", ly_do="Cần công văn")
    assert (own(office).contact.email, change(office).why) == (OLD, "Cần công văn")


@pytest.mark.usefixtures("asked")
def test_what_somebody_else_decided_meanwhile_stands(office: Office, seat: Seat) -> None:
    one, other = seat("supervisor"), seat("supervisor", agency="so-noi-vu")
    preview = previewed(one, PAGE, "xac-nhan")
    decided(other, PAGE, "khong", ly_do="Cần công văn")
    assert confirmed(one, preview).status_code == 409
    assert change(office).decision == "refused"


@pytest.mark.usefixtures("asked")
def test_only_the_supervisor_decides(office: Office, seat: Seat) -> None:
    for role in ("reviewer", "read"):
        client = seat(role)
        assert "Xem trước" not in client.get(PAGE).text
        data = {"csrf": csrf_of(client), "quyet_dinh": "xac-nhan", "dau": "cho.", "buoc": "xac-nhan"}
        assert client.post(PAGE, data=data).status_code == 403
    client = seat("supervisor")
    assert client.post(PAGE, data={"csrf": csrf_of(client), "quyet_dinh": "xoa"}).status_code == 400
    assert change(office).decision is None
