"""Lists as one bound array: the same statement text, and so the same prepared plan, for 1 and for 3,000 ids."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, any_, bindparam
from sqlalchemy.orm import InstrumentedAttribute


def is_one_of(column: InstrumentedAttribute[str], values: Collection[str]) -> ColumnElement[bool]:
    """`column = ANY(values)`; no row when there are none."""
    return column == any_(bindparam(None, list(values), ARRAY(Text)))


def is_one_of_ids(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], values: Collection[int]
) -> ColumnElement[bool]:
    """`column = ANY(values)` for numeric keys."""
    return column == any_(bindparam(None, list(values), ARRAY(BigInteger)))
