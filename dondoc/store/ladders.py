"""Ladders as they were when obligations opened under them: editing the policy never touches a case under way."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dondoc.domain import codec
from dondoc.domain.policy import Ladder
from dondoc.store.models import LadderRow


def key_of(ladder: Ladder) -> str:
    """`<id>@<digest8>`: two versions under one id have different keys."""
    body = json.dumps(codec.ladder_to_json(ladder), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{ladder.id}@{hashlib.sha256(body.encode()).hexdigest()[:8]}"


def freeze(session: Session, ladder: Ladder, now: datetime) -> str:
    """Keep this version of the ladder, once, and return its key."""
    key = key_of(ladder)
    row = {"key": key, "body": codec.ladder_to_json(ladder), "frozen_at": now}
    session.execute(insert(LadderRow).values(row).on_conflict_do_nothing(index_elements=["key"]))
    return key


def load_ladders(session: Session) -> dict[str, Ladder]:
    """Every frozen ladder by the key that `Obligation.ladder` holds after loading: what `Snapshot.ladders` wants."""
    return {row.key: codec.ladder_from_json(row.body) for row in session.scalars(select(LadderRow))}
