"""Stable ASCII keys from Vietnamese words."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60


def slug(words: str) -> str:
    """Lower-case ASCII letters and digits joined by hyphens: "Công bố, công khai" → "cong-bo-cong-khai".

    >>> slug("Đề án số 5")
    'de-an-so-5'
    """
    plain = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:LONGEST].rstrip("-")
