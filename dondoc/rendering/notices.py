"""One message in its four forms: subject, text, HTML and Zalo text.

Each kind has a folder of fragments, and `digest/` composes the fragments of the kinds that the message holds; a
message of one kind is the special case. Which line goes where is decided here, templates only word it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from jinja2 import Template
from markupsafe import Markup

from dondoc.domain.compose import URGENCY
from dondoc.domain.policy import NoticeKind
from dondoc.errors import Problem, ProblemsFound
from dondoc.rendering.context import Line, MessageContext, Morning, PlanReference
from dondoc.rendering.faults import fault
from dondoc.rendering.sandbox import NoticeEnvironment, bounded, named_texts
from dondoc.rendering.wording import FILTERS, shorten

MAX_SUBJECT = 150
MAX_PHRASES = 3
MAX_ZALO = 2000
LINK_ROOM = 100
"""Kept free of the 2,000: the personal link is put in as the message leaves and is longer than its stand-in."""
FORMS = ("subject.txt", "body.txt", "body.html", "zalo.txt")
COMPOSER = "digest"
WORDS = f"{COMPOSER}/words.txt"

R = TypeVar("R")
T = TypeVar("T", Line, PlanReference, MessageContext)

_KNOWN = (
    *("message", "words", "section", "sections", "lines", "groups", "count", "only", "phrases", "others", "body"),
    *(field.name for field in (*fields(MessageContext), *fields(Line), *fields(PlanReference), *fields(Morning))),
    *FILTERS,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready for the outbox. `subject` is one line of at most 150 characters, `zalo` at most 2,000."""

    subject: str
    text: str
    html: str
    zalo: str


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of a section that one agency owes."""

    agency_name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All lines of one kind; `body` is the kind's fragment once it is written."""

    kind: NoticeKind
    lines: tuple[Line, ...]
    count: int
    body: str = ""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The lines by agency, agencies in the order of their first line."""
        names = dict.fromkeys(line.agency_name for line in self.lines)
        return tuple(Group(name, tuple(line for line in self.lines if line.agency_name == name)) for name in names)


class _Told(NamedTuple):
    """A message, and the sentences that all its templates share, written once."""

    message: MessageContext
    words: dict[str, str]


class NoticeRenderer:
    """Writes messages with the templates under `folder`/notices. Holds no state but compiled templates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "notices"
        self._environment = NoticeEnvironment(self.folder, FILTERS)

    def render_message(self, context: MessageContext) -> Rendered:
        """The four forms of one message.

        Raises ProblemsFound with file, line and hint when a template cannot be used as it stands: a message with a
        hole in it is never returned.
        """
        message = _one_line(context)
        told, sections = _Told(message, self._words(message)), _sections(message.lines)
        text = self._composed("body.txt", told, sections)
        html = self._composed("body.html", told, sections)
        return Rendered(self._subject(told, sections), _tidy(text), html.strip() + "\n", self._zalo(told, sections))

    def _composed(self, form: str, told: _Told, sections: Iterable[Section], others: int = 0) -> str:
        mark: Callable[[str], str] = Markup if form.endswith(".html") else str
        written = [replace(section, body=mark(self._fragment(form, told, section).strip("\n"))) for section in sections]
        return self._run(f"{COMPOSER}/{form}", **told._asdict(), sections=written, others=others)

    def _words(self, message: MessageContext) -> dict[str, str]:
        """The sentences that all messages share: plain text, which each template escapes as its own form needs."""
        return self._guarded(WORDS, lambda template: named_texts(template, {"message": message}))

    def _fragment(self, form: str, told: _Told, section: Section) -> str:
        return self._run(
            f"{section.kind}/{form}",
            **told._asdict(),
            lines=section.lines,
            groups=section.groups,
            count=section.count,
            only=section.lines[0] if len(told.message.lines) == 1 else None,
        )

    def _subject(self, told: _Told, sections: tuple[Section, ...]) -> str:
        phrases = [_joined(self._fragment("subject.txt", told, section)) for section in sections]
        subject = ""
        for kept in range(min(len(phrases), MAX_PHRASES), 0, -1):
            others = sum(section.count for section in sections[kept:])
            subject = _joined(
                self._run(f"{COMPOSER}/subject.txt", message=told.message, phrases=phrases[:kept], others=others)
            )
            if len(subject) <= MAX_SUBJECT:
                break
        if not subject:
            raise ProblemsFound([self._problem("subject.txt", "empty", "rỗng")])
        return shorten(subject, MAX_SUBJECT)

    def _zalo(self, told: _Told, sections: tuple[Section, ...]) -> str:
        """The most urgent lines that fit; a last line counts what was left out."""
        total = len(told.message.lines)

        def short(left_out: int) -> str:
            return _tidy(self._composed("zalo.txt", told, _first(sections, total - left_out), left_out)).strip()

        if len(whole := short(0)) <= MAX_ZALO - LINK_ROOM:
            return whole
        left_out = bisect_left(range(total + 1), True, lo=1, key=lambda n: len(short(n)) <= MAX_ZALO - LINK_ROOM)
        if left_out > total:
            raise ProblemsFound(
                [self._problem("zalo.txt", "too_long", f"dài quá {MAX_ZALO} ký tự dù không kể việc nào")]
            )
        return short(left_out)

    def _problem(self, form: str, code: str, message: str) -> Problem:
        file = str(self.folder / COMPOSER / form)
        return Problem(file, None, "error", f"template.{code}", f"mẫu cho kết quả {message}", "viết lại mẫu này")

    def _run(self, name: str, **values: Any) -> str:
        return self._guarded(name, lambda template: bounded(template, values))

    def _guarded(self, name: str, use: Callable[[Template], R]) -> R:
        try:
            return use(self._environment.get_template(name))
        except Exception as error:  # a slip in an edited template can raise anything; it becomes one Problem
            raise ProblemsFound([fault(error, self.folder, name, _KNOWN)]) from error


def _sections(lines: Iterable[Line]) -> tuple[Section, ...]:
    found: dict[NoticeKind, tuple[Line, ...]] = {}
    for line in lines:
        found[line.kind] = (*found.get(line.kind, ()), line)
    return tuple(Section(kind, found[kind], len(found[kind])) for kind in URGENCY if kind in found)


def _first(sections: Iterable[Section], kept: int) -> list[Section]:
    """The first `kept` lines; a section keeps its full count, and is dropped when no line of it is left."""
    shown = []
    for section in sections:
        if kept > 0:
            shown.append(replace(section, lines=section.lines[:kept]))
        kept -= section.count
    return shown


def _one_line(context: MessageContext) -> MessageContext:
    """Every text in one line and one spacing: a title copied with its line breaks cannot pass for another line."""
    plans = tuple(_joined_fields(plan) for plan in context.plans)
    lines = tuple(_joined_fields(line) for line in context.lines)
    return replace(_joined_fields(context), plans=plans, lines=lines)


def _joined_fields(value: T) -> T:
    texts: dict[str, Any] = {}
    for name in (field.name for field in fields(value)):
        content = getattr(value, name)
        if isinstance(content, str):
            texts[name] = _joined(content)
        elif isinstance(content, tuple) and content and all(isinstance(each, str) for each in content):
            texts[name] = tuple(_joined(each) for each in content)
    return replace(value, **texts)


def _joined(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    """No blanks at line ends, at most one empty line in a row, one line break at the end."""
    text = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
