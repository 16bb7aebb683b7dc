"""Drafts on the agency's pages: what was typed in the answer form is kept, shown in the list, gone on with, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from dondoc.console import views, wording
from dondoc.console.forms import Typed
from dondoc.errors import Refused
from dondoc.intake.files import Checked, path_of
from dondoc.services import drafts
from dondoc.services.app import App
from dondoc.services.owed import Owed
from dondoc.store import drafts as rows
from dondoc.store.models import DraftRow

_TEXTS = ("submission", "kind", "until", "wanted", "document_number", "document_date", "note", "whose")


@dataclass(frozen=True)
class DraftView:
    """A draft in the list. `address` leads on with it, "" where nothing of it is owed any more."""

    form: str
    saved: str
    titles: tuple[str, ...]
    more: int
    address: str


def keep(app: App, recipient: str, typed: Typed, now: datetime) -> datetime:
    """Save what was typed as the recipient's draft for these obligations. Raises Refused as `drafts.save` does."""
    form = drafts.answer_form(typed.chosen)
    said = {name: getattr(typed, name) for name in _TEXTS} | {"files": [asdict(file) for file in typed.files]}
    with app.sessions.begin() as session:
        drafts.save(session, recipient, form, typed.chosen, said, now)
    return now


def keep_quietly(app: App, recipient: str, typed: Typed, now: datetime) -> datetime | None:
    """The same for a form that came back with errors: None where it could not be kept, or nothing was typed."""
    if not typed.chosen or not (typed.files or any(getattr(typed, name) for name in _TEXTS[1:])):
        return None
    with suppress(Refused):
        return keep(app, recipient, typed, now)
    return None


def find(session: Session, recipient: str, form: str) -> DraftRow | None:
    """The recipient's draft of an answer form."""
    return rows.get(session, recipient, form) if form.startswith("answer:") and form.isprintable() else None


def typed_of(home: Path, draft: DraftRow, chosen: tuple[str, ...]) -> Typed:
    """The form as it was saved, for those of its obligations that are still owed, without files that are gone."""
    said: Mapping[str, Any] = draft.fields
    texts: dict[str, Any] = {name: str(said.get(name, "")) for name in _TEXTS}
    return Typed(chosen=chosen, files=tuple(_files(home, said.get("files", []))), **texts)


def _files(home: Path, saved: Iterable[Mapping[str, Any]]) -> Iterable[Checked]:
    names = [field.name for field in fields(Checked)]
    for one in saved:
        file = Checked(**{name: one[name] for name in names})
        if path_of(home, file.sha256).is_file():
            yield file


def draft_views(session: Session, recipient: str, owed: Iterable[Owed]) -> tuple[DraftView, ...]:
    """The recipient's drafts, newest first, for the list of their work."""
    found = {one.case.obligation.id: one for one in owed}
    return tuple(_view(draft, found) for draft in rows.of_recipient(session, recipient))


def _view(draft: DraftRow, found: Mapping[str, Owed]) -> DraftView:
    own = [found[key] for key in draft.obligation_ids if key in found]
    titles = tuple(one.task.activity if one.task else one.case.obligation.name for one in own[:2])
    if not own:
        address = ""
    elif draft.form.startswith("answer:"):
        address = f"/viec/tra-loi?{urlencode({'nhap': draft.form})}"
    else:
        address = views.answer_address(own[0].case.obligation)
    return DraftView(draft.form, wording.moment(draft.saved_at), titles, max(0, len(own) - 2), address)
