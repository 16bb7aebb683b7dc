"""Drafts on the pages: saved by a button or by an error, gone on with, deleted, and of the recipient alone."""

from __future__ import annotations

import html
import os
import re
from datetime import timedelta

from office import JUSTICE, OTHERS, QUARTER, YEAR, Office
from page_help import Visit, fields, hidden
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_answer_form import FORM, PDF, plain, recorded, refusals, send

from dondoc.services.attachments import drop_unclaimed
from dondoc.services.drafts import DRAFT_DAYS, MOST_DRAFTS
from dondoc.store.models import DraftRow, FileRow

FORGET = "/viec/nhap/xoa"


def drafts(office: Office) -> list[tuple[str, str]]:
    """(recipient, note) of every draft."""
    with office.app.sessions() as session:
        rows = session.scalars(select(DraftRow).order_by(DraftRow.saved_at, DraftRow.form))
        return [(row.recipient, row.fields["note"]) for row in rows]


def go_on(client: TestClient) -> str:
    """The page behind the first draft's link in the list."""
    page = client.get("/viec").text
    address = re.search(r'href="([^"]*nhap=[^"]*)"', page)
    assert address is not None, plain(page)
    return client.get(html.unescape(address.group(1))).text


def test_a_draft_is_saved_listed_gone_on_with_and_sent(office: Office, justice: TestClient) -> None:
    form = fields(
        justice, QUARTER, YEAR, loai="done", so_van_ban="52/BC", ngay_van_ban="31/02", ghi_chu="Dở <b>", luu="1"
    )
    found = send(justice, form, ("tốt.pdf", PDF))
    assert (found.status_code, found.headers["location"]) == (303, "/viec?da-luu-nhap#ban-nhap")
    listed = plain(justice.get("/viec?da-luu-nhap").text)
    assert "Đã lưu nháp. Chưa có gì được gửi." in listed
    assert "Có bản nháp, lưu lúc 09:00 ngày 20/3/2024" in listed
    assert recorded(office) == 0
    page = go_on(justice)
    for kept in ('value="52/BC"', 'value="31/02"', "Dở &lt;b&gt;</textarea>", "tốt.pdf"):
        assert kept in page
    assert re.search(r'id="loai-done"[^>]* checked', page)
    assert page.count('name="viec"') == 2
    sent = {
        "csrf": hidden(page, "csrf"), "phieu": hidden(page, "phieu"), "viec": [QUARTER, YEAR], "loai": "done",
        "so_van_ban": "52/BC", "ngay_van_ban": "19/3/2024", "ghi_chu": "Xong",
        "da_nhan": html.unescape(hidden(page, "da_nhan")),
    }  # fmt: skip
    assert send(justice, sent).status_code == 303
    assert (recorded(office), drafts(office)) == (2, [])
    with office.app.sessions() as session:
        assert set(session.scalars(select(FileRow.name))) == {"tốt.pdf"}


def test_an_error_keeps_a_draft_too_and_the_same_choice_shows_it(office: Office, justice: TestClient) -> None:
    found = send(justice, fields(justice, QUARTER, loai="extension", ngay_xin="99/99", ghi_chu="Vì mưa lũ."))
    assert "Bản nháp đã lưu lúc 09:00 ngày 20/3/2024" in plain(found.text)
    assert drafts(office) == [(JUSTICE, "Vì mưa lũ.")]
    page = justice.get(FORM, params={"viec": QUARTER}).text
    assert 'value="99/99"' in page
    assert "Vì mưa lũ.</textarea>" in page
    assert "Vì mưa lũ" not in justice.get(FORM, params={"viec": [QUARTER, YEAR]}).text


def test_an_empty_form_with_errors_leaves_no_draft(office: Office, justice: TestClient) -> None:
    assert send(justice, fields(justice, QUARTER)).status_code == 422
    assert drafts(office) == []


def test_a_draft_is_deleted_on_request_with_the_sessions_token(office: Office, justice: TestClient) -> None:
    send(justice, fields(justice, QUARTER, loai="done", ghi_chu="dở", luu="1"))
    page = justice.get("/viec").text
    form = {"csrf": hidden(page, "csrf"), "ban": hidden(page, "ban")}
    assert justice.post(FORGET, data={**form, "csrf": "x"}).status_code == 403
    assert len(drafts(office)) == 1
    found = justice.post(FORGET, data=form)
    assert (found.status_code, drafts(office)) == (303, [])
    assert "Đã xóa bản nháp" in justice.get(found.headers["location"]).text
    assert refusals(office) == [(JUSTICE, "Biểu mẫu không có mã của phiên làm việc.")]


def test_drafts_are_the_recipients_alone(office: Office, justice: TestClient, visit: Visit) -> None:
    send(justice, fields(justice, QUARTER, loai="done", ghi_chu="bí mật", luu="1"))
    page = justice.get("/viec").text
    name, address = hidden(page, "ban"), re.search(r'href="([^"]*nhap=[^"]*)"', page)
    assert address is not None
    other = visit("van-phong-ubnd-tinh/focal")
    send(other, fields(other, OTHERS, loai="done", ghi_chu="khác", luu="1"))
    token = hidden(other.get("/viec").text, "csrf")
    assert "bí mật" not in other.get("/viec").text
    assert "bí mật" not in other.get(html.unescape(address.group(1))).text
    other.post(FORGET, data={"csrf": token, "ban": name})
    assert (JUSTICE, "bí mật") in drafts(office)
    colleague = visit(JUSTICE)  # another session of the same recipient goes on with it
    assert "bí mật</textarea>" in go_on(colleague)


def test_a_draft_and_its_files_survive_a_restart(office: Office, justice: TestClient, pages: Starlette) -> None:
    send(justice, fields(justice, QUARTER, loai="done", ghi_chu="dở", luu="1"), ("tốt.pdf", PDF))
    for path in (office.app.settings.home / "files").glob("??/*"):
        old = (office.moment - timedelta(days=10)).timestamp()
        os.utime(path, (old, old))
    with TestClient(pages):  # the application starts, and tidies up
        pass
    assert drop_unclaimed(office.app, office.moment) == 0
    assert "tốt.pdf" in go_on(justice)


def test_old_drafts_go_at_the_next_start(office: Office, justice: TestClient, pages: Starlette) -> None:
    send(justice, fields(justice, QUARTER, loai="done", ghi_chu="cũ", luu="1"))
    office.moment += timedelta(days=DRAFT_DAYS, seconds=1)
    with TestClient(pages):
        pass
    assert drafts(office) == []


def test_a_draft_of_work_that_is_settled_says_so(office: Office, justice: TestClient) -> None:
    send(justice, fields(justice, QUARTER, loai="progress", ghi_chu="dở", luu="1"))
    office.submit(QUARTER, kind="done", note="xong")
    page = go_on(justice)
    assert "dở</textarea>" in page
    assert re.findall(r'id="loai-(\w+)" value', page) == ["done"]


def test_too_many_or_too_long_is_told_and_nothing_typed_is_lost(office: Office, justice: TestClient) -> None:
    with office.app.sessions.begin() as session:
        for n in range(MOST_DRAFTS):
            session.add(DraftRow(recipient=JUSTICE, form=f"answer:{n}", obligation_ids=[], fields={"note": f"{n}"},
                                 saved_at=office.moment))  # fmt: skip
    found = send(justice, fields(justice, QUARTER, loai="done", ghi_chu="thêm", luu="1"))
    assert (found.status_code, "xóa bớt rồi lưu lại" in plain(found.text)) == (422, True)
    assert "thêm</textarea>" in found.text
    assert "không còn trong danh sách" in plain(justice.get("/viec").text)


def test_a_bad_file_is_told_and_the_rest_is_saved(office: Office, justice: TestClient) -> None:
    found = send(justice, fields(justice, QUARTER, loai="done", ghi_chu="dở", luu="1"), ("a.pdf", b"MZ" + bytes(99)))
    assert (found.status_code, "Tệp “a.pdf”" in plain(found.text)) == (422, True)
    assert drafts(office) == [(JUSTICE, "dở")]


def test_strangers_work_and_foreign_ids_make_no_draft(office: Office, justice: TestClient) -> None:
    form = {**fields(justice, QUARTER, loai="done", ghi_chu="x", luu="1"), "viec": [OTHERS]}
    assert send(justice, form).status_code == 404
    assert justice.get(FORM, params={"nhap": "answer:" + "0" * 32}).status_code == 303
    assert justice.get(FORM, params={"nhap": "periodic:\x00"}).status_code == 303
    assert drafts(office) == []
