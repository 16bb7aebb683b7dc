"""A cell as a line of words, numbers and marks, and tables of phrases to look for in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Generic, TypeVar

from dondoc.domain.deadline.lexicon import look_up, vouched
from dondoc.domain.deadline.spelling import fold

T = TypeVar("T")

_TOKEN = re.compile(r"\d+|[^\W\d_]+|\S")
_BLANKS, _NO_NUMBERS, _LOOSE = [""] * 8, [-1] * 8, [False] * 8
SOFT = frozenset({",", "và", "hoặc", "hay", "nhưng", "&", "+"})
HARD = frozenset({";"})
_SHORTENED = frozenset({"tp", "tx", "tt", "gs", "ts", "ths", "q", "p"})


class Line:
    """A repaired cell cut into tokens. Lists run in step and end in padding, so that looking ahead needs no checks.

    `keys` are the grammar's words (lexicon), digits or marks; `folds` the same without accents; `numbers` the
    value of a number of at most four digits, else -1; `tight[i]` says that no space stands before token i,
    `doubtful[i]` that it seems to be a misspelled word of the grammar.
    """

    __slots__ = ("closing", "doubtful", "folds", "keys", "n", "numbers", "spans", "text", "tight", "words")

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        words = [match[0] for match in found]
        known = [look_up(word) if word.isalpha() else (word, word, False) for word in words]
        self.text = text
        self.n = len(found)
        self.words = words + _BLANKS
        self.spans = [match.span() for match in found]
        self.keys = [key for key, _, _ in known] + _BLANKS
        self.folds = [folded for _, folded, _ in known] + _BLANKS
        self.doubtful = [doubt for _, _, doubt in known] + _LOOSE
        self.numbers = [int(word) if word.isdecimal() and len(word) <= 4 else -1 for word in words] + _NO_NUMBERS
        self.tight = [i > 0 and self.spans[i - 1][1] == self.spans[i][0] for i in range(self.n)] + _LOOSE
        self._mend_pairs()
        self.closing = _closing_marks(words) if "(" in words or "[" in words else {}

    def _mend_pairs(self) -> None:
        for i in range(self.n - 1):
            mended = vouched(self.folds[i], self.folds[i + 1])
            if mended is not None:
                self.folds[i : i + 2] = mended

    def said(self, first: int, last: int) -> str:
        """The source's words from token `first` up to (not with) token `last`."""
        if first >= last:
            return ""
        return self.text[self.spans[first][0] : self.spans[last - 1][1]]

    def is_word(self, i: int) -> bool:
        """Whether token i is made of letters."""
        return self.words[i].isalpha()

    def cut(self, first: int, last: int) -> Line:
        """The tokens from `first` up to `last` as a line of their own."""
        return Line(self.said(first, last))

    def ends(self, i: int) -> bool:
        """Whether a clause may end before token i: at a mark or word that separates, or at the end of the line."""
        key = self.keys[i]
        return i >= self.n or key in SOFT or self.parts(i) or key == "/" and self.is_word(i + 1)

    def parts(self, i: int) -> bool:
        """Whether token i parts the cell for certain: a semicolon, or a full stop or bullet between two sayings."""
        key = self.keys[i]
        if key == ";":
            return True
        if key == ".":
            alone = "." not in (self.keys[i - 1], self.keys[i + 1])
            return alone and not self.tight[i + 1] and i + 1 < self.n and self.keys[i - 1] not in _SHORTENED
        return key == "-" and not self.tight[i] and not self.tight[i + 1] and self.keys[0] == "-"


def _closing_marks(words: list[str]) -> dict[int, int]:
    """For each "(" or "[" the place of the mark that closes it."""
    pairs: dict[int, int] = {}
    open_at: list[int] = []
    for i, word in enumerate(words):
        if word in "([" and word:
            open_at.append(i)
        elif word in ")]" and word and open_at:
            pairs[open_at.pop()] = i
    return pairs


class Phrases(Generic[T]):
    """A table of phrases, longest match first. Words of one syllable must be right; in longer phrases a wrong accent
    is forgiven ("hàng tuân"), because the other words vouch for it.
    """

    def __init__(self, table: Mapping[str, T]) -> None:
        self._by_first: dict[str, list[tuple[int, list[str], T]]] = {}
        for phrase in sorted(table, key=lambda p: -len(p.split())):
            words = phrase.split()
            seen = [fold(word) for word in words] if len(words) > 1 else words
            self._by_first.setdefault(fold(words[0]), []).append((len(words), seen, table[phrase]))

    @property
    def starts(self) -> frozenset[str]:
        """The first words of all phrases, without accents."""
        return frozenset(self._by_first)

    def at(self, line: Line, i: int) -> tuple[T, int] | None:
        """The value of the longest phrase that starts at token i, and the token after it."""
        bucket = self._by_first.get(line.folds[i])
        if bucket is None:
            return None
        for size, words, value in bucket:
            if line.keys[i] == words[0] if size == 1 else line.folds[i : i + size] == words:
                return value, i + size
        return None

    def skip(self, line: Line, i: int) -> int:
        """The token after all phrases of the table that stand at i, one after the other."""
        while line.folds[i] in self._by_first and (found := self.at(line, i)) is not None:
            i = found[1]
        return i


def phrases(words: str) -> Phrases[bool]:
    """A table of phrases that are only looked for, written with "|" between them."""
    return Phrases({" ".join(phrase.split()): True for phrase in words.split("|")})
