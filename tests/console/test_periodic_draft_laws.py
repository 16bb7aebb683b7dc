"""Laws of the periodic report's form: what was typed comes back from a draft and from the page, whatever it is."""

from __future__ import annotations

import html
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import JUSTICE, ONGOING, Office
from page_help import hidden
from periodic_help import Q1, at, report, text_of, typed_in
from starlette.testclient import TestClient

from dondoc.console.periodic_form import kept_text
from dondoc.intake.texts import clean_text
from dondoc.services import periodic
from dondoc.store import drafts

TEXTS = st.text(max_size=300) | st.text("ăâđêôơưàảãáạ\n\r\t <>&\"'{}%\u0301\u202e\u200b\0\ud83d😀", max_size=60)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(TEXTS)
@settings(deadline=None)
def test_keeping_a_text_loses_only_what_no_page_can_hold_and_says_the_same(raw: str) -> None:
    kept = kept_text(raw)
    lost = [c for c in raw if c not in kept and c != "\r"]
    assert all(unicodedata.category(c) in ("Cc", "Cs") for c in lost)
    assert kept_text(kept) == kept
    assert clean_text(kept) == clean_text(raw)


@given(TEXTS)
@FEW
def test_a_draft_gives_back_what_was_typed(office: Office, raw: str) -> None:
    kept = kept_text(raw)
    with office.app.sessions.begin() as session:
        periodic.save_draft(session, JUSTICE, Q1, {"fields": {"t-1": kept}, "files": []}, office.moment)
    with office.app.sessions() as session:
        row = drafts.get(session, JUSTICE, periodic.draft_form(Q1))
        assert row is not None
        assert row.fields["fields"]["t-1"] == kept


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@FEW
def test_saved_on_the_page_it_stands_on_the_page_again_and_goes_on_unchanged(justice: TestClient, raw: str) -> None:
    form = report(justice, luu="van-ban") | {text_of(ONGOING): raw}
    assert justice.post(at(Q1), data=form).status_code == 303
    page = justice.get(at(Q1)).text
    shown = typed_in(page, text_of(ONGOING))
    assert shown == kept_text(raw)
    again = justice.post(at(Q1), data=form | {text_of(ONGOING): shown})  # saved once more as the browser has it
    assert again.status_code == 303
    assert typed_in(justice.get(at(Q1)).text, text_of(ONGOING)) == shown


@pytest.mark.parametrize("name", ["../../x", "a" * 500, "", "t-", "t-0", "\u202e"])
def test_odd_field_names_change_nothing(name: str, justice: TestClient, tmp_path: Path) -> None:
    form = report(justice, luu="van-ban")
    found = justice.post(at(Q1), data={**form, name: "x"})
    assert found.status_code in (303, 404)
    page = justice.get(at(Q1)).text
    assert re.search(r'name="phieu" value="[\w-]+"', page)
    assert html.unescape(hidden(page, "csrf")) == form["csrf"]
