"""Which waiting clauses a document may concern, judged by wording alone. It proposes; a person confirms.

A clause is compared with the document in three ways: the kind of document it waits for ("hướng dẫn", "kế hoạch"), the
body it waits for ("bộ, ngành Trung ương" is any ministry), and the words that the document's subject shares with the
clause and its task. A run of words counts the more, the fewer waiting clauses have it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from dondoc.domain.directory import fold
from dondoc.domain.events import EventKind
from dondoc.domain.issuer_classes import asked_of, issued_by

Pair = tuple[str, str]

KIND_FITS, ISSUER_FITS, ISSUER_NAMED, ISSUER_AGAINST = 2.0, 2.0, 3.0, -3.0
MOST_FOR_WORDS = 8.0
IN_QUESTION = 2.0
"""The clause's own words count so many times more than those of its task."""
LEAST_WORDS, LEAST_WORDS_ALONE = 0.5, 2.0
"""What shared words must be worth beside a kind or body that fits, and by themselves; less is chance."""

_KIND_WORDS: tuple[tuple[str, frozenset[EventKind]], ...] = (
    ("hướng dẫn", frozenset({"guidance"})),
    ("quyết định", frozenset({"decision"})),
    ("kế hoạch", frozenset({"plan"})),
    ("phương án", frozenset({"plan"})),
    ("đề án", frozenset({"plan"})),
    ("quy định", frozenset({"regulation"})),
    ("văn bản qppl", frozenset({"regulation", "decision"})),
    ("chỉ đạo", frozenset({"directive"})),
    ("chủ trương", frozenset({"directive", "decision"})),
    ("hồ sơ", frozenset({"request"})),
    ("đề nghị", frozenset({"request"})),
    ("yêu cầu", frozenset({"request", "directive"})),
    ("phản ánh, kiến nghị", frozenset({"request"})),
    ("thay đổi", frozenset({"change"})),
    ("phát hiện", frozenset({"finding"})),
    ("kiểm tra", frozenset({"finding", "plan"})),
)
_SHORT = {
    "tthc": "thủ tục hành chính", "cchc": "cải cách hành chính", "qppl": "quy phạm pháp luật",
    "cntt": "công nghệ thông tin", "đvhc": "đơn vị hành chính", "dnnn": "doanh nghiệp nhà nước",
    "ubnd": "ủy ban nhân dân", "hđnd": "hội đồng nhân dân", "parindex": "par index",
}  # fmt: skip
_EMPTY = frozenset(
    ("và", "của", "các", "những", "có", "về", "theo", "cho", "trong", "được", "là", "với", "tại", "từ", "đến", "khi",
     "trên", "một", "này", "đó", "để", "do", "ra", "ở", "cùng", "hoặc", "sau", "vào", "năm", "tỉnh", "thuộc")
)  # fmt: skip
_EMPTY_PAIRS = frozenset(
    (("văn", "bản"), ("thực", "hiện"), ("triển", "khai"), ("tổ", "chức"), ("cơ", "quan"), ("đơn", "vị"),
     ("công", "tác"), ("nhà", "nước"), ("địa", "bàn"), ("phạm", "vi"), ("thẩm", "quyền"), ("chức", "năng"),
     ("quy", "định"), ("đối", "với"), ("liên", "quan"), ("nhiệm", "vụ"))
)  # fmt: skip
"""Words that say nothing of a document's matter: they count for nothing, and no run is made of them."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of the event: None where nobody said."""

    kind: EventKind | None
    issuer: str | None
    subject: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting clause: `waiting` is its key in the task's part, `question` its words, `activity` the task's."""

    plan_id: str
    task_id: str
    part: str
    waiting: str
    question: str
    activity: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A clause that the document may open. `score` orders; `why` (Vietnamese) names what the two share."""

    waiting: Waiting
    score: float
    why: str


def proposals(document: Document, waiting: Iterable[Waiting]) -> tuple[Proposal, ...]:
    """The clauses that share something with the document, the likeliest first (equal ones as they were given)."""
    asked = tuple(waiting)
    common = Counter(pair for one in asked for pair in set(_neighbours(_syllables(f"{one.question}. {one.activity}"))))
    found = (_judged(document, one, common) for one in asked)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: -one.score))


def _judged(document: Document, one: Waiting, common: Counter[Pair]) -> Proposal | None:
    kinds = _fitting_kinds(document, one.question)
    bodies, against = _fitting_bodies(document.issuer, one.question)
    question, activity = set(_neighbours(_syllables(one.question))), set(_neighbours(_syllables(one.activity)))
    runs = _shared(_syllables(document.subject), question | activity)
    pairs = {pair for run in runs for pair in _telling(run)}
    worth = sum((IN_QUESTION if pair in question else 1) / math.sqrt(common[pair]) for pair in pairs)
    least = LEAST_WORDS if (kinds or bodies) and not against else LEAST_WORDS_ALONE
    if worth < least and not (kinds and bodies):
        return None
    score = min(worth, MOST_FOR_WORDS) + (KIND_FITS if kinds else 0) + (ISSUER_AGAINST if against else 0)
    score += (ISSUER_NAMED if fold(document.issuer or "") in bodies else ISSUER_FITS) if bodies else 0
    words = dict.fromkeys((*kinds, *bodies, *(" ".join(run) for run in runs)))
    return Proposal(one, round(score, 3), "trùng từ: " + ", ".join(words)) if score > 0 else None


def _fitting_kinds(document: Document, question: str) -> tuple[str, ...]:
    """The clause's words for a kind of document that fit this one, by its kind or because its subject says so too."""
    words, subject = fold(question), fold(document.subject)
    return tuple(
        word for word, kinds in _KIND_WORDS if word in words and (document.kind in kinds or subject.startswith(word))
    )


def _fitting_bodies(issuer: str | None, question: str) -> tuple[tuple[str, ...], bool]:
    """How the clause calls the body that issued the document; and whether it names only others."""
    asked = asked_of(question)
    if issuer is None or not asked:
        return (), False
    classes = issued_by(issuer)
    fitting = tuple(words for words, wanted in asked if wanted & classes)
    return fitting, not fitting


def _syllables(text: str) -> tuple[str, ...]:
    """The words one by one, short forms written out; a mark between phrases stays, so that no run crosses it."""
    words = (_SHORT.get(word, word) for word in re.findall(r"\w+|[.;:,()]", fold(text)))
    return tuple(" ".join(words).split())


def _neighbours(run: Sequence[str]) -> list[Pair]:
    return [(a, b) for a, b in zip(run, run[1:], strict=False) if a[0].isalpha() and b[0].isalpha()]


def _telling(run: Sequence[str]) -> list[Pair]:
    """Neighbouring words that say something of a matter."""
    return [pair for pair in _neighbours(run) if not _EMPTY.issuperset(pair) and pair not in _EMPTY_PAIRS]


def _shared(about: Sequence[str], there: Collection[Pair]) -> tuple[tuple[str, ...], ...]:
    """The longest runs of the subject's words that stand there too, as far as they say something."""
    runs: list[list[str]] = [[]]
    for a, b in zip(about, about[1:], strict=False):
        if (a, b) in there:
            runs[-1] = [*(runs[-1] or [a]), b]
        elif runs[-1]:
            runs.append([])
    return tuple(run for run in dict.fromkeys(map(_trimmed, runs)) if _telling(run))


def _trimmed(run: Sequence[str]) -> tuple[str, ...]:
    words = tuple(run)
    while words and (words[0] in _EMPTY or words[:2] in _EMPTY_PAIRS):
        words = words[1 if words[0] in _EMPTY else 2 :]
    while words and (words[-1] in _EMPTY or words[-2:] in _EMPTY_PAIRS):
        words = words[: -1 if words[-1] in _EMPTY else -2]
    return words
