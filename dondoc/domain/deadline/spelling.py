"""How Vietnamese words are spelled: accent folding, which letters can be a syllable, one-letter slips."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LETTERS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def _tables() -> tuple[dict[int, str], dict[int, str]]:
    toneless, plain = {}, {ord("đ"): "d", ord("Đ"): "D"}
    for letter in _LETTERS:
        bare = unicodedata.normalize("NFD", letter)[0]
        plain[ord(letter)] = bare
        for tone in _TONES:
            composed = unicodedata.normalize("NFC", letter + tone)
            toneless[ord(composed)] = letter
            plain[ord(composed)] = bare
    return toneless, plain


_TONELESS, _PLAIN = _tables()
_SHARP_OR_HEAVY = re.compile("[\u0301\u0323]")
_SPELLING = (
    r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu(?!u)|[bcdđghklmnprstvx])?"
    r"(?:oac|oach|oai|oan|oang|oanh|oao|oat|oay|oăc|oăm|oăn|oăng|oăt|oen|oeo|oet|oong|ooc|oa|oe"
    r"|iêc|iêm|iên|iêng|iêp|iêt|iêu|yêm|yên|yêng|yêt|yêu|uyên|uyêt|uych|uynh|uyt|uyu|uya|uy"
    r"|uân|uâng|uât|uây|uêch|uênh|uê|uôc|uôi|uôm|uôn|uông|uôt|ươc|ươi|ươm|ươn|ương|ươp|ươt|ươu|uơ|ưa|ưu|ưi"
    r"|ach|anh|ang|ac|ai|am|an|ao|ap|at|au|ay|ăng|ăc|ăm|ăn|ăp|ăt|âng|âc|âm|ân|âp|ât|âu|ây"
    r"|eng|ec|em|en|eo|ep|et|êch|ênh|êm|ên|êp|êt|êu|ich|inh|im|in|ip|it|iu|ia"
    r"|ong|oc|oi|om|on|op|ot|ông|ôc|ôi|ôm|ôn|ôp|ôt|ơi|ơm|ơn|ơp|ơt"
    r"|ung|uc|ui|um|un|up|ut|ua|ưng|ưc|ưt|[aeêioôơuưy])"
)
_SYLLABLE = re.compile(_SPELLING)
_PLAIN_SYLLABLE = re.compile(_SPELLING.translate(_PLAIN))


def fold(word: str) -> str:
    """The word in lower case without any accent: "Quý" and "QUY" are both "quy"."""
    return word.lower().translate(_PLAIN)


def is_syllable(word: str) -> bool:
    """Whether a lower-case word (NFC) can be a Vietnamese syllable; one that ends in c, ch, p, t needs sắc or nặng."""
    if _SYLLABLE.fullmatch(word.translate(_TONELESS)) is None:
        return False
    return word[-1] not in "cpt" and word[-2:] != "ch" or _SHARP_OR_HEAVY.search(_decomposed(word)) is not None


def is_plain_syllable(word: str) -> bool:
    """Whether a lower-case word without accents can be a syllable whose accents were lost."""
    return _PLAIN_SYLLABLE.fullmatch(word) is not None


def _decomposed(word: str) -> str:
    return unicodedata.normalize("NFD", word)


class Slips:
    """Finds the known words that are one letter away (added, lost, changed or swapped) from a misspelled one."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_shorter: dict[str, set[str]] = {}
        for word in words:
            for shorter in _one_less(word):
                self._by_shorter.setdefault(shorter, set()).add(word)

    def near(self, misspelled: str) -> set[str]:
        """The known words; in words of three letters a changed letter makes too many, so it does not count."""
        found: set[str] = set()
        for shorter in _one_less(misspelled):
            found.update(word for word in self._by_shorter.get(shorter, ()) if one_apart(word, misspelled))
        changed = {word for word in found if len(word) == len(misspelled) <= 3 and sorted(word) != sorted(misspelled)}
        return found - changed


def _one_less(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))} | {word}


def one_apart(a: str, b: str) -> bool:
    """Whether one letter added, lost, changed or swapped makes the one word the other."""
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return len(longer) - len(shorter) == 1 and shorter in _one_less(longer)
    unlike = [i for i in range(len(a)) if a[i] != b[i]]
    if len(unlike) == 1:
        return True
    swapped = len(unlike) == 2 and unlike[1] == unlike[0] + 1
    return swapped and a[unlike[0]] == b[unlike[1]] and a[unlike[1]] == b[unlike[0]]
