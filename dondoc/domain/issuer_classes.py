"""Classes of issuing bodies as plans speak of them: "bộ, ngành Trung ương", "UBND tỉnh", "Thủ tướng Chính phủ"."""

from __future__ import annotations

import re

from dondoc.domain.directory import fold
from dondoc.domain.issuers import CENTRAL

_CENTRAL = frozenset(map(fold, CENTRAL))
_ASKED = (
    (r"thủ tướng chính phủ|thủ tướng(?! cơ quan)", "prime minister"),
    (r"(?<!thủ tướng )(?<!văn phòng )(?<!thanh tra )chính phủ", "government"),
    (r"bộ, ngành(?: trung ương)?|bộ ngành(?: trung ương)?|các bộ|cơ quan ngang bộ|bộ trưởng", "ministry"),
    (r"(?<!ngành )trung ương", "central"),
    (r"ubnd tỉnh|ủy ban nhân dân tỉnh|chủ tịch ubnd tỉnh", "provincial committee"),
    (r"hđnd tỉnh|hội đồng nhân dân tỉnh", "provincial council"),
    (r"của tỉnh|tỉnh ủy", "province"),
)
_PROVINCE = r"(?:tỉnh|thành phố)\b"
_NO_MINISTRIES = frozenset(
    ("quốc hội", "ủy ban thường vụ quốc hội", "chủ tịch nước", "chính phủ", "thủ tướng chính phủ")
)

_PARTY = frozenset(("bộ chính trị", "ban bí thư"))


def asked_of(question: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The bodies that a clause's words name: the words, and the classes that fit them."""
    words = fold(question)
    named = [(name, frozenset({name})) for name in sorted(_CENTRAL - _NO_MINISTRIES) if name in words]
    classes = [(match[0], frozenset({kind})) for pattern, kind in _ASKED for match in re.finditer(pattern, words)]
    return tuple(dict.fromkeys((*named, *classes)))


def issued_by(issuer: str) -> frozenset[str]:
    """All classes that a body belongs to, its own name among them."""
    name = fold(issuer).replace("uỷ", "ủy")
    found = {name}
    if name in _PARTY or name.endswith(" trung ương"):
        found.add("central")
    elif name in _CENTRAL or name.startswith("bộ "):
        found |= {"central"} if name in _NO_MINISTRIES else {"central", "ministry"}
    found |= {"prime minister", "government"} if name == "thủ tướng chính phủ" else set()
    found |= {"government"} if name == "chính phủ" else set()
    if re.match(rf"(?:chủ tịch )?(?:ủy ban nhân dân|ubnd) {_PROVINCE}", name):
        found |= {"provincial committee", "province"}
    if re.match(rf"(?:hội đồng nhân dân|hđnd) {_PROVINCE}", name):
        found |= {"provincial council", "province"}
    return frozenset(found)
