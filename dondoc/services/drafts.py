"""Drafts: what somebody typed is kept until it is sent, for the recipient of the session alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dondoc.errors import Refused
from dondoc.services.app import App
from dondoc.store import drafts

MOST_DRAFTS = 30
"""Of one recipient."""
LARGEST_DRAFT = 64 * 1024
"""Bytes of one draft as JSON, without its files."""
DRAFT_DAYS = 60
"""As long as a link lasts: who can no longer come in has no use for a draft."""


def answer_form(obligation_ids: Iterable[str]) -> str:
    """The name of the answer form for these obligations, in whatever order they were chosen."""
    names = "\n".join(sorted(set(obligation_ids)))
    return f"answer:{hashlib.sha256(names.encode(errors='surrogatepass')).hexdigest()[:32]}"


def save(
    session: Session, recipient: str, form: str, obligation_ids: Sequence[str], fields: dict[str, Any], now: datetime
) -> None:
    """Keep what was typed in a form, in place of its earlier draft. Does not commit.

    Raises Refused when it is too long, or the recipient has too many drafts of other forms.
    """
    if len(json.dumps(fields, ensure_ascii=False).encode(errors="replace")) > LARGEST_DRAFT:
        raise Refused("Nội dung quá dài để lưu nháp: rút gọn rồi lưu lại.")
    _one_at_a_time(session, recipient)
    if drafts.count_others(session, recipient, form) >= MOST_DRAFTS:
        raise Refused(f"Đã có {MOST_DRAFTS} bản nháp: gửi hoặc xóa bớt rồi lưu lại.")
    drafts.put(session, recipient, form, obligation_ids, fields, now)


def _one_at_a_time(session: Session, recipient: str) -> None:
    """Two tabs that save at once are counted one after the other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"drafts:{recipient}", 0))))


def drop_old(app: App, now: datetime) -> int:
    """Forget drafts that nobody has touched for a long time; how many."""
    with app.sessions.begin() as session:
        return drafts.delete_before(session, now - timedelta(days=DRAFT_DAYS))


def files_of_all(session: Session) -> set[str]:
    """The SHA-256 of every file that a draft speaks of: their bytes must stay."""
    return {digest for fields in drafts.all_fields(session) for digest in _digests(fields)}


def _digests(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(digest := value.get("sha256"), str):
            yield digest
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _digests(one)
